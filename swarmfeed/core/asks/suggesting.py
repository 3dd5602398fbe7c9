"""Whom a person may want to follow: people whom those they follow follow, with the reason.

Who follows whom is public in everybody's feed, so nobody has to be asked; that somebody does
not want to hear of a suggestion any more stays with them.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated

from msgspec import Struct

from swarmfeed.core.asks import suggestion_sentences as sentences
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.limits import (
    INTRODUCED_ALONE_MAX,
    INTRODUCED_BY_ONE_MAX,
    INTRODUCERS_NAMED,
    SUGGESTED_MAX,
    SUGGESTED_SHOWN,
)
from swarmfeed.core.asks.shape import Spare
from swarmfeed.core.base.types import AuthorId


class Suggestion(Struct, frozen=True, kw_only=True):
    """Somebody whom people follow whom one follows."""

    author_id: AuthorId
    name: str
    """Empty: nothing of theirs is here that says it."""
    bio: str
    reason: str
    """Who follows them, for a person."""
    count: int
    """How many of those one follows follow them."""
    namesake: Annotated[bool, Spare()] = False
    """Whether the name can be taken for that of another author known here."""


class Suggestions(Struct, frozen=True, kw_only=True):
    """Those whom most follow come first."""

    people: tuple[Suggestion, ...]


class WhoIsSuggested(Ask[Suggestions], frozen=True, kw_only=True):
    """Whom those follow whom one follows: none whom one follows, muted, blocked or dismissed.

    As it was worked out a minute ago at most, but for what the person did since.
    """

    name = "suggestions"

    limit: int = SUGGESTED_SHOWN


class DismissSuggestion(Ask[Suggestions], frozen=True, kw_only=True):
    """Suggest somebody no more, on no own device; nobody hears of it."""

    name = "dismiss-suggestion"
    changes = True

    who: str
    """A link or an address."""


class Introduced(Struct, frozen=True, kw_only=True):
    """Somebody, and those who follow them."""

    author_id: AuthorId
    by: tuple[AuthorId, ...]
    """INTRODUCERS_NAMED at most."""
    count: int


def introduced(
    follows: Mapping[AuthorId, Sequence[AuthorId]], without: Collection[bytes]
) -> list[Introduced]:
    """Choose whom to suggest: those whom most of these people follow, SUGGESTED_MAX at most.

    Somebody who follows a million fills no list: whom only one follows counts among few of the
    same introducer, and of each that follows so many are looked at as a person can know.

    Args:
        follows: Person who is followed -> whom they follow.
        without: Who is not to be suggested.
    """
    by: dict[AuthorId, list[AuthorId]] = {}
    for person, known in sorted(follows.items()):
        for each in known[:INTRODUCED_BY_ONE_MAX]:
            if each not in without:
                by.setdefault(each, []).append(person)
    ranked = sorted(by, key=lambda each: (-len(by[each]), each))
    alone: Counter[AuthorId] = Counter()
    chosen: list[Introduced] = []
    for each in ranked:
        people = by[each]
        if len(people) == 1:
            alone[people[0]] += 1
            if alone[people[0]] > INTRODUCED_ALONE_MAX:
                continue
        if len(chosen) == SUGGESTED_MAX:
            break
        named = tuple(people[:INTRODUCERS_NAMED])
        chosen.append(Introduced(author_id=each, by=named, count=len(people)))
    return chosen


def why_suggested(names: Sequence[str], count: int) -> str:
    """Say who follows somebody: those that are named, and how many more."""
    called = [name or sentences.NAMELESS() for name in names]
    if count == 1:
        return sentences.FOLLOWED_BY_ONE(name=called[0])
    if count == 2:
        return sentences.FOLLOWED_BY_TWO(first=called[0], second=called[1])
    more = count - 2
    return sentences.FOLLOWED_BY_MORE(first=called[0], second=called[1], more=more)
