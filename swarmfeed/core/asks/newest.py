"""How new what is here of somebody is, by the word of others who saw it."""

from dataclasses import dataclass

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.base.types import AuthorId


@dataclass(frozen=True, slots=True, kw_only=True)
class HowNew:
    """How new what is here of an author is."""

    as_of_ms: int | None
    """Two others said at this time or later that there is nothing newer than what is here (one,
    where only one did); null when nobody has."""
    seen_by: int
    """In how many networks they are."""
    kept_back: int
    """Entries that others have seen and nobody gives to us."""
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HowNewIs(Ask[HowNew]):
    """How new what is here of an author is; others are asked beside, for the next time."""

    name = "newest"

    author: AuthorId
