"""A server that breaks the rules of a link is refused, or worth another try."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from street.fakes.hostile import (
    CLIENT_SEED,
    MALLORY_HELLO,
    MALLORY_SEED,
    NOTE,
    SERVER_SEED,
    Node,
    hostile_server,
    run,
)
from swarmfeed.core.base import limits
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.talk.handshake import CloseCode, Greeting, encode_hello
from swarmfeed.core.talk.words import Hello
from swarmfeed.core.vocabulary import VOCABULARY
from swarmfeed.errors import RemoteError, RetryError
from swarmfeed.shell.wire.rules import LinkRules
from swarmfeed.shell.wire.tls import server_context
from websockets.asyncio.server import ServerConnection

# --- a server that breaks the rules --------------------------------------------------------


def dial_hostile(
    folder: Path,
    speak: Callable[[ServerConnection], Awaitable[None]],
    expected: type[Exception],
    rules: LinkRules | None = None,
) -> None:
    async def conversation() -> None:
        client = Node(CLIENT_SEED, folder, rules)
        async with hostile_server(folder, speak) as at:
            with pytest.raises(expected):
                await client.dial(at)
        await client.link.stop()

    run(conversation())


@pytest.mark.attack("A12")
def test_a_server_that_names_another_node_is_refused(tmp_path: Path) -> None:
    async def speak(server: ServerConnection) -> None:
        other = Hello(node_id=NodeId(SigningKey(SERVER_SEED).public))
        await server.send(encode_hello(Greeting(hello=other, nonce=bytes(32))))
        await server.recv()

    dial_hostile(tmp_path, speak, RemoteError)


@pytest.mark.attack("A33")
@pytest.mark.parametrize(
    "first",
    [
        "text",
        b"garbage",
        encode_hello(Greeting(hello=MALLORY_HELLO)),
        encode_hello(Greeting(hello=MALLORY_HELLO, nonce=bytes(32), version=1)),
        bytes(limits.HANDSHAKE_BYTES_MAX),
        bytes(limits.MESSAGE_BYTES_MAX + 1),
    ],
    ids=["text", "garbage", "no nonce", "version", "over budget", "oversized"],
)
def test_a_server_with_a_bad_hello_is_refused(tmp_path: Path, first: str | bytes) -> None:
    async def speak(server: ServerConnection) -> None:
        await server.send(first)
        await server.wait_closed()

    dial_hostile(tmp_path, speak, RemoteError)


@pytest.mark.attack("A33")
def test_a_server_that_does_not_welcome_is_refused(tmp_path: Path) -> None:
    async def speak(server: ServerConnection) -> None:
        await server.send(encode_hello(Greeting(hello=MALLORY_HELLO, nonce=bytes(32))))
        await server.recv()
        await server.send(VOCABULARY.encode(NOTE))
        await server.wait_closed()

    dial_hostile(tmp_path, speak, RemoteError)


def test_a_server_that_blames_our_hello_broke_with_us_for_good(tmp_path: Path) -> None:
    async def speak(server: ServerConnection) -> None:
        await server.close(CloseCode.BAD_HELLO)

    dial_hostile(tmp_path, speak, RemoteError)


def test_a_server_that_hangs_up_is_worth_another_try(tmp_path: Path) -> None:
    async def speak(server: ServerConnection) -> None:
        server.transport.abort()

    dial_hostile(tmp_path, speak, RetryError)


@pytest.mark.attack("A10")
def test_a_server_that_says_nothing_is_given_up_in_time(tmp_path: Path) -> None:
    async def speak(server: ServerConnection) -> None:
        await server.wait_closed()

    dial_hostile(tmp_path, speak, RetryError, LinkRules(handshake_timeout_s=0.15))


@pytest.mark.attack("A17")
def test_a_server_cannot_send_us_elsewhere(tmp_path: Path) -> None:
    async def conversation() -> None:
        visitors: list[object] = []

        async def visited(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            visitors.append(writer.get_extra_info("peername"))
            writer.close()

        async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 302 Found\r\nLocation: wss://127.0.0.1:%d/\r\n" % port)
            writer.write(b"Content-Length: 0\r\n\r\n")
            await writer.drain()
            writer.close()

        context = server_context(MALLORY_SEED, tmp_path)
        target = await asyncio.start_server(visited, "127.0.0.1", 0)
        port = target.sockets[0].getsockname()[1]
        server = await asyncio.start_server(redirect, "127.0.0.1", 0, ssl=context)
        client = Node(CLIENT_SEED, tmp_path)
        async with target, server:
            with pytest.raises(RemoteError):
                await client.dial(Endpoint("127.0.0.1", server.sockets[0].getsockname()[1]))
        await client.link.stop()
        assert visitors == []

    run(conversation())


@pytest.mark.attack("A33")
def test_a_server_that_does_not_speak_tls_is_refused(tmp_path: Path) -> None:
    async def conversation() -> None:
        spoken = asyncio.Event()

        async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"220 mail.example ESMTP\r\n" * 10)
            with suppress(ConnectionError):
                await reader.read()
            writer.close()
            spoken.set()

        server = await asyncio.start_server(speak, "127.0.0.1", 0)
        client = Node(CLIENT_SEED, tmp_path)
        async with server:
            with pytest.raises(RemoteError):
                await client.dial(Endpoint("127.0.0.1", server.sockets[0].getsockname()[1]))
            await spoken.wait()
        await client.link.stop()

    run(conversation())
