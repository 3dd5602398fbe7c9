"""Signed heads in the Mainline DHT, over a UDP socket of our own.

libtorrent's binding signs items itself and chooses their numbers; a holder re-puts items
that somebody else signed, so this speaks KRPC directly (``core.net.krpc``).

The socket answers queries although it stores nothing and says so (``ro``): libtorrent puts
whoever sends it a valid ``put`` into its routing table, and a node there that keeps silent
makes every later lookup of that libtorrent wait for its time-out.

Source: BEP 5, BEP 43, BEP 44.
"""

import asyncio
import os
import random
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, cast

import structlog

from swarmfeed.core.base.keys import verify_signature
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.krpc import (
    HEAD_SALT,
    METHOD_UNKNOWN,
    NODE_ID_BYTES,
    Failure,
    FindNode,
    Get,
    Item,
    OtherQuestion,
    Packet,
    Ping,
    Put,
    Query,
    Question,
    Reply,
    decode_packet,
    encode_packet,
    mutable_target,
    signed_buffer,
)
from swarmfeed.core.net.limits import KRPC_VALUE_BYTES_MAX
from swarmfeed.core.net.lookup import AT_ONCE, Lookup
from swarmfeed.errors import BadEncodingError, BadSignatureError, RetryError, UserError

ANSWER_TIMEOUT_S: Final = 1.0
"""How long a node may take for an answer; most take 0.2 s."""

LOOKUPS_AT_ONCE: Final = 4
"""Lookups that run side by side; bursts of UDP get lost."""

LOOKUPS_PER_WINDOW: Final = 20
"""Lookups started within PACE_WINDOW_S.  Each costs a node at most two packets, and
libtorrent ignores for five minutes who sends more than 50 in 10 s."""

PACE_WINDOW_S: Final = 10.0
"""Over how long lookups are counted."""

START_NODES: Final = 16
"""Nodes of the routing table a lookup starts at, chosen anew each time."""

ANSWERS_PER_S: Final = 100
"""Queries of others answered in a second; the rest are ignored."""

_TRANSACTION_BYTES: Final = 4

logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class KrpcHeadBoard:
    """Implements ``ports.HeadBoard``.  IPv4; belongs to the loop that starts it."""

    def __init__(
        self,
        listen_host: str,
        bootstrap: Callable[[], Sequence[Endpoint]],
        may_ask: Callable[[Endpoint], bool],
        *,
        lookups_per_window: int = LOOKUPS_PER_WINDOW,
        pace_window_s: float = PACE_WINDOW_S,
    ) -> None:
        """Prepare; nothing is opened before ``start``.

        Args:
            listen_host: IPv4 address to send from.
            bootstrap: DHT nodes known right now (``Swarm.dht_nodes``).
            may_ask: Whether an endpoint may be sent a packet; strangers name most of them.
            lookups_per_window: Lookups started within ``pace_window_s``; more wait.
        """
        self._listen_host = listen_host
        self._bootstrap = bootstrap
        self._may_ask = may_ask
        self._pace = _Pace(lookups_per_window, pace_window_s)
        self._slots = asyncio.Semaphore(LOOKUPS_AT_ONCE)
        self._socket: _KrpcSocket | None = None

    async def start(self) -> None:
        """Open the socket.

        Raises:
            UserError: The address is not one of this machine.
        """
        assert self._socket is None
        loop = asyncio.get_running_loop()
        try:
            _, self._socket = await loop.create_datagram_endpoint(
                _KrpcSocket, local_addr=(self._listen_host, 0)
            )
        except OSError as error:
            raise UserError(
                f"cannot send from {self._listen_host}: {error.strerror or error}"
            ) from error

    async def stop(self) -> None:
        """Close the socket; lookups under way end with what they have.  Safe to repeat."""
        opened, self._socket = self._socket, None
        if opened is not None:
            await opened.close()

    async def put(
        self, key: bytes, value: bytes, seq: int, signature: bytes, salt: bytes = HEAD_SALT
    ) -> int:
        """As in ``ports.HeadBoard``.  Nodes that hold a newer one refuse, and do not count.

        An item that no node would take (too long, badly signed) is not sent, and gives 0.

        Raises:
            RetryError: Not started.
        """
        item = Item(public=key, value=value, seq=seq, signature=signature)
        if len(value) > KRPC_VALUE_BYTES_MAX or not _is_signed(item, salt):
            logger.warning("item not fit for the DHT", key=key.hex(), salt=salt, seq=seq)
            return 0
        lookup = await self._look_up(mutable_target(key, salt))
        answers = await asyncio.gather(
            *(
                self._ask(endpoint, Put(reply.token, salt, item))
                for endpoint, reply in lookup.closest()
                if reply.token is not None
            )
        )
        return sum(answer is not None for answer in answers)

    async def get(self, key: bytes, salt: bytes = HEAD_SALT) -> tuple[bytes, int, bytes] | None:
        """As in ``ports.HeadBoard``.

        Raises:
            RetryError: Not started.
        """
        lookup = await self._look_up(mutable_target(key, salt))
        items = [reply.item for reply in lookup.replies() if reply.item is not None]
        # Newest first, so that mostly one signature is verified.
        for item in sorted(items, key=lambda item: item.seq, reverse=True):
            if item.public == key and _is_signed(item, salt):
                return item.value, item.seq, item.signature
        return None

    async def _look_up(self, target: bytes) -> Lookup:
        """Walk to the nodes nearest to ``target``, asking each for the item."""
        if self._socket is None:
            raise RetryError("the DHT client is not started")
        async with self._slots:
            await self._pace.wait()
            known = [
                node
                for node in self._bootstrap()
                if ":" not in node.host and self._may_ask(node)
            ]
            # Another choice each time: one bad neighbour does not spoil every lookup.
            start = random.sample(known, min(START_NODES, len(known)))
            lookup = Lookup(target, start, self._may_ask)
            await self._walk(lookup, Get(target))
            return lookup

    async def _walk(self, lookup: Lookup, question: Question) -> None:
        """Keep AT_ONCE questions under way until nobody is left to ask."""
        asking: set[asyncio.Task[None]] = set()
        try:
            while True:
                for endpoint in lookup.choose(AT_ONCE - len(asking)):
                    step = self._step(lookup, endpoint, question)
                    asking.add(asyncio.create_task(step))
                if not asking:
                    return
                done, asking = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            for task in asking:
                task.cancel()

    async def _step(self, lookup: Lookup, endpoint: Endpoint, question: Question) -> None:
        reply = await self._ask(endpoint, question)
        if reply is not None:
            lookup.receive(endpoint, reply)

    async def _ask(self, endpoint: Endpoint, question: Question) -> Reply | None:
        opened = self._socket
        return None if opened is None else await opened.ask(endpoint, question)


