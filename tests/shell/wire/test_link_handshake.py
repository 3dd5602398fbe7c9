"""Opening a link over real sockets: strangers and servers that break the rules."""

import asyncio
import gc
import ssl
import struct
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec.structs import replace
from street.fakes.hostile import (
    CLIENT_SEED,
    MALLORY_HELLO,
    MALLORY_SEED,
    NOTE,
    Node,
    code_of_end,
    listening,
    prove,
    read_nonce,
    run,
    websocket_to,
)
from swarmfeed.core.base import limits
from swarmfeed.core.base.bencoding import encode
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.talk.handshake import CloseCode, Greeting, encode_hello
from swarmfeed.core.talk.words import Hello
from swarmfeed.shell.wire.rules import LinkRules
from swarmfeed.shell.wire.tls import client_context
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, InvalidStatus

CLOSED_WITHOUT_A_WORD = 1006
"""RFC 6455, 7.1.5."""

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
@pytest.mark.parametrize(
    "garbage",
    [bytes(100), b"GET / HTTP/1.1\r\n\r\n", b"a" * 100_000],
    ids=["zeros", "plain http", "long line"],
)
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
@pytest.mark.parametrize("path", ["/x", "//", "/?a", "/socket.io/", "/index.html"])
def test_on_another_path_there_is_nothing(tmp_path: Path, path: str) -> None:
    async def conversation() -> None:
        async with listening(tmp_path) as node:
            elsewhere = connect(
                f"wss://{node.at}{path}", ssl=client_context(), compression=None, proxy=None
            )
            with pytest.raises(InvalidStatus) as refused:
                await elsewhere
            response = refused.value.response
            assert (response.status_code, response.body) == (404, b"")
            assert "Server" not in response.headers
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
            code: int | None = CLOSED_WITHOUT_A_WORD
            while code == CLOSED_WITHOUT_A_WORD:
                # Again, where a busy machine took longer to get as far as that.
                with suppress(OSError, InvalidHandshake):
                    async with websocket_to(node) as mallory:
                        await mallory.wait_closed()
                        code = mallory.close_code
            assert code == CloseCode.TOO_SLOW
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
            greeting = Greeting(hello=MALLORY_HELLO, proof=proof, version=1)
            await mallory.send(encode_hello(greeting))
            assert await code_of_end(mallory) == CloseCode.VERSION

    run(conversation())


@pytest.mark.attack("A60")
def test_half_a_handshake_costs_nobody_a_link(tmp_path: Path) -> None:
    """Those who are in the middle of it do not count among the links there may be."""

    async def conversation() -> None:
        rules = LinkRules(peers_max=1)
        async with (
            listening(tmp_path, rules) as node,
            websocket_to(node) as first,
            websocket_to(node) as second,
        ):
            await read_nonce(first)
            await read_nonce(second)
            client = Node(CLIENT_SEED, tmp_path)
            peer = await client.dial(node.at)
            await peer.send(NOTE)
            assert await anext(aiter(peer.messages())) == NOTE
            await client.link.stop()
            assert await node.endings.get() is None

    run(conversation())


@pytest.mark.slow
@pytest.mark.attack("A60")
def test_handshakes_that_broke_off_leave_no_memory_behind(tmp_path: Path) -> None:
    """Also before the collector comes by: each has a quarter of a megabyte of buffers."""

    def left() -> int:
        return sum(type(each).__name__ == "SSLProtocol" for each in gc.get_objects())

    async def conversation() -> None:
        async with listening(tmp_path) as node:
            gc.collect()
            gc.disable()
            try:
                before = left()
                for _ in range(10):
                    _, writer = await asyncio.open_connection(node.at.host, node.at.port)
                    writer.write(b"\x16\x03\x01\x02\x00\x01\x00")
                    while left() == before:
                        await asyncio.sleep(0.001)
                    writer.transport.abort()
                    while left() > before:
                        await asyncio.sleep(0.001)
            finally:
                gc.enable()

    run(conversation())
