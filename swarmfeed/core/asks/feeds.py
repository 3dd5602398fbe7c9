"""Feeds as they are held here, and their sealed chunks as torrents."""

from dataclasses import dataclass
from typing import Annotated

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.shape import Spare
from swarmfeed.core.base.types import AuthorId, ChunkSpan, FeedId, Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStatus:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFeeds:
    """Some feeds."""

    feeds: tuple[FeedStatus, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedChunk:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkList:
    """What the chunks are checked by, as a torrent of its own; with each chunk a newer one."""

    name: str
    """Of the torrent and its one file."""
    magnet: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedChunks:
    """All sealed chunks of a feed, oldest first."""

    torrents: tuple[SealedChunk, ...]
    chunk_list: ChunkList | None = None
    """None while no chunk is sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TorrentFile:
    """A ``.torrent``."""

    name: str
    """Of the file, ``.torrent`` included."""
    torrent: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedsOf(Ask[HeldFeeds]):
    """The feeds of one author that are known here."""

    name = "feeds"

    author: AuthorId


@dataclass(frozen=True, slots=True, kw_only=True)
class OneFeed(Ask[HeldFeeds]):
    """How one feed is held here; none when it is not."""

    name = "feed"

    feed: FeedId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTorrents(Ask[SealedChunks]):
    """The sealed chunks of a feed; a 400 when it is not here."""

    name = "torrents"

    feed: FeedId


@dataclass(frozen=True, slots=True, kw_only=True)
class GetListTorrent(Ask[TorrentFile]):
    """The ``.torrent`` of a feed's chunk list; a 400 while no chunk is sealed."""

    name = "list-torrent-file"

    feed: FeedId


@dataclass(frozen=True, slots=True, kw_only=True)
class GetTorrent(Ask[TorrentFile]):
    """The ``.torrent`` of a sealed chunk; a 400 when the feed has no such chunk."""

    name = "torrent-file"

    feed: FeedId
    level: int
    position: int
