"""What a search finds, worked out post by post: for fakes that search."""

from collections import Counter
from collections.abc import Iterable, Mapping

from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.search_sentences import TOO_MANY_OF_A_NAME
from swarmfeed.core.base.limits import SEARCH_AUTHORS_MAX
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId
from swarmfeed.core.feed.kinds import PostBody
from swarmfeed.core.feed.matching import Called, Meant, Written, read_address
from swarmfeed.core.words.folding import name_key
from swarmfeed.core.words.query import SearchQuery
from swarmfeed.core.words.ranking import Candidate
from swarmfeed.core.words.terms import index_text
from swarmfeed.errors import UserError


def require_few(query: SearchQuery, names: Iterable[str]) -> None:
    """Raise UserError if more of these people than are looked for have a name in a search."""
    keys = Counter(map(name_key, names))
    for name in (*query.wanted.names, *query.unwanted.names):
        if keys[name_key(name)] > SEARCH_AUTHORS_MAX:
            raise UserError(TOO_MANY_OF_A_NAME(most=SEARCH_AUTHORS_MAX, name=name))


def called_among(names: Mapping[AuthorId, str], feeds: Mapping[FeedId, AuthorId]) -> Called:
    """Whom a name means, where these people are called so and write these feeds."""

    def called(typed: str) -> Meant:
        key, address = name_key(typed), read_address(typed)
        authors = {each for each, name in names.items() if name and name_key(name) == key}
        authors |= {address} if address is not None else set()
        written = {feed_id for feed_id, author_id in feeds.items() if author_id in authors}
        return Meant(authors=frozenset(authors), feeds=frozenset(written))

    return called


def candidate_of(
    view: PostView, answers: Iterable[tuple[EntryRef | None, AuthorId]]
) -> Candidate:
    """A post as it is weighed; ``answers``: who answered what."""
    authors = {author_id for answered, author_id in answers if answered == view.ref}
    return Candidate(
        row=index_text(view.text).split(),
        time_ms=view.cursor.time_ms,
        backers=len(authors - {view.author_id}),
    )


def written_of(view: PostView, said: PostBody | None = None) -> Written:
    """A post as it is shown, with what its author ``said`` beside the text."""
    post = PostBody(
        view.text,
        lang=said.lang if said else "",
        mentions=said.mentions if said else (),
        reply=view.reply_to,
        media=said.media if said else (),
    )
    return Written(author_id=view.author_id, time_ms=view.cursor.time_ms, post=post)
