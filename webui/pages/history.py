"""GET /history: being a history server, and why each feed is held.  POST: choose, or leave."""

from typing import Final

from flask import redirect, render_template, request, url_for
from swarmfeed.core.asks.explaining import facts_of
from swarmfeed.core.asks.history import ChooseHistory, Explain, HowHistoryIs, LeaveHistory
from swarmfeed.core.asks.people import AboutAuthor
from swarmfeed.core.asks.upkeep import HowFullIsIt, HowIsIt
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.limits import DISK_FLOOR_BYTES
from swarmfeed.core.base.texts import Text
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.history.limits import FEED_BYTES_MAX
from swarmfeed.errors import UserError
from werkzeug.wrappers import Response

from webui.current import ask
from webui.languages import why
from webui.parts import part_of
from webui.routes import Page, Typed, get, post

GIGABYTE: Final = 1000**3

DISK_OFFERED: Final = 20 * GIGABYTE
FREE_OFFERED: Final = GIGABYTE
"""What stands in the form of somebody who gives nothing yet."""

DISK: Final = Typed(name="disk", label="Disk to give, in gigabytes")
KEEP_FREE: Final = Typed(name="keep_free", label="Free space to leave alone, in gigabytes")

HOW_MUCH: Final = Text("Say how many gigabytes; 0.5 is half a gigabyte.")
NO_GIGABYTES: Final = Text("“{typed}” is no number of gigabytes.")
NO_SUCH_DISK: Final = Text("Give a number of gigabytes that a disk can have.")

SCOPES: Final = (
    ("friends", Text("Those I follow")()),
    ("community", Text("Also those they follow")()),
    ("open", Text("Also anybody who asks")()),
)
"""What the form offers, the narrowest first."""


def show_history() -> str:
    return _page()


def _page(wrong: str = "", field: str = "") -> str:
    """The page; with ``wrong``, what was typed stays, and why ``field`` was refused."""
    history = ask(HowHistoryIs())
    choice = history.choice
    typed = request.form if wrong else {}
    free_bytes = ask(HowFullIsIt()).free_bytes
    return render_template(
        "history.html",
        history=history,
        held=part_of([each for each in history.feeds if each.state != "watched"], "feeds"),
        wrong=wrong,
        wrong_field=field,
        disk=typed.get("disk", _as_gigabytes(choice.disk_bytes if choice else DISK_OFFERED)),
        keep_free=typed.get(
            "keep_free", _as_gigabytes(choice.free_bytes_min if choice else FREE_OFFERED)
        ),
        chosen=typed.get("scope", choice.scope if choice else "community"),
        scopes=SCOPES,
        free_bytes=free_bytes,
        # What is given and used already can go on being given.
        most=min(free_bytes + history.used_bytes, FEED_BYTES_MAX) // GIGABYTE,
        running=ask(HowIsIt()).running,
    )


def show_explanation(author_id: AuthorId) -> str:
    found = ask(Explain(who=format_author(author_id))).feeds
    return render_template(
        "explain.html",
        author=ask(AboutAuthor(author=author_id)),
        explanations=[(each, facts_of(each)) for each in found],
    )


def choose() -> Response | tuple[str, int]:
    """Become a history server, or change what is given."""
    field = KEEP_FREE
    try:
        free_bytes = _gigabytes(field.name)
        field = DISK
        ask(
            ChooseHistory(
                scope=request.form.get("scope", ""),
                disk_bytes=_gigabytes(field.name),
                free_bytes_min=max(free_bytes, DISK_FLOOR_BYTES),
            )
        )
    except UserError as error:
        return _page(wrong=why(error), field=field.name), 400
    return redirect(url_for("history"), 303)


def leave() -> Response:
    ask(LeaveHistory())
    return redirect(url_for("history"), 303)


def _gigabytes(name: str) -> int:
    text = request.form.get(name, "").strip().replace(",", ".")
    if not text:
        raise UserError(HOW_MUCH())
    try:
        size_bytes = round(float(text) * GIGABYTE)
    except (ValueError, OverflowError):
        raise UserError(NO_GIGABYTES(typed=text[:20])) from None
    if not 0 <= size_bytes <= FEED_BYTES_MAX:
        raise UserError(NO_SUCH_DISK())
    return size_bytes


def _as_gigabytes(size_bytes: int) -> str:
    return f"{size_bytes / GIGABYTE:g}"


PAGE: Final = Page(
    routes=(
        get("/history", "history", show_history),
        get("/history/<author:author_id>", "explain", show_explanation),
        post("/history", "choose_history", choose, DISK, KEEP_FREE),
        post("/history/leave", "leave_history", leave),
    )
)
