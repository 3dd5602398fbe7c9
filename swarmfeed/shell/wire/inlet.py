"""What has come over a link, passed on piece by piece: a burst keeps nobody waiting.

The system hands over up to 256 KiB at once, thousands of the shortest frames.  They are cut up
a piece at a time, others in between; and none while their reader has enough to read.  Then
nothing more is read from the socket either: who sends faster than it is heard waits.
"""

import asyncio
from collections.abc import Awaitable, Callable

from swarmfeed.core.talk.limits import READ_BYTES


class Inlet:
    """Between a transport and what takes its bytes; belongs to one asyncio loop."""

    def __init__(
        self,
        transport: asyncio.ReadTransport,
        take: Callable[[bytes], None],
        is_full: Callable[[], bool],
    ) -> None:
        """``take`` is given what came, in order; ``is_full`` says whether it should wait."""
        self._loop = asyncio.get_running_loop()
        self._transport = transport
        self._take = take
        self._is_full = is_full
        self._unread = b""
        self._heard_s = self._loop.time()

    def put(self, data: bytes) -> None:
        """More has come."""
        self._heard_s = self._loop.time()
        waits_already = bool(self._unread)
        self._unread += data
        if not waits_already:
            self.go_on()

    def go_on(self) -> None:
        """Pass on the next piece, if there is room for it; the one after it a turn later."""
        if self._unread and not self._is_full():
            self._pass_on()
        if self._unread:
            self._transport.pause_reading()
            if not self._is_full():
                self._loop.call_soon(self.go_on)
        elif not self._is_full():
            self._heard_s = self._loop.time()  # before, it could not be heard
            self._transport.resume_reading()

    def empty(self) -> None:
        """Nothing more will come: pass on all that did, room or not."""
        while self._unread:
            self._pass_on()

    async def until_silent(
        self, ping: Callable[[], Awaitable[Awaitable[float]]], every_s: float, timeout_s: float
    ) -> None:
        """Ping now and then; return when no answer comes, nor anything else, for so long.

        Who is only read slowly is not silent: its answer lies behind what it said before.
        """
        while True:
            await asyncio.sleep(every_s)
            pong = asyncio.ensure_future(await ping())
            wait_s = timeout_s
            while not pong.done():
                await asyncio.wait([pong], timeout=wait_s)
                if not pong.done() and self.is_silent(timeout_s):
                    return
                # What came after the ping is no answer: the rest is waited from there.
                wait_s = timeout_s - (self._loop.time() - self._heard_s)
                wait_s = wait_s if wait_s > 0 else timeout_s

    def is_silent(self, for_s: float) -> bool:
        """Whether nothing has come for so long, though it was read, and nothing waits here."""
        is_read = not self._unread and not self._is_full()
        return is_read and self._loop.time() - self._heard_s >= for_s

    def _pass_on(self) -> None:
        piece, self._unread = self._unread[:READ_BYTES], self._unread[READ_BYTES:]
        self._take(piece)
