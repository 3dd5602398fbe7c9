"""GET /authors/<author>: who somebody is, how much of them is here, and what they wrote.

POST /pin and /unpin: which own post stands above the others there.
POST /mute and /unmute: whether they are seen in the timeline and the notifications.
POST /notes: what the person writes down about them for themselves.
"""

from typing import Final

from flask import redirect, render_template, request, url_for
from swarmfeed.core.asks import size_sentences
from swarmfeed.core.asks.alarm_sentences import TWO_SUCCESSORS
from swarmfeed.core.asks.feeds import FeedsOf
from swarmfeed.core.asks.limits import NOTE_CHARS_MAX
from swarmfeed.core.asks.muting import Mute, Unmute
from swarmfeed.core.asks.newest import HowNewIs
from swarmfeed.core.asks.notes import SetNote
from swarmfeed.core.asks.people import AboutAuthor, AuthorView
from swarmfeed.core.asks.posts import (
    BOOSTS,
    MEDIA,
    POSTS,
    REPLIES,
    Posts,
    PostView,
    Timeline,
)
from swarmfeed.core.asks.profile import Pin, Unpin, WhatIsPinned
from swarmfeed.core.base.address import Link, format_link
from swarmfeed.core.base.limits import NAME_CHARS_MAX
from swarmfeed.core.base.texts import Text
from swarmfeed.core.base.types import AuthorId
from werkzeug.wrappers import Response

from webui.current import ask, before
from webui.pages.lacking import gaps_among
from webui.render import one_line
from webui.routes import Page, Typed, get, post

TABS: Final = (
    ("", Text("All")()),
    (POSTS, Text("Posts")()),
    (REPLIES, Text("Replies")()),
    (MEDIA, Text("Pictures and files")()),
    (BOOSTS, Text("Boosts")()),
)
"""What is shown of somebody, and what the page calls that."""


def show_author(author_id: AuthorId) -> str:
    author = ask(AboutAuthor(author=author_id))
    kind = request.args.get("show", "")
    page = ask(Timeline(author=author_id, before=before(), kind=kind))
    takes = size_sentences.what_it_takes(author.bytes_held, author.unpacked_bytes, author.limit)
    pinned, posts = ((), page.posts) if kind else _pinned_apart(author_id, page)
    return render_template(
        "author.html",
        author=author,
        takes=[*takes, *([author.missing] if author.missing else [])],
        link=format_link(Link(author_id, one_line(author.name)[:NAME_CHARS_MAX])),
        feeds=ask(FeedsOf(author=author_id)).feeds,
        two_successors=TWO_SUCCESSORS(name=one_line(author.name) or "this author"),
        newest=ask(HowNewIs(author=author_id)),
        pinned=pinned,
        gaps=gaps_among(posts),
        posts=posts,
        seen=page.posts[0].cursor if page.posts else None,
        tabs=TABS,
        kind=kind,
        note_chars_max=NOTE_CHARS_MAX,
        older=page.next,
        is_top=before() is None,
    )


def _pinned_apart(
    author_id: AuthorId, page: Posts
) -> tuple[tuple[PostView, ...], tuple[PostView, ...]]:
    """What stands on top of the first page, and the posts below: none of them twice."""
    if before() is not None:
        return (), page.posts
    pinned = ask(WhatIsPinned(author=author_id)).posts
    on_top = {each.ref for each in pinned}
    return pinned, tuple(each for each in page.posts if each.ref not in on_top)


def pin() -> Response:
    return _to_author(ask(Pin(ref=request.form.get("ref", ""))))


def unpin() -> Response:
    return _to_author(ask(Unpin()))


def _to_author(post: PostView) -> Response:
    return redirect(url_for("author", author_id=post.author_id), 303)


def mute() -> Response:
    return _to(ask(Mute(who=request.form.get("who", ""))))


def unmute() -> Response:
    return _to(ask(Unmute(who=request.form.get("who", ""))))


def set_note() -> Response:
    return _to(ask(SetNote(who=request.form.get("who", ""), text=request.form.get("note", ""))))


def _to(author: AuthorView) -> Response:
    return redirect(url_for("author", author_id=author.author_id), 303)


PAGE: Final = Page(
    routes=(
        get("/authors/<author:author_id>", "author", show_author),
        post("/pin", "pin", pin),
        post("/unpin", "unpin", unpin),
        post("/mute", "mute", mute),
        post("/unmute", "unmute", unmute),
        post(
            "/notes",
            "set_note",
            set_note,
            Typed(name="note", label=Text("Your note")(), lines=True, optional=True),
        ),
    )
)
