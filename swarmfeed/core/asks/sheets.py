"""Whose a sheet of words is, by what its key says in the DHT."""

from dataclasses import dataclass
from typing import ClassVar

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.base.types import AuthorId


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetOwner:
    """Whose a sheet says it is: which sheet it is, if any, that author's certificates tell."""

    author: AuthorId | None
    """None where nothing was found: nobody put it there lately, or there is no DHT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoseSheet(Ask[SheetOwner]):
    """Look up whose the words of a sheet are; takes as long as one walk through the DHT."""

    name: ClassVar[str] = "whose-sheet"
    key: bytes
    """The public key that the words give, 32 bytes."""
