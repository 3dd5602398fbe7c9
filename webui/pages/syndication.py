"""Posts as Atom, RSS and JSON Feed: of a person, of a tag, of the home timeline.

A reader of feeds has no session; the ``key`` in its address opens that one feed and nothing
else.  What is for some people only is in none of them: whoever has the address could read it.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any, Final

from flask import Response, request, url_for
from swarmfeed.core.asks.people import AboutAuthor
from swarmfeed.core.asks.posts import PostView, SearchPosts, Timeline
from swarmfeed.core.base.address import Link, format_link
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.exports import sentences
from swarmfeed.core.exports.limits import FEED_POSTS
from swarmfeed.core.exports.syndication import FeedOf, FeedPost, atom, json_feed, rss
from swarmfeed.core.exports.writing import uri_of

from webui.current import ask, has_key_for, key_for, running
from webui.pages.post import post_url
from webui.routes import Page, Route, get

FORMS: Final[dict[str, tuple[Callable[[FeedOf, list[FeedPost]], str], str]]] = {
    "atom": (atom, "application/atom+xml; charset=utf-8"),
    "rss": (rss, "application/rss+xml; charset=utf-8"),
    "json": (json_feed, "application/feed+json; charset=utf-8"),
}
"""Ending of the address, what writes it, and its media type."""


def of_author(author_id: AuthorId, form: str) -> Response:
    author = ask(AboutAuthor(author=author_id))
    posts = ask(Timeline(author=author_id, limit=FEED_POSTS)).posts
    link = format_link(Link(author_id))
    feed = FeedOf(
        id=link,
        title=sentences.POSTS_OF(name=author.name or link),
        home_url=running().settings.url + url_for("author", author_id=author_id),
        description=author.bio,
        author=author.name,
        author_url=link,
    )
    return _sent(feed, posts, form)


def of_tag(tag: str, form: str) -> Response:
    posts = ask(SearchPosts(words=f"#{tag}", limit=FEED_POSTS)).posts
    home_url = running().settings.url + url_for("tag", tag=tag)
    return _sent(FeedOf(id=home_url, title=f"#{tag}", home_url=home_url), posts, form)


def of_home(form: str) -> Response:
    posts = ask(Timeline(limit=FEED_POSTS)).posts
    home_url = running().settings.url + url_for("home")
    feed = FeedOf(id=home_url, title=sentences.HOME_TIMELINE(), home_url=home_url)
    return _sent(feed, posts, form)


def feed_url(endpoint: str, form: str, **values: Any) -> str:
    """Return the address of a feed, with its key: for readers without a session."""
    key = key_for(_named(endpoint, values))
    return running().settings.url + url_for(endpoint, form=form, key=key, **values)


FEEDS: Final[dict[str, object]] = {
    "feed_url": feed_url,
    "feed_forms": tuple((form, kind.partition(";")[0]) for form, (_, kind) in FORMS.items()),
}
"""What templates call to name the feeds of their posts."""


def has_feed_key() -> bool:
    """Whether the request carries the key of the feed it asks for."""
    values = {
        name: value for name, value in (request.view_args or {}).items() if name != "form"
    }
    return has_key_for(_named(request.endpoint or "", values))


def _named(endpoint: str, values: dict[str, Any]) -> bytes:
    """One feed in all its forms."""
    named = "".join(f"\0{name}={value!r}" for name, value in sorted(values.items()))
    return f"posts\0{endpoint}{named}".encode()


def _sent(feed: FeedOf, posts: Iterable[PostView], form: str) -> Response:
    write, content_type = FORMS[form]
    text = write(feed, [_shown(each) for each in posts if not each.audience])
    answer = Response(text, content_type=content_type)
    # Of the bytes, not of the log: an index that lags behind would be taken for the newest.
    answer.set_etag(sha256(text.encode("utf-8")).hexdigest()[:32])
    answer.make_conditional(request)
    return answer


def _shown(post: PostView) -> FeedPost:
    return FeedPost(
        id=uri_of(post.author_id, post.ref.feed_id, post.ref.index),
        time_ms=post.time_ms,
        text=post.text,
        cw=post.cw,
        lang=post.lang,
        url=running().settings.url + post_url(post),
        author=post.author_name,
        author_url=format_link(Link(post.author_id)),
    )


def _of(rule: str, endpoint: str, view: Callable[..., Response]) -> Route:
    return get(f"{rule}.<any({','.join(FORMS)}):form>", endpoint, view, opened_by=has_feed_key)


PAGE: Final = Page(
    routes=(
        _of("/feeds/<author:author_id>/posts", "feed_of_author", of_author),
        _of("/feeds/tags/<tag>/posts", "feed_of_tag", of_tag),
        _of("/feeds/home/posts", "feed_of_home", of_home),
    )
)
