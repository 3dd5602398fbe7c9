"""News of several feeds in one message: packed, opened, and which posts are the newest."""

from collections.abc import Iterable, Sequence
from heapq import nlargest

from msgspec import Struct

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.catchup.limits import (
    GAP_ENTRIES_MAX,
    NEWS_BYTES,
    NEWS_CONTENT_BYTES_MAX,
    NEWS_FEEDS_MAX,
)
from swarmfeed.core.catchup.words import NewsOf, NightNews
from swarmfeed.core.feed.chunk import frame_content, pack_frame, split_frame, unpack_frame
from swarmfeed.core.feed.entry import time_of
from swarmfeed.core.feed.grown import Grown
from swarmfeed.core.feed.replica import Replica
from swarmfeed.errors import BadEncodingError

_LIST_BYTES = len(frame_content(()))
"""What stands around the entries of a frame."""


class FeedTold(Struct, frozen=True):
    """What is told of one feed."""

    of: NewsOf
    stored: Sequence[bytes]
    """The new entries, in order."""

    @property
    def entries_bytes(self) -> int:
        return sum(map(len, self.stored))

    @property
    def size_bytes(self) -> int:
        """Bytes that count for the length of a message."""
        return self.entries_bytes + len(self.of.chunk_list)


def fits(replica: Replica, size: int) -> bool:
    """Whether what is new since ``size`` may come as news: some entries, and not too many."""
    return 0 < size < replica.size <= size + GAP_ENTRIES_MAX


def tell(replica: Replica, start: int, stored: Sequence[bytes]) -> FeedTold | None:
    """Return entries [start, replica.size) as news; None: they are too long for a message."""
    of = NewsOf(
        feed_id=replica.feed_id,
        start=start,
        count=len(stored),
        signed_head=replica.signed_head,
        chunk_list=replica.chunk_list,
    )
    told = FeedTold(of, stored)
    return told if told.entries_bytes + _LIST_BYTES <= NEWS_CONTENT_BYTES_MAX else None


def pack_news(number: int, told: Sequence[FeedTold]) -> NightNews:
    """Put news of several feeds into a message."""
    entries = [entry for each in told for entry in each.stored]
    return NightNews(
        number=number,
        feeds=tuple(each.of for each in told),
        frame=pack_frame(frame_content(entries)),
    )


def open_news(news: NightNews) -> list[FeedTold]:
    """Return what a message says of each feed.  Nothing of it is verified yet.

    Raises:
        BadEncodingError: The frame is too large, damaged, or has other entries than it says.
    """
    content = unpack_frame(news.frame, NEWS_CONTENT_BYTES_MAX)
    entries = split_frame(content)
    if content != frame_content(entries):
        raise BadEncodingError("news are not a list of entries")
    if len(entries) != sum(each.count for each in news.feeds):
        raise BadEncodingError(f"news have {len(entries)} entries, and say others")
    told, at = list[FeedTold](), 0
    for each in news.feeds:
        told.append(FeedTold(each, tuple(entries[at : at + each.count])))
        at += each.count
    return told


class Packing:
    """Puts news together until they are a message."""

    def __init__(self, number: int) -> None:
        """Begin the answer to a question of this number."""
        self._number = number
        self._told: list[FeedTold] = []
        self._size_bytes = 0

    @property
    def is_full(self) -> bool:
        """Whether what was put in is worth a message."""
        return self._size_bytes >= NEWS_BYTES or len(self._told) >= NEWS_FEEDS_MAX

    def has_room(self, told: FeedTold) -> bool:
        """Whether news of one more feed may be put in; where nothing is in, they may."""
        entries_bytes = sum(each.entries_bytes for each in self._told) + told.entries_bytes
        return not self._told or (
            self._size_bytes + told.size_bytes <= 2 * NEWS_BYTES
            and entries_bytes + _LIST_BYTES <= NEWS_CONTENT_BYTES_MAX
        )

    def add(self, told: FeedTold) -> None:
        self._told.append(told)
        self._size_bytes += told.size_bytes

    def take(self) -> NightNews | None:
        """Return what was put in as a message; None: nothing was."""
        told, self._told, self._size_bytes = self._told, [], 0
        return pack_news(self._number, told) if told else None


def newest(grown: Iterable[tuple[Grown, Sequence[bytes]]], count: int) -> dict[FeedId, int]:
    """Return where the newest ``count`` entries begin: the first of each feed that has some.

    Args:
        grown: Feeds with their new entries.  Those of one feed count as newest from the end
            on, whatever times they claim.
    """
    times = [
        (time_of(stored), each.feed_id, each.after.size - back)
        for each, entries in grown
        for back, stored in enumerate(reversed(entries[-count:]), start=1)
    ]
    first: dict[FeedId, int] = {}
    for _, feed_id, index in nlargest(count, times):
        first[feed_id] = min(index, first.get(feed_id, index))
    return first
