"""How much each feed unpacks to, and from which entry on it is shown."""

from collections.abc import Iterator
from typing import Final

from swarmfeed.core.base.limits import CHUNK_ENTRIES
from swarmfeed.core.base.types import AuthorId, ChunkSpan, FeedId
from swarmfeed.core.feed.chunk import content_sizes
from swarmfeed.core.feed.extent import first_within
from swarmfeed.errors import DamageError, RemoteError
from swarmfeed.node.ground.interests import Interests
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.ports import Logs

SIZES_KEPT_MAX: Final = 1_024
"""Chunks whose sizes are remembered; 10 MB if all have 256 frames."""

Run = tuple[int, int]
"""First entry of up to 256 that are held, and their bytes unpacked."""


class Extents:
    """Reads sizes from what is on disk.  May be asked from any thread."""

    def __init__(
        self,
        logs: Logs,
        shelf: Shelf,
        interests: Interests,
        own: AuthorId,
        budget_bytes: int,
    ) -> None:
        """``own`` is shown whole; of others, ``budget_bytes`` unpacked, the newest."""
        self._logs = logs
        self._shelf = shelf
        self._interests = interests
        self._own = own
        self._budget_bytes = budget_bytes
        self._sizes: dict[tuple[FeedId, ChunkSpan], tuple[int, ...]] = {}

    def budget(self, author_id: AuthorId) -> int | None:
        """Bytes that are shown of each feed of an author; None: all there are."""
        shown_bytes = self.shown_bytes(author_id)
        if shown_bytes is None:
            return None
        return shown_bytes // max(len(self._shelf.feeds_of(author_id)), 1)

    def shown_bytes(self, author_id: AuthorId) -> int | None:
        """Bytes that are shown of all feeds of an author; None: all there are."""
        if author_id == self._own:
            return None
        less = self._interests.shown_bytes(author_id, self._packed_bytes(author_id))
        return self._budget_bytes if less is None else min(less, self._budget_bytes)

    def is_for_others(self, author_id: AuthorId) -> bool:
        """Whether an author is held though no person here asked for them."""
        return not self._interests.is_read(author_id)

    def unpacked_bytes(self, feed_id: FeedId, start: int = 0) -> int:
        """What is held of a feed, from an entry on."""
        return sum(size for first, size in self._runs(feed_id) if first >= start)

    def first_shown(self, feed_id: FeedId, author_id: AuthorId) -> int:
        """The entry from which on posts of a feed are shown; 0 when all are."""
        budget = self.budget(author_id)
        return 0 if budget is None else first_within(self._runs(feed_id), budget)

    def sizes(self, feed_id: FeedId, start: int, end: int) -> list[Run]:
        """Runs of [start, end), oldest first; those that are not held are left out."""
        runs = [
            run
            for run in self._runs(feed_id)
            if run[0] < end and run[0] + CHUNK_ENTRIES > start
        ]
        return runs[::-1]

    def _packed_bytes(self, author_id: AuthorId) -> int:
        """What is held of an author, as it lies on disk."""
        packed = 0
        for feed_id in self._shelf.feeds_of(author_id):
            replica = self._shelf.replica(feed_id)
            if replica is not None:
                held = self._logs.held(feed_id)
                chunks = replica.chunks().items()
                packed += sum(map(len, replica.tail))
                packed += sum(each.pieces.size_bytes for span, each in chunks if span in held)
        return packed

    def _runs(self, feed_id: FeedId) -> Iterator[Run]:
        """What is held, newest first."""
        replica = self._shelf.replica(feed_id)
        if replica is None:
            return
        if replica.tail:
            yield replica.tail_start, sum(map(len, replica.tail))
        held = self._logs.held(feed_id)
        for span in reversed(replica.chunks()):
            if span in held:
                sizes = self._sizes_of(feed_id, span)
                for number in reversed(range(len(sizes))):
                    yield span.start + number * CHUNK_ENTRIES, sizes[number]

    def _sizes_of(self, feed_id: FeedId, span: ChunkSpan) -> tuple[int, ...]:
        found = self._sizes.get((feed_id, span))
        if found is None:
            try:
                found = tuple(content_sizes(self._logs.read_chunk(feed_id, span)))
            except (DamageError, RemoteError):
                return ()  # `verify` names it; nothing of it is shown
            if len(self._sizes) >= SIZES_KEPT_MAX:
                self._sizes.clear()
            self._sizes[feed_id, span] = found
        return found
