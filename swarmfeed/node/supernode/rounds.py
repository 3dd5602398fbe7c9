"""The time that rounds of supernodes go by: that of the clock, or faster in tests."""

from typing import Final

from swarmfeed.core.supernode.limits import ROUND_S
from swarmfeed.ports import Clock

_WRAP_S: Final = 2**31
"""Where the time of a test begins again: it has to fit into a record at any speed."""


class RoundClock:
    """Tells the time of the layer."""

    def __init__(self, clock: Clock, speed: float) -> None:
        """Take how many times as fast it goes, > 0."""
        self._clock = clock
        self.speed: Final = speed

    @property
    def round_s(self) -> float:
        """Real seconds that a round takes."""
        return ROUND_S / self.speed

    def now_s(self) -> int:
        """Unix time in seconds; in a test the same for all whose clocks agree."""
        now_ms = self._clock.now_ms()
        if self.speed == 1:
            return now_ms // 1000
        return int(now_ms * self.speed / 1000) % _WRAP_S

    def monotonic_s(self) -> float:
        """Seconds of the layer that never run backwards; only differences count."""
        return self._clock.monotonic_ms() * self.speed / 1000
