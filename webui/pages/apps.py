"""GET /oauth/authorize: an app asks to be let in.  POST: the person says yes or no.

GET /apps: which apps and web apps were let in, and who waits.  Each POST below it does one
thing and comes back.

On a name of the machine nobody is logged in, and our own host is told to nobody: there the app
is noted, and the person finds it on the page Apps.  Only the browser of the user who runs this
node is led on, and only when it opens the page itself (ADR 103).
"""

from typing import Final
from urllib.parse import urlencode, urlsplit

from flask import Response, g, redirect, render_template, request, url_for
from swarmfeed.core.oauth import sentences
from swarmfeed.core.oauth.book import App, AppWish
from swarmfeed.core.oauth.redirects import OUT_OF_BAND, form_action
from swarmfeed.core.oauth.refusal import OAuthError
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Redirect

from webui.current import both_ends, is_own_host, running
from webui.headers import CONTENT_SECURITY_POLICY
from webui.languages import why
from webui.routes import Page, get, post

Answer = str | tuple[str, int] | Redirect

ASKED: Final = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)
"""What an app says (RFC 6749, section 4.1.1; RFC 7636, section 4.3)."""

DENIED: Final = "access_denied"

CERTIFICATE_NAME: Final = "swarmfeed.pem"
"""As the certificate is called when it is saved."""


def ask_person() -> Answer:
    """Show who asks for what; what is wrong with it is said, and nobody is led anywhere."""
    asked = {name: request.args[name] for name in ASKED if name in request.args}
    try:
        wish = running().apps.wish(asked)
    except OAuthError as error:
        return _refused(error)
    if not is_own_host():
        return _elsewhere(wish, urlencode(asked))
    _let_lead_to(wish.redirect)
    return render_template(
        "authorize.html",
        wish=wish,
        asked=asked,
        meanings=[sentences.meaning(each) for each in wish.scopes],
        leads_to=form_action(wish.redirect),
    )


def answer_app() -> Answer:
    """Lead back to the app, with a code or without one."""
    asked = {name: request.form[name] for name in ASKED if name in request.form}
    try:
        wish = running().apps.wish(asked)
    except OAuthError as error:
        return _refused(error)
    running().apps.settle(wish.app.id)
    if request.form.get("answer") != "yes":
        if wish.redirect == OUT_OF_BAND:
            return redirect(url_for("apps"), 303)
        return _lead_back(wish, error=DENIED)
    code = running().apps.give_code(wish)
    if wish.redirect == OUT_OF_BAND:
        return render_template("code.html", code=code, app=wish.app)
    return _lead_back(wish, code=code)


def _lead_back(wish: AppWish, **said: str) -> Redirect:
    pairs = {**said, **({"state": wish.state} if wish.state else {})}
    query = urlsplit(wish.redirect).query
    joint = "&" if query else "" if wish.redirect.endswith("?") else "?"
    _let_lead_to(wish.redirect)
    return redirect(f"{wish.redirect}{joint}{urlencode(pairs)}", 303)


def _let_lead_to(place: str) -> None:
    """A form of this page may end there, and a window that an app opened stays its own."""
    allowed = f"form-action 'self' {form_action(place)}".rstrip()
    g.own_headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY.replace(
            "form-action 'self'", allowed
        ),
        "Cross-Origin-Opener-Policy": "unsafe-none",
    }


def _refused(error: OAuthError) -> tuple[str, int]:
    page = render_template("authorize_refused.html", sentence=why(error))
    return page, 400


def _elsewhere(wish: AppWish, query: str) -> Answer:
    """Nobody is logged in here."""
    opens_it = (
        request.headers.get("Sec-Fetch-Mode") == "navigate"
        and request.headers.get("Sec-Fetch-Dest") == "document"
        and running().access.is_own_user(*both_ends())
    )
    if opens_it:
        return redirect(f"http://{running().settings.own_host}/oauth/authorize?{query}", 303)
    running().apps.note_asking(wish.app.id, query)
    return render_template("authorize_elsewhere.html", app=wish.app)


def show_apps() -> str:
    book = running().apps
    return render_template(
        "apps.html",
        url=running().settings.url,
        secure=running().settings.secure,
        waiting=[(app.name, f"/oauth/authorize?{query}") for app, query in book.asking],
        origins=book.book.origins,
        origins_asking=book.origins_asking,
        apps=_let_in(),
    )


def show_certificate() -> Answer:
    """The certificate of the door for apps that insist on https, as a file; it is no secret."""
    secure = running().settings.secure
    if secure is None:
        raise NotFound
    file = Response(secure.certificate, mimetype="application/x-pem-file")
    file.headers["Content-Disposition"] = f"attachment; filename={CERTIFICATE_NAME}"
    return file


def _let_in() -> list[tuple[App, int, list[str]]]:
    """Apps that have a token of the person's: when it was used last, in milliseconds, and what
    it lets them do."""
    book = running().apps.book
    found = []
    for app in book.apps:
        given = [each for each in book.grants if each.app == app.id and each.of_person]
        if given:
            scopes = dict.fromkeys(scope for each in given for scope in each.scopes)
            seen_ms = max(each.seen_at_s for each in given) * 1000
            found.append((app, seen_ms, list(map(sentences.meaning, scopes))))
    return found


def remove_app() -> Redirect:
    running().apps.remove(request.form.get("app", ""))
    return redirect(url_for("apps"), 303)


def judge_origin() -> Redirect:
    """Let a web app in, or shut it out."""
    origin, good = request.form.get("origin", ""), request.form.get("answer") == "yes"
    running().apps.judge_origin(origin, good=good)
    return redirect(url_for("apps"), 303)


PAGE: Final = Page(
    routes=(
        get(
            "/oauth/authorize",
            "authorize",
            ask_person,
            opened_by=lambda: not is_own_host(),
        ),
        post("/oauth/authorize", "answer_app", answer_app),
        get("/apps", "apps", show_apps),
        get("/apps/certificate", "app_certificate", show_certificate),
        post("/apps/remove", "remove_app", remove_app),
        post("/apps/origins", "judge_origin", judge_origin),
    )
)
