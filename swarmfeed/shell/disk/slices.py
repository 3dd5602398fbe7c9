"""A part of a chunk: only the frames it lies in are unpacked, and each is checked first."""

from swarmfeed.core.base.limits import CHUNK_ENTRIES
from swarmfeed.core.base.types import ChunkSpan
from swarmfeed.core.feed.chunk import frame_ranges, unpack_chunk
from swarmfeed.core.feed.chunklist import ChunkRecord
from swarmfeed.core.feed.metainfo import is_undamaged
from swarmfeed.errors import DamageError, RemoteError


def entries_of(
    chunk: bytes, span: ChunkSpan, record: ChunkRecord, start: int, end: int, *, name: str
) -> list[bytes]:
    """Return those of the stored entries [start, end) of a feed that lie in one chunk.

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
        unpacked = unpack_chunk(chunk, first, stop - first)
        stored = [entry for frame in unpacked for entry in frame]
    except RemoteError as error:
        raise DamageError(f"{name} is damaged: {error}") from error
    base = span.start + first * CHUNK_ENTRIES
    return stored[max(start - base, 0) : end - base]
