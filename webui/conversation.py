"""How posts stand in a conversation: what they answer, how much answers them."""

from collections import Counter
from typing import Final

from flask import url_for
from markupsafe import Markup
from msgspec import Struct
from swarmfeed.core.asks import (
    gap_sentences,
    notification_sentences,
    reaction_sentences,
    thread_sentences,
)
from swarmfeed.core.asks.gaps import Gap
from swarmfeed.core.asks.notifications import Approach, Regard
from swarmfeed.core.asks.posts import (
    HERE,
    Answered,
    BoostedBy,
    PostView,
    Quoted,
    ThreadView,
    goes_on,
)
from swarmfeed.core.base.types import AuthorId

from webui.languages import spoken
from webui.render import one_line

INDENTS_MAX: Final = 3
"""Replies are indented so often at most: a narrow window has no room for more."""


def answering(post: PostView, me: AuthorId | None) -> Markup:
    """One line on what a post answers."""
    assert post.answers is not None
    line = thread_sentences.answering(post.answers, by=post.author_id, me=me, mark=_foreign)
    return _said(line)


def above(answered: Answered) -> Markup:
    """What stands above the first post of a thread."""
    return _said(thread_sentences.above(answered, _foreign))


def gone(post: PostView) -> Markup:
    """What stands in place of a post that was withdrawn."""
    return _said(thread_sentences.gone(post, _foreign))


def instead_of_quote(quoted: Quoted) -> Markup:
    """What stands in place of a quoted post that is not here."""
    return _said(reaction_sentences.instead_of_quote(quoted, _foreign))


def who_boosted(by: BoostedBy, me: AuthorId | None) -> Markup:
    """Why a post stands in the home timeline."""
    return _said(reaction_sentences.who_boosted(by, me, _foreign))


def what_people_did(regard: Regard) -> Markup:
    """What people did together with a post of the person, or that they follow them."""
    return _said(notification_sentences.what_people_did(regard, _foreign))


def what_they_want(approach: Approach) -> Markup:
    """What somebody wants of the person, or let them do."""
    return _said(notification_sentences.what_they_want(approach, _foreign))


def what_is_missing(gap: Gap) -> Markup:
    """Whose posts are missing below one of theirs."""
    return _said(gap_sentences.what_is_missing(gap, _foreign))


def _said(line: str) -> Markup:
    """A sentence in the language of the request; what others wrote went through `_foreign`."""
    return Markup(spoken(line))  # noqa: S704


def answered_url(post: PostView) -> str:
    """The page of what a post answers; empty when there is none here."""
    if post.reply_to is None or post.answers is None or post.answers.state != HERE:
        return ""
    return url_for("place", feed_id=post.reply_to.feed_id, index=post.reply_to.index)


def places(post: PostView, replies: tuple[PostView, ...]) -> list[dict[str, object]]:
    """Say of each reply on a page how far it is indented, and whether it has to name what it
    answers, because something else stands above it."""
    found: list[dict[str, object]] = []
    above = post
    for reply in replies:
        indents = min(reply.depth, INDENTS_MAX)
        names = reply.depth > 0 and reply.reply_to != above.ref
        found.append({"post": reply, "indents": indents, "names": names, "on": goes_on(reply)})
        above = reply
    return found


class Talker(Struct, frozen=True, kw_only=True):
    """Somebody who wrote some of the posts that a page of a thread shows."""

    author_id: AuthorId
    author_name: str
    namesake: bool
    posts: int


def who_is_in(thread: ThreadView) -> list[Talker]:
    """Say who wrote what a page of a thread shows, in the order in which they come in."""
    shown = [*thread.ancestors, thread.post, *thread.replies]
    posts = Counter(post.author_id for post in shown)
    first = {post.author_id: post for post in reversed(shown)}
    return [
        Talker(
            author_id=author_id,
            author_name=first[author_id].author_name,
            namesake=first[author_id].namesake,
            posts=count,
        )
        for author_id, count in posts.items()
    ]


def post_key(post: PostView) -> str:
    """What a post is called within a page."""
    return post.ref.entry_hash.hex()[:16]


def thread_url(post: PostView, start: str = "", replies: int | None = None) -> str:
    """The thread of a post, from the reply on that ``start`` names, if it does.

    Args:
        replies: How many there are, to make another address of it.
    """
    from_reply = start or None
    if post.id:
        return url_for("post", name=post.id, start=from_reply, replies=replies)
    feed_id, index = post.ref.feed_id, post.ref.index
    return url_for("place", feed_id=feed_id, index=index, start=from_reply, replies=replies)


def _foreign(text: str) -> str:
    return Markup("<bdi>{}</bdi>").format(one_line(text))
