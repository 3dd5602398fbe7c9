"""Chunks that arrived: in which order they are verified, and what goes on meanwhile."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path

from msgspec.structs import replace
from street.fakes.verifier import FakeVerifier
from swarmfeed.core.base.types import ChunkSpan, Hash
from swarmfeed.core.feed.fetching import WantedChunk
from swarmfeed.core.feed.metainfo import chunk_torrent
from swarmfeed.errors import BadProofError, DamageError, RemoteError
from swarmfeed.node.feeds.arrivals import Arrivals
from swarmfeed.node.feeds.flights import Flight
from swarmfeed.node.ground.tasks import Tasks

from tests.node.rig import Scribe, new_ground


class TurnstileVerifier(FakeVerifier):
    """Verifies a chunk each time somebody lets it."""

    def __init__(self) -> None:
        self.turns = threading.Semaphore(0)
        self.begun = 0

    def verify(self, chunk: bytes, level: int, root: Hash) -> None:
        self.begun += 1
        self.turns.acquire()
        super().verify(chunk, level, root)


class Rig:
    """Four chunks of one feed, as they lie when a swarm has brought them."""

    def __init__(self, folder: Path) -> None:
        self.verifier = TurnstileVerifier()
        ground = new_ground(folder)
        self.ground = replace(ground, shells=replace(ground.shells, verifier=self.verifier))
        self.logs = self.ground.shells.logs
        self.anna = Scribe(1)
        self.anna.grow_to(4 * 256)
        self.logs.replace(self.anna.newest)
        self.finished: list[int] = []
        self.refused: list[int] = []
        self.tasks = Tasks()
        self.arrivals = Arrivals(self.ground, self.tasks, self.finish)

    def arrive(self, position: int, *, spoilt: bool = False) -> None:
        span = ChunkSpan(0, position)
        record = self.anna.newest.chunks()[span]
        of = ChunkSpan(0, 0) if spoilt else span
        self.logs.write_incoming(self.anna.feed_id, span, self.anna.chunks[of])
        self.add(position, record.pieces.size_bytes)

    def add(self, position: int, size_bytes: int = 1) -> None:
        span = ChunkSpan(0, position)
        record = self.anna.newest.chunks()[span]
        torrent = chunk_torrent(self.anna.feed_id, span, record.pieces)
        wanted = WantedChunk(self.anna.feed_id, span, size_bytes)
        flight = Flight(
            chunk=wanted, record=record, torrent=torrent, asked={}, begun_ms=0, since_ms=0
        )
        self.arrivals.add(torrent.info_hash, flight)

    def finish(self, info_hash: bytes, flight: Flight, verdict: asyncio.Future[None]) -> None:
        assert info_hash == flight.torrent.info_hash
        try:
            verdict.result()
            self.finished.append(flight.chunk.span.position)
        except (DamageError, RemoteError):
            self.refused.append(flight.chunk.span.position)

    async def let(self, count: int) -> None:
        """Let so many be verified, and wait until they are finished."""
        done = len(self.finished) + len(self.refused) + count
        self.verifier.turns.release(count)
        await until(lambda: len(self.finished) + len(self.refused) == done)


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        await asyncio.sleep(0.001)


def play(script: Coroutine[None, None, None]) -> None:
    asyncio.run(script)


def test_the_newest_comes_first(tmp_path: Path) -> None:
    rig = Rig(tmp_path)

    async def script() -> None:
        for position in (1, 3, 0):
            rig.arrive(position)
        await until(lambda: rig.verifier.begun == 1)
        rig.arrive(2)
        await rig.let(4)
        assert rig.finished == [3, 2, 1, 0]
        await rig.ground.nothing_to_verify.wait()

    play(script())


def test_the_next_is_verified_while_one_is_kept(tmp_path: Path) -> None:
    """To keep one holds the loop for as long as the disk takes."""
    rig = Rig(tmp_path)

    def finish(*_: object) -> None:
        rig.finished.append(rig.verifier.begun)
        while len(rig.finished) == 1 and rig.verifier.begun == 1:
            time.sleep(0.001)

    async def script() -> None:
        rig.arrivals = Arrivals(rig.ground, rig.tasks, finish)
        rig.arrive(1)
        rig.arrive(0)
        rig.verifier.turns.release(2)
        await rig.ground.nothing_to_verify.wait()
        assert rig.verifier.begun == 2

    play(script())


def test_one_is_begun_at_a_time(tmp_path: Path) -> None:
    """Two large ones would be in memory at once."""
    rig = Rig(tmp_path)

    async def script() -> None:
        for position in range(3):
            rig.arrive(position)
        await until(lambda: rig.verifier.begun == 1)
        await asyncio.sleep(0.01)
        assert rig.verifier.begun == 1
        assert not rig.ground.nothing_to_verify.is_set()
        await rig.let(1)
        await until(lambda: rig.verifier.begun == 2)
        await asyncio.sleep(0.01)
        assert rig.verifier.begun == 2
        await rig.let(2)
        await rig.ground.nothing_to_verify.wait()

    play(script())


def test_what_is_no_chunk_keeps_the_others_from_nothing(tmp_path: Path) -> None:
    rig = Rig(tmp_path)

    async def script() -> None:
        rig.arrive(3, spoilt=True)
        rig.arrive(2)
        rig.add(1)  # gone from the disk
        rig.arrive(0)
        rig.verifier.turns.release(4)
        await rig.ground.nothing_to_verify.wait()
        assert (rig.finished, rig.refused) == ([2, 0], [3, 1])
        rig.arrive(3)
        await until(lambda: rig.finished == [2, 0, 3])

    play(script())


def test_the_reason_is_in_the_verdict(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    reasons: list[BaseException | None] = []

    def finish(_: bytes, __: Flight, verdict: asyncio.Future[None]) -> None:
        reasons.append(verdict.exception())

    async def script() -> None:
        rig.arrivals = Arrivals(rig.ground, rig.tasks, finish)
        rig.arrive(1, spoilt=True)
        rig.verifier.turns.release()
        await until(lambda: len(reasons) == 1)
        assert isinstance(reasons[0], BadProofError)

    play(script())
