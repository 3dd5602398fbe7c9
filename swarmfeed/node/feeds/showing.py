"""What of the held feeds a person can read: the index, filled from the logs and cut again.

An index that turns out to be damaged is made anew while the node runs: it is set aside, and an
empty one is filled from the logs.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final

import structlog

from swarmfeed.core.base.limits import CHUNK_ENTRIES
from swarmfeed.core.base.ranges import joined, subtract
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.errors import MendingError, PassingError, SwarmfeedError
from swarmfeed.node.ground.events import (
    CertificatesGrew,
    FeedCut,
    FeedDropped,
    HeadGrew,
    Strained,
)
from swarmfeed.node.ground.ground import Ground

logger = structlog.get_logger()

MEND_WAIT_S: Final = 10.0
"""How long somebody who asked waits for an index that is being filled: for a million entries.
Then the answer is what is there, and the sentence says that it is not all."""

OPEN_WAIT_S: Final = 2.0
"""How long somebody who opens a page waits until more of its author is shown: 50,000 posts."""


class Showing:
    """Sees to it that the index has what is held, and nothing that its author has left."""

    def __init__(self, ground: Ground) -> None:
        self._identity = ground.identity
        self._shelf = ground.shelf
        self._index = ground.shells.index
        self._indexer = ground.indexer
        self._guests = ground.guests
        self._interests = ground.interests
        self._extents = ground.extents
        self._events = ground.events
        self._beside = ground.beside
        self._network = ground.settings.network
        self._mending = asyncio.Lock()
        self._filled = asyncio.Event()
        self._filled.set()

    @property
    def is_filling(self) -> bool:
        """Whether the index is being made anew."""
        return not self._filled.is_set()

    def watch(self) -> None:
        """Mend the index from now on whenever anybody meets damage in it."""
        loop = asyncio.get_running_loop()

        def tell() -> None:
            with suppress(RuntimeError):  # the node has stopped: the next start looks itself
                loop.call_soon_threadsafe(lambda: self._beside.spawn(self.make_anew()))

        self._index.when_damaged(tell)

    async def make_anew(self) -> None:
        """Put an empty index in the place of a damaged one, and begin to fill it.

        Where the disk takes none now, the node is strained until it does.
        """
        async with self._mending:
            was_filled = self._filled.is_set()
            self._filled.clear()  # before anybody finds an empty one
            try:
                if not await self._indexer.run_in_thread(self._index.begin_anew):
                    if was_filled:
                        self._filled.set()
                    return
                logger.warning("the index was damaged; it is made anew")
                await self._fill()
            except PassingError as error:
                self._events.tell(Strained(error))
                self._filled.set()
                return
            except SwarmfeedError as error:
                logger.error("the index was not made anew", reason=str(error))
                self._filled.set()
                return
            self._beside.spawn(self._note_filled())

    async def mend(self) -> None:
        """Return when the index is whole again, or after a while if that takes long."""
        await self.make_anew()
        with suppress(TimeoutError):
            # A command answers once, so in full; at a page one looks again.
            async with asyncio.timeout(MEND_WAIT_S if self._network else None):
                await self._filled.wait()

    async def save_own_author(self) -> None:
        """Tell the index who we are: the person's follows are those of that author."""
        own = self._identity.author_id
        await self._indexer.note(lambda: self._index.save_own_author(own))

    def catch_up(self, feed_id: FeedId) -> None:
        """Index what is held and not indexed yet, newest first."""
        self._add_held(feed_id, self._index.indexed_ranges(feed_id))

    async def catch_up_all(self, *, index_is_new: bool) -> None:
        """Cut and fill the index for everything that is on the shelf."""
        done = self._index.indexed_by_feed()  # in one go: a fifth of asking for each
        for feed_id in self._shelf.feed_ids():
            if not await self._cut(feed_id):
                self._add_held(feed_id, done.get(feed_id, ()))
        if index_is_new and self._indexer.waiting:
            self._filled.clear()
            self._beside.spawn(self._note_filled())

    async def cut(self, feed_id: FeedId) -> None:
        """See to it that nothing is shown of a feed that its author has left by then."""
        await self._cut(feed_id)

    def on_head(self, event: HeadGrew) -> None:
        """A feed grew by a chunk: of one that is shown in part, the oldest may have to go.

        Of its first head chunks may lie here already: the journal alone was lost.
        """
        before, after = event.before, event.after
        if before is None:
            self._add_held(after.feed_id, ())
        elif before.tail_start != after.tail_start:
            self._beside.spawn(self._trim(after.feed_id, after.size))

    async def _trim(self, feed_id: FeedId, size: int) -> None:
        author_id = self._shelf.author_of(feed_id)
        if author_id is None or not self._interests.is_indexed(author_id):
            return
        if await self._indexer.trim(feed_id, author_id, size):
            self.catch_up(feed_id)

    def on_dropped(self, event: FeedDropped) -> None:
        """A feed was let go: it is not shown any more."""
        self._beside.spawn(self._forget(event.feed_id))

    async def open(self, author_id: AuthorId) -> None:
        """A person looks at somebody who is only held for others: show what is held of them."""
        feeds = self._shelf.feeds_of(author_id)
        is_cut = any(self._extents.first_shown(each, author_id) for each in feeds)
        if not self._interests.open(author_id) or not is_cut:
            return
        with suppress(PassingError, MendingError, TimeoutError):
            async with asyncio.timeout(OPEN_WAIT_S):
                await self.read_again(feeds)
                await self._indexer.drain()

    def on_certificates(self, event: CertificatesGrew) -> None:
        """An author said more about their feeds: show what is theirs."""
        for feed_id in self._shelf.feeds_of(event.author_id):
            self._beside.spawn(self._show_what_is_theirs(feed_id))

    async def _show_what_is_theirs(self, feed_id: FeedId) -> None:
        """Show no more of a feed than is its author's, and all of that: what a thief had cut
        off is theirs again once they moved to the second sheet."""
        if self._shelf.end_of(feed_id) is not None:
            await self.cut(feed_id)
        if self._shelf.replica(feed_id) is not None:
            self.catch_up(feed_id)

    async def reindex(self) -> int:
        """Empty the index and fill it from the logs; returns the number of entries.

        Raises:
            PassingError: It does not take everything in now; the rest follows when it does.
        """
        await self._indexer.drain()
        await self._indexer.run_in_thread(self._index.clear)
        await self._fill()
        await self._indexer.drain()
        self._indexer.require_open()
        return sum(self._shelf.entries_held(each) for each in self._shelf.feed_ids())

    async def read_again(self, feed_ids: Iterable[FeedId]) -> None:
        """Take feeds out of the index, and what is held of them in again."""
        for feed_id in feed_ids:
            await self._indexer.run_in_thread(lambda each=feed_id: self._index.drop_feed(each))  # type: ignore[misc]
            await self._guests.show((feed_id,))
            self.catch_up(feed_id)

    # --- inside ---

    async def _cut(self, feed_id: FeedId) -> bool:
        """Returns whether something was shown; what may be is added again."""
        author_id = self._shelf.author_of(feed_id)
        if author_id is None or not await self._indexer.cut(feed_id, author_id):
            return False
        self.catch_up(feed_id)
        self._events.tell(FeedCut(feed_id))
        return True

    async def _forget(self, feed_id: FeedId) -> None:
        await self._indexer.note(lambda: self._index.drop_feed(feed_id))
        await self._guests.show((feed_id,))
        self.catch_up(feed_id)  # somebody may have brought it again meanwhile

    def _add_held(self, feed_id: FeedId, done: Sequence[tuple[int, int]]) -> None:
        """Add what is held and not among the ranges that are done."""
        author_id = self._shelf.author_of(feed_id)
        if author_id is None or not self._interests.is_indexed(author_id):
            return
        held = self._shelf.held_ranges(feed_id)
        tail = [each for each in held if each[1] - each[0] < CHUNK_ENTRIES]
        # Chunks that touch are one range, so batches are full: while one goes in, the next is
        # prepared.
        chunks = joined(each for each in held if each not in tail)
        for start, end in (*tail, *reversed(chunks)):
            for first, stop in subtract(start, end, done):
                self._indexer.add(feed_id, author_id, first, stop)

    async def _fill(self) -> None:
        await self.save_own_author()
        for feed_id in self._shelf.feed_ids():
            self.catch_up(feed_id)
        await self._guests.show(self._guests.feed_ids())

    async def _note_filled(self) -> None:
        try:
            await self._indexer.drain()
        finally:
            self._filled.set()
