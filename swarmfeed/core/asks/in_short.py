"""People in short, many at once: what programs beside the page show of each."""

from typing import Annotated

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.shape import Spare
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.profile_field import ProfileField


class PersonInShort(Struct, frozen=True, kw_only=True):
    """Somebody, as the index and the private state know them."""

    author_id: AuthorId
    name: str
    """Empty when unknown."""
    bio: str
    post_count: int
    """Posts in the local index."""
    is_self: bool
    followed: bool
    follows_back: bool
    """Whether they follow the person, as far as it is known here."""
    muted: bool
    blocked: bool
    note: str = ""
    """What the person wrote down about them, for themselves alone."""
    fields: Annotated[tuple[ProfileField, ...], Spare()] = ()
    """Pairs of label and text that their profile has."""


class PeopleInShort(Struct, frozen=True, kw_only=True):
    """People, in the order in which they were named."""

    people: tuple[PersonInShort, ...]


class WhoAreThey(Ask[PeopleInShort], frozen=True, kw_only=True):
    """Who some people are, in short; also those of whom nothing is here."""

    name = "people"

    authors: str
    """Up to 1,000 addresses, with commas between."""


class FollowsAndFollowers(Struct, frozen=True, kw_only=True):
    """Who stands around somebody, as far as it is known here; by ascending ids."""

    follows: tuple[AuthorId, ...]
    followers: tuple[AuthorId, ...]


class WhoFollowsWhom(Ask[FollowsAndFollowers], frozen=True, kw_only=True):
    """Whom somebody follows, and who follows them, of those whose feeds are here."""

    name = "follow-graph"

    author: AuthorId
