"""A part of a feed: only the frames it lies in are unpacked, and each is checked first."""

from collections.abc import Callable
from typing import TypeVar

from swarmfeed.core.base.limits import CHUNK_ENTRIES
from swarmfeed.core.base.types import ChunkSpan
from swarmfeed.core.feed.chunk import frame_content, frame_ranges, unpack_frames
from swarmfeed.core.feed.chunklist import ChunkRecord
from swarmfeed.core.feed.metainfo import chunk_name, is_undamaged
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.feed.sealing import LoadChunk
from swarmfeed.errors import DamageError, RemoteError

T = TypeVar("T")

Read = Callable[[bytes], list[T]]
"""Reads the entries of a list of them: as they are stored, or with their hashes."""


def read_part(
    replica: Replica, start: int, end: int, load: LoadChunk, read: Read[T]
) -> list[T]:
    """Return the entries [start, end) of a feed.  DamageError: they are not held."""
    found: list[T] = []
    for span, record in replica.chunks().items():
        if max(span.start, start) < min(span.end, end):
            name = chunk_name(replica.feed_id, span)
            found += entries_of(load(span), span, record, start, end, name=name, read=read)
    first = max(start - replica.tail_start, 0)
    tail = replica.tail[first : max(end - replica.tail_start, 0)]
    return found + read(frame_content(tail))


def entries_of(
    chunk: bytes,
    span: ChunkSpan,
    record: ChunkRecord,
    start: int,
    end: int,
    *,
    name: str,
    read: Read[T],
) -> list[T]:
    """Return those of the entries [start, end) of a feed that lie in one chunk.

    Raises:
        DamageError: The chunk, called ``name``, is not what was written.
    """
    first = max(start - span.start, 0) // CHUNK_ENTRIES
    stop = -(-min(end - span.start, span.entry_count) // CHUNK_ENTRIES)
    try:
        frames = frame_ranges(chunk)[first:stop]
        # A frame with flipped bits may decompress all the same.
        begin, until = (frames[0][0], frames[-1][1]) if frames else (0, 0)
        if not frames or not is_undamaged(chunk, record.pieces, begin, until):
            raise DamageError(f"{name} is damaged")
        entries = [each for content in unpack_frames(chunk, frames) for each in read(content)]
    except RemoteError as error:
        raise DamageError(f"{name} is damaged: {error}") from error
    base = span.start + first * CHUNK_ENTRIES
    return entries[max(start - base, 0) : end - base]
