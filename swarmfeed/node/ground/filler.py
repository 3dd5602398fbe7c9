"""What goes into the index, and out of it again, in the thread that may write it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import pairwise

import structlog
from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.limits import CHUNK_ENTRIES
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.extent import pieces
from swarmfeed.core.feed.limits import INDEX_PIECE_BYTES, SHOWN_SLACK
from swarmfeed.core.feed.reading import Packed
from swarmfeed.errors import (
    BadEncodingError,
    DamageError,
    MendingError,
    RemoteError,
    SwarmfeedError,
)
from swarmfeed.node.ground.almanac import Almanac
from swarmfeed.node.ground.extents import Extents
from swarmfeed.ports import Addition, Index, Logs, Prepared

logger = structlog.get_logger()


class Work(Struct, frozen=True):
    """A range of a feed to index; sorts the newest first."""

    urgency: int
    newer_count: int
    """Entries of the same feed after these: what is asked for last, of any feed."""
    order: int
    feed_id: FeedId
    author_id: AuthorId
    start: int
    end: int
    with_posts: bool = True
    """Whether posts in it are shown."""

    def __lt__(self, other: "Work") -> bool:
        mine = self.urgency, self.newer_count, self.order
        return mine < (other.urgency, other.newer_count, other.order)


class Added(Struct, frozen=True):
    """What came of a range."""

    posts: int
    """Shown since."""
    is_plain: bool = False
    """Nothing came but posts of nothing but text; known of what is short and came alone."""


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

    def index_pieces(self, works: list[Work], then: Work | None = None) -> list[Added]:
        """Returns what came of each.

        Args:
            works: All of them go in together.
            then: What is likely to be next; it is begun meanwhile.

        Raises:
            DamageError: The only one cannot be read; of several, or of one with several chunks,
                what can be read goes in.
        """
        try:
            if len(works) == 1:
                return [self._index_alone(works[0], then)]
            return [Added(each) for each in self._index_each(works)]
        except MendingError as error:
            # It is only a cache: it is made anew from the logs, and these entries with it.
            logger.warning("the index is damaged", reason=str(error))
            return [Added(0)] * len(works)

    def _read(self, work: Work) -> Packed:
        return self._logs.read_packed(work.feed_id, work.start, work.end)

    def _index_each(self, works: Iterable[Work]) -> list[int]:
        return [added for some in self._read_in_turn(works) for added in self._add_each(some)]

    def _index_alone(self, work: Work, then: Work | None) -> Added:
        """Of several chunks, one that is damaged keeps no other out."""
        try:
            is_short = work.end - work.start <= CHUNK_ENTRIES
            return self._index_short(work) if is_short else Added(self._index_run(work, then))
        except (DamageError, RemoteError):
            if len(cut := self._cut_by_chunks(work)) < 2:
                raise
            return Added(sum(self._index_each(cut)))

    def _cut_by_chunks(self, work: Work) -> list[Work]:
        """A range in pieces, newest first, each of one chunk that is held or of none."""
        held = self._logs.held(work.feed_id)
        edges = {edge for span in held for edge in (span.start, span.end)}
        cuts = sorted(edge for edge in edges if work.start < edge < work.end)
        spans = list(pairwise([work.start, *cuts, work.end]))
        return [replace(work, start=start, end=end) for start, end in reversed(spans)]

    def _index_short(self, work: Work) -> Added:
        """A post that was just written, mostly: there is nothing to do meanwhile."""
        (run,) = self._index.prepare_each([self._read(work)])
        if isinstance(run, BadEncodingError):
            raise run
        (posts,) = self._index.add_each([self._addition(work, run)])
        return Added(posts, run.is_plain)

    def _index_run(self, work: Work, then: Work | None) -> int:
        """Large ones come in parts: the next is prepared while this one is put in."""
        packed = self._read(work)
        with (
            self._index.together(in_order=True),
            closing(self._index.prepare(packed, lambda: self._read_ahead(then))) as parts,
        ):
            return self._add_parts(work, parts)

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
    ) -> Iterator[list[tuple[Work, Prepared | None]]]:
        """Read works in order, no more at a time than may be in memory at once.

        They may be thousands of the longest entries, however few bytes they came as.
        """
        read: list[tuple[Work, Packed | None]] = []
        unpacked_bytes = 0
        for work in works:
            packed, more_bytes = self._read_or_pass(work)
            read.append((work, packed))
            unpacked_bytes += more_bytes
            if unpacked_bytes > INDEX_PIECE_BYTES:
                yield self._prepared(read)
                read, unpacked_bytes = [], 0
        if read:
            yield self._prepared(read)

    def _read_or_pass(self, work: Work) -> tuple[Packed | None, int]:
        """Returns what was read, and how many bytes it unpacks to."""
        try:
            packed = self._read(work)
            return packed, packed.unpacked_bytes
        except (DamageError, RemoteError) as error:
            warn_of_unread(work, error)
            return None, 0

    def _prepared(
        self, read: Sequence[tuple[Work, Packed | None]]
    ) -> list[tuple[Work, Prepared | None]]:
        """Of each what is to be put in: None, where it cannot be read."""
        there = [(work, packed) for work, packed in read if packed is not None]
        found: dict[Work, Prepared] = {}
        runs = self._index.prepare_each([packed for _, packed in there])
        for (work, _), run in zip(there, runs, strict=True):
            if isinstance(run, BadEncodingError):
                warn_of_unread(work, run)
            else:
                found[work] = run
        return [(work, found.get(work)) for work, _ in read]

    def _add_each(self, prepared: Sequence[tuple[Work, Prepared | None]]) -> list[int]:
        there = [self._addition(work, run) for work, run in prepared if run is not None]
        added = iter(self._index.add_each(there))
        return [0 if run is None else next(added) for _, run in prepared]

    def _add_parts(self, work: Work, parts: Iterable[Prepared]) -> int:
        added, start = 0, work.start
        for part in parts:
            addition = self._addition(replace(work, start=start), part)
            added += sum(self._index.add_each([addition]))
            start = addition.end
        return added

    def _addition(self, work: Work, read: Prepared) -> Addition:
        # Before the index goes by it: one made anew has to come out the same.
        first = self._almanac.see(work.feed_id, work.start, read.times_ms)
        return Addition(
            feed_id=work.feed_id,
            author_id=work.author_id,
            start=work.start,
            prepared=read,
            reckoning=self._almanac.reckoning(work.feed_id),
            with_posts=work.with_posts,
            resorted_from=first if first < work.start else None,
        )

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
