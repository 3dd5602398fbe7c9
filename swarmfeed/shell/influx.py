"""How much comes in a row: a process of its own is worth it only where it is much."""

import time


class Influx:
    """Counts what comes, and begins anew after a pause.

    It has no lock: of what two threads add at the same moment only one may be counted.
    """

    def __init__(self, worth: int, pause_s: float) -> None:
        """``worth``: from so many on it is worth it."""
        self._worth = worth
        self._pause_s = pause_s
        self._count = 0
        self._last_s = 0.0

    def add(self, count: int) -> bool:
        """Count what came just now; returns whether it is much, with what came before."""
        now_s = time.monotonic()
        if now_s - self._last_s > self._pause_s:
            self._count = 0
        self._last_s = now_s
        self._count += count
        return self._count >= self._worth
