"""The last lines of the log, kept in memory for whoever looks at them on the page."""

import threading
import time
import traceback
from collections import deque
from collections.abc import MutableMapping, Sequence
from typing import Any, Final

from swarmfeed.core.asks.limits import LOG_LINES_MAX
from swarmfeed.core.asks.logged import LEVELS, LogLine
from swarmfeed.core.asks.loglines import line_of

PASSED_OVER: Final = frozenset({"level", "timestamp", "exc_info", "stack_info"})
"""What is told elsewhere, or is no value."""


class MemoryLogbook:
    """Implements ``ports.logbook.Logbook``; any thread may write."""

    def __init__(self) -> None:
        self._lines: deque[LogLine] = deque(maxlen=LOG_LINES_MAX)
        self._lock = threading.Lock()
        self._number = 0

    def lines(self) -> Sequence[LogLine]:
        with self._lock:
            return list(self._lines)

    def note(
        self, _logger: object, method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """A processor of structlog: keep what was logged, and pass it on as it is."""
        trouble = traceback.format_exc() if event.get("exc_info") else ""
        values = {name: each for name, each in event.items() if name not in PASSED_OVER}
        said = line_of(values, trouble)
        level = str(event.get("level", method))
        level = level if level in LEVELS else LEVELS[-1]  # "critical", before all ends
        with self._lock:
            self._number += 1
            now_ms = time.time_ns() // 1_000_000
            self._lines.append(
                LogLine(number=self._number, time_ms=now_ms, level=level, said=said)
            )
        return event


LOGBOOK: Final = MemoryLogbook()
"""That of this process: there is one log in it."""
