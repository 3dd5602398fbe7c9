"""The Mastodon client API in the server of the page: its own app, threads and bounds.

Bodies come in whole, as those of pages do (``webui.whole``).  Somebody without a token may send
a short one: an app that registers, or turns a code into a token.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from a2wsgi import WSGIMiddleware
from flask import Flask
from swarmfeed.core.net.limits import UPLOAD_BYTES_MAX

from webui.current import Running
from webui.mastodon.app import bearer, create_mastodon
from webui.mastodon.limits import BODY_BYTES_MAX, STRANGER_BYTES_MAX
from webui.mastodon.streaming import PREFIX as STREAMS
from webui.mastodon.streaming import Streaming
from webui.plain import values
from webui.whole import BodyRules, WholeRequests

if TYPE_CHECKING:
    from uvicorn._types import (
        ASGI3Application,
        ASGIReceiveCallable,
        ASGISendCallable,
        HTTPScope,
        Scope,
    )

_WITH_FILE: Final = frozenset({"/api/v1/media", "/api/v2/media"})
_OF_STRANGERS: Final = frozenset({"/api/v1/apps", "/oauth/token", "/oauth/revoke"})
_SLASHED: Final = ("/api/v1/", "/api/v2/", "/oauth/", "/nodeinfo/", "/.well-known/")


def canonical(path: str) -> str:
    """Return a path of the API without a slash at its end: apps write it either way, and one
    asks for ever where that is not found."""
    is_ours = path.startswith(_SLASHED) and path not in _SLASHED
    return path.rstrip("/") if is_ours else path


class MastodonApi:
    """An ASGI app."""

    PATHS: ClassVar[tuple[str, ...]] = (
        "/api/v1/",
        "/api/v2/",
        "/oauth/token",
        "/oauth/revoke",
        "/oauth/userinfo",
        "/.well-known/oauth-authorization-server",
        "/.well-known/nodeinfo",
        "/nodeinfo/",
    )
    """Where it answers."""

    def __init__(
        self, now: Running, person_waits: Callable[[], AbstractContextManager[None]]
    ) -> None:
        """``person_waits`` is entered while an answer is made."""
        self._apps = now.apps
        self._person_waits = person_waits
        flask = made_when_asked(now)

        def answer(environ: Any, start_response: Any) -> Any:
            return flask()(environ, start_response)

        self._flask = WSGIMiddleware(answer)
        self.streaming = Streaming(flask, now.apps, now.desk.changes)
        rules = BodyRules(whose=self._whose, bytes_max=_bytes_max)
        self._whole = WholeRequests(cast("ASGI3Application", self._flask), rules)

    async def __call__(
        self, scope: "Scope", receive: "ASGIReceiveCallable", send: "ASGISendCallable"
    ) -> None:
        if scope["type"] != "http" or _is_stream(scope):
            await self.streaming(scope, receive, send)
            return
        with self._person_waits():
            await self._whole(scope, receive, send)

    def close(self) -> None:
        self._flask.executor.shutdown(wait=False, cancel_futures=True)

    def _whose(self, scope: "HTTPScope") -> str | None:
        """What all requests of one caller share; None of somebody whose body is not read."""
        token = bearer("".join(values(scope, b"authorization")))
        if self._apps.find(token) is not None:
            return token
        return "stranger" if scope["path"] in _OF_STRANGERS else None


def made_when_asked(now: Running) -> Callable[[], Flask]:
    """Return what gives the one Flask app, in any thread.  To make it takes 0.05 s of a start,
    which most nodes need not pay."""

    @cache
    def make() -> Flask:
        from webui.mastodon.resources import CALLS

        return create_mastodon(now, CALLS)

    lock = Lock()

    def made() -> Flask:
        with lock:  # two at once would make two
            return make()

    return made


def _is_stream(scope: "HTTPScope") -> bool:
    """Whether events are asked for; a browser that asks before whether it may is answered as
    everywhere."""
    return scope["method"] == "GET" and scope["path"].startswith(f"{STREAMS}/")


def _bytes_max(path: str) -> int:
    if path in _WITH_FILE:
        return UPLOAD_BYTES_MAX
    return STRANGER_BYTES_MAX if path in _OF_STRANGERS else BODY_BYTES_MAX
