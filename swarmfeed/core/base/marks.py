"""What the annotation of a field says of its bytes: its key and its bounds.

    size: Annotated[int, At("n"), Between(0, FEED_ENTRIES_MAX)]

``codec`` reads them.  Where two of a kind meet, the outer one counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class At:
    """The field's key; without this mark it is the field's name."""

    key: str
    means: str = ""
    """What stands there, for docs/PROTOCOL.md; the field's own docstring says it better."""


@dataclass(frozen=True, slots=True)
class Between:
    """low <= the integer <= high, or so many characters of text."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class UpTo:
    """Most bytes of a byte string, characters of a text, items of a list."""

    most: int


@dataclass(frozen=True, slots=True)
class Spelled:
    """Text that has one spelling only: ``read`` makes it of the bytes, UTF-8 the way back."""

    read: Callable[[bytes], Any]
    """Raises BadEncodingError."""
    what: str
    """How docs/PROTOCOL.md calls it."""


@dataclass(frozen=True, slots=True)
class Optional:
    """Left out while it is empty; reads as the field's default when it is missing."""


OPTIONAL: Final = Optional()
