"""GET /search: posts on this machine that hold all the words."""

from typing import Final

from flask import render_template, request
from swarmfeed.core.asks.posts import FoundPosts, SearchPosts
from swarmfeed.core.asks.search import parse_search
from swarmfeed.core.asks.search_sentences import what_was_found

from webui.current import ask, before
from webui.routes import Menu, Page, get

WORDS_CHARS_MAX = 200
"""Longest search: more than anybody types."""

NOTHING = FoundPosts(posts=(), next=None, count=0)


def show_search() -> str:
    words = request.args.get("q", "").strip()[:WORDS_CHARS_MAX]
    page = ask(SearchPosts(words=words, before=before())) if words else NOTHING
    marked = parse_search(words).marked if page.posts else ()
    return render_template(
        "search.html",
        words=words,
        marked=marked,
        posts=page.posts,
        found=what_was_found(page.count),
        older=page.next,
        is_top=before() is None,
    )


PAGE: Final = Page(
    routes=(get("/search", "search", show_search, menu=Menu(label="Search", icon="search")),)
)
