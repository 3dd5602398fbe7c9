"""Terms of the index of the network beside those of texts: ids stand there in full.

What it finds is held against the bytes by whoever asked: ids that only begin alike, which
somebody could make, would make a liar of an honest supernode.
"""

from collections.abc import Iterable

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.kinds import PostBody
from swarmfeed.core.feed.matching import Called, Meant, address_sought, languages
from swarmfeed.core.feed.medium import shows_any
from swarmfeed.core.words.query import SearchQuery
from swarmfeed.shell.store.expressions import any_of, expression_of, quote
from swarmfeed.shell.store.traits import HAS_MEDIA, IS_REPLY, in_language


def author_term(author_id: AuthorId) -> str:
    return author_id.hex()


def traits_of(post: PostBody) -> str:
    """Return what is looked for in a post beside its words, with blanks between."""
    terms = [in_language(lang) for lang in languages(post.lang)]
    terms += map(_mentions, post.mentions)
    if post.reply is not None:
        terms += [IS_REPLY, _answers(post.reply.feed_id)]
    if shows_any(post.media):
        terms.append(HAS_MEDIA)
    return " ".join(terms)


def drawer_terms(drawers: Iterable[int]) -> str:
    """Return what says in which drawers a post is."""
    return " ".join(f"d{each}" for each in sorted(drawers))


def match_of_drawers(drawers: Iterable[int]) -> str:
    """Return a query for posts on any of these."""
    return f"traits : ({any_of(f'd{each}' for each in sorted(drawers))})"


def match_of(query: SearchQuery, called: Called) -> str | None:
    """Return a query in FTS5; None when it names somebody nobody is called."""

    def by(name: str) -> str | None:
        return _by(called(name))

    def to(name: str) -> str | None:
        return _to(called(name))

    return expression_of(query, by, to)


def _by(meant: Meant) -> str | None:
    if not meant.authors:
        return None
    return f"author : ({any_of(map(author_term, sorted(meant.authors)))})"


def _to(meant: Meant) -> str | None:
    terms = [*map(_mentions, sorted(meant.authors)), *map(_answers, sorted(meant.feeds))]
    if not terms:
        return None
    texts = [quote(address_sought(author_id)) for author_id in sorted(meant.authors)]
    said = f" OR text : ({' OR '.join(texts)})" if texts else ""
    return f"(traits : ({any_of(terms)}){said})"


def _mentions(author_id: AuthorId) -> str:
    return f"m{author_id.hex()}"


def _answers(feed_id: FeedId) -> str:
    return f"a{feed_id.hex()}"
