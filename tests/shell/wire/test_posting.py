"""A door for strangers' HTTP, over real sockets: little is understood, all of it bounded."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.limits import (
    POSTED_BYTES_MAX,
    POSTING_AT_ONCE_MAX,
    POSTING_HEAD_BYTES_MAX,
)
from swarmfeed.core.witness.checkpoints import NoteReply
from swarmfeed.errors import UserError
from swarmfeed.shell.wire.posting import PostingDoor

pytestmark = pytest.mark.attack("A167")
HERE = Endpoint("127.0.0.1", 0)


async def echo(body: bytes, host: str) -> NoteReply:
    return NoteReply(status=200, body=body + b" from " + host.encode())


def with_door(scene: Callable[[Endpoint], Awaitable[None]]) -> None:
    async def run() -> None:
        door = PostingDoor(HERE, "/add", echo)
        at = await door.start()
        try:
            await scene(at)
        finally:
            await door.stop()
        with pytest.raises(OSError):
            await asyncio.open_connection(at.host, at.port)

    asyncio.run(run())


async def say(at: Endpoint, said: bytes, *, ends: bool = False) -> bytes:
    """Say something, and return all that comes until the door closes."""
    reader, writer = await asyncio.open_connection(at.host, at.port)
    writer.write(said)
    if ends:
        writer.write_eof()
    found = b""
    with suppress(ConnectionResetError):  # closed with something unread
        found = await reader.read()
    writer.close()
    return found


def post(body: bytes, length: int | None = None, path: str = "/add") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-LENGTH: {length or len(body)}\r\n\r\n"
    return head.encode() + body


def test_what_is_posted_is_answered_and_the_connection_closed() -> None:
    async def scene(at: Endpoint) -> None:
        said = await say(at, post(b"hello") + b"GET / HTTP/1.1\r\n\r\n")
        head, _, body = said.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK\r\n") and b"Connection: close" in head
        assert body == b"hello from 127.0.0.1"

    with_door(scene)


def test_what_is_not_understood_is_refused() -> None:
    async def scene(at: Endpoint) -> None:
        async def status(said: bytes, *, ends: bool = False) -> int:
            return int((await say(at, said, ends=ends)).split(b" ")[1])

        assert await status(b"GET /add HTTP/1.1\r\n\r\n") == 405
        assert await status(post(b"x", path="/other")) == 404
        assert await status(b"POST /add HTTP/1.1\r\n\r\n") == 411
        assert await status(b"POST /add HTTP/1.1\r\nContent-Length: -1\r\n\r\n") == 411
        assert await status(post(b"", POSTED_BYTES_MAX + 1)) == 413
        assert await status(post(b"short", 100), ends=True) == 400
        assert await status(b"nothing", ends=True) == 400
        assert not (await say(at, b"x" * (3 * POSTING_HEAD_BYTES_MAX))).startswith(
            b"HTTP/1.1 2"
        )
        assert await status(b"\xff\r\n\r\n") == 404

    with_door(scene)


def test_a_crowd_that_says_nothing_is_closed_and_the_rest_is_served_after_it() -> None:
    async def scene(at: Endpoint) -> None:
        silent = [
            await asyncio.open_connection(at.host, at.port) for _ in range(POSTING_AT_ONCE_MAX)
        ]
        assert await say(at, post(b"hello")) == b""
        for _, writer in silent:
            writer.close()
        async with asyncio.timeout(60):
            while not await say(at, post(b"hello")):
                await asyncio.sleep(0.01)

    with_door(scene)


def test_a_port_that_is_taken_is_said() -> None:
    async def run() -> None:
        door = PostingDoor(HERE, "/add", echo)
        at = await door.start()
        with pytest.raises(UserError, match="cannot listen"):
            await PostingDoor(at, "/add", echo).start()
        await door.stop()
        await PostingDoor(HERE, "/add", echo).stop()

    asyncio.run(run())
