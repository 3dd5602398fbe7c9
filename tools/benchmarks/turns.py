"""A stopwatch around the turns of an asyncio loop: how long it kept everybody else waiting."""

import selectors
import time

from msgspec import Struct


class Held(Struct, frozen=True, kw_only=True):
    """For how long a loop was held."""

    longest_ms: float
    """One turn: nobody else is served before it ends."""
    total_ms: float
    """All turns."""
    longest_cpu_ms: float
    """What the loop's thread computed in one turn: what others did to the machine meanwhile
    does not count, nor what it waited for inside."""


class TurnsSelector(selectors.DefaultSelector):
    """What a loop waits with; a turn is from the end of one wait to the next.

    This counts what the loop's thread did, what it waited for inside, and what kept it from a
    processor.
    """

    def __init__(self) -> None:
        super().__init__()
        self._woke_s, self._woke_cpu_s = time.perf_counter(), time.thread_time()
        self._longest_s = self._total_s = self._longest_cpu_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        turn_s = time.perf_counter() - self._woke_s
        self._longest_s = max(self._longest_s, turn_s)
        self._longest_cpu_s = max(self._longest_cpu_s, time.thread_time() - self._woke_cpu_s)
        self._total_s += turn_s
        ready = super().select(timeout)
        self._woke_s, self._woke_cpu_s = time.perf_counter(), time.thread_time()
        return ready

    def take(self) -> Held:
        """Return what was noted since the last time, without the turn that asks."""
        held = Held(
            longest_ms=self._longest_s * 1000,
            total_ms=self._total_s * 1000,
            longest_cpu_ms=self._longest_cpu_s * 1000,
        )
        self._longest_s = self._total_s = self._longest_cpu_s = 0.0
        return held
