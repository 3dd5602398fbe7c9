"""Mallory: real sockets, a real key, and no manners; and an honest node to bother."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, NodeId
from swarmfeed.core.talk.handshake import (
    Greeting,
    decode_hello,
    decode_welcome,
    encode_hello,
    proof_text,
)
from swarmfeed.core.talk.words import Hello, NewEntries, NotHeld
from swarmfeed.errors import RemoteError, RetryError
from swarmfeed.ports import Peer
from swarmfeed.shell.wire.link import WebSocketLink
from swarmfeed.shell.wire.rules import LinkRules
from swarmfeed.shell.wire.tls import (
    client_context,
    hash_certificate,
    make_certificate,
    server_context,
)
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from street.loop import run_unhurried

ANYWHERE = Endpoint("127.0.0.1", 0)
SERVER_SEED, CLIENT_SEED, MALLORY_SEED = b"s" * 32, b"c" * 32, b"m" * 32
MALLORY = SigningKey(MALLORY_SEED)
MALLORY_HELLO = Hello(node_id=NodeId(MALLORY.public))
NOTE = NotHeld(AuthorId(b"a" * 32))
LONG = NewEntries(
    feed_id=FeedId(b"f" * 32),
    start=0,
    stored=(bytes(8_000),) * 250,
    signed_head=b"",
    chunk_list=b"",
)


class Node:
    """An honest node that echoes, and remembers how its links ended."""

    def __init__(self, seed: bytes, folder: Path, rules: LinkRules | None = None) -> None:
        self.hello = Hello(node_id=NodeId(SigningKey(seed).public))
        self.link = WebSocketLink(seed, folder, rules=rules)
        self.at = ANYWHERE
        self.peers: list[Peer] = []
        self.endings: asyncio.Queue[Exception | None] = asyncio.Queue()

    async def listen(self) -> None:
        self.at = await self.link.listen(ANYWHERE, lambda: self.hello, self.on_peer)

    async def dial(self, at: Endpoint) -> Peer:
        return await self.link.dial(at, self.hello)

    async def on_peer(self, peer: Peer) -> None:
        self.peers.append(peer)
        try:
            async for message in peer.messages():
                await peer.send(message)
        except (RemoteError, RetryError) as error:
            self.endings.put_nowait(error)
            raise
        self.endings.put_nowait(None)


def run(conversation: Coroutine[None, None, None]) -> None:
    """Run within a time, and fail when anything reached the loop's exception handler."""

    async def whole() -> None:
        failures: list[object] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: failures.append(context))
        async with asyncio.timeout(60):
            await conversation
        assert failures == []

    run_unhurried(whole())


@asynccontextmanager
async def listening(folder: Path, rules: LinkRules | None = None) -> AsyncIterator[Node]:
    """An honest server; afterwards it must still answer an honest client."""
    node = Node(SERVER_SEED, folder, rules)
    client = Node(CLIENT_SEED, folder)
    await node.listen()
    try:
        yield node
        peer = await _dial(client, node)
        await peer.send(NOTE)
        assert await anext(aiter(peer.messages())) == NOTE
    finally:
        await client.link.stop()
        await node.link.stop()


async def _dial(client: Node, node: Node) -> Peer:
    """Again, where a handshake has a moment only and a busy machine needs longer."""
    while True:
        with suppress(RetryError, RemoteError):
            return await client.dial(node.at)
        await asyncio.sleep(0.01)


def websocket_to(node: Node) -> connect:
    return connect(
        f"wss://{node.at}/", ssl=client_context(), compression=None, max_size=None, proxy=None
    )


def prove(nonce: bytes, *, certificate_of: bytes = SERVER_SEED) -> bytes:
    certificate_hash = hash_certificate(make_certificate(certificate_of))
    return MALLORY.sign(proof_text(certificate_hash, nonce, MALLORY_HELLO.node_id))


async def read_nonce(mallory: ClientConnection) -> bytes:
    data = await mallory.recv()
    assert isinstance(data, bytes)
    return decode_hello(data).nonce


@asynccontextmanager
async def admitted(node: Node) -> AsyncIterator[ClientConnection]:
    """A client that proved its key, and may now do anything."""
    async with websocket_to(node) as mallory:
        proof = prove(await read_nonce(mallory))
        await mallory.send(encode_hello(Greeting(hello=MALLORY_HELLO, proof=proof)))
        welcome = await mallory.recv()
        assert isinstance(welcome, bytes)
        decode_welcome(welcome)
        yield mallory


async def code_of_end(mallory: ClientConnection) -> int:
    """Read until the server closes; its code."""
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            await mallory.recv()
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


@asynccontextmanager
async def hostile_server(
    folder: Path, speak: Callable[[ServerConnection], Awaitable[None]]
) -> AsyncIterator[Endpoint]:
    """A server with Mallory's certificate that says what it likes."""
    context = server_context(MALLORY_SEED, folder)
    server: Server = await serve(speak, "127.0.0.1", 0, ssl=context, compression=None)
    try:
        yield Endpoint("127.0.0.1", server.sockets[0].getsockname()[1])
    finally:
        server.close()
        await server.wait_closed()
