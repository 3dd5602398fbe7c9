"""What the annotation of a field says of its bytes: its key and its bounds.

    size: Annotated[int, At("n"), Between(0, FEED_ENTRIES_MAX)]

``codec`` reads them.  Where two of a kind meet, the outer one counts.
"""

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct


class At(Struct, frozen=True):
    """The field's key; without this mark it is the field's name."""

    key: str
    means: str = ""
    """What stands there, for docs/PROTOCOL.md; the field's own docstring says it better."""


class Between(Struct, frozen=True):
    """low <= the integer <= high, or so many characters of text."""

    low: int
    high: int


class UpTo(Struct, frozen=True):
    """Most bytes of a byte string, characters of a text, items of a list."""

    most: int


class Spelled(Struct, frozen=True):
    """Text that has one spelling only: ``read`` makes it of the bytes, UTF-8 the way back."""

    read: Callable[[bytes], Any]
    """Raises BadEncodingError."""
    what: str
    """How docs/PROTOCOL.md calls it."""


class Optional(Struct, frozen=True):
    """Left out while it is empty; reads as the field's default when it is missing."""


OPTIONAL: Final = Optional()
