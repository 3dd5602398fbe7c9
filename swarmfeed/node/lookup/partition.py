"""What of the network this supernode keeps: everything, or what is in its drawers.

posts are counted as they come by  --> more than all can keep: each keeps its drawers
the roll of supernodes changes     --> other drawers are ours: their posts are taken over
"""

from collections.abc import Iterable
from functools import partial

import structlog
from msgspec import Struct

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.feed.matching import Called
from swarmfeed.core.feed.proven import Checked
from swarmfeed.core.lookup.limits import OWNERS_NAMED_MAX
from swarmfeed.core.partition.keys import drawers_of, drawers_sought
from swarmfeed.core.partition.limits import COUNTED_S, TAKEN_OVER_FOR_S
from swarmfeed.core.partition.load import PostsADay
from swarmfeed.core.partition.owners import DrawerOwners
from swarmfeed.core.partition.roll import Roll
from swarmfeed.core.supernode.placement import Mode, choose_mode
from swarmfeed.core.supernode.records import encode_record
from swarmfeed.core.words.query import SearchQuery
from swarmfeed.node.ground.events import PostSeen, ServingChanged
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground

logger = structlog.get_logger()


class DrawerAnswer(Struct, frozen=True):
    """What is said beside an answer."""

    owners: tuple[bytes, ...]
    """Records of those who have all of what was looked for; none: nobody has, or we have."""
    since_ms: int
    """From when on we have all of it."""


class Partition:
    """Belongs to the node's loop."""

    def __init__(self, ground: Ground) -> None:
        self._own = ground.identity.node_id
        self._layer = ground.layer
        self._clock = ground.shells.clock
        self.roll = Roll(self._own)
        self.owners = DrawerOwners(self._own)
        self.mode = Mode.EVERYWHERE
        self._began_s = self._now_s()
        self._counted = PostsADay(self._began_s)
        self._since_ms: dict[int, int] = {}
        """When drawers came to us that others had; a drawer that was ours all the time is in
        none of it."""

        self._asked: dict[int, set[NodeId]] = {}
        """Who was asked for the posts of drawers that came lately."""

    # --- what happens ---

    def on_serving(self, _: ServingChanged) -> None:
        """Who begins to serve knows nobody, and keeps all it is told of until it knows how much
        that is."""
        self.roll, self.owners = Roll(self._own), DrawerOwners(self._own)
        self.mode, self._began_s = Mode.EVERYWHERE, self._now_s()
        self._counted = PostsADay(self._began_s)
        self._since_ms, self._asked = {}, {}

    def on_seen(self, _: PostSeen) -> None:
        self._counted.add(self._now_s())

    async def look(self) -> dict[NodeId, list[int]]:
        """Look how much is written, and who serves; returns drawers whose posts are to be taken
        over, and from whom."""
        keepers = self.roll.keepers(self._clock.now_ms() // 1000)
        came = await off_loop(partial(self.owners.change, keepers))
        was, self.mode = self.mode, self._choose()
        if self.mode is Mode.EVERYWHERE:
            return {}
        if was is Mode.EVERYWHERE:
            # Who was told of everything for a day has it; who is new never had what is older.
            is_new = self._now_s() - self._began_s < COUNTED_S
            came = self.owners.owned if is_new else frozenset()
        self._since_ms.update(dict.fromkeys(came, self._clock.now_ms()))
        return await off_loop(self._take_over)

    def _take_over(self) -> dict[NodeId, list[int]]:
        """Who is to be asked for posts in drawers that came lately: each once, also one that is
        heard of later; off the loop."""
        young_ms = self._clock.now_ms() - TAKEN_OVER_FOR_S * 1000
        found: dict[NodeId, list[int]] = {}
        for drawer, since_ms in self._since_ms.items():
            if since_ms < young_ms or drawer not in self.owners.owned:
                self._asked.pop(drawer, None)
                continue
            asked = self._asked.setdefault(drawer, set())
            for node_id in self.owners.called_to(drawer):
                if node_id not in asked:
                    asked.add(node_id)
                    found.setdefault(node_id, []).append(drawer)
        return found

    def _choose(self) -> Mode:
        rate = self._counted.rate(self._now_s())
        mode = self.mode if rate is None else choose_mode(self.mode, rate)
        if mode is not self.mode:
            logger.info("posts of the network are kept", how=mode.value, posts_a_day=rate)
        return mode

    # --- what others ask ---

    @property
    def is_by_keys(self) -> bool:
        return self.mode is Mode.BY_KEYS

    def keeps(self, post: Checked) -> bool:
        """Whether a post that was passed on is kept here; from any thread."""
        if self.mode is Mode.EVERYWHERE or not self.owners.owned:
            return True
        return not self.owners.owned.isdisjoint(drawers_of(post.written))

    def answer(self, query: SearchQuery, called: Called, since_ms: int) -> DrawerAnswer:
        """Return who has all of what a search looks for, and since when we have."""
        if not self.is_by_keys:
            return DrawerAnswer((), since_ms)
        drawers = drawers_sought(query, called)
        if drawers and self.owners.owned.issuperset(drawers):
            since_ms = max([since_ms, *(self._since_ms.get(each, 0) for each in drawers)])
        else:
            since_ms = self._clock.now_ms()
        return DrawerAnswer(self._records(drawers), since_ms)

    def _records(self, drawers: Iterable[int]) -> tuple[bytes, ...]:
        records = map(self.roll.record_of, self.owners.others_of(drawers))
        return tuple(encode_record(each) for each in records if each)[:OWNERS_NAMED_MAX]

    def _now_s(self) -> float:
        return self._clock.monotonic_ms() / 1000
