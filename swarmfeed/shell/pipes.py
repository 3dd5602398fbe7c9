"""What processes of this program say to each other over pipes: bytes, their length in front."""

from typing import IO, Final

LENGTH_BYTES: Final = 4
"""Big-endian."""


def part(content: bytes) -> bytes:
    """Put the length in front of some bytes."""
    return len(content).to_bytes(LENGTH_BYTES, "big") + content


def read_part(stream: IO[bytes]) -> bytes | None:
    """Return the next bytes with a length in front; None when they end before."""
    length = stream.read(LENGTH_BYTES)
    if len(length) < LENGTH_BYTES:
        return None
    content = stream.read(int.from_bytes(length, "big"))
    return content if len(content) == int.from_bytes(length, "big") else None


def write_all(stream: IO[bytes], content: bytes) -> None:
    """Write all of it, also where the stream takes a part at a time."""
    left = memoryview(content)
    while left:
        left = left[stream.write(left) :]