class _KrpcSocket(asyncio.DatagramProtocol):
    """Asks questions and takes their answers; answers those of others."""

    def __init__(self) -> None:
        self._node_id = os.urandom(NODE_ID_BYTES)
        self._waiting: dict[tuple[bytes, Endpoint], asyncio.Future[Reply | None]] = {}
        self._transport: asyncio.DatagramTransport | None = None
        self._closed = asyncio.get_running_loop().create_future()
        self._answers_left = ANSWERS_PER_S
        self._answers_second = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # No isinstance: asyncio's own transport is no DatagramTransport before Python 3.12.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result(None)
        if not self._closed.done():
            self._closed.set_result(None)

    async def close(self) -> None:
        assert self._transport is not None
        self._transport.close()
        await self._closed

    async def ask(self, endpoint: Endpoint, question: Question) -> Reply | None:
        """Return the reply; None after a failure, a time-out, or when closed."""
        # A random number, so that nobody who does not see the question can answer it.
        transaction = os.urandom(_TRANSACTION_BYTES)
        key = (transaction, endpoint)
        waiting: asyncio.Future[Reply | None] = asyncio.get_running_loop().create_future()
        self._waiting[key] = waiting
        self._send(Query(transaction, self._node_id, question), endpoint)
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                return await waiting
        except TimeoutError:
            return None
        finally:
            del self._waiting[key]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Take a packet; what breaks a rule is ignored, as UDP may come from anyone."""
        sender = Endpoint(addr[0], addr[1])
        try:
            packet = decode_packet(data)
        except BadEncodingError as error:
            logger.debug("bad DHT packet", sender=str(sender), reason=str(error))
            return
        if isinstance(packet, Query):
            if self._spend_answer():
                self._send(self._answer(packet), sender)
            return
        waiting = self._waiting.get((packet.transaction, sender))
        if waiting is not None and not waiting.done():
            waiting.set_result(packet if isinstance(packet, Reply) else None)

    def _answer(self, query: Query) -> Packet:
        """Say that we are here and know nobody: a node that stores nothing."""
        match query.question:
            case Ping() | FindNode() | Get() | OtherQuestion(name=b"get_peers"):
                return Reply(transaction=query.transaction, node_id=self._node_id)
            case _:
                return Failure(query.transaction, METHOD_UNKNOWN, b"Method Unknown")

    def _spend_answer(self) -> bool:
        second = int(asyncio.get_running_loop().time())
        if second != self._answers_second:
            self._answers_second, self._answers_left = second, ANSWERS_PER_S
        self._answers_left -= 1
        return self._answers_left >= 0

    def _send(self, packet: Packet, endpoint: Endpoint) -> None:
        assert self._transport is not None
        if not self._transport.is_closing():
            self._transport.sendto(encode_packet(packet), (endpoint.host, endpoint.port))


class _Pace:
    """Lets at most ``count`` pass in any ``window_s`` seconds; the others wait their turn."""

    def __init__(self, count: int, window_s: float) -> None:
        self._window_s = window_s
        self._passed_at_s: deque[float] = deque(maxlen=count)
        self._turn = asyncio.Lock()

    async def wait(self) -> None:
        loop = asyncio.get_running_loop()
        async with self._turn:
            if len(self._passed_at_s) == self._passed_at_s.maxlen:
                await asyncio.sleep(self._passed_at_s[0] + self._window_s - loop.time())
            self._passed_at_s.append(loop.time())


def _is_signed(item: Item, salt: bytes) -> bool:
    """Whether the item's owner signed it for that salt."""
    try:
        buffer = signed_buffer(item.value, item.seq, salt)
        verify_signature(item.public, buffer, item.signature)
    except BadSignatureError:
        return False
    return True
