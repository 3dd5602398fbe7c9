"""Messages of searches in the network."""

from typing import Annotated, ClassVar, Final

from msgspec import Struct

from swarmfeed.core.base.limits import SEARCH_CHARS_MAX, TIME_MS_MAX
from swarmfeed.core.base.marks import OPTIONAL, At, Between, UpTo
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.matching import Called, Meant
from swarmfeed.core.feed.proven import ProvenPost
from swarmfeed.core.feed.spot import Spot
from swarmfeed.core.lookup.limits import (
    CALLED_AUTHORS_MAX,
    CALLED_FEEDS_MAX,
    CALLED_MAX,
    DRAWERS_BYTES,
    EXAMPLES_MAX,
    HITS_MAX,
    OWNER_BYTES,
    OWNERS_NAMED_MAX,
    PEOPLE_MAX,
    REASON_CHARS_MAX,
    RISEN_MAX,
    SEARCH_ID_BYTES,
)
from swarmfeed.core.talk.message import Message

SearchId = Annotated[bytes, At("q", "Search: 8 bytes, chosen by luck"), UpTo(SEARCH_ID_BYTES)]


class NamedAuthors(Struct, frozen=True):
    """Whom the asker means by a name in a search: names are not unique."""

    typed: Annotated[str, At("w"), UpTo(SEARCH_CHARS_MAX)]
    authors: Annotated[tuple[AuthorId, ...], At("a"), UpTo(CALLED_AUTHORS_MAX)]
    feeds: Annotated[tuple[FeedId, ...], At("f"), UpTo(CALLED_FEEDS_MAX)]
    """Feeds of theirs: what answers a post names its feed."""


class Search(Struct, frozen=True):
    """Which posts do you have that this is true of?"""

    name: ClassVar[str] = "search"
    search: SearchId
    typed: Annotated[str, At("w"), UpTo(SEARCH_CHARS_MAX)]
    """In the language of searches."""
    called: Annotated[tuple[NamedAuthors, ...], At("k"), UpTo(CALLED_MAX)]
    limit: Annotated[int, At("n"), Between(1, HITS_MAX)]
    before: Annotated[Spot | None, At("b")] = None
    """Only posts behind this place."""


class Recall(Struct, frozen=True):
    """Which recent posts do you have, whatever they say?"""

    name: ClassVar[str] = "recall"
    search: SearchId
    limit: Annotated[int, At("n"), Between(1, HITS_MAX)]
    before: Annotated[Spot | None, At("b")] = None
    """Only posts behind this place."""
    drawers: Annotated[bytes, At("s"), UpTo(DRAWERS_BYTES), OPTIONAL] = b""
    """Only posts in these drawers, two bytes each, ascending; missing: all."""


class SearchFound(Struct, frozen=True):
    """Answer to search and recall."""

    name: ClassVar[str] = "found"
    search: SearchId
    hits: Annotated[tuple[ProvenPost, ...], At("o"), UpTo(HITS_MAX)]
    """Posts with their proofs (FORMAT 18)."""
    more: Annotated[bool, At("y")]
    """1 if there are more, which the question left no room for."""
    since_ms: Annotated[int, At("t"), Between(0, TIME_MS_MAX)]
    """From when on the sender has all posts that it was told of."""
    owners: Annotated[
        tuple[Annotated[bytes, UpTo(OWNER_BYTES)], ...],
        At("k"),
        UpTo(OWNERS_NAMED_MAX),
        OPTIONAL,
    ] = ()
    """Supernodes that own the drawer where this is looked for, by their records (FORMAT 16)."""


class SearchRefused(Struct, frozen=True):
    """Answer to search and recall: not now, or not this."""

    name: ClassVar[str] = "unsearched"
    search: SearchId
    reason: Annotated[str, At("r"), UpTo(REASON_CHARS_MAX)]
    """For people."""


class WhoIs(Struct, frozen=True):
    """Who is called so?"""

    name: ClassVar[str] = "who-is"
    search: SearchId
    typed: Annotated[str, At("w"), UpTo(SEARCH_CHARS_MAX)]
    """Words, each the beginning of one in the name."""


class Persons(Struct, frozen=True):
    """Answer to who-is."""

    name: ClassVar[str] = "persons"
    search: SearchId
    people: Annotated[tuple[ProvenPost, ...], At("o"), UpTo(PEOPLE_MAX)]
    """Profiles with their proofs: as posts (FORMAT 18), in whose place a profile stands."""


class AskRising(Struct, frozen=True):
    """Of what do more people write than they did?"""

    name: ClassVar[str] = "rising"
    search: SearchId


class RisenTag(Struct, frozen=True):
    """A tag that more people write of than did in the week before."""

    tag: Annotated[str, At("t"), UpTo(SEARCH_CHARS_MAX)]
    """With its sign, as it is found by."""
    authors: Annotated[int, At("a"), Between(0, 2**32 - 1)]
    """Different ones in the last day."""
    before: Annotated[int, At("b"), Between(0, 2**32 - 1)]
    """Hundred times the mean of a day of the week before."""
    examples: Annotated[tuple[ProvenPost, ...], At("e"), UpTo(EXAMPLES_MAX)]
    """Posts with it, each by another author."""


class Risen(Struct, frozen=True):
    """Answer to rising."""

    name: ClassVar[str] = "risen"
    search: SearchId
    tags: Annotated[tuple[RisenTag, ...], At("o"), UpTo(RISEN_MAX)]
    """The highest rise first."""


WORDS: Final[tuple[type[Message], ...]] = (
    *(Search, Recall, SearchFound, SearchRefused),
    *(WhoIs, Persons, AskRising, Risen),
)
"""In the order of docs/PROTOCOL.md."""


def called_of(named: tuple[NamedAuthors, ...]) -> Called:
    """Return whom names stand for, as an asker means them; others stand for nobody."""
    table = {
        each.typed: Meant(authors=frozenset(each.authors), feeds=frozenset(each.feeds))
        for each in named
    }
    nobody = Meant()
    return lambda typed: table.get(typed, nobody)
