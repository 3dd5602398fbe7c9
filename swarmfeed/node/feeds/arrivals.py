"""Chunks whose bytes are here: verified one at a time, the newest first.

While one is kept - files are put in place and synced - the next is verified already.
"""

import asyncio
from collections.abc import Callable

from swarmfeed.node.feeds.flights import Flight
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.tasks import Tasks

Finish = Callable[[bytes, Flight, "asyncio.Future[None]"], None]
"""Takes a chunk, by its info-hash, whose verdict is here: the future raises what is wrong with
it, as ``ports.Verifier`` and ``Logs.read_incoming`` do.  Raises nothing itself."""


class Arrivals:
    """Has verified what arrives, in threads."""

    def __init__(self, ground: Ground, tasks: Tasks, finish: Finish) -> None:
        self._logs = ground.shells.logs
        self._verifier = ground.shells.verifier
        self._nothing_to_verify = ground.nothing_to_verify
        self._tasks = tasks
        self._finish = finish
        self._waiting: dict[bytes, Flight] = {}

    def add(self, info_hash: bytes, flight: Flight) -> None:
        """Verify a chunk when its turn comes."""
        self._waiting[info_hash] = flight
        if self._nothing_to_verify.is_set():
            self._nothing_to_verify.clear()
            self._tasks.spawn(self._verify_all())

    async def _verify_all(self) -> None:
        try:
            ahead = self._begin()
            while ahead is not None:
                info_hash, flight, verdict = ahead
                await asyncio.wait((verdict,))
                ahead = self._begin()
                self._finish(info_hash, flight, verdict)
                ahead = ahead or self._begin()
        finally:
            self._nothing_to_verify.set()

    def _begin(self) -> tuple[bytes, Flight, asyncio.Future[None]] | None:
        """Begin to verify the newest chunk, if there is one."""
        if not self._waiting:
            return None
        newest = max(self._waiting, key=lambda each: self._waiting[each].chunk.span.end)
        flight = self._waiting.pop(newest)
        begun = asyncio.get_running_loop().run_in_executor(None, self._verify, flight)
        return newest, flight, begun

    def _verify(self, flight: Flight) -> None:
        chunk = self._logs.read_incoming(flight.chunk.feed_id, flight.chunk.span)
        self._verifier.verify(chunk, flight.chunk.span.level, flight.record.root)
