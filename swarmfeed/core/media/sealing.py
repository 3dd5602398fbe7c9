"""A medium for some people only: encrypted in parts, under a key of its own.

    padded      content || zeros, to Padme of its length
    part n      XChaCha20-Poly1305(key, nonce, 64 KiB of padded), no associated data
    nonce       n (23 bytes, big-endian) || 1 if it is the last part, else 0
    file        part 0 || part 1 || ...

The key is random and encrypts this one file: so a nonce may count, parts cannot change places
or be left out, and any of them opens alone.  It never follows from the content: who has a
picture could find out who else does.

Source: STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015), as in age; Padme (PURBs, 2019).
"""

from collections.abc import Iterable, Iterator
from typing import Final

from swarmfeed.core.base.aead import NONCE_BYTES, TAG_BYTES, seal, unseal
from swarmfeed.core.media.limits import PART_BYTES
from swarmfeed.errors import BadSealError

SEALED_PART_BYTES: Final = PART_BYTES + TAG_BYTES


def padme(length: int) -> int:
    """Return how long ``length`` > 0 bytes are when padded: at most 12 % more.

    What is left of the length says O(log log length) bits.
    """
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1 if exponent else 0
    return (length + mask) & ~mask


def sealed_bytes(length: int) -> int:
    """Return how long the file is that ``length`` > 0 bytes are encrypted to."""
    padded = padme(length)
    return padded + TAG_BYTES * -(-padded // PART_BYTES)


def seal_parts(key: bytes, parts: Iterable[bytes], length: int) -> Iterator[bytes]:
    """Yield the parts of a file.

    Args:
        key: 32 random bytes that encrypt nothing else.
        parts: PART_BYTES each, the last one what is left: ``length`` > 0 bytes in all.
        length: Of the content.
    """
    padded = padme(length)
    last = -(-padded // PART_BYTES) - 1
    given = iter(parts)
    for number in range(last + 1):
        size = min(PART_BYTES, padded - number * PART_BYTES)
        yield seal(
            key, _nonce(number, number == last), next(given, b"").ljust(size, b"\0"), b""
        )


def open_part(key: bytes, part: bytes, number: int, length: int) -> bytes:
    """Return the content of one part.

    Args:
        part: As it stands in the file, at ``number * SEALED_PART_BYTES``.
        number: From 0.
        length: Of the whole content.

    Raises:
        BadSealError: It is not this part of a file under this key.
    """
    last = -(-padme(length) // PART_BYTES) - 1
    padded = unseal(key, _nonce(number, number == last), part, b"")
    start = number * PART_BYTES
    if len(padded) != min(PART_BYTES, padme(length) - start):
        raise BadSealError("a part of another length")
    return padded[: max(0, length - start)]


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(NONCE_BYTES - 1, "big") + bytes([is_last])
