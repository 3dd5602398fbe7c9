"""What a node saw of others, and what it promised."""

from collections.abc import Mapping
from typing import Protocol


class Ledger(Protocol):
    """What cannot be derived from the logs: observations, promises, choices of the operator.

    A page has a name that its owner chooses; keys and values are bytes.  May be called from
    any thread, one call at a time.  Its loss costs weeks of observations and no entry of
    anybody: a new one starts empty.
    """

    def read(self, page: str) -> dict[bytes, bytes]:
        """Everything on a page, by key in ascending order."""
        ...

    def write(self, changes: Mapping[str, Mapping[bytes, bytes | None]]) -> None:
        """Set values, or with None delete them: all of them or, at a power cut, none.

        Raises:
            PassingError: Not now: the disk is full, say.  Nothing was written.
            FatalError: Whether it was written is unknown, or the file is damaged.
        """
        ...

    def check_writable(self) -> None:
        """Write something, and change nothing.  Raises PassingError while that is refused."""
        ...

    def was_lost(self) -> bool:
        """Whether it began anew after damage, and the damaged one is still kept for people."""
        ...

    def close(self) -> None: ...
