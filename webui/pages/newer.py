"""GET /updates: how many posts wait above those that a page shows, while it stays open."""

from collections.abc import Sequence
from typing import Final

from flask import Response, jsonify, request
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.newer_sentences import what_is_new
from swarmfeed.core.asks.people_lists import ListTimeline
from swarmfeed.core.asks.posts import NewerThan, NewPosts, PostView, SearchPosts, Timeline
from swarmfeed.core.base.address import parse_author

from webui.current import ask, place
from webui.routes import Page, get

START: Final = Cursor(0, 0)
"""Where a page begins that showed no post: everything is newer."""

COUNTED_MAX: Final = 10
"""Elsewhere than at home, where the index counts them, new posts are read to be counted."""


def show_updates() -> Response:
    """How many posts wait above ``seen``, the newest one a page shows: of ``author``, of the
    list that is ``called`` so, with the words ``q``; without any of these, in the timeline."""
    new = _newer(place("seen") or START)
    return jsonify({"count": new.count, "label": what_is_new(posts=new.count, more=new.more)})


def _newer(seen: Cursor) -> NewPosts:
    newest = _newest()
    if newest is None:
        return ask(NewerThan(after=seen))
    count = sum(post.cursor > seen for post in newest)
    return NewPosts(count=count, more=count == COUNTED_MAX)


def _newest() -> Sequence[PostView] | None:
    """The newest posts of a page; None of home, where the index counts them."""
    asked = request.args
    if author := asked.get("author"):
        kind = asked.get("show", "")
        return ask(Timeline(author=parse_author(author), kind=kind, limit=COUNTED_MAX)).posts
    if called := asked.get("called"):
        return ask(ListTimeline(called=called, limit=COUNTED_MAX)).posts
    if words := asked.get("q"):
        return ask(SearchPosts(words=words, limit=COUNTED_MAX)).posts
    return None


PAGE: Final = Page(routes=(get("/updates", "updates", show_updates),))
