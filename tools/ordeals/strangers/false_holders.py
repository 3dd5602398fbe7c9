"""Two hundred holders stand in the DHT that are none: silent, gone, or somebody else."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final, cast

from swarmfeed.core.base.address import format_author, parse_link
from swarmfeed.core.base.bencoding import decode, encode
from swarmfeed.core.base.types import Endpoint
from swarmfeed.errors import BadEncodingError

from ordeals.ordeal import Outcome
from ordeals.strangers.besieged import Besieged, besieged, new_host
from ordeals.strangers.readers import fetch, write
from ordeals.strangers.siege import Siege, Terms

FALSE: Final = 200
POSTS: Final = 20_000
FIRST_S_MAX: Final = 5.0
NODES: Final = 3
PEERS_IN_REPLY: Final = 100
INNOCENT: Final = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"


def lay(terms: Terms) -> Outcome:
    """Look for an author whose one true holder stands last in a list of false ones."""
    outcome = Outcome()
    with ExitStack() as stack:
        writer = stack.enter_context(besieged(terms.folder))
        link = parse_link(write(writer, terms.of(POSTS, least=600), terms.luck))
        who, true = format_author(link.author_id), Endpoint(*writer.ports()["link"])
        false = stack.enter_context(_false_doors(terms.of(FALSE, least=60)))
        bar_s = FIRST_S_MAX
        for name, endpoints in (("without", [true]), (f"{len(false)} false", [*false, true])):
            with _dht(endpoints) as entrances, _reader(terms, name, entrances) as reader:
                fetched = fetch(reader, who, whole=False)
            outcome.cases += 1
            outcome.figures[name] = f"first bytes after {fetched.first_s:.1f} s"
            if fetched.first_s > bar_s:
                outcome.gave_way.append(f"{name}: {fetched}, bar {bar_s:.1f} s")
            if not terms.is_whole:
                bar_s = FIRST_S_MAX + fetched.busy_s
    return outcome


@contextmanager
def _reader(terms: Terms, name: str, entrances: Sequence[Endpoint]) -> Iterator[Besieged]:
    options = ["--dht"]
    for each in entrances:
        options += ["--dht-node", str(each)]
    with besieged(terms.folder, name.replace(" ", "-"), options) as reader:
        yield reader


@contextmanager
def _false_doors(count: int) -> Iterator[list[Endpoint]]:
    """A third accept and are silent, a third answer as web servers do, a third refuse."""
    endpoints, opened = list[Endpoint](), list[socket.socket]()
    for number in range(count):
        door = socket.socket()
        door.bind((new_host(), 0))
        endpoints.append(Endpoint(*door.getsockname()))
        if number % 3 == 2:
            door.close()
            continue
        door.listen(64)
        opened.append(door)
        if number % 3 == 1:
            threading.Thread(target=_answer_all, args=(door,), daemon=True).start()
    try:
        yield endpoints
    finally:
        for door in opened:
            door.shutdown(socket.SHUT_RDWR)
            door.close()


def _answer_all(door: socket.socket) -> None:
    """Somebody else's web server: it answers, and hangs up."""
    while True:
        try:
            visitor, _ = door.accept()
        except OSError:
            return
        with visitor:
            visitor.sendall(INNOCENT)


class _DhtNode(asyncio.DatagramProtocol):
    """Answers every search for holders with the same endpoints (BEP 5)."""

    def __init__(self, number: int, endpoints: Sequence[Endpoint]) -> None:
        self._id = bytes([number]) * 20
        self._values = [_compact(each) for each in endpoints]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        try:
            packet = decode(data, limit_bytes=2_048)
        except BadEncodingError:
            return
        if not isinstance(packet, dict) or packet.get(b"y") != b"q":
            return
        answer: dict[bytes, object] = {b"id": self._id, b"nodes": b""}
        if packet.get(b"q") == b"get_peers":
            answer |= {b"token": b"token", b"values": self._values}
        reply = {b"r": answer, b"t": packet[b"t"], b"y": b"r"}
        self._transport.sendto(encode(reply), addr)  # type: ignore[arg-type]  # it is bencode


def _compact(endpoint: Endpoint) -> bytes:
    return socket.inet_aton(endpoint.host) + endpoint.port.to_bytes(2, "big")


@contextmanager
def _dht(endpoints: Sequence[Endpoint]) -> Iterator[list[Endpoint]]:
    """A DHT that knows nothing else: each node names a share, the last one the last."""
    loop, entrances = asyncio.new_event_loop(), list[Endpoint]()
    share = -(-len(endpoints) // NODES)
    assert share <= PEERS_IN_REPLY

    async def start() -> None:
        for number in range(NODES):
            own = endpoints[number * share : (number + 1) * share]
            made = _DhtNode(number + 1, own)
            transport, _ = await loop.create_datagram_endpoint(
                lambda made=made: made,  # type: ignore[misc]  # bound at once
                local_addr=(new_host(), 0),
            )
            entrances.append(Endpoint(*transport.get_extra_info("sockname")))

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield entrances
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


FALSE_HOLDERS: Final = Siege(
    name="false-holders",
    about="two hundred holders in the DHT that are none hide the one that is",
    lay=lay,
)
