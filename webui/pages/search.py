"""GET /search: posts on this machine that hold all the words."""

from typing import Final

from flask import render_template, request
from swarmfeed.core.asks.people import WhoIsCalled
from swarmfeed.core.asks.posts import FoundPosts, SearchPosts
from swarmfeed.core.asks.search_sentences import NOBODY_OF_THAT_NAME, what_was_found
from swarmfeed.core.words.query import parse_query
from swarmfeed.errors import UserError

from webui.current import ask, before
from webui.render import one_line
from webui.routes import Menu, Page, get

NOTHING: Final = FoundPosts(posts=(), next=None, count=0)


def show_search() -> str | tuple[str, int]:
    words = request.args.get("q", "").strip()
    try:
        return _shown(
            words, ask(SearchPosts(words=words, before=before())) if words else NOTHING
        )
    except UserError as error:
        return _shown(words, NOTHING, not_searched=str(error)), 400


def _shown(words: str, page: FoundPosts, not_searched: str = "") -> str:
    query = parse_query(words) if page.posts else None
    best_first = query is not None and query.best_first
    return render_template(
        "search.html",
        words=words,
        nobody=_nobody(words) if words and not page.posts and not not_searched else "",
        not_searched=not_searched,
        marked=query.marked if query else (),
        best_first=best_first,
        in_order=_in_order,
        posts=page.posts,
        found=what_was_found(page.count, best_first=best_first),
        older=page.next,
        is_top=before() is None,
    )


def _in_order(words: str, order: str) -> str:
    """The same search in another order."""
    typed = [each for each in words.split() if not each.lower().startswith("order:")]
    return " ".join([*typed, f"order:{order}"] if order else typed)


def _nobody(words: str) -> str:
    """Say of which name nobody is known, where a search is for what somebody wrote."""
    for name in parse_query(words).wanted.names:
        if not ask(WhoIsCalled(called=name)).people:
            return NOBODY_OF_THAT_NAME(name=one_line(name))
    return ""


PAGE: Final = Page(
    routes=(get("/search", "search", show_search, menu=Menu(label="Search", icon="search")),)
)
