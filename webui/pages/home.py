"""GET /: the compose box and the timeline.  GET /updates and /sentence: what changed since."""

from typing import Final

from flask import Response, jsonify, render_template
from swarmfeed.core.asks.alarm_sentences import SAID_MAX
from swarmfeed.core.asks.alarms import WhatIsAlarming
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.people import WhoIsFollowed
from swarmfeed.core.asks.posts import NewerThan, Timeline
from swarmfeed.core.asks.sentences import NEW_POSTS
from swarmfeed.core.asks.upkeep import HowIsIt, WhatIsRefused

from webui.current import ask, before, place
from webui.routes import Menu, Page, get

FOLLOWS_SHOWN = 8
"""Authors named beside the timeline."""

START: Final = Cursor(0, 0)
"""Where a page begins that showed no post: everything is newer."""


def show_home() -> str:
    start = before()
    page = ask(Timeline(before=start))
    top = page.posts[0].cursor if page.posts else None
    seen = place("seen") or top
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
    )


def show_updates() -> Response:
    """How many posts wait above ``seen``, the newest one a page shows."""
    new_count = _count_newer(place("seen") or START)
    return jsonify({"count": new_count, "label": NEW_POSTS(posts=new_count)})


def show_sentence() -> Response:
    """How the node is, what the machine refuses it, and what others do in the person's name,
    for pages that stay open."""
    status, refused = ask(HowIsIt()), ask(WhatIsRefused()).sentences
    alarms = [each.sentence for each in ask(WhatIsAlarming()).alarms][:SAID_MAX]
    said = {"sentence": status.sentence, "full": status.full, "refused": refused}
    return jsonify({**said, "alarms": alarms})


def _count_newer(seen: Cursor) -> int:
    return ask(NewerThan(after=seen)).count


PAGE: Final = Page(
    routes=(
        get("/", "home", show_home, menu=Menu(label="Home", icon="home")),
        get("/updates", "updates", show_updates),
        get("/sentence", "sentence", show_sentence),
    )
)
