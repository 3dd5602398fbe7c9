"""What was written into the log of this run, as far as it is kept."""

from collections.abc import Sequence
from typing import Protocol

from swarmfeed.core.asks.logged import LogLine


class Logbook(Protocol):
    """The last lines of a log; looked at from any thread."""

    def lines(self) -> Sequence[LogLine]:
        """Return what is kept, oldest first."""
        ...
