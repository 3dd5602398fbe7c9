"""The link over real sockets against peers that break the rules."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from swarmfeed.core import limits
from swarmfeed.core.bencoding import encode
from swarmfeed.core.handshake import (
    CloseCode,
    Greeting,
    decode_hello,
    decode_welcome,
    encode_hello,
    proof_text,
)
from swarmfeed.core.keys import SigningKey
from swarmfeed.core.messages import AskHolders, Have, Hello, NewEntries
from swarmfeed.core.types import AuthorId, Endpoint, FeedId, NodeId
from swarmfeed.core.wire import encode_message
from swarmfeed.errors import RemoteError, RetryError
from swarmfeed.ports import Peer
from swarmfeed.shell.link import WebSocketLink
from swarmfeed.shell.tls import (
    client_context,
    hash_certificate,
    make_certificate,
    server_context,
)
from swarmfeed.shell.websocket import LinkRules
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

ANYWHERE = Endpoint("127.0.0.1", 0)
SERVER_SEED, CLIENT_SEED, MALLORY_SEED = b"s" * 32, b"c" * 32, b"m" * 32
MALLORY = SigningKey(MALLORY_SEED)
MALLORY_HELLO = Hello(node_id=NodeId(MALLORY.public))
NOTE = AskHolders(AuthorId(b"a" * 32))
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
        async with asyncio.timeout(20):
            await conversation
        assert failures == []

    asyncio.run(whole())


@asynccontextmanager
async def listening(folder: Path, rules: LinkRules | None = None) -> AsyncIterator[Node]:
    """An honest server; afterwards it must still answer an honest client."""
    node = Node(SERVER_SEED, folder, rules)
    client = Node(CLIENT_SEED, folder)
    await node.listen()
    try:
        yield node
        peer = await client.dial(node.at)
        await peer.send(NOTE)
        assert await anext(aiter(peer.messages())) == NOTE
    finally:
        await client.link.stop()
        await node.link.stop()


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


# --- before the handshake is done --------------------------------------------------------


@pytest.mark.attack("A33")
def test_plain_garbage_instead_of_tls_is_dropped(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with listening(tmp_path) as node:
            reader, writer = await asyncio.open_connection(node.at.host, node.at.port)
            writer.write(b"GET / HTTP/1.1\r\n\r\n" + bytes(range(256)) * 50)
            try:
                while await reader.read(1000):
                    pass
            except ConnectionError:
                pass
            writer.close()
            assert node.peers == []

    run(conversation())


@pytest.mark.attack("A33")
@pytest.mark.parametrize("garbage", [b"\x00" * 100, b"GET / HTTP/1.1\r\n\r\n", b"a" * 100_000])
def test_garbage_instead_of_a_websocket_is_dropped(tmp_path: Path, garbage: bytes) -> None:
    async def conversation() -> None:
        rules = LinkRules(handshake_timeout_s=0.4)
        async with listening(tmp_path, rules) as node:
            reader, writer = await asyncio.open_connection(
                node.at.host, node.at.port, ssl=client_context()
            )
            writer.write(garbage)
            try:
                while await reader.read(1000):
                    pass
            except (ConnectionError, ssl.SSLError):
                pass
            writer.close()
            assert node.peers == []

    run(conversation())


@pytest.mark.attack("A33")
def test_tls_1_2_is_refused(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with listening(tmp_path) as node:
            old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            old.check_hostname = False
            old.verify_mode = ssl.CERT_NONE
            old.maximum_version = ssl.TLSVersion.TLSv1_2
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await asyncio.open_connection(node.at.host, node.at.port, ssl=old)

    run(conversation())


@pytest.mark.attack("A10")
@pytest.mark.parametrize("with_tls", [False, True])
def test_one_who_connects_and_says_nothing_is_dropped_in_time(
    tmp_path: Path, with_tls: bool
) -> None:
    async def conversation() -> None:
        async with listening(tmp_path, LinkRules(handshake_timeout_s=0.2)) as node:
            reader, writer = await asyncio.open_connection(
                node.at.host, node.at.port, ssl=client_context() if with_tls else None
            )
            with suppress(ConnectionError, ssl.SSLError):
                assert await reader.read() == b""
            writer.close()
            assert node.peers == []

    run(conversation())


@pytest.mark.attack("A10")
def test_one_who_never_says_hello_is_dropped_in_time(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with listening(tmp_path, LinkRules(handshake_timeout_s=0.2)) as node:
            async with websocket_to(node) as mallory:
                assert await code_of_end(mallory) == CloseCode.TOO_SLOW
            assert node.peers == []

    run(conversation())


@pytest.mark.attack("A10")
def test_a_stranger_who_declares_a_huge_frame_is_dropped_at_once(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with listening(tmp_path) as node, websocket_to(node) as mallory:
            # FIN and binary, masked, 2**31 bytes to come, mask.
            mallory.transport.write(b"\x82\xff" + struct.pack(">Q", 2**31) + b"mask")
            assert await code_of_end(mallory) == 1009
            assert node.peers == []

    run(conversation())


@pytest.mark.attack("A10")
def test_a_stranger_may_send_no_more_than_a_hello(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with listening(tmp_path) as node, websocket_to(node) as mallory:
            await mallory.send(bytes(limits.HANDSHAKE_BYTES_MAX))
            assert await code_of_end(mallory) == CloseCode.OVER_BUDGET
            assert node.peers == []

    run(conversation())


@pytest.mark.attack("A10")
def test_a_stranger_who_floods_with_tiny_frames_is_dropped(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with listening(tmp_path) as node, websocket_to(node) as mallory:
            for _ in range(limits.HANDSHAKE_FRAMES_MAX + 1):
                await mallory.ping()
            assert await code_of_end(mallory) == CloseCode.OVER_BUDGET

    run(conversation())


@pytest.mark.attack("A33")
@pytest.mark.parametrize(
    "hello",
    [
        "text",
        b"garbage",
        encode({b"m": b"welcome"}),
        encode_hello(Greeting(hello=MALLORY_HELLO)),
        encode_hello(Greeting(hello=MALLORY_HELLO, proof=bytes(64))),
        encode_hello(Greeting(hello=replace(MALLORY_HELLO, hosts=("nowhere",)))),
    ],
    ids=["text", "garbage", "welcome", "no proof", "empty proof", "bad host"],
)
def test_a_bad_hello_is_refused(tmp_path: Path, hello: str | bytes) -> None:
    async def conversation() -> None:
        async with listening(tmp_path) as node, websocket_to(node) as mallory:
            await mallory.send(hello)
            assert await code_of_end(mallory) == CloseCode.BAD_HELLO
            assert node.peers == []

    run(conversation())


@pytest.mark.attack("A12")
@pytest.mark.parametrize("victim", [CLIENT_SEED, MALLORY_SEED])
def test_a_proof_by_another_key_or_for_another_server_is_refused(
    tmp_path: Path, victim: bytes
) -> None:
    async def conversation() -> None:
        async with listening(tmp_path) as node, websocket_to(node) as mallory:
            nonce = await read_nonce(mallory)
            if victim == CLIENT_SEED:
                hello = Hello(node_id=NodeId(SigningKey(CLIENT_SEED).public))
                greeting = Greeting(hello=hello, proof=prove(nonce))
            else:
                # As a server in the middle would get it: for its own certificate.
                proof = prove(nonce, certificate_of=MALLORY_SEED)
                greeting = Greeting(hello=MALLORY_HELLO, proof=proof)
            await mallory.send(encode_hello(greeting))
            assert await code_of_end(mallory) == CloseCode.BAD_HELLO
            assert node.peers == []

    run(conversation())


@pytest.mark.attack("A12")
def test_a_replayed_proof_is_refused(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with listening(tmp_path) as node:
            async with websocket_to(node) as mallory:
                nonce = await read_nonce(mallory)
                seen = encode_hello(Greeting(hello=MALLORY_HELLO, proof=prove(nonce)))
                await mallory.send(seen)
                assert isinstance(await mallory.recv(), bytes)
            async with websocket_to(node) as mallory:
                assert await read_nonce(mallory) != nonce
                await mallory.send(seen)
                assert await code_of_end(mallory) == CloseCode.BAD_HELLO
            assert len(node.peers) == 1

    run(conversation())


@pytest.mark.attack("A33")
def test_another_protocol_version_is_refused_with_its_own_code(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with listening(tmp_path) as node, websocket_to(node) as mallory:
            proof = prove(await read_nonce(mallory))
            greeting = Greeting(hello=MALLORY_HELLO, proof=proof, version=2)
            await mallory.send(encode_hello(greeting))
            assert await code_of_end(mallory) == CloseCode.VERSION

    run(conversation())


# --- a server that breaks the rules --------------------------------------------------------


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
        encode_hello(Greeting(hello=MALLORY_HELLO, nonce=bytes(32), version=2)),
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
        await server.send(encode_message(NOTE))
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


# --- a peer that proved its key ------------------------------------------------------------


@pytest.mark.attack("A33")
@pytest.mark.parametrize("data", [b"garbage", b"", "text", encode({b"m": b"want"})])
def test_a_malformed_message_closes_the_link_with_its_code(
    tmp_path: Path, data: str | bytes
) -> None:
    async def conversation() -> None:
        async with listening(tmp_path) as node:
            async with admitted(node) as mallory:
                await mallory.send(data)
                assert await code_of_end(mallory) == CloseCode.BAD_MESSAGE
            assert isinstance(await node.endings.get(), RemoteError)

    run(conversation())


def test_a_message_of_a_later_version_is_skipped(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with listening(tmp_path) as node, admitted(node) as mallory:
            await mallory.send(encode({b"m": b"lease"}))
            await mallory.send(encode_message(NOTE))
            assert await mallory.recv() == encode_message(NOTE)

    run(conversation())


@pytest.mark.attack("A10")
def test_an_oversized_message_closes_the_link(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with listening(tmp_path) as node:
            async with admitted(node) as mallory:
                head = b"\x82\xff" + struct.pack(">Q", limits.MESSAGE_BYTES_MAX + 1)
                mallory.transport.write(head + b"mask")
                assert await code_of_end(mallory) == 1009
            assert isinstance(await node.endings.get(), RemoteError)

    run(conversation())


@pytest.mark.attack("A10")
@pytest.mark.parametrize("how", ["messages", "pings", "bytes"])
def test_a_flood_closes_the_link(tmp_path: Path, how: str) -> None:
    async def conversation() -> None:
        rules = LinkRules(messages_per_s=20, bytes_per_s=100_000, window_s=1)
        async with listening(tmp_path, rules) as node:
            async with admitted(node) as mallory:
                with pytest.raises(ConnectionClosed):
                    for _ in range(1_000):
                        if how == "pings":
                            await mallory.ping()
                        else:
                            await mallory.send(encode_message(LONG if how == "bytes" else NOTE))
                        await asyncio.sleep(0)
                # What it had not yet read resets the socket, and the code may be lost with it.
                assert mallory.close_code in (CloseCode.OVER_BUDGET, 1006)
            with pytest.raises(RemoteError, match="too many"):
                raise await node.endings.get() or AssertionError("ended in peace")

    run(conversation())


@pytest.mark.attack("A10")
def test_a_dialled_server_that_floods_is_dropped_too(tmp_path: Path) -> None:
    async def conversation() -> None:
        rules = LinkRules(messages_per_s=20, window_s=1)
        client = Node(CLIENT_SEED, tmp_path, rules)

        async def speak(server: ServerConnection) -> None:
            await server.send(encode_hello(Greeting(hello=MALLORY_HELLO, nonce=bytes(32))))
            await server.recv()
            await server.send(encode({b"m": b"welcome"}))
            with pytest.raises(ConnectionClosed):
                while True:
                    await server.send(encode_message(NOTE))
                    await asyncio.sleep(0)

        async with hostile_server(tmp_path, speak) as at:
            peer = await client.dial(at)
            with pytest.raises(RemoteError):
                async for _ in peer.messages():
                    pass
        await client.link.stop()

    run(conversation())


@pytest.mark.attack("A10")
def test_messages_that_cost_too_much_time_to_decode_close_the_link(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with listening(tmp_path, LinkRules(decode_s_per_s=0.0005)) as node:
            async with admitted(node) as mallory:
                costly = encode({b"m": b"later", b"z": [[]] * 40_000})
                await mallory.send(costly)
                assert await code_of_end(mallory) == CloseCode.OVER_BUDGET
            assert isinstance(await node.endings.get(), RemoteError)

    run(conversation())


@pytest.mark.attack("A10")
def test_a_peer_that_does_not_read_is_cut_off(tmp_path: Path) -> None:
    async def conversation() -> None:
        rules = LinkRules(send_timeout_s=0.1, send_bytes_per_s_min=10**9)
        async with listening(tmp_path, rules) as node, admitted(node) as mallory:
            mallory.transport.pause_reading()
            peer = node.peers[0]
            with pytest.raises(RetryError, match="does not read"):
                for _ in range(100):
                    await peer.send(LONG)
            with pytest.raises(RetryError):
                await peer.send(NOTE)
            mallory.transport.abort()

    run(conversation())


def test_stopping_does_not_wait_long_for_a_peer_that_does_not_answer(tmp_path: Path) -> None:
    async def conversation() -> None:
        node = Node(SERVER_SEED, tmp_path, LinkRules(close_timeout_s=0.05))
        await node.listen()
        async with admitted(node) as mallory:
            mallory.transport.pause_reading()
            async with asyncio.timeout(1):
                await node.link.stop()
            mallory.transport.abort()

    run(conversation())


# --- honest peers --------------------------------------------------------------------------


def test_small_messages_are_not_held_back_by_the_system(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with listening(tmp_path) as node, admitted(node) as mallory:
            ends = [mallory, *node.link._sockets._live]
            for end in ends:
                tcp = end.transport.get_extra_info("socket")
                assert tcp.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
            assert len(ends) == 2

    run(conversation())


def test_a_proxy_in_the_environment_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def conversation() -> None:
        async with listening(tmp_path):
            pass  # The honest client dials at the end.

    run(conversation())


def test_ipv6_works(tmp_path: Path) -> None:
    async def conversation() -> None:
        node, client = Node(SERVER_SEED, tmp_path), Node(CLIENT_SEED, tmp_path)
        try:
            at = await node.link.listen(Endpoint("::1", 0), lambda: node.hello, node.on_peer)
        except RetryError:
            pytest.skip("this machine has no IPv6")
        peer = await client.dial(at)
        assert peer.remote == at
        await client.link.stop()
        await node.link.stop()

    run(conversation())


def test_a_bug_in_the_task_of_a_link_reaches_the_loops_handler(tmp_path: Path) -> None:
    async def conversation() -> None:
        failures: list[object] = []
        loop = asyncio.get_running_loop()
        handler = loop.get_exception_handler()
        loop.set_exception_handler(lambda _, context: failures.append(context["exception"]))

        async def fail(peer: Peer) -> None:
            raise KeyError("a bug")

        node, client = Node(SERVER_SEED, tmp_path), Node(CLIENT_SEED, tmp_path)
        at = await node.link.listen(ANYWHERE, lambda: node.hello, fail)
        peer = await client.dial(at)
        assert [message async for message in peer.messages()] == []
        await client.link.stop()
        await node.link.stop()
        assert [type(failure) for failure in failures] == [KeyError]
        loop.set_exception_handler(handler)

    run(conversation())


def test_many_messages_in_a_row_stay_within_the_budget(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with listening(tmp_path) as node, admitted(node) as mallory:
            for size in range(300):
                have = Have(feed_id=FeedId(b"f" * 32), size=size, complete=True)
                await mallory.send(encode_message(have))
                assert await mallory.recv() == encode_message(have)

    run(conversation())
