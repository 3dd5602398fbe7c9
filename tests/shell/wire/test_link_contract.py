"""What every ``ports.Links`` promises: the one over sockets, and the one in memory."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest
from msgspec import Struct
from msgspec.structs import replace
from street.fakes.link import FakeNetwork
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, NodeId
from swarmfeed.core.talk.message import Feed, Message
from swarmfeed.core.talk.words import Have, Hello, NewEntries, NotHeld
from swarmfeed.core.vocabulary import VOCABULARY, Vocabulary
from swarmfeed.errors import AlreadyLinkedError, RetryError
from swarmfeed.ports import Links, Peer
from swarmfeed.shell.wire.link import WebSocketLink
from swarmfeed.shell.wire.rules import LinkRules

ANYWHERE = Endpoint("127.0.0.1", 0)
NOTE = NotHeld(AuthorId(b"a" * 32))
LONG = NewEntries(
    feed_id=FeedId(b"f" * 32),
    start=7,
    stored=(bytes(8_000),) * 250,
    signed_head=b"",
    chunk_list=b"",
)


class Nodes:
    """Makes links of one kind and stops them in the end."""

    def __init__(self, kind: str, folder: Path) -> None:
        self._kind = kind
        self._folder = folder
        self._network = FakeNetwork()
        self.links: list[Links] = []

    def make(
        self, seed: bytes, *, peers_max: int = 256, vocabulary: Vocabulary = VOCABULARY
    ) -> tuple[Links, Hello]:
        node_id = NodeId(SigningKey(seed).public)
        link: Links
        if self._kind == "fake":
            link = self._network.link(node_id, peers_max=peers_max, vocabulary=vocabulary)
        else:
            rules = LinkRules(peers_max=peers_max)
            link = WebSocketLink(seed, self._folder, rules=rules, vocabulary=vocabulary)
        self.links.append(link)
        return link, Hello(node_id=node_id, roles=("history",), link_port=7, swarm_port=8)


Conversation = Callable[[Nodes], Coroutine[None, None, None]]


@pytest.fixture(params=["fake", "real"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Conversation], None]:
    async def whole(conversation: Conversation) -> None:
        nodes = Nodes(request.param, tmp_path)
        failures: list[object] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: failures.append(context))
        try:
            async with asyncio.timeout(60):
                await conversation(nodes)
        finally:
            for link in nodes.links:
                await link.stop()
        assert failures == []

    return lambda conversation: asyncio.run(whole(conversation))


async def echo(peer: Peer) -> None:
    async for message in peer.messages():
        await peer.send(message)


async def next_of(peer: Peer) -> Message:
    return await anext(aiter(peer.messages()))


async def pair(
    nodes: Nodes, on_peer: Callable[[Peer], Awaitable[None]] = echo
) -> tuple[Peer, Endpoint]:
    server, server_hello = nodes.make(b"s" * 32)
    client, client_hello = nodes.make(b"c" * 32)
    at = await server.listen(ANYWHERE, lambda: server_hello, on_peer)
    return await client.dial(at, client_hello), at


def test_both_ends_know_what_no_other_link_has(
    run: Callable[[Conversation], None],
) -> None:
    async def conversation(nodes: Nodes) -> None:
        seen: list[Peer] = []

        async def on_peer(peer: Peer) -> None:
            seen.append(peer)
            await echo(peer)

        server, server_hello = nodes.make(b"s" * 32)
        at = await server.listen(ANYWHERE, lambda: server_hello, on_peer)
        dialled = []
        for seed in (b"c" * 32, b"d" * 32):
            client, hello = nodes.make(seed)
            peer = await client.dial(at, hello)
            await peer.send(NOTE)
            assert await anext(aiter(peer.messages())) == NOTE
            dialled.append(peer.binding)
        assert dialled == [peer.binding for peer in seen]
        assert len({*dialled}) == 2
        assert {len(each) for each in dialled} == {64}

    run(conversation)


def test_both_ends_learn_who_the_other_is(run: Callable[[Conversation], None]) -> None:
    async def conversation(nodes: Nodes) -> None:
        seen: list[Peer] = []

        async def on_peer(peer: Peer) -> None:
            seen.append(peer)
            await echo(peer)

        server, server_hello = nodes.make(b"s" * 32)
        client, client_hello = nodes.make(b"c" * 32)
        at = await server.listen(ANYWHERE, lambda: server_hello, on_peer)
        assert at.port != 0
        peer = await client.dial(at, client_hello)
        await peer.send(NOTE)
        assert await next_of(peer) == NOTE
        assert (peer.hello, peer.outgoing, peer.remote) == (server_hello, True, at)
        assert (seen[0].hello, seen[0].outgoing) == (client_hello, False)
        assert seen[0].remote.host == "127.0.0.1"

    run(conversation)


def test_messages_arrive_whole_and_in_order(run: Callable[[Conversation], None]) -> None:
    async def conversation(nodes: Nodes) -> None:
        peer, _ = await pair(nodes)
        sent: list[Message] = [
            Have(feed_id=FeedId(b"f" * 32), size=size, complete=False) for size in range(100)
        ]
        sent.insert(50, LONG)

        async def send_all() -> None:
            for message in sent:
                await peer.send(message)

        sending = asyncio.create_task(send_all())
        messages = aiter(peer.messages())
        assert [await anext(messages) for _ in sent] == sent
        await sending

    run(conversation)


class Nod(Struct, frozen=True):
    """A message of this test's own."""

    name: ClassVar[str] = "nod"
    feed_id: Feed


