"""Whose a sheet of words is, by what its key says in the DHT; and what new sheets say there."""

from typing import Annotated, ClassVar, Final

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.shape import Whole
from swarmfeed.core.base.types import AuthorId

_SEQ_MAX: Final = 2**32 - 1
"""More than any sheet's item has."""

Sequence = Annotated[int, Whole(first=0, last=_SEQ_MAX)]


class SheetOwner(Struct, frozen=True, kw_only=True):
    """Whose a sheet says it is: which sheet it is, if any, that author's certificates tell."""

    author: AuthorId | None
    """None where nothing was found: nobody put it there lately, or there is no DHT."""


class WhoseSheet(Ask[SheetOwner], frozen=True, kw_only=True):
    """Look up whose the words of a sheet are; takes as long as one walk through the DHT."""

    name: ClassVar[str] = "whose-sheet"
    key: bytes
    """The public key that the words give, 32 bytes."""


class SheetsTaken(Struct, frozen=True, kw_only=True):
    """Whether the node says from now on in the DHT whose the new sheets are."""

    taken: bool


class TakeSheets(Ask[SheetsTaken], frozen=True, kw_only=True):
    """Say in the DHT whose new sheets are, in place of those that the node began with.

    What is given is what the key of the first sheet signed; it holds the second sheet's word.
    """

    name: ClassVar[str] = "take-sheets"
    changes: ClassVar[bool] = True
    key: bytes
    """Public key of the first sheet."""
    value: bytes
    signature: bytes
    seq: Sequence
