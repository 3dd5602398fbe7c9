"""What is remembered of a feed outside its folder, so that its loss is seen.

A folder that is gone says nothing of what was in it.  So the node keeps, for each feed that it
holds whole, how much of it was here once; what is less than that is missing, and is named
until it is back.
"""

from collections.abc import Iterable
from typing import Annotated, Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.limits import CERTIFICATES_MAX, FEED_ENTRIES_MAX
from swarmfeed.core.base.marks import At, Between
from swarmfeed.core.base.ranges import subtract
from swarmfeed.core.base.types import AuthorId
from swarmfeed.errors import BadEncodingError, DamageError

ROW_BYTES_MAX: Final = 256
"""Longest row: a key, three numbers, two flags and their names, twice over."""


class Remembered(Struct, frozen=True, kw_only=True):
    """The most that was here of one feed."""

    author_id: Annotated[AuthorId, At("a")]
    size: Annotated[int, At("n"), Between(0, FEED_ENTRIES_MAX)]
    """Of the largest head that was verified."""
    whole: Annotated[int, At("w"), Between(0, FEED_ENTRIES_MAX)] = 0
    """Entries [0, whole) were all here at once."""
    certificates: Annotated[int, At("c"), Between(0, CERTIFICATES_MAX)] = 0
    """Of its author, kept beside it."""
    read: Annotated[bool, At("r")] = False
    """Whether it is kept for a person to read, not only for others."""
    forked: Annotated[bool, At("f")] = False
    """Whether its author signed two histories of it."""


_CODEC: Final = codec_of(Remembered)


def encode_remembered(remembered: Remembered) -> bytes:
    return encode(_CODEC.write(remembered))


def decode_remembered(row: bytes) -> Remembered:
    """Read a row.  Raises DamageError."""
    try:
        return _CODEC.read(decode_fields(row, "remembered feed", limit_bytes=ROW_BYTES_MAX))
    except BadEncodingError as error:
        raise DamageError(f"what is remembered of a feed is damaged: {error}") from error


def grown(before: Remembered | None, now: Remembered) -> Remembered:
    """Return what to remember after a look: sizes never shrink, and a fork stays one."""
    if before is None:
        return now
    return Remembered(
        author_id=now.author_id,
        size=max(before.size, now.size),
        whole=max(before.whole, now.whole),
        certificates=max(before.certificates, now.certificates),
        read=now.read,
        forked=before.forked or now.forked,
    )


def absent(
    remembered: Remembered, size: int, held: Iterable[tuple[int, int]]
) -> tuple[tuple[int, int], ...]:
    """Return the ranges of entries that were here and are not, ascending.

    Args:
        remembered: What is known to have been here.
        size: Of the head that is here now; 0 for none.
        held: Ranges that are here, ascending.
    """
    below = min(remembered.whole, size)
    lost = [each for each in subtract(0, below, held) if each[0] < each[1]]
    if size < remembered.size:
        lost.append((size, remembered.size))
    return tuple(lost)
