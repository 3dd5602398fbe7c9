"""Chunks: 256 * 16**level entries as one immutable file.

A level-0 chunk is one zstd frame (RFC 8878) whose content is the bencoded list of its 256
stored entries.  A chunk of a higher level is its 16 parts one after the other: concatenated
frames are a valid zstd file, so compaction is ``cat`` and ``zstd -dc`` opens every chunk.

Who writes a frame chooses its bytes; everyone else checks its content by the tree.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import accumulate, pairwise
from typing import cast

import zstandard

from swarmfeed.core.base.limits import (
    BODY_BYTES_MAX,
    CHUNK_ENTRIES,
    CHUNK_FANOUT,
    CHUNK_LEVEL_MAX,
    FRAME_BLOCKS_MAX,
    FRAME_BYTES_MAX,
    HASH_BYTES,
)
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.entry import match_between, match_body_end, match_body_start
from swarmfeed.core.feed.merkle import root_hash
from swarmfeed.errors import BadEncodingError, BadProofError

COMPRESSION_LEVEL = 3
"""2 million posts a second, 44 bytes for an average one; level 19 saves 3 more bytes at 1/45
of the speed."""

_FRAMES_MAX = CHUNK_FANOUT**CHUNK_LEVEL_MAX
_MAGIC = zstandard.MAGIC_NUMBER.to_bytes(4, "little")
_HEADER_BYTES_MAX = 18
_RLE_BLOCK, _RESERVED_BLOCK = 1, 3

# Bits of the frame header descriptor (RFC 8878, 3.1.1.1.1).
_CONTENT_SIZE, _SINGLE_SEGMENT, _CHECKSUM = 0b1110_0000, 0b0010_0000, 0b100
_DICTIONARY_OR_RESERVED = 0b1011

_WINDOW_LOG_MIN = 10
"""Smallest window that an encoder takes: 2**10 bytes."""


def frame_content(stored: Sequence[bytes]) -> bytes:
    """Return the bencoded list of stored entries."""
    return b"l" + b"".join(stored) + b"e"


def pack_frame(content: bytes) -> bytes:
    """Compress a list of entries, or a journal's base, into one segment.

    A window as large as the content: a reader needs room for the content and nothing else, and
    no reader has a window of its own choice that a frame could go beyond.
    """
    window_log = max(_WINDOW_LOG_MIN, (len(content) - 1).bit_length())
    parameters = zstandard.ZstdCompressionParameters.from_level(
        COMPRESSION_LEVEL, source_size=len(content), window_log=window_log
    )
    return zstandard.ZstdCompressor(compression_params=parameters).compress(content)


def frame_ranges(chunk: bytes) -> list[tuple[int, int]]:
    """Return where each frame lies in a chunk, as byte ranges [start, end).

    Walks block headers and decompresses nothing.  Source: RFC 8878, 3.1.1.

    Raises:
        BadEncodingError: Not whole zstd frames one after the other.
    """
    ranges: list[tuple[int, int]] = []
    at = 0
    while at < len(chunk):
        if len(ranges) == _FRAMES_MAX:
            raise BadEncodingError(f"chunk has more than {_FRAMES_MAX} frames")
        end = _frame_end(chunk, at)
        ranges.append((at, end))
        at = end
    return ranges


def content_sizes(chunk: bytes) -> list[int]:
    """Return the bytes each frame of a chunk declares to hold; unpacks nothing.

    Raises:
        BadEncodingError: Not whole zstd frames one after the other.
    """
    return [
        zstandard.frame_content_size(chunk[start : start + _HEADER_BYTES_MAX])
        for start, _ in frame_ranges(chunk)
    ]


def unpack_frame(frame: bytes, limit_bytes: int = FRAME_BYTES_MAX) -> bytes:
    """Decompress one frame, never to more than ``limit_bytes``.

    Raises:
        BadEncodingError: Damaged, without a content size, too large, or not of one segment.
    """
    return _unpack(frame, limit_bytes, zstandard.ZstdDecompressor())


def unpack_frames(chunk: bytes, frames: Iterable[tuple[int, int]]) -> Iterator[bytes]:
    """Yield the content of frames that lie in these byte ranges, as ``unpack_frame`` does."""
    unpacker = zstandard.ZstdDecompressor()  # to make one takes as long as to hash ten entries
    for start, end in frames:
        yield _unpack(chunk[start:end], FRAME_BYTES_MAX, unpacker)


def hash_frame(content: bytes) -> list[Hash]:
    """Return the entry hashes of a frame's content, in order.

    Raises:
        BadEncodingError: Not a list of canonical stored entries.
    """
    return _hash_entries(content)[0]


def hash_whole(stored: Sequence[bytes]) -> tuple[bytes, list[Hash]]:
    """Return the content of a frame of these entries, and their hashes.

    Raises:
        BadEncodingError: One of them is not exactly one entry.
    """
    content = frame_content(stored)
    hashes, ends = _hash_entries(content)
    # Two halves of an entry must not pass as a whole one.
    if ends != list(accumulate(map(len, stored), initial=1))[1:]:
        raise BadEncodingError("an entry is cut in two, or two are in one")
    return content, hashes


def read_frame(content: bytes) -> list[tuple[bytes, Hash]]:
    """Return the stored entries of a frame's content, each with its hash, as ``hash_frame``."""
    hashes, ends = _hash_entries(content)
    stored = [content[start:end] for start, end in pairwise([1, *ends])]
    return list(zip(stored, hashes, strict=True))


