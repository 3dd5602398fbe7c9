"""Holders with real links, real swarms and no honesty; and nodes for them to lie to.

The nodes are whole ones, as ``swarmfeed run`` starts them, several in one loop, each at a
loopback address of its own, because libtorrent bans by address.
"""

import asyncio
import itertools
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import libtorrent as lt
from msgspec import Struct
from swarmfeed import wiring
from swarmfeed.core.asks.writing import OldPost
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import AuthorId, ChunkSpan, Endpoint, FeedId, Hash, NodeId
from swarmfeed.core.feed.metainfo import chunk_torrent
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import Have, HeadOffer, Hello, Want
from swarmfeed.errors import RemoteError, RetryError
from swarmfeed.node.ground.interests import FETCHED
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.node import Node
from swarmfeed.ports import Peer
from swarmfeed.shell.wire.link import WebSocketLink

PATIENCE_S = 60.0
_numbers = itertools.count(2)


def new_host() -> str:
    """Return a loopback address that no other test uses: 127.192.0.2 and above."""
    pid = os.getpid()
    return f"127.{192 + (pid >> 8) % 60}.{pid % 256}.{next(_numbers) % 250 + 2}"


async def until(condition: Callable[[], bool], what: str = "it") -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end_s, f"{what} did not happen in {PATIENCE_S} s"
        await asyncio.sleep(0.01)


class Goods(Struct, frozen=True):
    """What a holder may offer of a feed."""

    author_id: AuthorId
    replica: Replica
    certificates: tuple[bytes, ...]
    chunks: dict[ChunkSpan, bytes]

    @property
    def feed_id(self) -> FeedId:
        return self.replica.feed_id

    def have(self, *, complete: bool = True) -> Have:
        return Have(feed_id=self.feed_id, size=self.replica.size, complete=complete)

    def offer(self, consistency: Sequence[Hash] = ()) -> HeadOffer:
        return HeadOffer(
            author_id=self.author_id,
            feed_id=self.feed_id,
            signed_head=self.replica.signed_head,
            certificates=self.certificates,
            chunk_list=self.replica.chunk_list,
            tail=self.replica.tail,
            consistency=tuple(consistency),
        )


def goods_of(node: Node) -> Goods:
    """Everything a node holds of its own feed."""
    feed_id = node.ground.identity.feed_id
    replica = node.ground.shelf.replica(feed_id)
    assert replica is not None
    author_id = node.ground.identity.author_id
    logs = node.ground.shells.logs
    chunks = {span: logs.read_chunk(feed_id, span) for span in replica.chunks()}
    return Goods(author_id, replica, node.ground.shelf.certificates(author_id), chunks)


def start_swarm(
    host: str, goods: Goods, folder: Path, spoil: Callable[[bytes], bytes]
) -> lt.session:
    """libtorrent itself, told that files of spoilt bytes were checked already."""
    session = lt.session({"listen_interfaces": f"{host}:0", "enable_dht": False})
    session.apply_settings({"enable_lsd": False, "allow_multiple_connections_per_ip": True})
    folder.mkdir()
    for span, record in goods.replica.chunks().items():
        torrent = chunk_torrent(goods.feed_id, span, record.pieces)
        (folder / torrent.name).write_bytes(spoil(goods.chunks[span]))
        params = lt.load_torrent_buffer(torrent.torrent)
        params.save_path = str(folder)
        params.have_pieces = [True] * torrent.piece_count
        params.flags = lt.torrent_flags.no_verify_files
        session.add_torrent(params)
    return session


Answer = Callable[[Peer, Message], Awaitable[None]]


