"""GET /settings: all that can be set, and where.  POST /settings/look: how a browser shows it.

POST /settings/machine: how this machine is run, at once where it can, and for the next starts.

GET /keys: the single keys, for who has no script, or wants to read them in peace.
"""

from typing import Final

from flask import redirect, render_template, request, url_for
from swarmfeed.core.asks.locking import IsLocked
from swarmfeed.core.asks.muting import WhoIsMuted
from swarmfeed.core.asks.starting import ChooseSettings, HowItWasStarted, StartOption
from swarmfeed.core.asks.upkeep import HowFullIsIt
from werkzeug.wrappers import Response

from webui import machine
from webui.current import ask, running
from webui.look import COOKIE, KEPT_S, look_in, look_of
from webui.routes import Menu, Page, Typed, get, post
from webui.tongues import TONGUES

TYPED: Final = tuple(
    Typed(name=machine.name_of(flag), label=words.label.english, optional=True)
    for flag, words in machine.WORDS.items()
    if "/" not in flag and flag != "--supernode"
)
"""Fields of the settings in which something is typed."""


def show_settings() -> str:
    options = _options()
    return render_template(
        "settings.html",
        tongues=TONGUES.values(),
        chosen=look_in(request.headers.get("Cookie", "")),
        options=options,
        at_once=machine.rows(options, restart=False),
        later=machine.rows(options, restart=True),
        disk=ask(HowFullIsIt()),
        lock=ask(IsLocked()),
        muted_count=len(ask(WhoIsMuted()).authors),
    )


def _options() -> tuple[StartOption, ...]:
    """As the node says them: what is compared with a form is in no other language."""
    return running().desk.ask(HowItWasStarted()).options


def choose_look() -> Response:
    """Keep the look in this browser; what was chosen shows at once."""
    response = redirect(url_for("settings"), 303)
    response.set_cookie(
        COOKIE,
        look_of(request.form).text,
        max_age=KEPT_S,
        httponly=True,
        samesite="Strict",
        path="/",
    )
    return response


def choose_settings() -> Response:
    """Change how this machine is run: all that the form says otherwise, or nothing."""
    wanted = tuple(machine.chosen(_options(), request.form))
    if wanted:
        ask(ChooseSettings(settings=wanted))
    return redirect(url_for("settings") + "#storage", 303)


def show_keys() -> str:
    return render_template("keys.html")


PAGE: Final = Page(
    routes=(
        get("/settings", "settings", show_settings, menu=Menu(label="Settings", icon="gear")),
        post("/settings/look", "choose_look", choose_look),
        post("/settings/machine", "choose_settings", choose_settings, *TYPED),
        get("/keys", "keys", show_keys),
    )
)
