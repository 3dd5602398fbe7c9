"""GET /alarms: what others did in the person's name.  POST /alarms/mine: that was me.

Every page says it on top (``base.html``); this one has all of them.
"""

from typing import Final

from flask import redirect, render_template, request, url_for
from swarmfeed.core.asks.alarm_sentences import ALL_IS_WELL, WHAT_HELPS
from swarmfeed.core.asks.alarms import ThatWasMe
from werkzeug.wrappers import Response

from webui.current import ask
from webui.routes import Page, get, post


def show_alarms() -> str:
    helps = [(what(), how()) for what, how in WHAT_HELPS]
    return render_template("alarms.html", all_is_well=ALL_IS_WELL(), what_helps=helps)


def that_was_me() -> Response:
    ask(ThatWasMe(alarm=request.form.get("alarm", "")))
    return redirect(url_for("alarms"), 303)


PAGE: Final = Page(
    routes=(
        get("/alarms", "alarms", show_alarms),
        post("/alarms/mine", "that_was_me", that_was_me),
    )
)
