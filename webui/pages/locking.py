"""GET /lock: whether the keys are locked; POST /lock, and /unlock with the passphrase.

What was typed never comes back: it is a passphrase.
"""

from typing import Final

from flask import redirect, render_template, request, url_for
from swarmfeed.core.asks import recovery_sentences as sentences
from swarmfeed.core.asks.locking import PASSPHRASE_CHARS_MAX, IsLocked, LockKeys, UnlockKeys
from swarmfeed.errors import UserError
from werkzeug.wrappers import Response

from webui.current import ask
from webui.languages import why
from webui.routes import Page, get, post


def show_lock() -> str:
    return _page()


def _page(wrong: str = "") -> str:
    return render_template(
        "lock.html",
        state=ask(IsLocked()),
        means=sentences.LOCK_MEANS(),
        wrong=wrong,
        chars_max=PASSPHRASE_CHARS_MAX,
    )


def lock() -> Response | tuple[str, int]:
    try:
        ask(LockKeys())
    except UserError as error:
        return _page(why(error)), 400
    return redirect(url_for("show_lock"), 303)


def unlock() -> Response | tuple[str, int]:
    try:
        ask(UnlockKeys(passphrase=request.form.get("passphrase", "")[:PASSPHRASE_CHARS_MAX]))
    except UserError as error:
        return _page(why(error)), 400
    return redirect(url_for("show_lock"), 303)


PAGE: Final = Page(
    routes=(
        get("/lock", "show_lock", show_lock),
        post("/lock", "lock", lock),
        post("/unlock", "unlock", unlock),
    )
)
