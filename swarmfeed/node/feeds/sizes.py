"""How much there is of each feed and is here: measured again only when something changed."""

from collections.abc import Collection

from msgspec import Struct

from swarmfeed.core.asks.feeds import FeedSums
from swarmfeed.core.base.types import ChunkSpan, FeedId
from swarmfeed.core.feed.replica import Replica
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.ports import Logs


class Size(Struct, frozen=True):
    """How much of a feed, or of an author, there is and is here."""

    entries: int = 0
    entries_held: int = 0
    bytes_held: int = 0
    bytes_total: int = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(
            self.entries + other.entries,
            self.entries_held + other.entries_held,
            self.bytes_held + other.bytes_held,
            self.bytes_total + other.bytes_total,
        )


class _Measured(Struct, frozen=True):
    """How much there is of a feed, as long as nothing of it changes."""

    replica: Replica
    held: frozenset[ChunkSpan]
    size: Size

    def is_of(self, replica: Replica | None, held: frozenset[ChunkSpan]) -> bool:
        return self.replica is replica and (self.held is held or self.held == held)


class Sizes:
    """Knows how much of each feed is on the disk; belongs to the node's loop."""

    def __init__(self, shelf: Shelf, logs: Logs) -> None:
        self._shelf = shelf
        self._logs = logs
        self._measured: dict[FeedId, _Measured] = {}

    def of(self, feed_id: FeedId) -> Size:
        """Of a feed that is on the shelf; without what is on its way."""
        replica, held = self._shelf.replica(feed_id), self._logs.held(feed_id)
        known = self._measured.get(feed_id)
        if known is not None and known.is_of(replica, held):
            return known.size
        assert replica is not None, "every feed on the shelf has a replica"
        size = self._measure(feed_id, replica, held)
        self._measured[feed_id] = _Measured(replica, held, size)
        return size

    def forget_others(self, feed_ids: Collection[FeedId]) -> None:
        """Forget all but these."""
        for gone in self._measured.keys() - {*feed_ids}:
            del self._measured[gone]

    def _measure(self, feed_id: FeedId, replica: Replica, held: frozenset[ChunkSpan]) -> Size:
        tail_bytes = sum(map(len, replica.tail))
        sizes = {span: record.pieces.size_bytes for span, record in replica.chunks().items()}
        held_bytes = sum(size for span, size in sizes.items() if span in held)
        return Size(
            entries=replica.size,
            entries_held=self._shelf.entries_held(feed_id),
            bytes_held=tail_bytes + held_bytes,
            bytes_total=tail_bytes + sum(sizes.values()),
        )


class Sum(Struct, kw_only=True):
    """Feeds of one relation together, as they are counted: thousands, at a page."""

    relation: str
    feeds: int = 0
    entries: int = 0
    entries_held: int = 0
    bytes_held: int = 0
    fetching: int = 0
    rate_bytes_per_s: int = 0
    uploaded_bytes: int = 0
    forked: int = 0

    def add(self, size: Size) -> None:
        """Count one more feed."""
        self.feeds += 1
        self.entries += size.entries
        self.entries_held += size.entries_held
        self.bytes_held += size.bytes_held

    def done(self) -> FeedSums:
        return FeedSums(**{name: getattr(self, name) for name in self.__struct_fields__})
