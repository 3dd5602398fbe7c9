"""GET /authors/<author>: who somebody is, how much of them is here, and what they wrote."""

from typing import Final

from flask import render_template
from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.feeds import FeedsOf
from swarmfeed.core.asks.people import AboutAuthor
from swarmfeed.core.asks.posts import Timeline
from swarmfeed.core.base.address import Link, format_link
from swarmfeed.core.base.limits import NAME_CHARS_MAX
from swarmfeed.core.base.types import AuthorId

from webui.current import ask, before
from webui.render import one_line
from webui.routes import Page, get


def show_author(author_id: AuthorId) -> str:
    author = ask(AboutAuthor(author=author_id))
    page = ask(Timeline(author=author_id, before=before()))
    takes = sentences.what_it_takes(author.bytes_held, author.unpacked_bytes, author.limit)
    return render_template(
        "author.html",
        author=author,
        takes=[*takes, *([author.missing] if author.missing else [])],
        link=format_link(Link(author_id, one_line(author.name)[:NAME_CHARS_MAX])),
        feeds=ask(FeedsOf(author=author_id)).feeds,
        posts=page.posts,
        older=page.next,
        is_top=before() is None,
    )


PAGE: Final = Page(routes=(get("/authors/<address:author_id>", "author", show_author),))
