"""How new what is here of somebody is, by the word of others who saw it."""

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.base.types import AuthorId


class HowNew(Struct, frozen=True, kw_only=True):
    """How new what is here of an author is."""

    as_of_ms: int | None
    """Two others said at this time or later that there is nothing newer than what is here (one,
    where only one did); null when nobody has."""
    seen_by: int
    """In how many networks they are."""
    kept_back: int
    """Entries that others have seen and nobody gives to us."""
    sentence: str


class HowNewAll(Struct, frozen=True, kw_only=True):
    """How new what is here is of all whom the person reads."""

    people: int
    """Others whom the person reads, and of whom something is here."""
    seen: int
    """Of these, for how many others said that there is nothing newer than what is here."""
    as_of_ms: int | None
    """The oldest of these words; null: there is none."""
    seen_by: int
    """In how many networks they are, of whom the fewest said so."""
    kept_back: int
    """Entries that others have seen and nobody gives to us."""
    witnesses: int
    """Machines that are linked and asked."""
    sentence: str


class WebWitness(Struct, frozen=True, kw_only=True):
    """A witness on the web that the person chose."""

    url: str
    """Where it is asked."""
    size: int
    """Entries of the own feed that it saw; 0: it did not say anything yet."""
    as_of_ms: int | None
    """When it said that there is nothing newer, by its clock."""
    sentence: str
    """How it stands, and what is wrong if anything is."""


class WebWitnesses(Struct, frozen=True, kw_only=True):
    """All witnesses on the web that are asked about the own feed."""

    witnesses: tuple[WebWitness, ...]


class WhoWitnesses(Ask[WebWitnesses], frozen=True, kw_only=True):
    """Witnesses on the web that are asked about the own feed, and what they said."""

    name = "witnesses"


class HowNewIs(Ask[HowNew], frozen=True, kw_only=True):
    """How new what is here of an author is; others are asked beside, for the next time."""

    name = "newest"

    author: AuthorId


class HowNewAreAll(Ask[HowNewAll], frozen=True, kw_only=True):
    """How new what is here is of all whom the person reads; nobody is asked for it."""

    name = "newest-of-all"
