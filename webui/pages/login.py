"""GET /login: turn a single-use link into a session.  GET /welcome.  POST /logout.

Logging in is the one GET that changes something: it uses up the token it carries.
"""

from typing import Final

from flask import g, redirect, render_template, request
from werkzeug.wrappers import Response

from webui.current import both_ends, is_own_host, running
from webui.routes import Page, get, post


def show_welcome() -> Response | str:
    if g.session:
        return redirect("/", 303)
    return render_template("welcome.html", here="/", token_failed=False)


def log_in() -> Response | tuple[str, int]:
    token = request.args.get("token", "")
    if not is_own_host():
        # A cookie set here would go to every server of this machine.  Only who has a link
        # that works is told where to use it.
        if running().access.is_login_token(token):
            return redirect(running().settings.login_link(token), 303)
        return render_template("welcome.html", here="/", token_failed=True), 403
    session = running().access.open_session(token, *both_ends())
    if session is None:
        if g.session:
            return redirect("/", 303)
        return render_template("welcome.html", here="/", token_failed=True), 403
    response = redirect("/", 303)
    response.set_cookie(_cookie_name(), session, httponly=True, samesite="Strict", path="/")
    return response


def log_out() -> Response:
    if g.session:
        running().access.logins.close(g.session)
    response = redirect("/welcome", 303)
    response.delete_cookie(_cookie_name(), httponly=True, samesite="Strict", path="/")
    return response


def _cookie_name() -> str:
    return running().access.logins.cookie_name


PAGE: Final = Page(
    routes=(
        get("/welcome", "welcome", show_welcome, open_to_all=True),
        get("/login", "login", log_in, open_to_all=True),
        post("/logout", "logout", log_out),
    )
)
