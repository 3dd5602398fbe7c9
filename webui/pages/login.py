"""GET /login: turn a single-use link into a session.  GET /welcome.  POST /logout.

Logging in is the one GET that changes something: it uses up the token it carries.
"""

from typing import Final

from flask import g, redirect, render_template, request
from werkzeug.wrappers import Response

from webui.current import running
from webui.routes import Page, get, post


def show_welcome() -> Response | str:
    if g.session:
        return redirect("/", 303)
    return render_template("welcome.html", here="/", token_failed=False)


def log_in() -> Response | tuple[str, int]:
    session = running().access.open_session(request.args.get("token", ""))
    if session is None:
        if g.session:
            return redirect("/", 303)
        return render_template("welcome.html", here="/", token_failed=True), 403
    response = redirect("/", 303)
    response.set_cookie(
        running().access.cookie_name, session, httponly=True, samesite="Strict", path="/"
    )
    return response


def log_out() -> Response:
    running().access.close_session(g.session or "")
    response = redirect("/welcome", 303)
    response.delete_cookie(
        running().access.cookie_name, httponly=True, samesite="Strict", path="/"
    )
    return response


PAGE: Final = Page(
    routes=(
        get("/welcome", "welcome", show_welcome, open_to_all=True),
        get("/login", "login", log_in, open_to_all=True),
        post("/logout", "logout", log_out),
    )
)
