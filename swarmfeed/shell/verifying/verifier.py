"""Verifies chunks, and the heads of many new feeds, in processes of their own.

To hash a backlog takes three hashes and a pattern match an entry, all of it in Python: threads
would take turns at that, and keep the node's loop waiting for its own turn.  Small chunks, and
few heads, are verified where it is asked.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import chain
from queue import SimpleQueue
from typing import Final, TypeVar

import structlog

from swarmfeed.core.base.limits import CHUNK_FANOUT
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.chunk import check_root, chunk_frames, frame_roots
from swarmfeed.core.feed.first_offer import FirstOffer, OpenedOffer, opened_of
from swarmfeed.core.feed.limits import (
    OPENED_APART_MIN,
    OPENED_IN_A_ROW_MIN,
    VERIFY_IDLE_S,
    VERIFY_LEVEL_MIN,
    VERIFY_PATIENCE_S,
    VERIFY_PROCESSES_MAX,
    VERIFY_SHARE_BYTES,
    VERIFY_SHARE_FRAMES,
)
from swarmfeed.shell.influx import Influx
from swarmfeed.shell.verifying.hasher import Hasher

logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()

T = TypeVar("T")

Range = tuple[int, int]
"""Bytes [start, end) of a chunk."""

_APART_LEVEL_MIN: Final = VERIFY_LEVEL_MIN - 1
"""Smaller chunks are hashed sooner than they are handed over."""


class ProcessVerifier:
    """Implements ``ports.Verifier``.

    The processes are started for the first large chunk, or when heads of new feeds came by the
    hundred, and end when there was nothing to verify for a while.  Where there can be none - no
    memory, no descriptors, a single core - and where one ends in the middle of its work or
    stands still, all is verified here.
    """

    def __init__(
        self,
        count: int = VERIFY_PROCESSES_MAX,
        *,
        idle_s: float = VERIFY_IDLE_S,
        patience_s: float = VERIFY_PATIENCE_S,
    ) -> None:
        cores = os.cpu_count() or 1
        self._count = min(count, cores) if cores > 1 else 0
        self._idle_s = idle_s
        self._patience_s = patience_s
        self._turn = threading.Lock()
        """Held by whoever starts, uses or ends the processes."""
        self._hashers: list[Hasher] = []
        self._is_ready = False
        self._influx = Influx(OPENED_IN_A_ROW_MIN, idle_s)
        self._rest: threading.Timer | None = None
        self._is_closed = False

    @property
    def process_ids(self) -> list[int]:
        """Of the processes that there are now."""
        return [each.process_id for each in self._hashers]

    def get_ready(self, level: int) -> None:
        if level >= VERIFY_LEVEL_MIN and not self._hashers:
            threading.Thread(target=self._prepare, name="verifier", daemon=True).start()

    def verify(self, chunk: bytes, level: int, root: Hash) -> None:
        frames = chunk_frames(chunk, level)
        roots = None
        # While they start, smaller chunks are done here, and not kept waiting.
        if level >= (_APART_LEVEL_MIN if self._is_ready else VERIFY_LEVEL_MIN):
            roots = self._hash_apart(chunk, frames)
        if roots is None:
            roots = frame_roots(chunk, frames)
        check_root(roots, root)

    def open_first(self, offers: Sequence[FirstOffer]) -> Sequence[OpenedOffer | None]:
        by_who_asks: list[OpenedOffer | None] = [None] * len(offers)
        if not self._count or len(offers) < OPENED_APART_MIN:
            return by_who_asks
        are_many = self._influx.add(len(offers))
        if not self._is_ready:
            if are_many:
                self.get_ready(VERIFY_LEVEL_MIN)
            return by_who_asks
        with self._turn:
            return self._ask(partial(_open_in, self._hashers, offers)) or by_who_asks

    def close(self) -> None:
        self._is_closed = True
        self._kill()
        self._end_in_turn()

    # --- inside ---

    def _prepare(self) -> None:
        with self._turn:
            self._start()

    def _hash_apart(self, chunk: bytes, frames: Sequence[Range]) -> list[Hash] | None:
        """Return the root of each frame; None when it has to be done here."""
        with self._turn:
            self._start()
            return self._ask(partial(_hash_in, self._hashers, chunk, frames))

    def _ask(self, work: Callable[[], T]) -> T | None:
        """Have the processes asked, by who has the turn; None when it has to be done here."""
        if not self._is_ready:
            return None
        try:
            with self._in_time():
                return work()
        except OSError as error:
            logger.warning("a verifying process is gone", reason=str(error))
            self._end()
            return None
        finally:
            self._rest_later()

    def _start(self) -> None:
        """Start the processes, if there are none, and wait until they can be asked."""
        if self._is_ready:
            return
        try:
            while len(self._hashers) < self._count and not self._is_closed:
                self._hashers.append(Hasher())
            if self._is_closed:
                self._end()
            with self._in_time():
                for each in self._hashers:
                    each.wait_until_ready()
        except OSError as error:
            logger.warning("no processes to verify in", reason=str(error))
            self._end()
        self._is_ready = bool(self._hashers)
        self._rest_later()

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """Kill the processes where they take longer than ever: one may have been stopped."""
        watch = threading.Timer(self._patience_s, self._kill)
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()

    def _kill(self) -> None:
        for each in tuple(self._hashers):
            each.kill()  # who is in the middle of it goes on without them, and leaves the turn

    def _rest_later(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
        if self._hashers:
            self._rest = threading.Timer(self._idle_s, self._end_in_turn)
            self._rest.daemon = True
            self._rest.start()

    def _end_in_turn(self) -> None:
        with self._turn:
            self._end()

    def _end(self) -> None:
        self._is_ready = False
        if self._rest is not None:
            self._rest.cancel()
        while self._hashers:
            self._hashers.pop().end()


def shares(frames: Sequence[Range], count: int) -> list[Range]:
    """Cut a chunk into byte ranges of whole frames, for so many processes.

    Each takes its part of a small chunk in one go; of a large one what comes next.
    """
    most = min(-(-len(frames) // count), VERIFY_SHARE_FRAMES)
    cut: list[Range] = []
    held = most  # frames of the last range; as if a full one stood before the first
    for start, end in frames:
        if held < most and end - cut[-1][0] <= VERIFY_SHARE_BYTES:
            cut[-1] = cut[-1][0], end
            held += 1
        else:
            cut.append((start, end))
            held = 1
    return cut


def _hash_in(hashers: Sequence[Hasher], chunk: bytes, frames: Sequence[Range]) -> list[Hash]:
    """Return the root of each frame, hashed by whoever is free."""
    free: SimpleQueue[Hasher] = SimpleQueue()
    for each in hashers:
        free.put(each)
    work = partial(_hash_share, free, memoryview(chunk))
    with ThreadPoolExecutor(len(hashers), "verifier") as threads:
        return list(chain.from_iterable(threads.map(work, shares(frames, len(hashers)))))


def _hash_share(free: SimpleQueue[Hasher], chunk: memoryview, share: Range) -> list[Hash]:
    hasher = free.get()
    try:
        return hasher.hash(chunk[share[0] : share[1]])
    finally:
        free.put(hasher)


def _open_in(
    hashers: Sequence[Hasher], offers: Sequence[FirstOffer]
) -> list[OpenedOffer | None]:
    """Return what each offer says, found by all of them at the same time."""
    share = -(-len(offers) // len(hashers))
    parts = [offers[at : at + share] for at in range(0, len(offers), share)]
    asked = list(zip(hashers, parts, strict=False))
    for hasher, some in asked:
        hasher.ask(some)
    found = [each for hasher, _ in asked for each in hasher.answer()]
    return [
        None if each is None else opened_of(each, offer)
        for each, offer in zip(found, offers, strict=True)
    ]


assert CHUNK_FANOUT >= VERIFY_PROCESSES_MAX, "a chunk has a frame for each process"
