"""Whether a post is what a query asks for, told from the post itself.

The index of this machine finds posts by terms (``shell/store/search``); what it finds, and what
others say they found, is what ``matches`` is true of.

Source: ADR 55.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.address import ADDRESS_CHARS, format_author, parse_author
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.kinds import PostBody
from swarmfeed.core.feed.medium import shows_any
from swarmfeed.core.words.links import LINK_TERM, MEDIA_TERM
from swarmfeed.core.words.query import LANGUAGE, LINK, MEDIA, REPLY, Conditions, SearchQuery
from swarmfeed.core.words.seeking import Sought, holds
from swarmfeed.core.words.terms import index_text
from swarmfeed.errors import UserError


class Written(Struct, frozen=True, kw_only=True):
    """A post, as a query is held against it."""

    author_id: AuthorId
    time_ms: int
    """By which it is sorted: its author's clock, as far as that is believed (ADR 19)."""
    post: PostBody
    """With the newest text and media that its author gave it."""


class Meant(Struct, frozen=True, kw_only=True):
    """Who is meant by a name or an address."""

    authors: frozenset[AuthorId] = frozenset()
    feeds: frozenset[FeedId] = frozenset()
    """Feeds of theirs that are known: what answers a post names its feed."""


Called = Callable[[str], Meant]
"""Whom a name or address, as it was typed, stands for: names are not unique."""

_HELD_BY: Final = {LINK: LINK_TERM, MEDIA: MEDIA_TERM}
"""Traits by which a text alone is found: the term in it."""


def matches(query: SearchQuery, written: Written, called: Called) -> bool:
    """Tell whether a query asks for a post."""
    if written.time_ms < query.since_ms:
        return False
    if query.until_ms is not None and written.time_ms >= query.until_ms:
        return False
    row = index_text(written.post.text).split()
    return all(_truths(query.wanted, written, row, called)) and not any(
        _truths(query.unwanted, written, row, called)
    )


def _truths(
    conditions: Conditions, written: Written, row: Sequence[str], called: Called
) -> Iterable[bool]:
    """Yield of each condition whether it is true."""
    yield from (holds(row, each) for each in conditions.words)
    yield from (written.author_id in called(name).authors for name in conditions.authors)
    yield from (is_to(written.post, row, called(name)) for name in conditions.to)
    yield from (lang in languages(written.post.lang) for lang in conditions.langs)
    yield from (_has(trait, written.post, row) for trait in conditions.traits)


def is_to(post: PostBody, row: Sequence[str], meant: Meant) -> bool:
    """Tell whether a post answers or mentions them; a text mentions by an address."""
    if post.reply is not None and post.reply.feed_id in meant.feeds:
        return True
    if not meant.authors.isdisjoint(post.mentions):
        return True
    return any(holds(row, (address_sought(author_id),)) for author_id in meant.authors)


def address_sought(author_id: AuthorId) -> Sought:
    """What the text of a post holds that names an author by the address."""
    return Sought(terms=(format_author(author_id),))


def languages(tag: str) -> tuple[str, ...]:
    """Return by what ``lang:`` finds a post of a language: ``de-AT`` by ``de-at`` and ``de``.

    Nothing where its author names none.
    """
    low = tag.lower()
    parts = low.split("-") if LANGUAGE.fullmatch(low) else []
    return tuple("-".join(parts[:count]) for count in range(1, len(parts) + 1))


def read_address(name: str) -> AuthorId | None:
    """Return the author, or None for what is no address but perhaps a name."""
    if len(name) != ADDRESS_CHARS:
        return None
    try:
        return parse_author(name)
    except UserError:
        return None


def _has(trait: str, post: PostBody, row: Sequence[str]) -> bool:
    if trait == REPLY:
        return post.reply is not None
    return _HELD_BY[trait] in row or (trait == MEDIA and shows_any(post.media))
