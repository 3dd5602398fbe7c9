"""Keeps the recent posts of the network, while this machine is a supernode.

    a feed grew, a chunk came    --> its posts, proven from what is on disk
    a post was passed on         --> as it came, once it was checked
                                      one task, a transaction at a time

All goes off the loop.  What it keeps is a cache: what was looked through is remembered, and
where it is damaged it is begun anew from what is on disk.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Iterable
from functools import partial

import structlog

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.lookup.limits import (
    DAY_MS,
    EARLY_EDITS_MAX,
    SEEN_WAITING_MAX,
    TAKEN_AT_ONCE,
    WINDOW_DAYS,
)
from swarmfeed.core.lookup.rising import TagCounts
from swarmfeed.errors import DamageError, MendingError, PassingError, RemoteError
from swarmfeed.node.ground.events import (
    ChunkKept,
    FeedDropped,
    HeadGrew,
    PostEdited,
    PostSeen,
    PostTakenBack,
    Relieved,
    ServingChanged,
    Strained,
)
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.tasks import in_turns
from swarmfeed.node.lookup.partition import Partition
from swarmfeed.node.lookup.prover import PostProver, check_all
from swarmfeed.node.lookup.settings import LookupSettings
from swarmfeed.ports.recent import Looked, RecentPost

logger = structlog.get_logger()

Range = tuple[int, int]
"""Entries [start, end) of a feed."""


class RecentKeeper:
    """Fills the index of the network; belongs to one asyncio loop."""

    def __init__(self, ground: Ground, partition: Partition, counts: TagCounts) -> None:
        self._ground = ground
        self._recent = ground.shells.recent
        self._clock = ground.shells.clock
        self._bytes_max = ground.settings.of(LookupSettings).recent_bytes
        self._prover = PostProver(ground)
        self._partition = partition
        self._counts = counts
        self._ranges: OrderedDict[FeedId, Range] = OrderedDict()
        self._seen: deque[PostSeen] = deque(maxlen=SEEN_WAITING_MAX)
        self._gone: list[FeedId] = []
        self._said_of: deque[PostEdited | PostTakenBack] = deque(maxlen=SEEN_WAITING_MAX)
        """What authors said of posts later."""
        self._early: OrderedDict[tuple[FeedId, int], PostEdited] = OrderedDict()
        """Edits of posts that are not here yet."""
        self._changed = asyncio.Event()
        self._is_damaged = False
        self._running: asyncio.Task[None] | None = None
        self.is_open = False
        """Whether posts can be looked for in it."""
        self._listening_ms = 0
        """Since when it was told of all that was passed on."""
        self._first_day = 0
        """The oldest day there was room for."""

    @property
    def since_ms(self) -> int:
        """From when on it has all that it was told of."""
        return max(self._listening_ms, self._first_ms(), self._first_day * DAY_MS)

    @property
    def window_start_ms(self) -> int:
        """What is older is not kept."""
        return self._first_ms()

    @property
    def waiting(self) -> int:
        """What is still to go in."""
        return len(self._ranges) + len(self._seen)

    # --- what happens ---

    def on_serving(self, event: ServingChanged) -> None:
        if event.serves and self._ground.settings.network:
            self._running = self._ground.beside.spawn(self._run())
        elif self._running is not None:
            self._running.cancel()
            self._running, self.is_open = None, False

    def on_head(self, event: HeadGrew) -> None:
        start = event.before.size if event.before else 0
        self._put(event.after.feed_id, start, event.after.size)

    def on_chunk(self, event: ChunkKept) -> None:
        self._put(event.feed_id, event.span.start, event.span.end)

    def on_seen(self, event: PostSeen) -> None:
        if self._running is None:
            return
        if len(self._seen) == SEEN_WAITING_MAX:
            self._listening_ms = self._clock.now_ms()  # the oldest one is left out
        self._seen.append(event)
        self._changed.set()

    def on_said_of(self, event: PostEdited | PostTakenBack) -> None:
        if self._running is not None:
            self._said_of.append(event)
            self._changed.set()

    def on_dropped(self, event: FeedDropped) -> None:
        if self._running is not None:
            self._gone.append(event.feed_id)
            self._changed.set()

    def on_relieved(self, _: Relieved) -> None:
        self._changed.set()

    def mend(self) -> None:
        """Who looked for something met damage: begin anew."""
        self._is_damaged = True
        self._changed.set()

    def _put(self, feed_id: FeedId, start: int, end: int) -> None:
        if self._running is not None:
            # One range for each feed, however long nothing can be written.
            low, high = self._ranges.get(feed_id, (start, end))
            self._ranges[feed_id] = min(low, start), max(high, end)
            self._changed.set()

    async def stop(self) -> None:
        """Keep nothing more; who searches meanwhile is told to come again."""
        self.is_open = False
        await asyncio.to_thread(self._recent.close)

    # --- inside ---

    async def _run(self) -> None:
        while True:
            try:
                if not self.is_open:
                    await self._begin()
                if self._is_damaged:
                    await self._begin_anew()
                await self._take_all()
                self._first_day = await off_loop(self._recent.first_day)
            except MendingError as error:
                logger.warning("the index of the network is damaged", reason=str(error))
                self._is_damaged = True
                continue
            except PassingError as error:
                self._ground.events.tell(Strained(error))
            self._changed.clear()
            await self._changed.wait()

    async def _begin(self) -> None:
        await off_loop(lambda: self._recent.open(self._bytes_max))
        self.is_open = True
        await self._look_through_all()

    async def _begin_anew(self) -> None:
        await off_loop(self._recent.begin_anew)
        self._is_damaged = False
        await self._look_through_all()

    async def _look_through_all(self) -> None:
        """Look through all that is on disk, and was not; of what is too old nothing is read."""
        # Nobody knows what was passed on while it was not listening.
        self._listening_ms = self._clock.now_ms()
        looked = await off_loop(self._recent.looked_through)
        shelf, first_ms = self._ground.shelf, self._first_ms()
        async for feed_id in in_turns(shelf.feed_ids()):
            replica, start = shelf.replica(feed_id), looked.get(feed_id, 0)
            if replica is None or replica.head.time_ms < first_ms or start >= replica.size:
                continue
            self._put(feed_id, start, replica.size)

    def _first_ms(self) -> int:
        return self._clock.now_ms() - WINDOW_DAYS * DAY_MS

    async def _take_all(self) -> None:
        while self._gone or self._seen or self._ranges or self._said_of:
            if self._gone:
                await off_loop(partial(self._recent.drop_feed, self._gone.pop()))
            elif self._seen:
                await self._take_seen()
            elif self._said_of:
                await self._take_said(self._said_of.popleft())
            else:
                await self._take_next_range()

    async def _take_said(self, event: PostEdited | PostTakenBack) -> None:
        """Behind all that was seen before it: the post may be among that."""
        if isinstance(event, PostEdited):
            await self._amend(event)
            return
        looked = Looked(feed_id=event.feed_id, start=0, end=0, withdrawn=(event.index,))
        await off_loop(partial(self._recent.add, (), self._clock.now_ms() // DAY_MS, looked))

    async def _amend(self, event: PostEdited) -> None:
        """Give a post its newer text; if the post is not here, when it comes."""
        place = event.feed_id, event.index
        if not await off_loop(partial(self._recent.amend, *place, event.edit)):
            self._early[place] = event
            if len(self._early) > EARLY_EDITS_MAX:
                self._early.popitem(last=False)

    async def _take_seen(self) -> None:
        count = min(len(self._seen), TAKEN_AT_ONCE)
        seen = [self._seen[at].post for at in range(count)]
        now_ms = self._clock.now_ms()

        def take() -> None:
            posts = check_all(seen, now_ms)
            self._count(posts, now_ms)
            kept = [each for each in posts if self._partition.keeps(each.checked)]
            self._recent.add(kept, now_ms // DAY_MS)

        await off_loop(take)
        for _ in range(min(count, len(self._seen))):
            self._seen.popleft()
        places = [(each.feed_id, each.post.index) for each in seen]
        self._said_of += [self._early.pop(each) for each in places if each in self._early]

    def _count(self, posts: Iterable[RecentPost], now_ms: int) -> None:
        for each in posts:
            self._counts.add(each.checked.written, now_ms)

    async def _take_next_range(self) -> None:
        feed_id, (start, end) = self._ranges.popitem(last=False)
        try:
            await self._take_range(feed_id, start, end)
        except BaseException:
            self._put(feed_id, start, end)
            raise

    async def _take_range(self, feed_id: FeedId, start: int, end: int) -> None:
        """Take in what is young enough of some entries; what is not held is passed over."""
        first_ms, today = self._first_ms(), self._clock.now_ms() // DAY_MS
        try:
            known = self._recent.places
            async for piece in self._prover.prove(feed_id, start, end, first_ms, known):
                self._count(piece.posts, self._clock.now_ms())
                await off_loop(partial(self._recent.add, piece.posts, today, piece.looked))
        except MendingError:
            raise
        except (DamageError, RemoteError) as error:
            logger.debug("entries not proven", reason=str(error))
