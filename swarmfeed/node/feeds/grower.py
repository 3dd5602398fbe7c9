"""What follows when a feed grew, by our own hand or a peer's: show it, pass it on, complete it.

head on disk (HeadGrew) --> seeded --> pushed --> indexed --> the rest fetched
chunk on disk (ChunkKept) --> indexed --> all here (FeedCompleted)
"""

import asyncio
from functools import partial

import structlog

from swarmfeed.core.base.limits import CHUNK_ENTRIES
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.grown import Grown
from swarmfeed.core.feed.replica import Replica
from swarmfeed.errors import DamageError, PassingError
from swarmfeed.node.feeds.fetcher import Fetcher
from swarmfeed.node.feeds.holder import Holder
from swarmfeed.node.feeds.seeder import Seeder
from swarmfeed.node.ground.events import ChunkKept, FeedCompleted, HeadGrew, Strained
from swarmfeed.node.ground.ground import Ground

logger = structlog.get_logger()


class Grower:
    """Carries out what is due when there is more of a feed than before."""

    def __init__(
        self, ground: Ground, holder: Holder, fetcher: Fetcher, seeder: Seeder
    ) -> None:
        self._shelf = ground.shelf
        self._indexer = ground.indexer
        self._index = ground.shells.index
        self._interests = ground.interests
        self._events = ground.events
        self._own_feed_id = ground.identity.feed_id
        self._is_online = ground.settings.network
        self._holder = holder
        self._fetcher = fetcher
        self._seeder = seeder

    async def grew(self, before: Replica | None, after: Replica) -> None:
        """A newer replica is on disk: show it, pass it on, fetch the rest, confirm it."""
        feed_id = after.feed_id
        author_id = self._shelf.author_of(feed_id)
        if author_id is None:
            return  # the feed was let go in the same moment
        if self._tell(before, after):
            # On its way before the index's thread takes the interpreter from the loop.
            await asyncio.sleep(0)
        if self._interests.is_indexed(author_id):
            await self._index_new(author_id, before, after)
        self._finish(author_id, feed_id)

    def grew_shown(self, grown: Grown) -> None:
        """The same of a feed whose new entries somebody else puts into the index."""
        author_id = self._shelf.author_of(grown.feed_id)
        if author_id is not None:
            self._tell(grown.before, grown.after)
            self._finish(author_id, grown.feed_id)

    def on_chunk(self, event: ChunkKept) -> None:
        """A chunk is on disk: index it, and see whether it was the last one."""
        feed_id, span = event.feed_id, event.span
        author_id = self._shelf.author_of(feed_id)
        if author_id is None:
            return
        if self._interests.is_indexed(author_id):
            self._indexer.add(feed_id, author_id, span.start, span.end)
        if self._shelf.is_complete(feed_id):
            replica = self._shelf.replica(feed_id)
            if replica is not None:
                # Without all chunks it could not prove to everyone that its head is newer.
                self._holder.push(None, replica)
            self._holder.confirm(feed_id)
            self._end_fetch(feed_id)

    # --- inside ---

    def _tell(self, before: Replica | None, after: Replica) -> bool:
        """Let everybody hear of a newer replica; returns whether a peer is told."""
        self._events.tell(HeadGrew(before, after))
        self._seed_new(before, after)
        return self._holder.push(before, after)

    def _finish(self, author_id: AuthorId, feed_id: FeedId) -> None:
        if self._shelf.replica(feed_id) is None:
            return  # it was let go meanwhile
        if self._interests.is_kept_whole(author_id):
            self._complete(author_id, feed_id)
        self._holder.confirm(feed_id)

    def _seed_new(self, before: Replica | None, after: Replica) -> None:
        """Seed chunks that were sealed here since."""
        if before is not None:
            self._seeder.drop_replaced(before, after)
        if self._is_online and (before is None or before.chunk_list != after.chunk_list):
            self._seeder.seed_held(after.feed_id)

    def _complete(self, author_id: AuthorId, feed_id: FeedId) -> None:
        """Fetch what is missing of a feed that is kept whole."""
        if self._shelf.is_complete(feed_id):
            self._end_fetch(feed_id)
        elif self._is_online and self._interests.may_fetch(author_id, feed_id):
            self._fetcher.want(feed_id)

    def _end_fetch(self, feed_id: FeedId) -> None:
        """All of a feed is here."""
        self._fetcher.forget(feed_id)
        self._events.tell(FeedCompleted(feed_id))

    async def _index_new(
        self, author_id: AuthorId, before: Replica | None, after: Replica
    ) -> None:
        """Index the newest entries at once, and chunks that we made ourselves."""
        feed_id = after.feed_id
        if before is None:
            if after.tail_start and not after.tail:  # a tail goes first, and reserves by itself
                self._indexer.note_soon(
                    ("reserve", feed_id),
                    partial(self._reserve, feed_id, author_id, after.size),
                )
            if feed_id != self._own_feed_id:
                return  # what is here is in the queue since HeadGrew: others go in with it
        if self._shelf.replica(feed_id) is None:
            return
        start = max(after.tail_start, before.size if before else 0)
        if before is not None and before.size < after.tail_start:
            if self._is_held_small(before.size, after):
                start = before.size  # the entry that seals a chunk is as new as any other
            else:
                self._index_made_here(author_id, before, after)
        if start < after.size:
            try:
                await self._indexer.index_now(feed_id, author_id, start, after.size)
            except PassingError as error:
                # It is saved all the same, and indexed when the node is relieved.
                self._events.tell(Strained(error))
            except DamageError as error:
                # A newer head came in between, and sealed them in a chunk that is on its way.
                logger.debug("entries not indexed yet", reason=str(error))

    def _reserve(self, feed_id: FeedId, author_id: AuthorId, size: int) -> None:
        """In the thread of the index, and later: of a feed that was let go nothing is left."""
        if self._shelf.replica(feed_id) is not None:
            self._index.reserve(feed_id, author_id, size)

    def _is_held_small(self, start: int, after: Replica) -> bool:
        """Whether [start, after.size) is on disk, and few enough to wait for."""
        ranges = self._shelf.held_ranges(after.feed_id)
        return after.size - start <= CHUNK_ENTRIES and any(
            first <= start and after.tail_start <= end for first, end in ranges
        )

    def _index_made_here(self, author_id: AuthorId, before: Replica, after: Replica) -> None:
        for first, end in self._shelf.held_ranges(after.feed_id):
            if before.size < end <= after.tail_start:
                self._indexer.add(after.feed_id, author_id, max(first, before.size), end)