def _hash_entries(content: bytes) -> tuple[list[Hash], list[int]]:
    """Return the hash of each entry, and where it ends.

    This is the loop that a backlog's verification spends its time in: one pattern match and
    two hashes for each entry.  See ``core/feed/entry.py`` for what the pattern accepts.
    """
    headers: list[bytes] = []  # what varies in them
    ends: list[int] = []
    add, add_end, hash_bytes = headers.append, ends.append, sha256
    at = 1
    length: bytes | None = None
    goes_on = False
    if (start := match_body_start(content, at)) is not None:
        at, length, goes_on = start.end(), start[1], True
    while goes_on:
        if length is None:
            stop = at + HASH_BYTES
            body_hash = content[at:stop]
        else:
            stop = at + int(length)
            body_hash = hash_bytes(content[at:stop]).digest()
        end = match_between(content, stop)
        if end is None or stop - at > BODY_BYTES_MAX:
            raise BadEncodingError(f"body at byte {at} of the frame has no end, or is too long")
        rest, length = end.groups()
        add(body_hash + rest)
        add_end(end.end(1))
        at = end.end()
        goes_on = length is not None or at > end.end(1)
    if at != len(content) - 1 or content[:1] != b"l" or content[-1:] != b"e":
        raise BadEncodingError(f"frame is not a list of entries, from byte {at} on")
    # Naming each hash a Hash costs a call each: 5 % of the whole.
    hashes = [hash_bytes(b"\x00d1:b32:" + each).digest() for each in headers]
    return cast(list[Hash], hashes), ends


def split_frame(content: bytes) -> list[bytes]:
    """Return the stored entries of a frame's content that ``hash_frame`` accepted."""
    stored = []
    at, last = 1, len(content) - 1
    while at < last:
        start = match_body_start(content, at)
        if start is None:
            raise BadEncodingError(f"no entry at byte {at} of the frame")
        stop = start.end() + (32 if start[1] is None else int(start[1]))
        end = match_body_end(content, stop)
        if end is None:
            raise BadEncodingError(f"entry at byte {at} has no end")
        stored.append(content[at : end.end()])
        at = end.end()
    return stored


def hash_chunk(chunk: bytes, level: int) -> Iterator[list[Hash]]:
    """Yield the entry hashes of a chunk frame by frame, oldest first.

    Raises:
        BadEncodingError: Not 16**level frames of 256 entries each.
    """
    for content in unpack_frames(chunk, chunk_frames(chunk, level)):
        yield _hash_full(content)


def chunk_frames(chunk: bytes, level: int) -> list[tuple[int, int]]:
    """Return where the frames of a chunk lie, as ``frame_ranges`` does.

    Raises:
        BadEncodingError: Not 16**level frames.
    """
    ranges = frame_ranges(chunk)
    if len(ranges) != CHUNK_FANOUT**level:
        raise BadEncodingError(f"chunk of level {level} has {len(ranges)} frames")
    return ranges


def frame_roots(chunk: bytes, frames: Iterable[tuple[int, int]]) -> list[Hash]:
    """Return the root over the 256 entries of each frame in these byte ranges.

    Raises:
        BadEncodingError: One of them is no frame of 256 entries.
    """
    return [root_hash(_hash_full(content)) for content in unpack_frames(chunk, frames)]


