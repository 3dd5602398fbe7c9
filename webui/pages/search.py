"""GET /search: posts on this machine that hold all the words."""

from flask import render_template, request
from swarmfeed.core.base.limits import PAGE_POSTS

from webui.current import before, node

WORDS_CHARS_MAX = 200
"""Longest search: more than anybody types."""


def show_search() -> str:
    words = request.args.get("q", "").strip()[:WORDS_CHARS_MAX]
    posts = node().search(words, PAGE_POSTS, before()) if words else []
    return render_template(
        "search.html",
        words=words,
        posts=posts,
        older=posts[-1].cursor if len(posts) == PAGE_POSTS else None,
        is_top=before() is None,
    )
