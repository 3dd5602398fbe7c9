"""Which drawers a post is in, and in which one a search looks.

    post     its author, and each word and tag of its newest text that is not common
    search   the author, else a tag, else the longest word that it asks for

Both sides get the same number: a drawer is one of DRAWERS, by the hash of a key.

Source: ADR 68.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import islice
from typing import Final

from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.matching import Called, Written
from swarmfeed.core.partition.limits import (
    DRAWER_BYTES,
    DRAWERS,
    DRAWERS_OF_POST_MAX,
    DRAWERS_SOUGHT_MAX,
)
from swarmfeed.core.words.query import SearchQuery
from swarmfeed.core.words.seeking import Sought
from swarmfeed.core.words.terms import index_text

COMMON: Final = frozenset(
    """
    // //media a about after all als also am an and any are as at auf aus be been but by
    can com con da das de dei del den der des di die do dos du e ein eine el en er es est
    et for from get go got had has have he her het hi hier him his how http https i ich if
    il im in is ist it its ja je just la las le les like lo los ma me mein mi mir mit more
    my na ne new nicht no not now o of on one or org our out para pas per por pour qu que
    qui s se she si sich sie so some sur t te than that the their them then there they
    this to too tu u um un una und une up us van von was we were what when which who will
    wir with www y yes you your zu
    """.split()  # noqa: SIM905  a list of 150 words, a line each, is no better
)
"""Words that stand in so many posts that whoever had to keep all of them would keep half of the
network: by these alone a search asks anybody, who has more of them than it can show."""


def drawer_of(kind: bytes, value: bytes) -> int:
    """Return the drawer of a key."""
    return int.from_bytes(sha256(kind + value).digest()[:8], "big") % DRAWERS


def drawer_of_author(author_id: AuthorId) -> int:
    return drawer_of(b"a", author_id)


def drawer_of_term(term: str) -> int:
    return drawer_of(b"t", term.encode())


def drawers_of(written: Written) -> frozenset[int]:
    """Return in which drawers a post is."""
    return drawers_of_terms(written.author_id, index_text(written.post.text).split())


def drawers_of_terms(author_id: AuthorId, terms: Iterable[str]) -> frozenset[int]:
    """The same of a post whose text has these terms, as they stand in an index."""
    rare = (term for term in dict.fromkeys(terms) if term not in COMMON)
    keys = islice(rare, DRAWERS_OF_POST_MAX)
    return frozenset((drawer_of_author(author_id), *map(drawer_of_term, keys)))


def spell_drawers(drawers: Iterable[int]) -> bytes:
    """Return numbers of drawers as they stand in a message."""
    return b"".join(each.to_bytes(DRAWER_BYTES, "big") for each in sorted(drawers))


def read_drawers(spelled: bytes) -> list[int]:
    """Return the drawers that are named; others than there are name nothing."""
    numbers = (
        int.from_bytes(spelled[at : at + DRAWER_BYTES], "big")
        for at in range(0, len(spelled), DRAWER_BYTES)
    )
    return [number for number in numbers if number < DRAWERS]


def drawers_sought(query: SearchQuery, called: Called) -> tuple[int, ...]:
    """Return where a search looks, on each of them; none: by its words it may be anywhere."""
    for name in query.wanted.authors:
        authors = sorted(called(name).authors)[:DRAWERS_SOUGHT_MAX]
        return tuple(dict.fromkeys(map(drawer_of_author, authors)))
    terms = set(_terms(sought for each in query.wanted.words for sought in each))
    if not terms:
        return ()
    best = max(terms, key=lambda term: (term.startswith("#"), len(term), term))
    return (drawer_of_term(best),)


def _terms(sought: Iterable[Sought]) -> Iterator[str]:
    """Yield what a post must hold as it is."""
    for each in sought:
        whole = each.terms[:-1] if each.is_prefix else each.terms
        yield from (term for term in whole if term not in COMMON)
