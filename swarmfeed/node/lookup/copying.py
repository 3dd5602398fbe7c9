"""Copies recent posts of other supernodes, while this machine is new among them.

A page every now and then, the newest first, each post verified; who sends a false one is a
liar.  What came before this machine listened is here then, though nobody swears that it is all.
"""

from functools import partial

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.feed.spot import Spot
from swarmfeed.core.lookup import sentences
from swarmfeed.core.lookup.limits import COPIED_MAX, COPIED_PAGES, SOURCES_MAX
from swarmfeed.core.lookup.results import spot_of_hit
from swarmfeed.core.lookup.words import SearchFound
from swarmfeed.node.ground.events import Misled, PostSeen, ServingChanged
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.lookup.asking import NetworkSearch
from swarmfeed.node.lookup.keeper import RecentKeeper
from swarmfeed.node.lookup.prover import check_all


class RecentCopier:
    """Asks one supernode after the other; belongs to one asyncio loop."""

    def __init__(self, ground: Ground, keeper: RecentKeeper, searches: NetworkSearch) -> None:
        self._events = ground.events
        self._clock = ground.shells.clock
        self._keeper = keeper
        self._searches = searches
        self._before: dict[NodeId, Spot | None] = {}
        """How far each source was copied."""
        self._done = set[NodeId]()
        self.copied = 0

    def on_serving(self, event: ServingChanged) -> None:
        """Begin anew: what was passed on meanwhile is not known."""
        if event.serves:
            self._before, self._done, self.copied = {}, set(), 0

    async def copy(self) -> str:
        """Copy a few pages; every few seconds."""
        source = self._source()
        if source is None:
            return sentences.NOTHING_TO_COPY()
        for _ in range(COPIED_PAGES):
            # What came is put away first: so nothing is left out, and nobody is kept waiting.
            if self._keeper.waiting or not await self._copy_page(source):
                break
        return sentences.COPIED(posts=self.copied)

    def _source(self) -> Session | None:
        if not self._keeper.is_open or len(self._done) >= SOURCES_MAX:
            return None
        answering = self._searches.answering()
        return next((each for each in answering if each.node_id not in self._done), None)

    async def _copy_page(self, source: Session) -> bool:
        """Copy one page; returns whether there may be another."""
        before = self._before.get(source.node_id)
        found = await self._searches.recall(source, before)
        if found is None:
            self._done.add(source.node_id)
            return False
        goes_on = await self._take(source, found, before)
        if not goes_on or self.copied >= COPIED_MAX:
            self._done.add(source.node_id)
        return goes_on

    async def _take(self, source: Session, found: SearchFound, before: Spot | None) -> bool:
        now_ms = self._clock.now_ms()
        posts = await off_loop(partial(check_all, found.hits, now_ms))
        spots = [spot_of_hit(each.checked) for each in posts]
        if len(posts) < len(found.hits) or (before and any(each >= before for each in spots)):
            self._events.tell(Misled(source, sentences.TOLD_FALSE_POSTS()))
            return False
        for each in found.hits:
            self._keeper.on_seen(PostSeen(each))
        self.copied += len(posts)
        if not spots:
            return False
        self._before[source.node_id] = min(spots)
        return found.more and min(spots).time_ms > self._keeper.window_start_ms
