"""GET /start/people: the last step of a first start, whom to read; the node runs already.

The pages before it are ``webui.pages.start``; whoever comes from there while the node was
starting is led here.
"""

from typing import Final

from flask import redirect, render_template
from swarmfeed.core.asks.near import WhoIsNear
from swarmfeed.core.asks.people import WhoIsFollowed
from werkzeug.wrappers import Response

from webui.current import ask
from webui.routes import Page, get


def show_people() -> str:
    followed = ask(WhoIsFollowed(limit=1))
    return render_template(
        "start/people.html", step=5, follow_count=followed.count, near=ask(WhoIsNear())
    )


def go_on() -> Response:
    """What the pages of the start lead to while the node comes up."""
    is_new = not ask(WhoIsFollowed(limit=1)).count
    return redirect("/start/people" if is_new else "/", 303)


PAGE: Final = Page(
    routes=(
        get("/start/people", "start_people", show_people),
        get("/start/wait", "start_wait", go_on),
    )
)
