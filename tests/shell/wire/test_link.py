"""The link over real sockets with peers that proved their key, honest and not."""

import asyncio
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from street.fakes.hostile import (
    ANYWHERE,
    CLIENT_SEED,
    LONG,
    MALLORY_HELLO,
    MALLORY_SEED,
    NOTE,
    SERVER_SEED,
    Node,
    admitted,
    code_of_end,
    hostile_server,
    listening,
    run,
)
from swarmfeed.core.base import limits
from swarmfeed.core.base.bencoding import encode
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import Endpoint, FeedId, NodeId
from swarmfeed.core.talk.handshake import CloseCode, Greeting, encode_hello
from swarmfeed.core.talk.words import Have, Hello
from swarmfeed.core.vocabulary import VOCABULARY
from swarmfeed.errors import RemoteError, RetryError
from swarmfeed.node.ground.fairness import Fairness
from swarmfeed.ports import Peer
from swarmfeed.shell.clock import SystemClock
from swarmfeed.shell.wire.link import WebSocketLink
from swarmfeed.shell.wire.rules import LinkRules
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

T = TypeVar("T")

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
            await mallory.send(VOCABULARY.encode(NOTE))
            assert await mallory.recv() == VOCABULARY.encode(NOTE)

    run(conversation())


def test_an_answer_that_is_longer_than_a_budget_does_not_cost_the_link(tmp_path: Path) -> None:
    """What one node sends stays within what another takes: who asks for much gets it all."""

    async def conversation() -> None:
        rules = LinkRules(messages_per_s=400, sends_per_s=200, window_s=0.1)
        count = 60
        async with listening(tmp_path, rules) as node:
            dialler = Node(CLIENT_SEED, tmp_path, rules)
            peer = await dialler.dial(node.at)

            async def say() -> None:
                for _ in range(count):
                    await peer.send(NOTE)

            saying = asyncio.create_task(say())
            heard = 0
            async for _ in peer.messages():
                heard += 1
                if heard == count:
                    break
            await saying
            assert heard == count
            await dialler.link.stop()

    run(conversation())


def test_a_long_message_is_decoded_off_the_loop_and_a_short_one_in_it(tmp_path: Path) -> None:
    async def conversation() -> None:
        threads: list[str] = []

        async def off_loop(call: Callable[[], T], /) -> T:
            threads.append("one")
            return await asyncio.to_thread(call)

        link = WebSocketLink(MALLORY_SEED, tmp_path, off_loop=off_loop)
        async with listening(tmp_path) as node:
            peer = await link.dial(node.at, MALLORY_HELLO)
            messages = peer.messages()
            await peer.send(NOTE)
            assert await anext(messages) == NOTE
            assert threads == []
            await peer.send(LONG)
            assert await anext(messages) == LONG
            assert threads == ["one"]
            await link.stop()

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
                            await mallory.send(
                                VOCABULARY.encode(LONG if how == "bytes" else NOTE)
                            )
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
                    await server.send(VOCABULARY.encode(NOTE))
                    await asyncio.sleep(0)

        async with hostile_server(tmp_path, speak) as at:
            peer = await client.dial(at)
            with pytest.raises(RemoteError):
                async for _ in peer.messages():
                    pass
        await client.link.stop()

    run(conversation())


@pytest.mark.slow
@pytest.mark.attack("A40")
def test_messages_that_cost_much_to_decode_are_read_one_by_one_and_end_no_link(
    tmp_path: Path,
) -> None:
    async def conversation() -> None:
        costly = encode({b"m": b"later", b"z": [[]] * (limits.MESSAGE_VALUES_MAX - 5)})
        begun, may = asyncio.Queue[None](), asyncio.Semaphore(0)

        async def off_loop(call: Callable[[], T], /) -> T:
            begun.put_nowait(None)
            await may.acquire()  # as for one that has to wait until it has paid
            return call()

        async def speak(server: ServerConnection) -> None:
            await server.send(encode_hello(Greeting(hello=MALLORY_HELLO, nonce=bytes(32))))
            await server.recv()
            await server.send(encode({b"m": b"welcome"}))
            for _ in range(5):
                await server.send(costly)
            await server.send(VOCABULARY.encode(NOTE))
            await server.wait_closed()

        link = WebSocketLink(CLIENT_SEED, tmp_path, off_loop=off_loop)
        async with hostile_server(tmp_path, speak) as at:
            peer = await link.dial(at, Hello(node_id=NodeId(SigningKey(CLIENT_SEED).public)))
            heard = asyncio.ensure_future(anext(peer.messages()))
            for _ in range(5):
                await begun.get()
                assert begun.empty() and not heard.done()
                may.release()
            assert await heard == NOTE, "it may talk on, whatever that cost"
            await link.stop()

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


@pytest.mark.slow
@pytest.mark.attack("A40")
def test_a_peer_that_reads_is_not_cut_off_because_its_own_debt_keeps_us(tmp_path: Path) -> None:
    async def conversation() -> None:
        rules = LinkRules(send_timeout_s=1, send_bytes_per_s_min=10**9)
        async with listening(tmp_path, rules) as node, admitted(node) as mallory:
            mallory.transport.pause_reading()
            peer, account = node.peers[0], Fairness(SystemClock()).account(NodeId(bytes(32)))
            (connection,) = node.link._sockets._live

            async def say() -> None:
                while not connection.paused:
                    await peer.send(LONG)

            saying = asyncio.create_task(account.pay(say))
            while not connection.paused:
                await asyncio.sleep(0)
            account.seconds.owe(10, asyncio.get_running_loop().time())
            mallory.transport.resume_reading()
            await asyncio.sleep(1.5)
            assert not saying.done(), "it waits for its turn"
            assert not connection.transport.is_closing()
            saying.cancel()

    run(conversation())


def test_stopping_does_not_wait_long_for_a_peer_that_does_not_answer(tmp_path: Path) -> None:
    async def conversation() -> None:
        node = Node(SERVER_SEED, tmp_path, LinkRules(close_timeout_s=0.05))
        await node.listen()
        async with admitted(node) as mallory:
            mallory.transport.pause_reading()
            async with asyncio.timeout(0.9 * limits.CLOSE_TIMEOUT_S):
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
                await mallory.send(VOCABULARY.encode(have))
                assert await mallory.recv() == VOCABULARY.encode(have)

    run(conversation())


def test_a_link_that_ended_is_forgotten(tmp_path: Path) -> None:
    async def conversation() -> None:
        async with listening(tmp_path) as node:
            async with admitted(node) as mallory:
                mallory.transport.abort()
            assert await node.endings.get() is None
            while node.link._sockets._live:
                await asyncio.sleep(0.001)

    run(conversation())
