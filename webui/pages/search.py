"""GET /search: posts on this machine that hold all the words."""

from flask import render_template, request
from swarmfeed.core.asks.posts import Posts, SearchPosts

from webui.current import ask, before

WORDS_CHARS_MAX = 200
"""Longest search: more than anybody types."""

NOTHING = Posts(posts=(), next=None)


def show_search() -> str:
    words = request.args.get("q", "").strip()[:WORDS_CHARS_MAX]
    page = ask(SearchPosts(words=words, before=before())) if words else NOTHING
    return render_template(
        "search.html",
        words=words,
        posts=page.posts,
        older=page.next,
        is_top=before() is None,
    )