class Liar:
    """A program that speaks the link's language and says what a test tells it to."""

    def __init__(self, number: int, folder: Path, answer: Answer) -> None:
        seed = bytes([number]) * 32
        self.key = SigningKey(seed)
        self.node_id = NodeId(self.key.public)
        self.host = new_host()
        self.at = Endpoint(self.host, 0)
        self.swarm_port = 0
        self.peers: list[Peer] = []
        self.heard: list[Message] = []
        self.endings = 0
        self._answer = answer
        self._link = WebSocketLink(seed, folder)

    async def start(self) -> None:
        self.at = await self._link.listen(self.at, self.hello, self.converse)

    async def stop(self) -> None:
        await self._link.stop()

    def hello(self) -> Hello:
        return Hello(
            node_id=self.node_id,
            hosts=(self.host,),
            link_port=self.at.port,
            swarm_port=self.swarm_port,
        )

    async def dial(self, at: Endpoint) -> Peer:
        return await self._link.dial(at, self.hello())

    async def say(self, *messages: Message) -> None:
        """Say it to everyone who is linked; who hung up does not hear it."""
        for peer in self.peers:
            for message in messages:
                try:
                    await peer.send(message)
                except RetryError:
                    break

    def heard_of(self, kind: type[Message]) -> list[Message]:
        return [each for each in self.heard if isinstance(each, kind)]

    async def converse(self, peer: Peer) -> None:
        """Answer a peer, until it hangs up."""
        self.peers.append(peer)
        try:
            async for message in peer.messages():
                self.heard.append(message)
                await self._answer(peer, message)
        except (RemoteError, RetryError):
            pass
        finally:
            self.peers.remove(peer)
            self.endings += 1


class Stage:
    """Starts nodes and liars, and stops them all in the end."""

    def __init__(self, folder: Path, stack: AsyncExitStack) -> None:
        self.folder = folder
        self._stack = stack
        self._swarms: list[lt.session] = []

    async def node(self, name: str, *peers: Endpoint) -> Node:
        home = self.folder / name
        if not home.exists():
            wiring.create_home(home, name, "")
        settings = NodeSettings(listen=new_host(), peers=peers, dht=False)
        node = await wiring.start_node(home, settings, wiring.open_identity(home, ""))
        self._stack.push_async_callback(node.stop)
        return node

    async def author(self, post_count: int) -> Node:
        """A node that wrote, and is the honest holder of it."""
        node = await self.node("author")
        posts = [(1_000 + n, f"true {n}") for n in range(post_count)]
        await node.feeds.importer.import_posts([OldPost(*each) for each in posts])
        return node

    async def liar(self, number: int, *replies: Message) -> Liar:
        """Answers each want with the same words."""

        async def answer(peer: Peer, message: Message) -> None:
            if isinstance(message, Want):
                for reply in replies:
                    await peer.send(reply)

        liar = Liar(number, self.folder, answer)
        await liar.start()
        self._stack.push_async_callback(liar.stop)
        return liar

    def serve(self, liar: Liar, goods: Goods, spoil: Callable[[bytes], bytes]) -> None:
        """Give a liar a swarm of its own."""
        folder = self.folder / f"swarm of {liar.host}"
        session = start_swarm(liar.host, goods, folder, spoil)
        self._swarms.append(session)
        liar.swarm_port = session.listen_port()

    def stop_swarms(self) -> None:
        self._swarms.clear()


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        opened = Stage(folder, stack)
        stack.callback(opened.stop_swarms)
        yield opened


async def fetch(node: Node, author_id: AuthorId) -> None:
    """Start to fetch; returns at once."""
    await node.feeds.carer.care(author_id, FETCHED)


async def introduce(node: Node, other: Endpoint | None) -> None:
    """Tell a node of another one, which it dials."""
    assert other is not None
    node.feeds.finder.hint([other])
    await node.feeds.finder.connect()


def shown(node: Node, author_id: AuthorId) -> set[str]:
    """Every text that a reader of this node can see of an author."""
    index = node.ground.shells.index
    page = index.author_posts(author_id, 1_000, None)
    texts: set[str] = set()
    while page:
        texts |= {post.text for post in page}
        page = index.author_posts(author_id, 1_000, page[-1].cursor)
    return texts | {post.text for post in index.home(1_000, None)}
