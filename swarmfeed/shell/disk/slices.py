"""A part of a feed: only the frames it lies in are unpacked, and each is checked first."""

from swarmfeed.core.base.limits import CHUNK_ENTRIES
from swarmfeed.core.base.types import ChunkSpan
from swarmfeed.core.feed.chunk import frame_ranges, split_frame, unpack_frames
from swarmfeed.core.feed.chunklist import ChunkRecord
from swarmfeed.core.feed.metainfo import chunk_name, is_undamaged
from swarmfeed.core.feed.reading import Packed
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.feed.sealing import LoadChunk
from swarmfeed.errors import DamageError, RemoteError


def read_part(replica: Replica, start: int, end: int, load: LoadChunk) -> list[bytes]:
    """Return the entries [start, end) of a feed.  DamageError: they are not held."""
    found: list[bytes] = []
    for span, record in replica.chunks().items():
        if max(span.start, start) < min(span.end, end):
            name = chunk_name(replica.feed_id, span)
            frames = _frames_of(load(span), span, record, start, end, name=name)
            found += _entries_in(frames, name)
    skip = _skipped(replica, start)
    return [*found, *_tail_of(replica, start, end)][skip : skip + end - start]


def packed_part(replica: Replica, start: int, end: int, load: LoadChunk) -> Packed:
    """Return the same as it lies there."""
    frames = [
        _frames_of(load(span), span, record, start, end, name=chunk_name(replica.feed_id, span))
        for span, record in replica.chunks().items()
        if max(span.start, start) < min(span.end, end)
    ]
    return Packed(
        frames=b"".join(frames),
        tail=_tail_of(replica, start, end),
        skip=_skipped(replica, start),
        count=end - start,
    )


# --- inside ---


def _frames_of(
    chunk: bytes,
    span: ChunkSpan,
    record: ChunkRecord,
    start: int,
    end: int,
    *,
    name: str,
) -> bytes:
    """Return the frames of a chunk in which the entries [start, end) of a feed lie.

    Raises:
        DamageError: The chunk, called ``name``, is not what was written.
    """
    first = max(start - span.start, 0) // CHUNK_ENTRIES
    stop = -(-min(end - span.start, span.entry_count) // CHUNK_ENTRIES)
    try:
        frames = frame_ranges(chunk)[first:stop]
    except RemoteError as error:
        raise DamageError(f"{name} is damaged: {error}") from error
    # A frame with flipped bits may decompress all the same.
    begin, until = (frames[0][0], frames[-1][1]) if frames else (0, 0)
    if not frames or not is_undamaged(chunk, record.pieces, begin, until):
        raise DamageError(f"{name} is damaged")
    return chunk[begin:until]


def _entries_in(frames: bytes, name: str) -> list[bytes]:
    try:
        contents = unpack_frames(frames, frame_ranges(frames))
        return [entry for content in contents for entry in split_frame(content)]
    except RemoteError as error:
        raise DamageError(f"{name} is damaged: {error}") from error


def _tail_of(replica: Replica, start: int, end: int) -> tuple[bytes, ...]:
    first = max(start - replica.tail_start, 0)
    return tuple(replica.tail[first : max(end - replica.tail_start, 0)])


def _skipped(replica: Replica, start: int) -> int:
    """Entries of the first frame before the first that is asked for."""
    return start % CHUNK_ENTRIES if start < replica.tail_start else 0
