"""GET /listening: what was heard of what the person listens to.

POST /listening: listen to something more.  POST /listening/remove: or no longer.
"""

from typing import Final

from flask import redirect, render_template, request, url_for
from swarmfeed.core.asks.listening import Listening, Subscribe, Unsubscribe, WhatIsListenedTo
from swarmfeed.core.push.sentences import who_is_told
from swarmfeed.errors import UserError
from werkzeug.wrappers import Response as Redirect

from webui.current import ask, before
from webui.languages import why
from webui.routes import Page, Typed, get, post


def show_listening() -> str | tuple[str, int]:
    what = request.args.get("q", "").strip()
    try:
        return _shown(what)
    except UserError as error:
        return _shown("", typed=what, not_taken=why(error)), 400


def listen() -> Redirect | tuple[str, int]:
    typed = request.form.get("what", "").strip()
    try:
        ask(Subscribe(what=typed))
    except UserError as error:
        return _shown("", typed=typed, not_taken=why(error)), 400
    return redirect(url_for("listening"), 303)


def listen_no_more() -> Redirect:
    ask(Unsubscribe(what=request.form.get("what", "")))
    return redirect(url_for("listening"), 303)


def _shown(what: str, typed: str = "", not_taken: str = "") -> str:
    start, known = before(), ask(WhatIsListenedTo())
    page = ask(Listening(what=what, before=start))
    return render_template(
        "listening.html",
        what=what,
        typed=typed,
        not_taken=not_taken,
        known=known.what,
        told=who_is_told(len(known.what), known.parents, serves=known.serves),
        posts=page.posts,
        older=page.next,
        is_top=start is None,
    )


PAGE: Final = Page(
    routes=(
        get("/listening", "listening", show_listening),
        post("/listening", "listen", listen, Typed(name="what", label="What to listen to")),
        post("/listening/remove", "listen_no_more", listen_no_more),
    )
)
