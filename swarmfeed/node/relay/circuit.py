"""One end of a circuit: a stream by way of a node that relays."""

import asyncio
from collections.abc import Callable

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.relay.limits import CIRCUIT_PIECE_BYTES, CIRCUIT_WINDOW_BYTES
from swarmfeed.core.relay.words import RelayClose, RelayCredit, RelayData
from swarmfeed.errors import RemoteError, RetryError
from swarmfeed.node.relay.mail import CircuitMessage


class Circuit:
    """Implements ``ports.Stream``; belongs to one asyncio loop."""

    def __init__(
        self,
        circuit: bytes,
        leads_to: NodeId,
        say: Callable[[CircuitMessage], None],
        on_closed: Callable[[], None],
    ) -> None:
        """``say`` has a message sent to the relay, after those before it.

        Args:
            leads_to: Who is at the other end, as we asked for or the relay says.
        """
        self.leads_to = leads_to
        self._circuit = circuit
        self._say = say
        self._on_closed = on_closed
        self._allowed = 0
        self._unread = bytearray()
        self._read_bytes = 0
        """Read since credit was given last."""
        self._is_closed = False
        self._changed = asyncio.Event()

    # --- the stream ---

    async def read(self) -> bytes:
        while not self._unread and not self._is_closed:
            await self._wait()
        piece = bytes(self._unread)
        self._unread.clear()
        self._read_bytes += len(piece)
        if self._read_bytes * 2 >= CIRCUIT_WINDOW_BYTES and not self._is_closed:
            self._say(RelayCredit(self._circuit, self._read_bytes))
            self._read_bytes = 0
        return piece

    async def write(self, data: bytes) -> None:
        while data:
            while not self._allowed and not self._is_closed:
                await self._wait()
            if self._is_closed:
                raise RetryError("the circuit is closed")
            count = min(self._allowed, CIRCUIT_PIECE_BYTES)
            piece, data = data[:count], data[count:]
            self._allowed -= len(piece)
            self._say(RelayData(self._circuit, piece))

    def close(self) -> None:
        if not self._is_closed:
            self._say(RelayClose(self._circuit, ""))
            self.end()

    # --- what the relay says ---

    def take_up(self) -> None:
        """Give the first credit: the other end's wish is granted."""
        self._allowed = CIRCUIT_WINDOW_BYTES  # as the relay grants to whom it calls
        self._say(RelayCredit(self._circuit, CIRCUIT_WINDOW_BYTES))

    def on_data(self, data: bytes) -> None:
        """Bytes came.  RemoteError when they are more than credit was given for."""
        if len(self._unread) + self._read_bytes + len(data) > CIRCUIT_WINDOW_BYTES:
            raise RemoteError("a relay sent more than it was given")
        self._unread += data
        self._changed.set()

    def on_credit(self, count: int) -> None:
        """So many bytes more may be sent.  RemoteError when they are more than a window."""
        self._allowed += count
        if self._allowed > CIRCUIT_WINDOW_BYTES:
            raise RemoteError("a relay gave more than a window")
        self._changed.set()

    def end(self) -> None:
        """It is over; what came is read still."""
        if not self._is_closed:
            self._is_closed = True
            self._changed.set()
            self._on_closed()

    async def _wait(self) -> None:
        # Reader and writer both wait here; each looks again at what it waits for.
        self._changed.clear()
        await self._changed.wait()