def check_root(roots: Sequence[Hash], root: Hash) -> None:
    """Check that frames of these roots are those under a root.  Raises BadProofError."""
    if root_hash(roots) != root:
        raise BadProofError("chunk has another root")


def verify_chunk(chunk: bytes, level: int, root: Hash) -> None:
    """Check that a chunk holds exactly the entries under a subtree root.

    Raises:
        BadEncodingError: Not a chunk of that level.
        BadProofError: A chunk of other entries.
    """
    check_root(frame_roots(chunk, chunk_frames(chunk, level)), root)


def unpack_chunk(
    chunk: bytes, first: int = 0, count: int | None = None
) -> Iterator[list[bytes]]:
    """Yield the stored entries of frames [first, first + count), a frame at a time."""
    ranges = frame_ranges(chunk)
    stop = len(ranges) if count is None else first + count
    for content in unpack_frames(chunk, ranges[first:stop]):
        yield split_frame(content)


def _unpack(frame: bytes, limit_bytes: int, unpacker: zstandard.ZstdDecompressor) -> bytes:
    try:
        size = zstandard.frame_content_size(frame)
        if not 0 < size <= limit_bytes:
            raise BadEncodingError(f"frame declares {size} bytes")
        if not frame[4] & _SINGLE_SEGMENT:
            raise BadEncodingError("frame is not of a single segment")
        return unpacker.decompress(frame, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise BadEncodingError("frame does not decompress") from error


def _hash_full(content: bytes) -> list[Hash]:
    hashes = hash_frame(content)
    if len(hashes) != CHUNK_ENTRIES:
        raise BadEncodingError(f"frame has {len(hashes)} entries")
    return hashes


def _frame_end(chunk: bytes, start: int) -> int:
    at, has_checksum = _read_frame_header(chunk, start)
    for _ in range(FRAME_BLOCKS_MAX):
        if at + 3 > len(chunk):
            raise BadEncodingError("chunk ends inside a frame")
        header = int.from_bytes(chunk[at : at + 3], "little")
        is_last, kind, size = header & 1, header >> 1 & 3, header >> 3
        if kind == _RESERVED_BLOCK:
            raise BadEncodingError("frame has a block of a reserved kind")
        at += 3 + (1 if kind == _RLE_BLOCK else size)
        if is_last:
            break
    else:
        raise BadEncodingError(f"frame has more than {FRAME_BLOCKS_MAX} blocks")
    at += 4 if has_checksum else 0
    if at > len(chunk):
        raise BadEncodingError("chunk ends inside a frame")
    return at


def _read_frame_header(chunk: bytes, start: int) -> tuple[int, bool]:
    """Return where the first block starts, and whether a checksum follows the last one."""
    if chunk[start : start + 4] != _MAGIC:
        raise BadEncodingError(f"no zstd frame at byte {start}")
    header = chunk[start : start + _HEADER_BYTES_MAX]
    try:
        size = zstandard.frame_header_size(header)
    except zstandard.ZstdError as error:
        raise BadEncodingError("chunk ends inside a frame") from error
    descriptor = header[4]
    if descriptor & _DICTIONARY_OR_RESERVED:
        raise BadEncodingError("frame needs a dictionary, or a later zstd")
    if not descriptor & _CONTENT_SIZE:
        raise BadEncodingError("frame does not declare its size")
    if not descriptor & _SINGLE_SEGMENT:
        raise BadEncodingError("frame is not of a single segment")
    return start + size, bool(descriptor & _CHECKSUM)


class Packer:
    """Packs short things by the thousand: what takes longest, to begin, is done once.

    For one thread at a time.
    """

    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL)
        self._decompressor = zstandard.ZstdDecompressor()

    def pack(self, content: bytes) -> bytes:
        return self._compressor.compress(content)

    def unpack(self, packed: bytes, limit_bytes: int) -> bytes:
        """Raises BadEncodingError: Damaged, or larger than ``limit_bytes``."""
        try:
            if not 0 < zstandard.frame_content_size(packed) <= limit_bytes:
                raise BadEncodingError("it says that it is too large")
            return self._decompressor.decompress(packed, allow_extra_data=False)
        except zstandard.ZstdError as error:
            raise BadEncodingError("it does not decompress") from error
