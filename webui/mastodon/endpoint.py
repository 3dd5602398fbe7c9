"""One line of the API: where it answers, what a token needs for it, and what answers."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final, TypeVar

from flask import g, request
from msgspec import Struct, field
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.oauth.book import Grant
from swarmfeed.errors import BadJsonError, UserError

from webui.current import ask
from webui.mastodon.limits import IDEMPOTENCY_CHARS
from webui.mastodon.params import Params, read_params

A = TypeVar("A")

Json = dict[str, Any]

ANYBODY: Final = ""
"""Without a token."""
ANY_APP: Final = "app"
"""With a token, whatever it allows, and though no person gave it."""


class ApiAnswer(Struct, frozen=True):
    """JSON, and what stands beside it in HTTP."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class ApiCall(Struct, frozen=True, kw_only=True):
    """One line of the API."""

    method: str
    rule: str
    view: Callable[..., Any]
    """Takes what stands in the path; returns JSON, an ApiAnswer, or a response of Flask."""
    scope: str


class MissingError(UserError):
    """What was asked for is not here: a 404, whose sentence clients know."""


def get(rule: str, view: Callable[..., Any], scope: str) -> ApiCall:
    return ApiCall(method="GET", rule=rule, view=view, scope=scope)


def post(rule: str, view: Callable[..., Any], scope: str) -> ApiCall:
    return ApiCall(method="POST", rule=rule, view=view, scope=scope)


def put(rule: str, view: Callable[..., Any], scope: str) -> ApiCall:
    return ApiCall(method="PUT", rule=rule, view=view, scope=scope)


def patch(rule: str, view: Callable[..., Any], scope: str) -> ApiCall:
    return ApiCall(method="PATCH", rule=rule, view=view, scope=scope)


def delete(rule: str, view: Callable[..., Any], scope: str) -> ApiCall:
    return ApiCall(method="DELETE", rule=rule, view=view, scope=scope)


def params() -> Params:
    """What this request says, read once."""
    if "params" not in g:
        g.params = read_params()
    found: Params = g.params
    return found


def granted() -> Grant:
    """What the token of this request allows."""
    found: Grant = g.grant
    return found


def wish() -> str:
    """What names the wish of this request, so that an app that asks twice has it done once."""
    said = request.headers.get("Idempotency-Key", "")
    if not said:
        return ""
    is_plain = len(said) <= IDEMPOTENCY_CHARS and said.isascii() and said.isprintable()
    return said if is_plain and " " not in said else sha256(said.encode()).hexdigest()


def sought(question: Ask[A]) -> A:
    """Ask for something that may not be here.  Raises MissingError."""
    try:
        return ask(question)
    except BadJsonError:
        raise
    except UserError as error:
        raise MissingError(str(error)) from error
