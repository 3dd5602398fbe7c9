"""Feeds as they are held here, and their sealed chunks as torrents."""

from typing import Annotated

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.shape import Spare
from swarmfeed.core.base.types import AuthorId, ChunkSpan, FeedId, Hash


class FeedStatus(Struct, frozen=True, kw_only=True):
    """One line of ``swarmfeed status``."""

    author_id: AuthorId
    author_name: str
    feed_id: FeedId
    relation: str
    """``own``, ``followed``, ``fetched`` or ``friend of a friend``."""
    size: int
    root: Hash
    entries_held: int
    bytes_held: int
    bytes_total: int
    """Of all sealed chunks and the tail, held or not."""
    holders: int
    """Other nodes known to hold all of it or a part."""
    held_by: int
    """Other nodes whose receipt covers the newest head."""
    fetching: int
    """Chunks in flight now."""
    rate_bytes_per_s: int
    uploaded_bytes: int
    """Sent to others by BitTorrent since the node started, of the chunks it has now."""
    forked: bool
    by_another: Annotated[bool, Spare()] = False
    """Whether those who have what is missing cannot be dialled: it comes by way of others, and
    slowly.  Left out otherwise."""


class FeedSums(Struct, frozen=True, kw_only=True):
    """All feeds of one relation together."""

    relation: str
    feeds: int = 0
    entries: int = 0
    entries_held: int = 0
    bytes_held: int = 0
    fetching: int = 0
    rate_bytes_per_s: int = 0
    uploaded_bytes: int = 0
    forked: int = 0


class AllTogether(Struct, frozen=True, kw_only=True):
    """All feeds, by their relation."""

    sums: tuple[FeedSums, ...]

    @property
    def feeds(self) -> int:
        return sum(each.feeds for each in self.sums)


class HowMuchIsHeld(Ask[AllTogether], frozen=True, kw_only=True):
    """Sums over all feeds: from memory, however many there are."""

    name = "held"


class HeldFeeds(Struct, frozen=True, kw_only=True):
    """Some feeds."""

    feeds: tuple[FeedStatus, ...]


class SealedChunk(Struct, frozen=True, kw_only=True):
    """A sealed chunk as ordinary BitTorrent clients know it."""

    level: int
    position: int
    start: int
    """First entry."""
    end: int
    """Entry after the last one."""
    name: str
    """Of the torrent and its one file."""
    magnet: str
    bytes: int

    @property
    def span(self) -> ChunkSpan:
        return ChunkSpan(self.level, self.position)


class ChunkList(Struct, frozen=True, kw_only=True):
    """What the chunks are checked by, as a torrent of its own; with each chunk a newer one."""

    name: str
    """Of the torrent and its one file."""
    magnet: str
    bytes: int


class SealedChunks(Struct, frozen=True, kw_only=True):
    """All sealed chunks of a feed, oldest first."""

    torrents: tuple[SealedChunk, ...]
    chunk_list: ChunkList | None = None
    """None while no chunk is sealed."""


class TorrentFile(Struct, frozen=True, kw_only=True):
    """A ``.torrent``."""

    name: str
    """Of the file, ``.torrent`` included."""
    torrent: bytes


class FeedsOf(Ask[HeldFeeds], frozen=True, kw_only=True):
    """The feeds of one author that are known here."""

    name = "feeds"

    author: AuthorId


class OneFeed(Ask[HeldFeeds], frozen=True, kw_only=True):
    """How one feed is held here; none when it is not."""

    name = "feed"

    feed: FeedId


class ListTorrents(Ask[SealedChunks], frozen=True, kw_only=True):
    """The sealed chunks of a feed; a 400 when it is not here."""

    name = "torrents"

    feed: FeedId


class GetListTorrent(Ask[TorrentFile], frozen=True, kw_only=True):
    """The ``.torrent`` of a feed's chunk list; a 400 while no chunk is sealed."""

    name = "list-torrent-file"

    feed: FeedId


class GetTorrent(Ask[TorrentFile], frozen=True, kw_only=True):
    """The ``.torrent`` of a sealed chunk; a 400 when the feed has no such chunk."""

    name = "torrent-file"

    feed: FeedId
    level: int
    position: int
