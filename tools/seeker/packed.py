"""What lies packed in bytes: frames of zstd, wherever one begins, and as far as they are whole.

Chunks are such frames, the base of a journal holds one, and so do chunks on their way that have
the beginning of a frame.  Of a frame whose beginning is missing nothing can be unpacked.
"""

from collections.abc import Iterator
from typing import Final

import zstandard

MAGIC: Final = zstandard.MAGIC_NUMBER.to_bytes(4, "little")

_STEP_BYTES: Final = 4_096
"""Given to the decompressor at a time: of a torn frame it gives what came before."""

_CONTENT_BYTES_MAX: Final = 256 * 1024 * 1024
"""Longest content of a frame that is unpacked: eight times that of a journal and more."""


def unpacked(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield where each frame begins, and its content."""
    at = content.find(MAGIC)
    while at >= 0:
        inside = _unpack(memoryview(content)[at:])
        if inside:
            yield at, inside
        at = content.find(MAGIC, at + 1)


def _unpack(packed: memoryview) -> bytes:
    unpacking, parts = zstandard.ZstdDecompressor().decompressobj(), list[bytes]()
    got = 0
    try:
        for at in range(0, len(packed), _STEP_BYTES):
            parts.append(unpacking.decompress(packed[at : at + _STEP_BYTES]))
            got += len(parts[-1])
            if unpacking.eof or got > _CONTENT_BYTES_MAX:
                break
    except zstandard.ZstdError:
        pass  # torn, or four bytes that only look like the beginning of one
    return b"".join(parts)
