"""Private state on this machine's disk; see ``core.state.rows``."""

from collections.abc import Iterable
from typing import Protocol

from swarmfeed.core.state.rows import Name, PrivateRow


class PrivateFile(Protocol):
    """Rows, unreadable without this device's keys.  One call at a time, from any thread."""

    def read(self) -> list[PrivateRow]:
        """Every row; those that do not open with this device's keys are passed over."""
        ...

    def write(self, rows: Iterable[PrivateRow], gone: Iterable[Name] = ()) -> None:
        """Set rows and drop others: all of that or, at a power cut, nothing.

        Raises:
            PassingError: Not now: the disk is full, say.  Nothing was written.
            FatalError: Whether it was written is unknown, or the file is damaged.
        """
        ...

    def was_lost(self) -> bool:
        """Whether it began anew after damage, and the damaged one is still kept for people."""
        ...

    def close(self) -> None: ...
