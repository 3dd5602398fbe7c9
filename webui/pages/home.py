"""GET /: the compose box and the timeline.  GET /updates and /sentence: what changed since."""

from flask import Response, jsonify, render_template, request
from swarmfeed.core.asks.cursor import Cursor, parse_cursor
from swarmfeed.core.asks.people import WhoIsFollowed
from swarmfeed.core.asks.posts import NewerThan, Timeline
from swarmfeed.core.asks.upkeep import HowIsIt

from webui import formats
from webui.current import ask, before

FOLLOWS_SHOWN = 8
"""Authors named beside the timeline."""


def show_home() -> str:
    start = before()
    page = ask(Timeline(before=start))
    top = page.posts[0].cursor if page.posts else None
    seen = _seen() or top
    followed = ask(WhoIsFollowed(limit=FOLLOWS_SHOWN))
    return render_template(
        "home.html",
        posts=page.posts,
        older=page.next,
        seen=seen,
        is_top=start is None,
        new_count=_count_newer(seen) if seen and start else 0,
        follows=followed.authors,
        follow_count=followed.count,
        status=ask(HowIsIt()),
    )


def show_updates() -> Response:
    """How many posts wait above the newest one a page shows."""
    seen = _seen()
    new_count = _count_newer(seen) if seen else len(ask(Timeline(limit=1)).posts)
    label = f"Show {formats.counted(new_count, 'new post', 'new posts')}"
    return jsonify({"count": new_count, "label": label})


def show_sentence() -> Response:
    """How the node is, for pages that stay open."""
    status = ask(HowIsIt())
    return jsonify({"sentence": status.sentence, "connected": status.connected})


def _count_newer(seen: Cursor) -> int:
    return ask(NewerThan(after=seen)).count


def _seen() -> Cursor | None:
    """The newest post the reader was shown."""
    text = request.args.get("seen", "")
    return parse_cursor(text) if text else None
