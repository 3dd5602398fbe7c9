"""Feeds the index from the logs, in a thread, newest entries first.

Work is cut into batches of a few thousand entries, and the most urgent waits least: a post
that just came is searchable before the rest of a backlog is.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import TypeVar

import structlog
from msgspec.structs import replace

from swarmfeed.core.base.limits import CHUNK_ENTRIES
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.errors import (
    DamageError,
    FatalError,
    MendingError,
    PassingError,
    RemoteError,
)
from swarmfeed.node.ground.almanac import Almanac
from swarmfeed.node.ground.events import Events, Fatal, Indexed, Relieved, Strained
from swarmfeed.node.ground.extents import Extents
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.filler import Added, Filler, Work, warn_of_unread
from swarmfeed.node.ground.notes import Notes
from swarmfeed.ports import Index, Logs

logger = structlog.get_logger()

T = TypeVar("T")

_BATCH_ENTRIES = 32 * CHUNK_ENTRIES
"""Entries of one transaction: 0.1 s, which is how long a new post waits at most."""

_GATHERED_S = 0.1
"""How long small ranges wait at most for others that are just being added."""

_NOTED_WITHIN_S = 0.5
"""How long notes wait at most for entries: those are what a person waits for."""

_BACKLOG_WAIT_S = 1.0
"""How long a batch of a backlog waits for chunks to be verified first: both need the
interpreter, and what is verified can be served to others meanwhile."""


def _nothing() -> None:
    """What follows on most notes."""


class Indexer:
    """Takes ranges of entries and indexes them one batch after the other."""

    def __init__(
        self,
        logs: Logs,
        index: Index,
        almanac: Almanac,
        end_of: Callable[[FeedId], int | None],
        events: Events,
        may_go_on: Callable[[], Awaitable[object]],
        extents: Extents,
    ) -> None:
        """``may_go_on`` is waited for before each batch of a backlog, but not for long."""
        self._filler = Filler(logs, index, almanac, extents)
        self._end_of = end_of
        self._events = events
        self._may_go_on = may_go_on
        self._extents = extents
        self._queue: asyncio.PriorityQueue[Work] = asyncio.PriorityQueue()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="index")
        self._notes = Notes(index, self.note, self._let_entries_go_first)
        self._tasks: list[asyncio.Task[None]] = []
        self._order = 0
        self._adding = 0
        self._nobody_adds = asyncio.Event()
        self._nobody_adds.set()
        self._came_urgently = asyncio.Event()
        self._waited_s = 0.0
        """How long a backlog has waited since some of it went in."""
        self._ends: dict[FeedId, int] = {}
        self._refused: PassingError | None = None
        """Why nothing is taken in at the moment; what waits is left to the catching up."""

    def start(self) -> None:
        self._tasks = [asyncio.create_task(each) for each in (self._run(), self._notes.run())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._thread.shutdown, wait=True, cancel_futures=True)

    @property
    def waiting(self) -> int:
        """Ranges not indexed yet."""
        return self._queue.qsize()

    @contextmanager
    def adding(self) -> Iterator[None]:
        """Ranges that are added inside go in together: of thousands of small feeds a
        transaction for each few would be a third of the work."""
        self._adding += 1
        self._nobody_adds.clear()
        try:
            yield
        finally:
            self._adding -= 1
            if not self._adding:
                self._nobody_adds.set()

    def add(self, feed_id: FeedId, author_id: AuthorId, start: int, end: int) -> None:
        """Index entries [start, end) when their turn comes; they must be held.

        Those that are not the author's any more are left out, here and whenever.
        """
        for_others = self._extents.is_for_others(author_id)
        for first, stop in _batches(start, end):
            # Tails are short and new; batches of a backlog wait, the newest first, and those
            # that nobody here asked for until all others are in.
            urgency = 0 if end - start < CHUNK_ENTRIES else 1 + for_others
            if not urgency:
                self._came_urgently.set()
            self._queue.put_nowait(self._work(urgency, feed_id, author_id, first, stop))

    async def index_now(
        self, feed_id: FeedId, author_id: AuthorId, start: int, end: int
    ) -> None:
        """Index entries [start, end) and return when it is done: for a few entries.

        Raises:
            PassingError: Not now; they are caught up with when the node is relieved.
        """
        await self._index_ranges([self._work(0, feed_id, author_id, start, end)])

    async def index_all_now(self, ranges: Iterable[tuple[FeedId, AuthorId, int, int]]) -> None:
        """The same of several feeds together, each with its author, start and end."""
        await self._index_ranges([self._work(0, *each) for each in ranges])

    async def cut(self, feed_id: FeedId, author_id: AuthorId) -> bool:
        """Take a feed out of the index if entries in it are not the author's any more.

        Returns whether it was: then those that are the author's have to be added again.
        """
        end = self._end_of(feed_id)
        if end is None:
            return False
        try:
            # In the thread, so behind whatever is being added right now.
            return await self.run_in_thread(
                lambda: self._filler.cut_feed(feed_id, author_id, end)
            )
        except PassingError as error:
            self._refuse(error)
            return False
        except MendingError:
            return False  # it is made anew, and what is put into it is cut
        except FatalError as error:
            self._events.tell(Fatal(FatalError(str(error))))
            return False

    async def trim(self, feed_id: FeedId, author_id: AuthorId, size: int) -> bool:
        """Take a feed out of the index if far more of it is shown than may be.

        Returns whether it was: then what may be shown has to be added again.
        """
        try:
            return await self.run_in_thread(
                lambda: self._filler.trim_feed(feed_id, author_id, size)
            )
        except PassingError as error:
            self._refuse(error)
            return False
        except MendingError:
            return False  # it is made anew, and no more put into it than may be

    async def caught_up(self) -> None:
        """Return when all that was added is indexed, or was refused."""
        await self._queue.join()

    async def drain(self) -> None:
        """The same, and all is noted."""
        await self.caught_up()
        await self._notes.drain()

    def require_open(self) -> None:
        """Raise PassingError while nothing is taken in."""
        if self._refused is not None:
            raise self._refused

    async def run_in_thread(self, call: Callable[[], T]) -> T:
        """Run a writing call of the index in the one thread that may write."""
        return await off_loop(call, self._thread)

    async def note(self, call: Callable[[], object]) -> bool:
        """Run a writing call whose loss can be borne: what it would note is heard again.

        Returns whether it was done.
        """
        try:
            await self.run_in_thread(call)
        except PassingError as error:
            self._refuse(error)
            return False
        except MendingError as error:
            logger.warning("the index is damaged", reason=str(error))
            return False
        return True

    def note_soon(
        self,
        key: Hashable,
        call: Callable[[], object],
        then: Callable[[], object] = _nothing,
    ) -> None:
        """The same, together with what else waits by then; ``then`` runs when it is written."""
        self._notes.put(key, call, then)

    def on_relieved(self, _: Relieved) -> None:
        """Take entries in again; what was left out meanwhile has to be added again."""
        self._refused = None

    async def _run(self) -> None:
        while True:
            is_behind = not self._queue.empty()
            first = await self._queue.get()
            if first.urgency:
                first = await self._after_others(first)
            if is_behind and not first.urgency:  # the first posts of many are looked for now
                await self._let_others_come()
            works = self._more_like(first)
            try:
                await self._index_ranges(works)
            except PassingError as error:
                if error is not self._refused:
                    self._refuse(error)
            except (DamageError, RemoteError) as error:
                warn_of_unread(works[0], error)
            except FatalError as error:
                self._events.tell(Fatal(error))
            except Exception as error:
                # A bug.  Were it to end this task, nobody would ever hear of it.
                logger.error("indexing failed", start=works[0].start, exc_info=True)
                self._events.tell(Fatal(FatalError(f"indexing failed: {error!r}")))
            finally:
                for _ in works:
                    self._queue.task_done()

    async def _let_others_come(self) -> None:
        """Return when nobody adds several ranges just now."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_GATHERED_S):
                await self._nobody_adds.wait()

    async def _let_entries_go_first(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_NOTED_WITHIN_S):
                await self.caught_up()

    def _more_like(self, work: Work) -> list[Work]:
        """With what else waits and is as urgent, of small feeds: they go in together."""
        works, entries = [work], work.end - work.start
        while entries < _BATCH_ENTRIES and not self._queue.empty():
            another = self._queue.get_nowait()
            entries += another.end - another.start
            if another.urgency != work.urgency or entries > _BATCH_ENTRIES:
                self._queue.put_nowait(another)
                self._queue.task_done()  # it counts once
                break
            works.append(another)
        return works

    def _refuse(self, error: PassingError) -> None:
        self._refused = error
        self._events.tell(Strained(error))

    async def _after_others(self, work: Work) -> Work:
        """Return a batch of a backlog when it may go in, or what came meanwhile and goes before
        it; there is always more of that, so all of it together holds up a backlog only so long.
        """
        now_s = asyncio.get_running_loop().time
        since_s = now_s()
        await self._let_others_go_first()
        self._waited_s += now_s() - since_s
        first = work if self._waited_s >= _BACKLOG_WAIT_S else self._most_urgent(work)
        if first.urgency:
            self._waited_s = 0.0
        return first

    async def _let_others_go_first(self) -> None:
        self._came_urgently.clear()
        waiting = [
            asyncio.ensure_future(each)
            for each in (self._may_go_on(), self._came_urgently.wait())
        ]
        try:
            await asyncio.wait(
                waiting,
                timeout=_BACKLOG_WAIT_S - self._waited_s,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            for each in waiting:
                each.cancel()

    def _most_urgent(self, work: Work) -> Work:
        """This, or what has come meanwhile and goes before it."""
        self._queue.put_nowait(work)
        self._queue.task_done()  # it counts once
        return self._queue.get_nowait()

    def _work(
        self, urgency: int, feed_id: FeedId, author_id: AuthorId, start: int, end: int
    ) -> Work:
        self._order += 1
        self._ends[feed_id] = max(self._ends.get(feed_id, 0), end)
        newer_count = self._ends[feed_id] - end
        return Work(urgency, newer_count, self._order, feed_id, author_id, start, end)

    async def _index_ranges(self, works: list[Work]) -> None:
        """Index ranges that are no more than a batch together."""
        works = [cut for work in works if (cut := self._up_to_the_end(work)).start < cut.end]
        if not works:
            return
        self.require_open()
        came: dict[AuthorId, list[Added]] = {work.author_id: [] for work in works}
        try:
            await self._index_groups(works, came)
        except (DamageError, RemoteError, PassingError) as error:
            if isinstance(error, PassingError):
                for each in came.values():
                    each.append(Added(0))  # of the last ones some may be in
            self._tell_of(came)
            raise
        self._tell_of(came)

    async def _index_groups(self, works: list[Work], came: dict[AuthorId, list[Added]]) -> None:
        groups = [works]
        if not all(map(_is_small, works)):
            groups = await self.run_in_thread(lambda: self._group(works))
        # One call of the thread for each, so that what just came may go in between.
        following = [*(group[0] for group in groups[1:]), self._first_waiting()]
        for group, then in zip(groups, following, strict=True):
            # Certificates may have come meanwhile, and what cuts the feed gone before.
            pieces = [
                cut for piece in group if (cut := self._up_to_the_end(piece)).start < cut.end
            ]
            more = await self.run_in_thread(partial(self._filler.index_pieces, pieces, then))
            for piece, each in zip(pieces, more, strict=True):
                came[piece.author_id].append(each)

    def _tell_of(self, came: dict[AuthorId, list[Added]]) -> None:
        """Tell of what is in, even where it is not all: nobody would hear of it later."""
        for author_id, added in came.items():
            if added:
                posts, is_plain = sum(x.posts for x in added), all(x.is_plain for x in added)
                self._events.tell(Indexed(author_id, posts, is_plain))

    def _first_waiting(self) -> Work | None:
        """What is likely to be indexed next."""
        if self._queue.empty():
            return None
        first = self._queue.get_nowait()
        self._queue.put_nowait(first)
        self._queue.task_done()  # it counts once
        return first

    def _up_to_the_end(self, work: Work) -> Work:
        """Without what is not the author's any more."""
        end = self._end_of(work.feed_id)
        return work if end is None or work.end <= end else replace(work, end=end)

    def _group(self, works: list[Work]) -> list[list[Work]]:
        """What goes in together: pieces of a large range each alone, for one may unpack to
        34 MB and more; small ranges all at once."""
        small: list[Work] = []
        groups = [small]
        for work in works:
            cut = [work] if _is_small(work) else self._filler.cut(work)
            if len(cut) == 1 and len(works) > 1:
                small += cut
            else:
                groups += ([piece] for piece in cut)
        return [group for group in groups if group]


def _is_small(work: Work) -> bool:
    return work.urgency == 0 and work.end - work.start <= CHUNK_ENTRIES


def _batches(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut [start, end) into ranges of at most _BATCH_ENTRIES, the last one first."""
    for first in reversed(range(start - start % _BATCH_ENTRIES, end, _BATCH_ENTRIES)):
        yield max(first, start), min(first + _BATCH_ENTRIES, end)
