"""Chunk-like files and their torrents, a pure function of a number."""

from pathlib import Path
from random import Random

from swarmfeed.core.base.types import ChunkSpan, FeedId
from swarmfeed.core.feed.metainfo import ChunkTorrent, chunk_torrent, hash_pieces

FEED = FeedId(bytes(range(32)))


def make_chunk(number: int, size_bytes: int = 64 * 1024) -> tuple[ChunkTorrent, bytes]:
    """The torrent of chunk ``number`` and its content, which does not compress."""
    content = Random(number).randbytes(size_bytes)
    return chunk_torrent(FEED, ChunkSpan(0, number), hash_pieces(content)), content


def write_chunk(folder: Path, torrent: ChunkTorrent, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / torrent.name).write_bytes(content)
