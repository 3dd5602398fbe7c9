"""A bare ASGI app on a real port of 127.0.0.1, and connections to it that misbehave."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from street.loop import run_unhurried
from uvicorn._types import ASGI3Application
from webui.server import Server

TIMEOUT_S = 60

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[..., Awaitable[Connection]]
"""Takes what ``asyncio.open_connection`` takes beside the place."""


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[Connect]:
    """Serve while the block lasts; opens connections to the server."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    running = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.001)
    opened: list[asyncio.StreamWriter] = []

    async def connect(**given: Any) -> Connection:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, **given)
        opened.append(writer)
        return reader, writer

    try:
        yield connect
    finally:
        for writer in opened:
            writer.transport.abort()
        server.should_exit = True
        await running


def run(scene: Coroutine[None, None, None]) -> None:
    run_unhurried(asyncio.wait_for(scene, TIMEOUT_S))


def play(make: "partial[Server]", scene: Callable[[Connect], Awaitable[None]]) -> None:
    """Serve what ``make`` makes, in a loop of its own."""

    async def whole() -> None:
        async with serving(make()) as connect:
            await scene(connect)

    run(whole())


def answering(text: bytes = b"fine") -> ASGI3Application:
    """An app that always answers the same."""

    async def app(scope: object, receive: object, send: Callable[..., Awaitable[None]]) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": text, "more_body": False})

    return app  # type: ignore[return-value]  # bare ASGI


async def read_to_end(reader: asyncio.StreamReader) -> bytes:
    """Everything until the other end closes, politely or not."""
    read = b""
    with suppress(ConnectionError):
        while more := await reader.read(65_536):
            read += more
    return read
