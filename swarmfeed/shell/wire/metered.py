"""A WebSocket connection whose other end is bounded, whatever it sends."""

import asyncio
from contextlib import suppress
from typing import Final

from websockets.asyncio.connection import Connection
from websockets.exceptions import ConnectionClosed
from websockets.protocol import Event, State

from swarmfeed.core.base import limits
from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.talk.handshake import CloseCode
from swarmfeed.shell.wire.inlet import Inlet
from swarmfeed.shell.wire.rules import LinkRules


class Metered(Connection):
    """Counts every byte and frame the other end sends, pings too."""

    live: "set[Metered]"
    """Where connections that have a socket are; one set for each ``Sockets``."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        # Kept, because the transport forgets it as soon as the connection is lost.
        self.peer_name = self.remote_address
        self.live.add(self)
        now_s = self.loop.time()
        self._bytes = TokenBucket(limits.HANDSHAKE_BYTES_MAX, 0, now_s)
        self._frames = TokenBucket(limits.HANDSHAKE_FRAMES_MAX, 0, now_s)
        self._failed = False
        assert isinstance(transport, asyncio.Transport)
        queue = self.recv_messages
        self._inlet = Inlet(transport, self._read, lambda: queue.paused)
        # When the library's own queue has room again, first comes what lies there.
        queue.resume = self._inlet.go_on

    def connection_lost(self, exc: Exception | None) -> None:
        self.live.discard(self)
        self._inlet.empty()
        super().connection_lost(exc)

    def eof_received(self) -> None:
        self._inlet.empty()
        super().eof_received()

    def widen(self, rules: LinkRules) -> None:
        now_s, window_s = self.loop.time(), rules.window_s
        self._bytes = TokenBucket(rules.bytes_per_s * window_s, rules.bytes_per_s, now_s)
        self._frames = TokenBucket(rules.messages_per_s * window_s, rules.messages_per_s, now_s)

    def data_received(self, data: bytes) -> None:
        self._inlet.put(data)

    def _read(self, piece: bytes) -> None:
        if self._failed:
            return
        # First what it says, then the bill: the library cannot close with a code while it
        # still reads the HTTP response.
        super().data_received(piece)
        if not self._bytes.take(len(piece), self.loop.time()):
            self._fail("too many bytes")

    def ping_every(self, every_s: float, silent_s: float) -> None:
        """From now on ping so often, and give up after so long without any word."""
        self.ping_interval, self.ping_timeout = every_s, silent_s
        if self.keepalive_task is not None:
            self.keepalive_task.cancel()
            self.start_keepalive()

    async def keepalive(self) -> None:
        """As the library's, but who is only read slowly is not taken for gone."""
        assert self.ping_interval is not None and self.ping_timeout is not None
        with suppress(ConnectionClosed):
            await self._inlet.until_silent(self.ping, self.ping_interval, self.ping_timeout)
            if self.state is State.OPEN:
                self.protocol.fail(_NO_PONG, "no answer to a ping")
                self.send_data()
            # It was waited for long enough: not also for its goodbye, or until it reads ours.
            self.transport.abort()

    def process_event(self, event: Event) -> None:
        if self._failed:
            return
        if self._frames.take(1, self.loop.time()):
            super().process_event(event)
        else:
            self._fail("too many messages")

    async def close_soon(self, code: CloseCode, reason: str) -> None:
        try:
            if self.state is State.OPEN:
                async with asyncio.timeout(self.close_timeout):
                    # A close frame has room for 123 bytes (RFC 6455, 5.5).
                    await self.close(code, reason.encode()[:120].decode(errors="ignore"))
        except TimeoutError:
            pass
        finally:
            self.transport.abort()

    def _fail(self, reason: str) -> None:
        if self._failed:
            return
        self._failed = True
        if self.state is not State.OPEN:
            self.transport.abort()
            return
        self.protocol.fail(CloseCode.OVER_BUDGET, reason)
        self.send_data()
        # One that does not hang up by itself is cut off.
        self.loop.call_later(self.close_timeout or 0, self.transport.abort)


_NO_PONG: Final = 1011
"""The code that the library itself closes with then (RFC 6455, 7.4.1)."""
