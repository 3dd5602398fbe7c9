"""GET /: the compose box and the timeline.  GET /sentence: how the node is since.

POST /stopped: remember up to where it was read.
"""

from collections.abc import Sequence
from typing import Final

from flask import Response, jsonify, redirect, render_template, request, url_for
from swarmfeed.core.asks.alarm_sentences import SAID_MAX
from swarmfeed.core.asks.alarms import WhatIsAlarming
from swarmfeed.core.asks.cursor import Cursor, parse_cursor
from swarmfeed.core.asks.papers import WhichPapers
from swarmfeed.core.asks.people import WhoIsFollowed
from swarmfeed.core.asks.posts import NewerThan, NewPosts, PostView, Timeline
from swarmfeed.core.asks.stopping import StopHere, WhereDidIStop
from swarmfeed.core.asks.suggesting import WhoIsSuggested
from swarmfeed.core.asks.upkeep import HowIsIt, WhatIsRefused
from werkzeug.wrappers import Response as Redirect

from webui.current import ask, before, place
from webui.pages.lacking import gaps_among
from webui.routes import Menu, Page, get, post

FOLLOWS_SHOWN: Final = 5
"""Authors named beside the timeline: what else is there fits into the window, too."""

SUGGESTED_BESIDE: Final = 3
"""People suggested beside the timeline."""


def show_home() -> str:
    start = before()
    page = ask(Timeline(before=start))
    top = page.posts[0].cursor if page.posts else None
    seen = place("seen") or top
    stopped = ask(WhereDidIStop())
    followed = ask(WhoIsFollowed(limit=FOLLOWS_SHOWN))
    return render_template(
        "home.html",
        papers=ask(WhichPapers()),
        posts=page.posts,
        older=page.next,
        seen=seen,
        gaps=gaps_among(page.posts),
        stopped=stopped,
        stopped_at=_stopped_at(page.posts, stopped.place, start),
        is_top=start is None,
        new=ask(NewerThan(after=seen)) if seen and start else NewPosts(count=0),
        follows=followed.authors,
        follow_count=followed.count,
        suggested=ask(WhoIsSuggested(limit=SUGGESTED_BESIDE)).people,
    )


def _stopped_at(
    posts: Sequence[PostView], place: Cursor | None, start: Cursor | None
) -> int | None:
    """Before which post of a page the read mark stands; None: not on this page."""
    if place is None:
        return None
    at = next((at for at, post in enumerate(posts) if post.cursor <= place), None)
    is_first_unseen = at == 0 and (start is None or start <= place)
    return None if is_first_unseen else at


def stop_here() -> Redirect:
    ask(StopHere(place=parse_cursor(request.form.get("place", ""))))
    return redirect(url_for("home"), 303)


def show_sentence() -> Response:
    """How the node is, what the machine refuses it, and what others do in the person's name,
    for pages that stay open."""
    status, refused = ask(HowIsIt()), ask(WhatIsRefused()).sentences
    alarms = [each.sentence for each in ask(WhatIsAlarming()).alarms][:SAID_MAX]
    said = {"sentence": status.sentence, "full": status.full, "refused": refused}
    said |= {"short": status.short, "more": status.more}
    return jsonify({**said, "alarms": alarms})


PAGE: Final = Page(
    routes=(
        get("/", "home", show_home, menu=Menu(label="Home", icon="home", in_bar=True)),
        post("/stopped", "stop_here", stop_here),
        get("/sentence", "sentence", show_sentence),
    )
)
