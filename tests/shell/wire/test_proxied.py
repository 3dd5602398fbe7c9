"""Links by way of a SOCKS5 proxy: a real one, which sees where they lead and reads nothing."""

import asyncio
import socket
from pathlib import Path

import pytest
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import AuthorId, Endpoint, NodeId
from swarmfeed.core.talk.words import Hello, NotHeld
from swarmfeed.errors import RetryError
from swarmfeed.ports import Peer
from swarmfeed.shell.wire.link import WebSocketLink
from swarmfeed.shell.wire.proxied import open_by_proxy

from tests.socks import SocksServer, socks_server

pytestmark = pytest.mark.attack("A152")
ANYWHERE = Endpoint("127.0.0.1", 0)
NOTE = NotHeld(AuthorId(b"a" * 32))


def link_of(seed: bytes, folder: Path, proxy: Endpoint | None) -> tuple[WebSocketLink, Hello]:
    hello = Hello(node_id=NodeId(SigningKey(seed).public))
    return WebSocketLink(seed, folder, proxy=proxy), hello


async def exchange(folder: Path, proxy: Endpoint) -> tuple[Endpoint, Endpoint | None]:
    """Link to a server by way of a proxy; returns where it listens, and where that seems."""
    server, server_hello = link_of(b"s" * 32, folder, None)
    client, client_hello = link_of(b"c" * 32, folder, proxy)

    async def echo(peer: Peer) -> None:
        async for message in peer.messages():
            await peer.send(message)

    try:
        at = await server.listen(ANYWHERE, lambda: server_hello, echo)
        peer = await client.dial(at, client_hello)
        await peer.send(NOTE)
        assert await anext(aiter(peer.messages())) == NOTE
        return at, peer.remote
    finally:
        await client.stop()
        await server.stop()


def test_a_link_goes_by_the_proxy_and_leads_to_where_it_was_dialled(tmp_path: Path) -> None:
    with socks_server() as proxy:
        at, remote = asyncio.run(exchange(tmp_path, proxy.endpoint))
        assert remote == at
        assert proxy.asked == [at]
        assert proxy.carried_bytes > 1_000


def test_without_the_proxy_nobody_is_reached(tmp_path: Path) -> None:
    proxy = SocksServer()
    proxy.close()
    with pytest.raises(RetryError, match="proxy"):
        asyncio.run(exchange(tmp_path, proxy.endpoint))
    assert proxy.asked == []


def test_one_that_the_proxy_does_not_get_to(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        closed = Endpoint("127.0.0.1", free.getsockname()[1])
    with socks_server() as proxy, pytest.raises(RetryError, match=str(closed.port)):
        asyncio.run(open_by_proxy(proxy.endpoint, closed))
    assert proxy.asked == [closed]


def test_what_is_no_proxy_is_told_so(tmp_path: Path) -> None:
    async def script() -> None:
        async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(babble, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        async with server:
            with pytest.raises(RetryError):
                await open_by_proxy(Endpoint(host, port), ANYWHERE)

    asyncio.run(script())
