"""GET /history: being a history server, and why each feed is held.  POST: choose, or leave."""

from typing import Final

from flask import redirect, render_template, request, url_for
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.limits import DISK_FLOOR_BYTES
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.core.history.notice import FEED_BYTES_MAX
from swarmfeed.errors import UserError
from werkzeug.wrappers import Response

from webui.current import node

GIGABYTE: Final = 1000**3

SCOPES: Final = (
    ("friends", "Those I follow"),
    ("community", "Also those they follow"),
    ("open", "Also anybody who asks"),
)
"""What the form offers, the narrowest first."""


def show_history() -> str:
    status = node().status()
    return render_template(
        "history.html",
        history=node().history(),
        scopes=SCOPES,
        free_bytes=status.disk_free_bytes,
        running=status.running,
    )


def show_explanation(author_id: AuthorId) -> str:
    return render_template(
        "explain.html",
        author=node().author(author_id),
        explanations=node().explain(format_address(author_id)),
    )


def choose() -> Response:
    """Become a history server, or change what is given."""
    choice = HistoryChoice(
        scope=request.form.get("scope", ""),
        disk_bytes=_gigabytes("disk"),
        free_bytes_min=max(_gigabytes("keep_free"), DISK_FLOOR_BYTES),
    )
    node().choose_history(choice)
    return redirect(url_for("history"), 303)


def leave() -> Response:
    node().leave_history()
    return redirect(url_for("history"), 303)


def _gigabytes(name: str) -> int:
    text = request.form.get(name, "").strip().replace(",", ".")
    try:
        size_bytes = round(float(text) * GIGABYTE)
    except (ValueError, OverflowError):
        raise UserError(f"“{text[:20]}” is no number of gigabytes.") from None
    if not 0 <= size_bytes <= FEED_BYTES_MAX:
        raise UserError("Give a number of gigabytes that a disk can have.")
    return size_bytes