def test_a_link_speaks_the_vocabulary_it_was_given(run: Callable[[Conversation], None]) -> None:
    async def conversation(nodes: Nodes) -> None:
        nod = Nod(FeedId(b"f" * 32))
        later = Vocabulary((*VOCABULARY.words, Nod))
        client, client_hello = nodes.make(b"c" * 32, vocabulary=later)
        for seed, words, expected in (
            (b"s" * 32, later, [nod, NOTE]),
            (b"t" * 32, VOCABULARY, [NOTE]),
        ):
            server, server_hello = nodes.make(seed, vocabulary=words)
            at = await server.listen(ANYWHERE, partial(replace, server_hello), echo)
            peer = await client.dial(at, client_hello)
            await peer.send(nod)
            await peer.send(NOTE)
            messages = aiter(peer.messages())
            assert [await anext(messages) for _ in expected] == expected

    run(conversation)


def test_a_long_message_right_after_the_handshake_arrives(
    run: Callable[[Conversation], None],
) -> None:
    async def conversation(nodes: Nodes) -> None:
        async def greet(peer: Peer) -> None:
            await peer.send(LONG)
            await echo(peer)

        peer, _ = await pair(nodes, greet)
        await peer.send(LONG)
        messages = aiter(peer.messages())
        assert [await anext(messages), await anext(messages)] == [LONG, LONG]

    run(conversation)


def test_closing_one_end_ends_the_messages_of_both(run: Callable[[Conversation], None]) -> None:
    async def conversation(nodes: Nodes) -> None:
        ended = asyncio.Event()

        async def on_peer(peer: Peer) -> None:
            await echo(peer)
            ended.set()

        peer, _ = await pair(nodes, on_peer)
        await peer.close("enough")
        await peer.close("enough, again")
        await ended.wait()
        assert [message async for message in peer.messages()] == []
        with pytest.raises(RetryError):
            await peer.send(NOTE)

    run(conversation)


def test_the_link_ends_when_on_peer_returns(run: Callable[[Conversation], None]) -> None:
    async def conversation(nodes: Nodes) -> None:
        async def say_one_thing(peer: Peer) -> None:
            await peer.send(NOTE)

        peer, _ = await pair(nodes, say_one_thing)
        assert [message async for message in peer.messages()] == [NOTE]

    run(conversation)


def test_nobody_there_is_worth_another_try(run: Callable[[Conversation], None]) -> None:
    async def conversation(nodes: Nodes) -> None:
        server, server_hello = nodes.make(b"s" * 32)
        client, client_hello = nodes.make(b"c" * 32)
        at = await server.listen(ANYWHERE, lambda: server_hello, echo)
        await server.stop()
        with pytest.raises(RetryError):
            await client.dial(at, client_hello)

    run(conversation)


def test_a_node_does_not_link_to_itself(run: Callable[[Conversation], None]) -> None:
    async def conversation(nodes: Nodes) -> None:
        link, hello = nodes.make(b"s" * 32)
        at = await link.listen(ANYWHERE, lambda: hello, echo)
        with pytest.raises(RetryError, match="itself"):
            await link.dial(at, hello)

    run(conversation)


