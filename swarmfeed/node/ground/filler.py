"""What goes into the index, and out of it again, in the thread that may write it."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace

import structlog

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.extent import pieces
from swarmfeed.core.feed.limits import INDEX_PIECE_BYTES, SHOWN_SLACK
from swarmfeed.core.feed.reading import Packed
from swarmfeed.errors import DamageError, MendingError, RemoteError, SwarmfeedError
from swarmfeed.node.ground.almanac import Almanac
from swarmfeed.node.ground.extents import Extents
from swarmfeed.ports import Index, Logs, Prepared

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True, order=True)
class Work:
    """A range of a feed to index; sorts the newest first."""

    urgency: int
    newer_count: int
    """Entries of the same feed after these: what is asked for last, of any feed."""
    order: int
    feed_id: FeedId = field(compare=False)
    author_id: AuthorId = field(compare=False)
    start: int = field(compare=False)
    end: int = field(compare=False)
    with_posts: bool = field(compare=False, default=True)
    """Whether posts in it are shown."""


class Filler:
    """Reads ranges of entries from the logs, and puts them in.  For one thread."""

    def __init__(self, logs: Logs, index: Index, almanac: Almanac, extents: Extents) -> None:
        self._logs = logs
        self._index = index
        self._almanac = almanac
        self._extents = extents

    def cut(self, work: Work) -> list[Work]:
        """Pieces of a range, newest first, and of which posts are shown."""
        shown = self._extents.first_shown(work.feed_id, work.author_id)
        runs = self._extents.sizes(work.feed_id, work.start, work.end)
        cut = pieces(work.start, work.end, runs, shown)
        return [
            replace(work, start=start, end=end, with_posts=start >= shown) for start, end in cut
        ]

    def index_pieces(self, works: list[Work], then: Work | None = None) -> list[int]:
        """Returns of each how many posts are shown since.

        Args:
            works: All of them go in together.
            then: What is likely to be next; it is begun meanwhile.

        Raises:
            DamageError: The only one cannot be read; of several, the others go in.
        """
        try:
            if len(works) == 1:
                return [self._index_run(works[0], then)]
            added: list[int] = []
            for some in self._read_in_turn(works):
                with self._index.together():
                    added += [self._add(*each) for each in some]
            return added
        except MendingError as error:
            # It is only a cache: it is made anew from the logs, and these entries with it.
            logger.warning("the index is damaged", reason=str(error))
            return [0] * len(works)

    def _read(self, work: Work) -> Packed:
        return self._logs.read_packed(work.feed_id, work.start, work.end)

    def _index_run(self, work: Work, then: Work | None) -> int:
        """Large ones come in parts: the next is prepared while this one is put in."""
        packed = self._read(work)
        with (
            self._index.together(in_order=True),
            closing(self._index.prepare(packed, lambda: self._read_ahead(then))) as parts,
        ):
            return self._add(work, parts)

    def _read_ahead(self, then: Work | None) -> Packed | None:
        """The newest piece of what is next; None where it cannot be read now."""
        if then is None:
            return None
        try:
            return self._read(self.cut(then)[0])
        except SwarmfeedError:
            return None  # who puts it in hears why

    def _read_in_turn(
        self, works: Iterable[Work]
    ) -> Iterator[list[tuple[Work, list[Prepared]]]]:
        """Read works in order, no more at a time than may be in memory at once.

        They may be thousands of the longest entries, however few bytes they came as.
        """
        read: list[tuple[Work, list[Prepared]]] = []
        unpacked_bytes = 0
        for work in works:
            parts, more_bytes = self._read_or_pass(work)
            read.append((work, parts))
            unpacked_bytes += more_bytes
            if unpacked_bytes > INDEX_PIECE_BYTES:
                yield read
                read, unpacked_bytes = [], 0
        if read:
            yield read

    def _read_or_pass(self, work: Work) -> tuple[list[Prepared], int]:
        """Returns what was read, and how many bytes it unpacked to."""
        try:
            packed = self._read(work)
            return list(self._index.prepare(packed)), packed.unpacked_bytes
        except (DamageError, RemoteError) as error:
            warn_of_unread(work, error)
            return [], 0

    def _add(self, work: Work, parts: Iterable[Prepared]) -> int:
        added, start = 0, work.start
        for part in parts:
            end = start + len(part.times_ms)
            if end > start:
                added += self._add_part(replace(work, start=start, end=end), part)
            start = end
        return added

    def _add_part(self, work: Work, read: Prepared) -> int:
        # Before the index goes by it: one made anew has to come out the same.
        first = self._almanac.see(work.feed_id, work.start, read.times_ms)
        reckoning = self._almanac.reckoning(work.feed_id)
        added = self._index.add_prepared(
            work.feed_id,
            work.author_id,
            work.start,
            read,
            reckoning=reckoning,
            with_posts=work.with_posts,
        )
        if first < work.start:
            self._index.resort(work.feed_id, first, work.end, reckoning)
        return added

    def trim_feed(self, feed_id: FeedId, author_id: AuthorId, size: int) -> bool:
        budget, first = self._extents.budget(author_id), self._index.first_post(feed_id)
        if budget is None or first is None:
            return False
        if self._extents.unpacked_bytes(feed_id, first) <= budget * SHOWN_SLACK:
            return False
        with self._index.together():
            self._index.drop_feed(feed_id)
            self._index.reserve(feed_id, author_id, size)
        return True

    def cut_feed(self, feed_id: FeedId, author_id: AuthorId, end: int) -> bool:
        indexed = self._index.indexed_ranges(feed_id)
        if not indexed or indexed[-1][1] <= end:
            return False
        with self._index.together():
            self._index.drop_feed(feed_id)
            self._index.reserve(feed_id, author_id, end)
        return True


def warn_of_unread(work: Work, error: SwarmfeedError) -> None:
    """`verify` names the file and fetches it again; then it is indexed."""
    logger.warning("entries not indexed", start=work.start, reason=str(error))
