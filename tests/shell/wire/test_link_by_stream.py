"""What every ``ports.Links`` promises of links by way of a stream: real and in memory."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from street.fakes.stream import FakeStream, stream_pair
from swarmfeed.core.base.types import AuthorId, Endpoint
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import NotHeld
from swarmfeed.errors import AlreadyLinkedError, RetryError
from swarmfeed.ports import Links, Peer

from tests.shell.wire.test_link_contract import (
    ANYWHERE,
    LONG,
    NOTE,
    Conversation,
    Nodes,
    echo,
    next_of,
    run,
)

__all__ = ["run"]  # fixtures

SECRET = NotHeld(AuthorId(b"a secret that nobody else may rea"[:32]))


async def listening(nodes: Nodes, on_peer: Callable[[Peer], Awaitable[None]] = echo) -> Links:
    server, server_hello = nodes.make(b"s" * 32)
    await server.listen(ANYWHERE, lambda: server_hello, on_peer)
    return server


def test_a_link_by_a_stream_is_as_any_other(run: Callable[[Conversation], None]) -> None:
    async def conversation(nodes: Nodes) -> None:
        seen: list[Peer] = []

        async def on_peer(peer: Peer) -> None:
            seen.append(peer)
            await echo(peer)

        server = await listening(nodes, on_peer)
        client, client_hello = nodes.make(b"c" * 32)
        near, far = stream_pair()
        accepting = asyncio.create_task(server.accept_by(far))
        peer = await client.dial_by(near, client_hello)
        await accepting
        sent: list[Message] = [NOTE, LONG, NOTE]
        for message in sent:
            await peer.send(message)
        messages = aiter(peer.messages())
        assert [await anext(messages) for _ in sent] == sent
        assert (peer.outgoing, peer.remote) == (True, None)
        assert peer.binding == seen[0].binding != b""
        heard = client_hello.without_place()
        assert (seen[0].hello, seen[0].outgoing, seen[0].remote) == (heard, False, None)
        for hello in (seen[0].hello, peer.hello):
            assert (hello.hosts, hello.link_port, hello.swarm_port) == ((), 0, 0)

    run(conversation)


@pytest.mark.attack("A99")
def test_who_passes_a_link_on_reads_nothing_of_it(tmp_path: Path) -> None:
    async def conversation() -> None:
        nodes = Nodes("real", tmp_path)
        server = await listening(nodes)
        client, client_hello = nodes.make(b"c" * 32)
        near, far = stream_pair()
        accepting = asyncio.create_task(server.accept_by(far))
        peer = await client.dial_by(near, client_hello)
        await accepting
        await peer.send(SECRET)
        assert await next_of(peer) == SECRET
        for link in nodes.links:
            await link.stop()
        passed_on = near.carried + far.carried
        assert len(passed_on) > 1_000
        for known in (SECRET.author_id, b"not-held", client_hello.node_id, b"history"):
            assert known not in passed_on

    asyncio.run(conversation())


def test_the_stream_ends_with_the_link_and_the_link_with_the_stream(
    run: Callable[[Conversation], None],
) -> None:
    async def conversation(nodes: Nodes) -> None:
        server = await listening(nodes)
        client, client_hello = nodes.make(b"c" * 32)
        for ends in ("link", "near", "far"):
            near, far = stream_pair()
            accepting = asyncio.create_task(server.accept_by(far))
            peer = await client.dial_by(near, client_hello)
            await accepting
            await peer.send(NOTE)
            assert await next_of(peer) == NOTE
            if ends == "link":
                await peer.close("enough")
            else:
                (near if ends == "near" else far).close()
            assert [message async for message in peer.messages()] == []
            await until_closed(near)
            with pytest.raises(RetryError):
                await peer.send(NOTE)

    run(conversation)


async def until_closed(stream: FakeStream) -> None:
    while not stream.is_closed:
        await asyncio.sleep(0.01)


def test_who_is_linked_already_is_not_linked_twice(run: Callable[[Conversation], None]) -> None:
    async def conversation(nodes: Nodes) -> None:
        server = await listening(nodes)
        client, client_hello = nodes.make(b"c" * 32)
        near, far = stream_pair()
        accepting = asyncio.create_task(server.accept_by(far))
        with pytest.raises(AlreadyLinkedError):
            await client.dial_by(near, client_hello, lambda _: True)
        await accepting
        await until_closed(near)

    run(conversation)


def test_where_nothing_listens_nobody_is_let_in(run: Callable[[Conversation], None]) -> None:
    async def conversation(nodes: Nodes) -> None:
        server, _ = nodes.make(b"s" * 32)
        near, far = stream_pair()
        with pytest.raises(RetryError):
            await server.accept_by(far)
        await until_closed(near)

    run(conversation)


def test_a_stream_that_ends_at_once_makes_no_link(run: Callable[[Conversation], None]) -> None:
    async def conversation(nodes: Nodes) -> None:
        client, client_hello = nodes.make(b"c" * 32)
        near, far = stream_pair()
        far.close()
        with pytest.raises(RetryError):
            await client.dial_by(near, client_hello)

    run(conversation)


def test_two_links_by_streams_beside_one_by_a_port(run: Callable[[Conversation], None]) -> None:
    async def conversation(nodes: Nodes) -> None:
        server, server_hello = nodes.make(b"s" * 32)
        at: Endpoint = await server.listen(ANYWHERE, lambda: server_hello, echo)
        peers = []
        for seed in (b"c", b"d"):
            client, hello = nodes.make(seed * 32)
            near, far = stream_pair()
            accepting = asyncio.create_task(server.accept_by(far))
            peers.append(await client.dial_by(near, hello))
            await accepting
        client, hello = nodes.make(b"e" * 32)
        peers.append(await client.dial(at, hello))
        for peer in peers:
            await peer.send(NOTE)
            assert await next_of(peer) == NOTE

    run(conversation)