def test_a_full_node_says_not_now_and_takes_the_next_one_later(
    run: Callable[[Conversation], None],
) -> None:
    async def conversation(nodes: Nodes) -> None:
        server, server_hello = nodes.make(b"s" * 32, peers_max=1)
        client, client_hello = nodes.make(b"c" * 32)
        at = await server.listen(ANYWHERE, lambda: server_hello, echo)
        first = await client.dial(at, client_hello)
        with pytest.raises(RetryError):
            await client.dial(at, client_hello)
        await first.close("make room")
        while True:
            try:
                second = await client.dial(at, client_hello)
                break
            except RetryError:
                await asyncio.sleep(0.001)
        await second.send(NOTE)
        assert await next_of(second) == NOTE

    run(conversation)


def test_stopping_ends_every_link_and_stays(run: Callable[[Conversation], None]) -> None:
    async def conversation(nodes: Nodes) -> None:
        server, server_hello = nodes.make(b"s" * 32)
        client, client_hello = nodes.make(b"c" * 32)
        at = await server.listen(ANYWHERE, lambda: server_hello, echo)
        peer = await client.dial(at, client_hello)
        await client.stop()
        assert [message async for message in peer.messages()] == []
        with pytest.raises(RetryError):
            await client.dial(at, client_hello)

    run(conversation)


def test_a_taken_port_is_refused(run: Callable[[Conversation], None]) -> None:
    async def conversation(nodes: Nodes) -> None:
        server, server_hello = nodes.make(b"s" * 32)
        other, other_hello = nodes.make(b"o" * 32)
        at = await server.listen(ANYWHERE, lambda: server_hello, echo)
        with pytest.raises(RetryError):
            await other.listen(at, lambda: other_hello, echo)

    run(conversation)


def test_a_hello_of_another_key_is_a_bug_of_ours(run: Callable[[Conversation], None]) -> None:
    async def conversation(nodes: Nodes) -> None:
        server, server_hello = nodes.make(b"s" * 32)
        client, _ = nodes.make(b"c" * 32)
        at = await server.listen(ANYWHERE, lambda: server_hello, echo)
        with pytest.raises(ValueError, match="node id"):
            await client.dial(at, Hello(node_id=NodeId(b"x" * 32)))

    run(conversation)


def test_nodes_that_a_fake_network_splits_find_each_other_again_when_it_heals() -> None:
    async def conversation() -> None:
        network = FakeNetwork()
        one, other = NodeId(b"1" * 32), NodeId(b"2" * 32)
        server, client = network.link(one), network.link(other)
        at = await server.listen(ANYWHERE, lambda: Hello(node_id=one), echo)
        before = await client.dial(at, Hello(node_id=other))
        network.split(one, other)
        assert [message async for message in before.messages()] == []
        with pytest.raises(RetryError):
            await client.dial(at, Hello(node_id=other))
        network.heal(one, other)
        after = await client.dial(at, Hello(node_id=other))
        await after.send(NOTE)
        assert await next_of(after) == NOTE
        await client.stop()
        await server.stop()

    asyncio.run(conversation())


@pytest.mark.attack("A46")
def test_who_is_linked_already_is_named_and_hears_nothing(
    run: Callable[[Conversation], None],
) -> None:
    async def conversation(nodes: Nodes) -> None:
        seen: list[Peer] = []

        async def on_peer(peer: Peer) -> None:
            seen.append(peer)
            await echo(peer)

        server, server_hello = nodes.make(b"s" * 32)
        client, client_hello = nodes.make(b"c" * 32)
        at = await server.listen(ANYWHERE, lambda: server_hello, on_peer)
        first = await client.dial(at, client_hello)
        linked = {server_hello.node_id}
        with pytest.raises(AlreadyLinkedError) as found:
            await client.dial(at, client_hello, linked.__contains__)
        assert found.value.node_id == server_hello.node_id
        await first.send(NOTE)
        assert await next_of(first) == NOTE
        assert len(seen) == 1
        other = await client.dial(at, client_hello, lambda node_id: node_id not in linked)
        await other.send(NOTE)
        assert await next_of(other) == NOTE

    run(conversation)
