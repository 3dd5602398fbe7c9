"""What browsers and programs send is UTF-8, or it is refused before a library mends it.

Werkzeug puts U+FFFD in place of what it cannot read, and Python's ``json`` reads UTF-16 too:
both would publish something else than was sent.
"""

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from flask import request
from swarmfeed.core.asks.input_sentences import NO_SUCH_FORM, WHAT_WAS_SENT
from swarmfeed.core.asks.utf8 import read_utf8, require_whole
from swarmfeed.errors import UserError


def check_query() -> None:
    """Raise UserError when the query is not UTF-8."""
    _check_percent_encoded(request.query_string)


MULTIPART: Final = "multipart/form-data"
"""As what a form comes that may bring files."""


def check_form(*, has_files: bool) -> None:
    """Raise UserError when the form is not UTF-8; its bytes stay there to be parsed."""
    body = request.get_data()
    if has_files:
        _check_fields(body)
        return
    if request.mimetype.startswith("multipart/"):
        raise UserError(NO_SUCH_FORM())
    if request.mimetype == "application/x-www-form-urlencoded":
        _check_percent_encoded(body)


def _check_fields(body: bytes) -> None:
    """Of a form with files: what is no UTF-8 became a mark that nobody sent."""
    for name, value in request.form.items(multi=True):
        require_whole(value, WHAT_WAS_SENT())
        if "\ufffd" in name + value and "\ufffd".encode() not in body:
            raise UserError(NO_SUCH_FORM())


def read_json(body: bytes) -> Any:
    """Return a JSON value whose texts are whole.

    Raises:
        ValueError: It is no JSON.
        UserError: It is not UTF-8, or holds half characters or NUL.
        RecursionError: Lists in lists in lists.
    """
    value = json.loads(read_utf8(body, WHAT_WAS_SENT()))
    for text in _texts(value):
        require_whole(text, WHAT_WAS_SENT())
    return value


def _check_percent_encoded(raw: bytes) -> None:
    # What stands between the fields is ASCII, so no character can reach over it.
    text = read_utf8(unquote_to_bytes(raw), WHAT_WAS_SENT())
    require_whole(text, WHAT_WAS_SENT())


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _texts(each)
