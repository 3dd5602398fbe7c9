"""The JSON API under /api/1/, for programs: the bearer key instead of a browser's session.

Everything that can be asked has a route of its own, made from its declaration in
``swarmfeed.core.asks``.  GET asks, POST changes and takes a JSON object; a refusal is a 4xx
status with ``{"error": sentence}``.  ``/api/1/openapi.json`` describes all of it.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from flask import Flask, Response, jsonify, request
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.codec import fields_of, from_json, from_query, to_json
from swarmfeed.core.asks.input_sentences import TWO_KEYS
from swarmfeed.core.asks.page import NewLoginLink, PageLink
from swarmfeed.core.asks.shape import Json
from swarmfeed.errors import UserError

from webui.current import ask, running
from webui.encoding import read_json
from webui.openapi import describe_api

PREFIX: Final = "/api/1/"

KEY: Final = "key"
"""The field of an ask that says which wish it is."""

Asks = Mapping[str, type[Ask[Any]]]


def new_login_link(_: NewLoginLink) -> PageLink:
    """A fresh link that logs one browser in, once."""
    return PageLink(url=running().settings.login_link(running().access.new_login_token()))


OWN: Final[dict[type[Ask[Any]], Callable[[Any], object]]] = {NewLoginLink: new_login_link}
"""What the page answers itself."""


def add_routes(app: Flask, asks: Asks) -> None:
    """Add a route for each ask, and one for the document that describes them.

    The node's asks have names of their own (``NodeDesk``); ValueError: one has the page's.
    """
    own = {kind.name: kind for kind in OWN}
    if taken := own.keys() & asks.keys():
        raise ValueError(f"{min(taken)} is answered by the page")
    every = {**asks, **own}
    for name, kind in every.items():
        method = "POST" if kind.changes else "GET"
        view = partial(answer, kind)
        app.add_url_rule(PREFIX + name, f"api {name}", view, methods=[method])
    document = partial(show_document, every)
    app.add_url_rule(f"{PREFIX}openapi.json", "api openapi", document)


def error_response(sentence: str) -> Response:
    """Return ``{"error": sentence}``."""
    return jsonify({"error": sentence})


def answer(kind: type[Ask[Any]]) -> tuple[Json, int]:
    """Read the ask out of the request, have it answered, and write the answer."""
    question = _read(kind)
    own = OWN.get(kind)
    answered = own(question) if own else ask(question)
    return to_json(answered), 201 if kind.makes else 200


def show_document(asks: Asks) -> Json:
    """``/openapi.json``: all of this, for programs."""
    return describe_api(asks, running().settings.url, PREFIX)


def _read(kind: type[Ask[Any]]) -> Ask[Any]:
    if not kind.changes:
        return from_query(kind, request.args.to_dict())
    request.max_content_length = kind.bytes_max
    # What takes nothing needs no body either.
    return from_json(kind, _with_key(kind, _body()) if fields_of(kind) else {})


def _with_key(kind: type[Ask[Any]], body: Json) -> Json:
    """Add the key of a wish that came as a header, with or without quotation marks.

    Source: draft-ietf-httpapi-idempotency-key-header-07, section 2.1.
    """
    header = request.headers.get("Idempotency-Key")
    if header is None or KEY not in (field.key for field in fields_of(kind)):
        return body
    key = header.removeprefix('"').removesuffix('"')
    if body.get(KEY, key) != key:
        raise UserError(TWO_KEYS())
    return {**body, KEY: key}


def _body() -> Json:
    # A form could be sent by any web site; this content type cannot (A01).
    try:
        given = read_json(request.get_data()) if request.is_json else None
    except (ValueError, RecursionError):  # no JSON, or lists in lists in lists
        given = None
    if not isinstance(given, dict):
        raise UserError("The request needs a JSON object, sent as application/json.")
    return given
