"""Holders that lie: real links, real TCP, and hardly a byte of what they say they hold.

They run in a loop of their own beside the siege.
"""

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

from msgspec.structs import replace
from street.fakes.liar import Liar
from swarmfeed.core.base.types import AuthorId, Endpoint
from swarmfeed.core.feed.head import open_head
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import Have, HeadOffer, Hello, Want, WantedAuthor
from swarmfeed.ports import Peer

from ordeals.strangers.besieged import Refused

T = TypeVar("T")

HANDSHAKE_BYTES: Final = 68
"""BEP 3: length, protocol, reserved bytes, info-hash, peer id."""

PROTOCOL: Final = b"\x13BitTorrent protocol"
RESERVED: Final = bytes(7) + b"\x04"
"""Fast extension (BEP 6): then all pieces are claimed in one message."""

PEER_ID_START: Final = b"-XX0001-"
"""Each has another: libtorrent hangs up on the second of an id."""

HAVE_ALL, UNCHOKE, PIECE, REQUEST = 14, 1, 7, 6
TRICKLE_BYTES: Final = 1
TRICKLE_S: Final = 0.2

MANNERS: Final = ("mute", "never unchokes", "never sends", "one block", "trickle")
"""What their swarm does: accepts and says nothing; says hello and no more; and so on."""


class Swarm:
    """A TCP port that behaves like the swarm of a holder, up to a point."""

    def __init__(self, manner: str) -> None:
        self._manner = manner
        self._peer_id = PEER_ID_START + os.urandom(12)
        self._blocks = 0
        self._server: asyncio.Server | None = None

    async def start(self, host: str) -> int:
        self._server = await asyncio.start_server(self._serve, host, 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            if self._manner == "mute":
                await reader.read()
            else:
                await self._speak(reader, writer)
        writer.close()

    async def _speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = await reader.readexactly(HANDSHAKE_BYTES)
        if not hello.startswith(PROTOCOL):
            return
        writer.write(PROTOCOL + RESERVED + hello[28:48] + self._peer_id)
        writer.write(_framed(HAVE_ALL))
        if self._manner != "never unchokes":
            writer.write(_framed(UNCHOKE))
        while True:
            length = int.from_bytes(await reader.readexactly(4), "big")
            message = await reader.readexactly(length)
            if message[:1] == bytes([REQUEST]):
                await self._answer(message, writer)

    async def _answer(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        place, length = request[1:9], int.from_bytes(request[9:13], "big")
        self._blocks += 1
        if self._manner == "one block" and self._blocks == 1:
            writer.write(_framed(PIECE, place + bytes(length)))
        elif self._manner == "trickle":
            writer.write((9 + length).to_bytes(4, "big") + bytes([PIECE]) + place)
            while True:
                writer.write(bytes(TRICKLE_BYTES))
                await writer.drain()
                await asyncio.sleep(TRICKLE_S)


class Claimant(Liar):
    """A liar that may say it is where somebody else is."""

    claimed: Endpoint | None = None

    def hello(self) -> Hello:
        own = super().hello()
        if self.claimed is None:
            return own
        return replace(own, hosts=(self.claimed.host,), link_port=self.claimed.port)


class Company:
    """Liars who say that they hold a feed, and where each can be dialled."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir(exist_ok=True)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._stops: list[Callable[[], Coroutine[None, None, None]]] = []
        self._talks: list[asyncio.Task[None]] = []
        self.liars: list[Claimant] = []

    def learn(self, honest: Endpoint, author_id: AuthorId) -> HeadOffer:
        """Ask an honest holder for the head of its feed, as anybody may."""
        return self._run(self._learn(honest, author_id))

    def join(self, offer: HeadOffer, manner: str) -> Claimant:
        """One more, whose swarm behaves like that."""
        return self._run(self._join(offer, manner))

    def claim(self, liar: Claimant, claimed: Endpoint, at: Endpoint) -> None:
        """Let a liar link itself to a node, and say that it is where somebody else is."""
        liar.claimed = claimed
        self._run(self._dial(liar, at))

    def leave(self) -> None:
        for stop in self._stops:
            self._run(stop())
        self._run(_end_others())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _learn(self, honest: Endpoint, author_id: AuthorId) -> HeadOffer:
        async def answer(_: Peer, __: Message) -> None:
            return None

        asker = Liar(200, self._folder, answer)
        await asker.start()
        self._stops.append(asker.stop)
        peer = await asker.dial(honest)
        await peer.send(Want((WantedAuthor(author_id, ()),)))
        async for message in peer.messages():
            if isinstance(message, HeadOffer):
                await peer.close("thank you")
                return message
        raise Refused("the honest holder sent no head")

    async def _join(self, offer: HeadOffer, manner: str) -> Claimant:
        have = Have(feed_id=offer.feed_id, size=_size(offer), complete=True)

        async def answer(peer: Peer, message: Message) -> None:
            if isinstance(message, Want):
                await peer.send(have)
                await peer.send(offer)

        liar = Claimant(len(self.liars) + 1, self._folder, answer)
        swarm = Swarm(manner)
        liar.swarm_port = await swarm.start(liar.host)
        await liar.start()
        self._stops += [liar.stop, swarm.stop]
        self.liars.append(liar)
        return liar

    async def _dial(self, liar: Liar, at: Endpoint) -> None:
        peer = await liar.dial(at)
        self._talks.append(asyncio.create_task(liar.converse(peer)))

    def _run(self, work: Coroutine[None, None, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)


async def _end_others() -> None:
    """End whoever still talks, or trickles, to somebody."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for each in others:
        each.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _size(offer: HeadOffer) -> int:
    return open_head(offer.signed_head, offer.feed_id).size


def _framed(kind: int, body: bytes = b"") -> bytes:
    """A message of the peer wire protocol (BEP 3)."""
    return (1 + len(body)).to_bytes(4, "big") + bytes([kind]) + body


@contextmanager
def company(folder: Path) -> Iterator[Company]:
    """Liars for as long as the block lasts."""
    found = Company(folder)
    try:
        yield found
    finally:
        found.leave()
