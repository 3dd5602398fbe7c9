"""GET /: the compose box and the timeline.  GET /updates and /sentence: what changed since."""

from flask import Response, jsonify, render_template, request
from swarmfeed.core.asks.views import Cursor, parse_cursor
from swarmfeed.core.base.limits import PAGE_POSTS

from webui import formats
from webui.current import before, node

FOLLOWS_SHOWN = 8
"""Authors named beside the timeline."""


def show_home() -> str:
    start = before()
    posts = node().home(PAGE_POSTS, start)
    top = posts[0].cursor if posts else None
    seen = _seen() or top
    follows = node().follows()
    return render_template(
        "home.html",
        posts=posts,
        older=posts[-1].cursor if len(posts) == PAGE_POSTS else None,
        seen=seen,
        is_top=start is None,
        new_count=node().newer_than(seen) if seen and start else 0,
        follows=follows[:FOLLOWS_SHOWN],
        follow_count=len(follows),
        status=node().status(),
    )


def show_updates() -> Response:
    """How many posts wait above the newest one a page shows."""
    seen = _seen()
    new_count = node().newer_than(seen) if seen else len(node().home(1))
    label = f"Show {formats.counted(new_count, 'new post', 'new posts')}"
    return jsonify({"count": new_count, "label": label})


def show_sentence() -> Response:
    """How the node is, for pages that stay open."""
    status = node().status()
    connected = status.running and bool(status.peers)
    return jsonify({"sentence": status.sentence, "connected": connected})


def _seen() -> Cursor | None:
    """The newest post the reader was shown."""
    text = request.args.get("seen", "")
    return parse_cursor(text) if text else None
