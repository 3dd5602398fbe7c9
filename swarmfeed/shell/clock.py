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
