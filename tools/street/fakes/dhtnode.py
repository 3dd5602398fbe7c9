"""A small DHT on loopback: nodes that store signed items as BEP 44 says, and liars."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import cast

from swarmfeed.core.base.keys import verify_signature
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.krpc import (
    METHOD_UNKNOWN,
    DhtNode,
    Failure,
    Get,
    Item,
    Put,
    Query,
    Reply,
    decode_packet,
    encode_packet,
    mutable_target,
    signed_buffer,
)
from swarmfeed.errors import BadSignatureError


class FakeDhtNode(asyncio.DatagramProtocol):
    """Tells everybody about ``neighbours``.  Subclasses lie."""

    def __init__(self, number: int) -> None:
        self.node_id = sha256(b"node %d" % number).digest()[:20]
        self.neighbours: tuple[DhtNode, ...] = ()
        self.items: dict[bytes, Item] = {}
        self.asked_by: tuple[str, int] | None = None
        self.endpoint = Endpoint("127.0.0.1", 1)
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)
        self.endpoint = Endpoint(*transport.get_extra_info("sockname"))

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        packet = decode_packet(data)
        if isinstance(packet, Query):
            self.asked_by = addr
            self.reply(packet, addr)

    def reply(self, query: Query, addr: tuple[str, int]) -> None:
        self.send(encode_packet(self.answer(query, addr)), addr)

    def send(self, raw: bytes, addr: tuple[str, int]) -> None:
        assert self.transport is not None
        self.transport.sendto(raw, addr)

    def answer(self, query: Query, addr: tuple[str, int]) -> Reply | Failure:
        token = sha256(repr(addr).encode()).digest()[:4]
        match query.question:
            case Get(target):
                return Reply(
                    transaction=query.transaction,
                    node_id=self.node_id,
                    nodes=self.neighbours,
                    token=token,
                    item=self.items.get(target),
                )
            case Put(given, salt, item):
                return self.store(query.transaction, given == token, salt, item)
            case _:
                return Failure(query.transaction, METHOD_UNKNOWN, b"Method Unknown")

    def store(
        self, transaction: bytes, token_is_ours: bool, salt: bytes, item: Item
    ) -> Reply | Failure:
        if not token_is_ours:
            return Failure(transaction, 203, b"bad token")
        try:
            buffer = signed_buffer(item.value, item.seq, salt)
            verify_signature(item.public, buffer, item.signature)
        except BadSignatureError:
            return Failure(transaction, 206, b"invalid signature")
        target = mutable_target(item.public, salt)
        known = self.items.get(target)
        if known is not None and known.seq > item.seq:
            return Failure(transaction, 302, b"sequence number less than current")
        if known is None or known.seq < item.seq:
            self.items[target] = item
        return Reply(transaction=transaction, node_id=self.node_id)


@asynccontextmanager
async def small_dht(nodes: Sequence[FakeDhtNode]) -> AsyncIterator[list[Endpoint]]:
    """Open the nodes, tell each of the others, and close them in the end."""
    loop = asyncio.get_running_loop()
    for number, node in enumerate(nodes, start=1):

        def made(node: FakeDhtNode = node) -> FakeDhtNode:
            return node

        await loop.create_datagram_endpoint(made, local_addr=(f"127.0.{number}.1", 0))
    known = tuple(DhtNode(node.node_id, node.endpoint) for node in nodes)
    for node in nodes:
        node.neighbours = known
    try:
        yield [node.endpoint for node in nodes]
    finally:
        for node in nodes:
            if node.transport is not None:
                node.transport.close()
        await asyncio.sleep(0)
