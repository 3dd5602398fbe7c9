"""Subscriptions: searches that stand, and the one key by which parents find posts for each.

A subscription is a query of the one language (``core.words.query``).  All that is typed has to
be true of a post; so its parents are told one key only, of what is rarest in it, and the rest
is looked at here: less is sent for nothing, and less is known of what a person listens to.
"""

from collections.abc import Iterator

from msgspec import Struct

from swarmfeed.core.base.address import format_author, parse_link
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.matching import Meant, Written, matches, read_address
from swarmfeed.core.push.limits import SUBSCRIPTION_CHARS_MAX
from swarmfeed.core.push.sentences import (
    NOTHING_TO_LISTEN_TO,
    ONLY_ADDRESSES,
    SUBSCRIPTION_TOO_LONG,
)
from swarmfeed.core.supernode.interests import author_key, terms_key
from swarmfeed.core.supernode.limits import PHRASE_TERMS_MAX
from swarmfeed.core.words.query import SearchQuery, parse_query
from swarmfeed.core.words.seeking import Sought
from swarmfeed.errors import UserError


class Subscription(Struct, frozen=True, kw_only=True):
    """Something that a person listens to."""

    text: str
    """As it was typed, each gap one blank; somebody's link as ``from:ADDRESS``."""
    query: SearchQuery

    def key(self, salt: bytes) -> int:
        """Return the key of what is rarest in it, with the salt of a parent."""
        if rarest := _rarest(self.query):
            return terms_key(rarest[:PHRASE_TERMS_MAX], salt)
        return author_key(_meant(self.query.wanted.authors[0]))

    def is_met(self, written: Written) -> bool:
        """Whether a post is one of those that it is about."""
        return matches(self.query, written, _called)


def read_subscription(typed: str) -> Subscription:
    """Read what a person types: words as for a search, a link or an address.

    Raises:
        UserError: It is too long, no query, or has nothing in it to listen to: of half words,
            times and traits alone there is no key.
    """
    text = " ".join(typed.split())
    if person := _person(text):
        text = f"from:{format_author(person)}"
    if len(text) > SUBSCRIPTION_CHARS_MAX:
        raise UserError(SUBSCRIPTION_TOO_LONG(most=SUBSCRIPTION_CHARS_MAX))
    query = parse_query(text)
    for name in (*query.wanted.names, *query.unwanted.names):
        if read_address(name) is None:
            raise UserError(ONLY_ADDRESSES(name=name))
    if not _rarest(query) and not query.wanted.authors:
        raise UserError(NOTHING_TO_LISTEN_TO(typed=text))
    return Subscription(text=text, query=query)


def _person(text: str) -> AuthorId | None:
    try:
        return parse_link(text).author_id
    except UserError:
        return None


def _rarest(query: SearchQuery) -> tuple[str, ...]:
    """What is met least often, as far as one can tell: much at once, tags, long words."""
    return max(_whole(query), key=_rareness, default=())


def _rareness(terms: tuple[str, ...]) -> tuple[int, bool, int]:
    return len(terms), terms[0][0] == "#", sum(map(len, terms))


def _whole(query: SearchQuery) -> Iterator[tuple[str, ...]]:
    for sought in query.marked:
        terms = _keyed(sought)
        if terms:
            yield terms


def _keyed(sought: Sought) -> tuple[str, ...]:
    """The terms of it that are whole words."""
    return sought.terms[:-1] if sought.is_prefix else sought.terms


def _called(name: str) -> Meant:
    author_id = read_address(name)
    return Meant() if author_id is None else Meant(authors=frozenset((author_id,)))


def _meant(name: str) -> AuthorId:
    author_id = read_address(name)
    assert author_id is not None, "only addresses are taken"
    return author_id
