"""The Mastodon client API as an app of its own, beside the pages.

It looks at ``Authorization: Bearer`` and never at a cookie, so a browser that is logged in
lends nobody anything.  Pages of other origins read answers only where the person let them in.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from flask import Flask, Response, g, jsonify, request
from swarmfeed.core.base.limits import FORM_BYTES_MAX
from swarmfeed.core.net.limits import UPLOAD_BYTES_MAX
from swarmfeed.core.oauth import sentences as oauth_sentences
from swarmfeed.core.oauth.refusal import OAuthError
from swarmfeed.core.oauth.scopes import covers
from swarmfeed.errors import BadJsonError, RetryError, SwarmfeedError, UserError
from werkzeug.exceptions import HTTPException

from webui.current import EXTENSION, Running, running
from webui.headers import HEADERS
from webui.mastodon import sentences
from webui.mastodon.endpoint import ANY_APP, ANYBODY, ApiAnswer, ApiCall, MissingError
from webui.mastodon.media import UPLOADS, Uploads
from webui.uploads import InMemory

ALLOWED_METHODS: Final = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
ALLOWED_HEADERS: Final = "Authorization, Content-Type, Idempotency-Key"
SHOWN_HEADERS: Final = "Link"
PREFLIGHT_S: Final = 600
"""How long a browser may go without asking again."""

PICTURES: Final = "/api/v1/swarmfeed/"
"""Any page may show them (they have a key of their own, or no secret), and none read them."""


class CannotAct(Exception):
    """The token does not do; ends a request with its status."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def create_mastodon(now: Running, endpoints: Sequence[ApiCall]) -> Flask:
    """Build the app around what the pages run on."""
    app = Flask("webui.mastodon", static_folder=None)
    app.request_class = InMemory
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of Flask's default provider
    app.config["MAX_CONTENT_LENGTH"] = UPLOAD_BYTES_MAX
    app.config["MAX_FORM_MEMORY_SIZE"] = FORM_BYTES_MAX
    app.extensions[EXTENSION] = now
    app.extensions[UPLOADS] = Uploads()
    for number, each in enumerate(endpoints):
        app.add_url_rule(
            each.rule,
            f"{number} {each.view.__name__}",
            partial(_answer, each),
            methods=[each.method],
            provide_automatic_options=False,
        )
    app.before_request(_judge_origin)
    app.after_request(_add_headers)
    app.register_error_handler(CannotAct, _refuse)
    app.register_error_handler(SwarmfeedError, _say_error)
    app.register_error_handler(HTTPException, _say_http_error)
    return app


def _answer(endpoint: ApiCall, **path: str) -> Any:
    _require(endpoint.scope)
    found = endpoint.view(**path)
    if isinstance(found, Response):
        return found
    answer = found if isinstance(found, ApiAnswer) else ApiAnswer(found)
    response = jsonify(answer.body)
    response.status_code = answer.status
    response.headers.update(answer.headers)
    return response


def _require(scope: str) -> None:
    """Raise CannotAct unless the token does for this; one that is sent has to be good."""
    given = bearer(request.headers.get("Authorization", ""))
    g.grant = grant = running().apps.use(given)
    if scope == ANYBODY:
        return
    if grant is None:
        raise CannotAct(401, oauth_sentences.REVOKED())
    if scope == ANY_APP:
        return
    if not grant.of_person:
        raise CannotAct(422, oauth_sentences.NEEDS_PERSON())
    if not any(covers(grant.scopes, each) for each in scope.split()):
        raise CannotAct(403, oauth_sentences.TOO_LITTLE())


def bearer(authorization: str) -> str:
    """Return the token of an Authorization header; empty when there is none."""
    scheme, _, given = authorization.partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""


def _judge_origin() -> Response | None:
    """Refuse a page of another origin; only one that was let in gets further (A264)."""
    origin = request.headers.get("Origin")
    if origin is None or request.path.startswith(PICTURES):
        return None
    if not running().apps.lets_in(origin):
        running().apps.note_origin(origin)
        refused = jsonify({"error": sentences.NOT_LET_IN(origin=origin[:255])})
        refused.status_code = 403
        return refused
    g.origin = origin
    return Response(status=204) if request.method == "OPTIONS" else None


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.add("Vary", "Origin")
    if "origin" in g:
        response.headers["Access-Control-Allow-Origin"] = g.origin
        response.headers["Access-Control-Expose-Headers"] = SHOWN_HEADERS
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = ALLOWED_METHODS
            response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
            response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_S)
    return response


def _said(status: int, sentence: str, **more: str) -> Response:
    response = jsonify({"error": sentence, **more})
    response.status_code = status
    return response


def _refuse(error: CannotAct) -> Response:
    return _said(error.status, str(error))


def _say_error(error: SwarmfeedError) -> Response:
    if isinstance(error, OAuthError):
        return _said(error.status, error.code, error_description=str(error))
    if isinstance(error, MissingError):
        return _said(404, sentences.NOT_FOUND())
    if isinstance(error, BadJsonError):
        return _said(400, str(error))
    if isinstance(error, UserError):
        return _said(422, str(error))
    return _said(503 if isinstance(error, RetryError) else 500, str(error))


def _say_http_error(error: HTTPException) -> Response:
    code = error.code or 500
    told = {
        404: sentences.NOT_FOUND(),
        405: sentences.NO_METHOD(),
        413: sentences.TOO_LONG(),
        500: sentences.BUG(),
    }
    return _said(code, told.get(code) or sentences.BAD_JSON())
