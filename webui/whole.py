"""Whole requests go to the worker threads, and whole answers come from them.

No thread is held by somebody who sends half of a form and waits, nor by one who does not read:
bodies are read here, in the loop, in bounded time, number and memory, and answers are sent from
here.  Whoever is not logged in is answered without their body being read.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from swarmfeed.core.net.crowd import Crowd
from swarmfeed.core.net.limits import (
    PAGE_BODIES_BYTES_MAX,
    PAGE_BODIES_MAX,
    PAGE_BODIES_OF_ONE_MAX,
    PAGE_BODY_S,
)

from webui.plain import refuse, values

if TYPE_CHECKING:
    from uvicorn._types import (
        ASGI3Application,
        ASGIReceiveCallable,
        ASGIReceiveEvent,
        ASGISendCallable,
        ASGISendEvent,
        HTTPScope,
        Scope,
    )

WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_FRAMING: Final = frozenset({b"content-length", b"transfer-encoding", b"expect"})


class BodyRules(Struct, frozen=True, kw_only=True):
    """How bodies may come in."""

    whose: Callable[["HTTPScope"], str | None]
    """Who sent a request, by session or key; None: nobody we know, whose body is not read."""
    bytes_max: Callable[[str], int]
    """Longest body at a path; whoever sends a longer one hears so before it is read."""
    timeout_s: float = PAGE_BODY_S
    most: int = PAGE_BODIES_MAX
    most_of_one: int = PAGE_BODIES_OF_ONE_MAX
    all_bytes_max: int = PAGE_BODIES_BYTES_MAX


class WholeRequests:
    """An app that blocks a thread for each request, out of reach of whoever is slow."""

    def __init__(self, app: "ASGI3Application", rules: BodyRules) -> None:
        self._app = app
        self._rules = rules
        self._coming: Crowd[asyncio.Timeout] = Crowd(rules.most, rules.most_of_one)
        self.held_bytes = 0
        """Of bodies that are coming in, or being answered."""

    async def __call__(
        self, scope: "Scope", receive: "ASGIReceiveCallable", send: "ASGISendCallable"
    ) -> None:
        assert scope["type"] == "http", "Front lets nothing else through"
        body = bytearray()
        try:
            if not await self._read(scope, receive, body):
                sentence = "The rest of this request did not come in time.\n"
                await refuse(send, 408, sentence, closes=True)
                return
            answer = await self._ask(scope, bytes(body))
        finally:
            self.held_bytes -= len(body)
        for message in _joined(answer):
            await send(message)

    async def _read(
        self, scope: "HTTPScope", receive: "ASGIReceiveCallable", body: bytearray
    ) -> bool:
        """Read the body if there should be one; False when it did not come whole."""
        whose = self._rules.whose(scope) if scope["method"] in WITH_BODY else None
        bytes_max = self._rules.bytes_max(scope["path"])
        if whose is None or _declared_bytes(scope) > bytes_max:
            return True
        try:
            async with asyncio.timeout(self._rules.timeout_s) as timer:
                self._send_away(self._coming.enter(timer, whose))
                try:
                    return await self._gather(receive, body, bytes_max)
                finally:
                    self._coming.leave(timer)
        except TimeoutError:
            return False

    async def _gather(
        self, receive: "ASGIReceiveCallable", body: bytearray, bytes_max: int
    ) -> bool:
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return False
            body += message["body"]
            self.held_bytes += len(message["body"])
            if self.held_bytes > self._rules.all_bytes_max:
                self._send_away(self._coming.drop())
            # One that says nothing of its length is longer than it may be: that is enough.
            if not message["more_body"] or len(body) > bytes_max:
                return True

    def _send_away(self, timer: asyncio.Timeout | None) -> None:
        """Its time is up now, if it is not already."""
        if timer is not None and not timer.expired():
            timer.reschedule(0)

    async def _ask(self, scope: "HTTPScope", body: bytes) -> "list[ASGISendEvent]":
        """Have the app answer, from a thread that waits for nobody."""
        answer: list[ASGISendEvent] = []

        async def receive() -> "ASGIReceiveEvent":
            return {"type": "http.request", "body": body, "more_body": False}

        async def keep(message: "ASGISendEvent") -> None:
            answer.append(message)

        length = max(len(body), self._refused_bytes(scope))
        await self._app(_framed(scope, length), receive, keep)
        return answer

    def _refused_bytes(self, scope: "HTTPScope") -> int:
        """What was declared, where it is too much: so the app says so itself."""
        declared = _declared_bytes(scope)
        return declared if declared > self._rules.bytes_max(scope["path"]) else 0


def _declared_bytes(scope: "HTTPScope") -> int:
    # The server has checked that there is at most one, and that it is a number.
    return int("".join(values(scope, b"content-length")) or 0)


def _framed(scope: "HTTPScope", length: int) -> "HTTPScope":
    """Say how long the body is that is handed on, however it came."""
    headers = [each for each in scope["headers"] if each[0] not in _FRAMING]
    if length:
        headers.append((b"content-length", str(length).encode()))
    return {**scope, "headers": headers}


def _joined(answer: "list[ASGISendEvent]") -> "list[ASGISendEvent]":
    """The head, and the body in one piece."""
    whole = b"".join(each["body"] for each in answer if each["type"] == "http.response.body")
    heads = [each for each in answer if each["type"] == "http.response.start"]
    return [*heads, {"type": "http.response.body", "body": whole, "more_body": False}]
