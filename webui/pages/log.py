"""GET /log: what the node wrote down in this run, newest first.  GET /log/new: what is new."""

from typing import Final

from flask import Response, jsonify, render_template, request
from swarmfeed.core.asks.codec import to_json
from swarmfeed.core.asks.logged import LEVELS, WhatWasLogged
from swarmfeed.core.base.texts import Text

from webui.current import ask
from webui.routes import Page, get

CALLED: Final = {
    "debug": Text("Everything")(),
    "info": Text("What happens")(),
    "warning": Text("What to look at")(),
    "error": Text("What failed")(),
}
"""What is shown from each level on."""

NUMBER_MAX: Final = 10**12


def show_log() -> str:
    level, before = _level(), _number("before")
    found = ask(WhatWasLogged(level=level, before=before or None))
    return render_template(
        "log.html",
        found=found,
        level=level,
        levels=list(CALLED.items()),
        is_top=not before,
    )


def show_new() -> Response:
    """Lines above the newest one that a page shows."""
    return jsonify(to_json(ask(WhatWasLogged(level=_level(), after=_number("after")))))


def _level() -> str:
    """The level of the query; what is none is as if nothing were asked for."""
    wanted = request.args.get("level", "")
    return wanted if wanted in LEVELS else "info"


def _number(name: str) -> int:
    text = request.args.get(name, "")
    return min(int(text), NUMBER_MAX) if text.isascii() and text.isdecimal() else 0


PAGE: Final = Page(
    routes=(
        get("/log", "log", show_log),
        get("/log/new", "log_new", show_new),
    )
)
