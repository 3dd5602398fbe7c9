"""Patches: a holder of a chunk that was packed anew is sent the frames that are others.

Who has the old file says what its frames hash to; who has the new one answers with those that
are not among them.  Neither has to know what was withdrawn, or how often, since.  What comes
is put into the old file, and has to give the very bytes that the author signed.
"""

from hashlib import sha256
from typing import Final

from swarmfeed.core.feed.chunk import frame_ranges, hash_frame, unpack_frame
from swarmfeed.core.feed.chunklist import ChunkRecord
from swarmfeed.core.feed.limits import PATCH_BYTES_MAX, PATCH_FRAMES_MAX
from swarmfeed.core.feed.merkle import root_hash
from swarmfeed.core.feed.metainfo import hash_pieces
from swarmfeed.core.feed.withdrawal import splice
from swarmfeed.errors import BadEncodingError, BadProofError

DIGEST_BYTES: Final = 8
"""Of a frame's SHA-256.  Who finds another frame with the same one gets a file that fails its
piece hashes, and fetches it."""


def digests_of(chunk: bytes) -> bytes:
    """Return what the frames of a chunk hash to, in order.  Raises BadEncodingError."""
    return b"".join(
        sha256(chunk[start:end]).digest()[:DIGEST_BYTES] for start, end in frame_ranges(chunk)
    )


def patch_for(chunk: bytes, digests: bytes) -> dict[int, bytes]:
    """Return the frames of a chunk that somebody lacks, by their number.

    Returns:
        Nothing where it is about another number of frames, or where so much differs that the
        swarm brings it better.

    Raises:
        BadEncodingError: Not a chunk.
    """
    ranges = frame_ranges(chunk)
    if len(digests) != len(ranges) * DIGEST_BYTES:
        return {}
    found: dict[int, bytes] = {}
    for number, (start, end) in enumerate(ranges):
        frame = chunk[start:end]
        said = digests[number * DIGEST_BYTES : (number + 1) * DIGEST_BYTES]
        if sha256(frame).digest()[:DIGEST_BYTES] != said:
            found[number] = frame
        if len(found) > PATCH_FRAMES_MAX:
            return {}
    return found if sum(map(len, found.values())) <= PATCH_BYTES_MAX else {}


def patched(
    old: bytes, before: ChunkRecord, frames: dict[int, bytes], record: ChunkRecord
) -> bytes:
    """Put frames into a chunk.

    Args:
        old: The chunk as it was kept, verified by ``before``.
        frames: By their number.
        record: What the newest chunk list says of it.

    Raises:
        BadEncodingError: The frames are none, or the chunk has no such.
        BadProofError: The result is not what the author signed, or holds other entries.
    """
    ranges = frame_ranges(old)
    if not frames or not frames.keys() <= set(range(len(ranges))):
        raise BadEncodingError("a patch of nothing, or of frames that are not there")
    if before.root != record.root:
        raise BadProofError("the chunk is to hold other entries")
    for number, frame in frames.items():
        start, end = ranges[number]
        if _root_of(frame) != _root_of(old[start:end]):
            raise BadProofError("a patch holds other entries")
    chunk = splice(old, frames)
    if hash_pieces(chunk) != record.pieces:
        raise BadProofError("a patched chunk is not what the author signed")
    return chunk


def _root_of(frame: bytes) -> bytes:
    return root_hash(hash_frame(unpack_frame(frame)))
