"""What an app sent, whichever way: in the query, as a form, or as JSON, all alike.

JSON is flattened to the names a form would have: ``{"a": {"b": 1}, "c": [2]}`` is ``a[b]=1``
and ``c[]=2``.  What is null was not sent.
"""

from collections.abc import Iterator
from typing import Any, Final

from flask import request
from msgspec import Struct
from swarmfeed.errors import BadJsonError
from werkzeug.exceptions import BadRequest

from webui.encoding import MULTIPART, check_form, check_query, read_json
from webui.mastodon.limits import DEPTH_MAX, DIGITS_MAX, VALUES_MAX
from webui.mastodon.sentences import BAD_JSON, NO_NUMBER

YES: Final = frozenset(("1", "true", "on", "t", "yes"))


class Params(Struct, frozen=True):
    """Values by name, in the order in which they were sent."""

    values: dict[str, list[str]]

    def text(self, name: str, default: str = "") -> str:
        """The last one of a name."""
        found = self.values.get(name)
        return found[-1] if found else default

    def has(self, name: str) -> bool:
        return name in self.values

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in YES

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number from 1 on; more than ``most`` is ``most``.  Raises BadJsonError."""
        text = self.text(name).strip()
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX):
            raise BadJsonError(name, NO_NUMBER(name=name))
        return max(1, min(int(text), most))

    def many(self, name: str) -> list[str]:
        """All of a name, whether it was written ``x``, ``x[]`` or ``x[0]``."""
        found = [*self.values.get(name, ()), *self.values.get(f"{name}[]", ())]
        numbered = (
            each for key, each in self.values.items() if _number_in(key, name) is not None
        )
        return [*found, *(value for each in numbered for value in each)]

    def rows(self, name: str) -> list[dict[str, str]]:
        """Objects in a list: ``x[][key]``, where a key that comes again begins the next one,
        or ``x[0][key]``."""
        numbered: dict[str, dict[str, str]] = {}
        for key, values in self.values.items():
            head, bracket, rest = key.partition("[")
            place, closed, inner = rest.partition("][")
            if head != name or not (bracket and closed and inner.endswith("]")):
                continue
            for at, value in enumerate(values):
                row = numbered.setdefault(place or f"#{at}", {})
                row[inner[:-1]] = value
        return list(numbered.values())


def _number_in(key: str, name: str) -> int | None:
    inner = key[len(name) + 1 : -1]
    is_one = key == f"{name}[{inner}]" and inner.isascii() and inner.isdigit()
    return int(inner) if is_one and len(inner) <= DIGITS_MAX else None


def read_params() -> Params:
    """Read this request.

    Raises:
        BadJsonError: It says it is JSON, or a form, and is none.
        UserError: What it says is not UTF-8, or holds half characters or NUL.
    """
    check_query()
    values: dict[str, list[str]] = {}
    pairs = [*request.args.items(multi=True), *_form(), *_json()]
    if len(pairs) > VALUES_MAX:
        raise BadJsonError("", BAD_JSON())
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return Params(values)


def _form() -> list[tuple[str, str]]:
    try:
        check_form(has_files=request.mimetype == MULTIPART)
        return list(request.form.items(multi=True))
    except BadRequest as error:
        raise BadJsonError("", BAD_JSON()) from error


def _json() -> Iterator[tuple[str, str]]:
    body = request.get_data() if request.is_json else b""
    if not body.strip():
        return
    try:
        found = read_json(body)
    except (ValueError, RecursionError) as error:
        raise BadJsonError("", BAD_JSON()) from error
    if not isinstance(found, dict):
        raise BadJsonError("", BAD_JSON())
    yield from _flat("", found, DEPTH_MAX)


def _flat(name: str, value: Any, depth: int) -> Iterator[tuple[str, str]]:
    if depth == 0:
        raise BadJsonError(name, BAD_JSON())
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(f"{name}[{key}]" if name else key, inner, depth - 1)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            place = f"{name}[{at}]" if isinstance(inner, dict | list) else f"{name}[]"
            yield from _flat(place, inner, depth - 1)
    elif value is not None:
        yield name, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
