"""A log that a test writes."""

from collections.abc import Sequence

from swarmfeed.core.asks.logged import LogLine


class FakeLogbook:
    """Implements ``ports.logbook.Logbook``."""

    def __init__(self) -> None:
        self._lines: list[LogLine] = []

    def lines(self) -> Sequence[LogLine]:
        return list(self._lines)

    def say(self, level: str, said: str) -> None:
        number = len(self._lines) + 1
        self._lines.append(
            LogLine(number=number, time_ms=number * 1000, level=level, said=said)
        )
