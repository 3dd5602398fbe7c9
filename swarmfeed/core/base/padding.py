"""Padding: how long something is tells no more than which power of two it fits in.

padded = length (4) || content || zeros
"""

from typing import Final

from swarmfeed.errors import BadEncodingError

LENGTH_BYTES: Final = 4


def pad(content: bytes, total: int) -> bytes:
    """Return ``content`` as exactly ``total`` bytes; ValueError when it does not fit."""
    if len(content) + LENGTH_BYTES > total:
        raise ValueError(f"{len(content)} bytes do not fit in {total}")
    return (len(content).to_bytes(LENGTH_BYTES, "big") + content).ljust(total, b"\0")


def unpad(padded: bytes) -> bytes:
    """Return what was padded.  Raises BadEncodingError."""
    length = int.from_bytes(padded[:LENGTH_BYTES], "big")
    content, zeros = padded[LENGTH_BYTES:][:length], padded[LENGTH_BYTES + length :]
    if len(padded) < LENGTH_BYTES or len(content) != length or any(zeros):
        raise BadEncodingError("padded by something else than zeros")
    return content


def power_of_two(least: int, length: int) -> int:
    """Return the lowest power of two that is at least both."""
    return 1 << (max(least, length, 1) - 1).bit_length()
