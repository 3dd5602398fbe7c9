"""GET /circles: who can read what one posts for some people only, and who asks to.

Each POST below it does one thing and comes back; what was done is said there once.
"""

from collections.abc import Callable
from typing import Final

from flask import redirect, render_template, request, url_for
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.circles import (
    AskToRead,
    CircleDone,
    CreateCircle,
    DeclineReader,
    LetIn,
    ListCircles,
    RemoveReader,
    WhichCircles,
)
from swarmfeed.core.circles.limits import NAME_CHARS_MAX
from swarmfeed.core.circles.sentences import (
    EVERYBODY,
    KEEPS_KEYS,
    NEWCOMERS_READ_BACK,
    THE_CIRCLE,
    UNKNOWN_CIRCLE,
)
from swarmfeed.errors import UserError
from werkzeug.wrappers import Response as Redirect

from webui.current import ask
from webui.languages import why
from webui.routes import Page, Route, Typed, get, post

Answer = str | tuple[str, int]


def audiences(chosen: str = "") -> list[tuple[str, str]]:
    """For whom one can post: what a form says, and how it is called; everybody first.

    Args:
        chosen: What stands in the form.  A circle that is not known stays there: what is meant
            for some people becomes nobody else's because their circle is gone.
    """
    own = ask(WhichCircles()).own
    circles = [(each.name, THE_CIRCLE(name=each.name, people=each.count)) for each in own]
    gone = not any(chosen == name for name, _ in [("", ""), *circles])
    return [
        ("", EVERYBODY()),
        *circles,
        *([(chosen, UNKNOWN_CIRCLE(name=chosen))] if gone else []),
    ]


TO: Final = Typed(name="to", label="Who can read it", choices=audiences)
"""Field of every box in which a new post is written."""


def show_circles() -> Answer:
    """The page; with ``who`` in the address, that person stands ready to be let in."""
    return _shown(typed=request.args.get("who", "").strip(), at="who")


def _shown(*, not_taken: str = "", typed: str = "", at: str = "") -> str:
    known = ask(ListCircles())
    return render_template(
        "circles.html",
        circles=known,
        names=[each.name for each in known.own],
        chars_max=NAME_CHARS_MAX,
        keeps_keys=KEEPS_KEYS(),
        reads_back=NEWCOMERS_READ_BACK(),
        not_taken=not_taken,
        typed=typed,
        at=at,
        chosen=_typed("circle"),
        reads_back_too="reads_back" in request.form,
    )


def _doing(field: str, wish: Callable[[], Ask[CircleDone]]) -> Callable[[], Redirect | Answer]:
    """Return the view that does something; refused, the page says why beside ``field``."""

    def do() -> Redirect | Answer:
        try:
            ask(wish())
        except UserError as error:
            return _shown(not_taken=why(error), typed=_typed(field), at=field), 400
        return redirect(url_for("circles"), 303)

    return do


def _typed(name: str) -> str:
    return request.form.get(name, "").strip()


def _create() -> CreateCircle:
    return CreateCircle(circle=_typed("called"), reads_back="reads_back" in request.form)


def _let_in() -> LetIn:
    return LetIn(who=_typed("who"), circle=_typed("circle"))


def _decline() -> DeclineReader:
    return DeclineReader(who=_typed("who"))


def _remove() -> RemoveReader:
    return RemoveReader(who=_typed("who"), circle=_typed("circle"))


def _ask_to_read() -> AskToRead:
    return AskToRead(who=_typed("whom"))


def _routes() -> tuple[Route, ...]:
    return (
        get("/circles", "circles", show_circles),
        post(
            "/circles",
            "create_circle",
            _doing("called", _create),
            Typed(name="called", label="What it is called"),
        ),
        post(
            "/circles/in",
            "let_in",
            _doing("who", _let_in),
            Typed(name="who", label="Whose link"),
        ),
        post("/circles/declined", "decline_reader", _doing("", _decline)),
        post("/circles/out", "remove_reader", _doing("", _remove)),
        post(
            "/circles/asked",
            "ask_to_read",
            _doing("whom", _ask_to_read),
            Typed(name="whom", label="Whose link"),
        ),
    )


PAGE: Final = Page(routes=_routes())
