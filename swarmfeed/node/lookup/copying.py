"""Copies recent posts of other supernodes: while this machine is new among them, and of drawers
that came to it.

A page every now and then, the newest first, each post verified; who sends a false one is a
liar.  What came before this machine listened is here then, though nobody swears that it is all.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial

from msgspec import Struct

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.feed.spot import Spot
from swarmfeed.core.lookup import sentences
from swarmfeed.core.lookup.limits import COPIED_MAX, COPIED_PAGES, SOURCES_MAX
from swarmfeed.core.lookup.results import spot_of_hit
from swarmfeed.core.lookup.words import SearchFound
from swarmfeed.core.partition.keys import spell_drawers
from swarmfeed.core.partition.limits import SOURCES_KEPT_MAX, TAKEN_OVER_MAX
from swarmfeed.node.ground.events import Misled, PostSeen, ServingChanged
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.layer import Supernode
from swarmfeed.node.ground.session import Session
from swarmfeed.node.lookup.asking import NetworkSearch
from swarmfeed.node.lookup.keeper import RecentKeeper
from swarmfeed.node.lookup.partition import Partition
from swarmfeed.node.lookup.prover import check_all


class _Source(Struct, kw_only=True):
    """Somebody posts are copied from."""

    node_id: NodeId
    drawers: bytes = b""
    """Only posts in these; empty: all."""
    left: int
    """So many posts more, at most."""
    before: Spot | None = None
    """How far it was copied."""


class RecentCopier:
    """Asks one supernode after the other; belongs to one asyncio loop."""

    def __init__(
        self,
        ground: Ground,
        keeper: RecentKeeper,
        searches: NetworkSearch,
        partition: Partition,
    ) -> None:
        self._events = ground.events
        self._clock = ground.shells.clock
        self._layer = ground.layer
        self._sessions = ground.sessions
        self._keeper = keeper
        self._searches = searches
        self._partition = partition
        self._sources: deque[_Source] = deque(maxlen=SOURCES_KEPT_MAX)
        """Those that are not done; the first one is asked."""
        self._begun = set[NodeId]()
        """From whom all was copied, or is."""
        self.copied = 0

    def on_serving(self, event: ServingChanged) -> None:
        """Begin anew: what was passed on meanwhile is not known."""
        if event.serves:
            self._sources.clear()
            self._begun, self.copied = set(), 0

    async def look(self) -> str:
        """See what this machine is to keep; of drawers that came, take the posts over."""
        if self._keeper.is_open:
            self._take_over(await self._partition.look())
        return sentences.KEEPS(how=self._partition.mode.value)

    def _take_over(self, drawers: Mapping[NodeId, Sequence[int]]) -> None:
        """Copy what is in drawers that came to this machine from those who own them too."""
        for node_id, numbers in drawers.items():
            spelled = spell_drawers(numbers)
            self._sources.append(_Source(node_id=node_id, drawers=spelled, left=TAKEN_OVER_MAX))

    async def copy(self) -> str:
        """Copy a few pages; every few seconds."""
        self._begin()
        if not self._sources or not self._keeper.is_open:
            return sentences.NOTHING_TO_COPY()
        source = self._sources[0]
        for _ in range(COPIED_PAGES):
            # What came is put away first: so nothing is left out, and nobody is kept waiting.
            if self._keeper.waiting:
                break
            if not await self._copy_page(source):
                if source in self._sources:
                    self._sources.remove(source)
                break
        return sentences.COPIED(posts=self.copied)

    def _begin(self) -> None:
        """Whoever answers searches is a source of everything, until there are enough."""
        for session in self._searches.answering():
            if len(self._begun) < SOURCES_MAX and session.node_id not in self._begun:
                self._begun.add(session.node_id)
                self._sources.append(_Source(node_id=session.node_id, left=COPIED_MAX))

    async def _link(self, node_id: NodeId) -> Session | None:
        record = self._partition.roll.record_of(node_id)
        if record is None:
            return self._sessions.find(node_id)
        other = Supernode(node_id=node_id, endpoint=record.endpoint)
        return await self._layer.link_to(other)

    async def _copy_page(self, source: _Source) -> bool:
        """Copy one page; returns whether there may be another."""
        session = await self._link(source.node_id)
        if session is None:
            return False
        found = await self._searches.recall(session, source.before, source.drawers)
        return found is not None and await self._take(session, source, found)

    async def _take(self, session: Session, source: _Source, found: SearchFound) -> bool:
        now_ms, before = self._clock.now_ms(), source.before
        posts = await off_loop(partial(check_all, found.hits, now_ms))
        spots = [spot_of_hit(each.checked) for each in posts]
        if len(posts) < len(found.hits) or (before and any(each >= before for each in spots)):
            self._events.tell(Misled(session, sentences.TOLD_FALSE_POSTS()))
            return False
        for each in found.hits:
            self._keeper.on_seen(PostSeen(each))
        self.copied += len(posts)
        source.left -= len(posts)
        if not spots:
            return False
        source.before = min(spots)
        is_young = min(spots).time_ms > self._keeper.window_start_ms
        return found.more and is_young and source.left > 0
