"""GET /authors/<author>: who somebody is, how much of them is here, and what they wrote."""

from flask import render_template
from swarmfeed.core.base.address import Link, format_link
from swarmfeed.core.base.limits import NAME_CHARS_MAX, PAGE_POSTS
from swarmfeed.core.base.types import AuthorId

from webui.current import before, node
from webui.render import one_line


def show_author(author_id: AuthorId) -> str:
    author = node().author(author_id)
    posts = node().author_posts(author_id, PAGE_POSTS, before())
    return render_template(
        "author.html",
        author=author,
        link=format_link(Link(author_id, one_line(author.name)[:NAME_CHARS_MAX])),
        feeds=[feed for feed in node().status().feeds if feed.author_id == author_id],
        posts=posts,
        older=posts[-1].cursor if len(posts) == PAGE_POSTS else None,
        is_top=before() is None,
    )
