"""A small HTTP door: one path that takes POST, one request on each connection.

Strangers come here, so little is understood and everything has a bound: connections, bytes of
the head and of the body, and the time that all of it may take.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Final, NamedTuple, Protocol

from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.limits import (
    POSTED_BYTES_MAX,
    POSTED_WITHIN_S,
    POSTING_AT_ONCE_MAX,
    POSTING_HEAD_BYTES_MAX,
)
from swarmfeed.errors import UserError

_END: Final = b"\r\n\r\n"


class Replied(Protocol):
    """What is answered."""

    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes: ...
    @property
    def content_type(self) -> str: ...


class _Refused(NamedTuple):
    status: int
    body: bytes = b""
    content_type: str = "text/plain"


class PostingDoor:
    """Hands what is posted to a path to whoever answers it; belongs to one asyncio loop."""

    def __init__(
        self, at: Endpoint, path: str, answer: Callable[[bytes, str], Awaitable[Replied]]
    ) -> None:
        """``answer`` takes the body and the IP address it came from, and raises nothing."""
        self._at = at
        self._path = path
        self._answer = answer
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def start(self) -> Endpoint:
        """Listen; returns where.  Raises UserError when the port is taken."""
        try:
            self._server = await asyncio.start_server(
                self._serve, self._at.host, self._at.port, limit=POSTING_HEAD_BYTES_MAX
            )
        except OSError as error:
            raise UserError(f"cannot listen at {self._at}: {error.strerror}") from error
        host, port, *_ = self._server.sockets[0].getsockname()
        return Endpoint(host, port)

    async def stop(self) -> None:
        """Listen no more, and end what is open."""
        if self._server is None:
            return
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            with suppress(TimeoutError, OSError):
                async with asyncio.timeout(POSTED_WITHIN_S):
                    if len(self._open) <= POSTING_AT_ONCE_MAX:
                        await _say(writer, await self._reply(reader, writer))
        finally:
            self._open.discard(task)
            writer.close()

    async def _reply(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> Replied:
        try:
            head = (await reader.readuntil(_END)).decode("latin-1")
            asked = _length(head, self._path)
            if isinstance(asked, HTTPStatus):
                return _Refused(asked)
            body = await reader.readexactly(asked)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return _Refused(HTTPStatus.BAD_REQUEST)
        return await self._answer(body, writer.get_extra_info("peername")[0])


def _length(head: str, path: str) -> int | HTTPStatus:
    """How many bytes are posted; or why they are not taken."""
    request, *lines = head.split("\r\n")
    method, _, target = request.partition(" ")
    if target.partition(" ")[0].partition("?")[0] != path:
        return HTTPStatus.NOT_FOUND
    if method != "POST":
        return HTTPStatus.METHOD_NOT_ALLOWED
    fields = {
        name.lower(): value.strip()
        for name, _, value in (each.partition(":") for each in lines)
    }
    said = fields.get("content-length", "")
    if not (said.isascii() and said.isdecimal()):
        return HTTPStatus.LENGTH_REQUIRED
    # Python reads no number of thousands of digits, and nobody posts as much.
    length = int(said[:12])
    return length if length <= POSTED_BYTES_MAX else HTTPStatus.REQUEST_ENTITY_TOO_LARGE


async def _say(writer: asyncio.StreamWriter, reply: Replied) -> None:
    phrase = HTTPStatus(reply.status).phrase
    writer.write(
        f"HTTP/1.1 {int(reply.status)} {phrase}\r\nContent-Type: {reply.content_type}\r\n"
        f"Content-Length: {len(reply.body)}\r\nConnection: close\r\n\r\n".encode()
        + reply.body
    )
    await writer.drain()
