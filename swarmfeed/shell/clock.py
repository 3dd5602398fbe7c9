"""The time, from the operating system."""

import time


class SystemClock:
    """Implements ``ports.Clock``."""

    def now_ms(self) -> int:
        """Unix time in milliseconds, UTC; jumps when the machine's clock is set."""
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> int:
        """Milliseconds since some moment; stands still while the machine sleeps."""
        return time.monotonic_ns() // 1_000_000

    def busy_s(self) -> float:
        """Processor seconds of this thread: what it cost, however busy the machine is."""
        return time.thread_time()


class FastClock:
    """Implements ``ports.Clock`` for the policy of history servers in tests (ADR 13).

    Runs ``factor`` times as fast as the system's, from a moment that all nodes agree on
    without talking: 2026-01-01 UTC.
    """

    _EPOCH_MS = 1_767_225_600_000

    def __init__(self, factor: float) -> None:
        self._factor = factor
        self._system = SystemClock()

    def now_ms(self) -> int:
        """Unix time of the policy in milliseconds; thousands of years ahead at high factors."""
        return self._EPOCH_MS + int((self._system.now_ms() - self._EPOCH_MS) * self._factor)

    def monotonic_ms(self) -> int:
        """Milliseconds of the policy since some moment."""
        return int(self._system.monotonic_ms() * self._factor)

    def busy_s(self) -> float:
        """As the system's: work costs what it costs."""
        return self._system.busy_s()
