"""What a node saw of others, and what it promised."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol


class Page(StrEnum):
    """Parts of the ledger; what key and value are, ``core/history/rows.py`` tells."""

    NOTICES = "notices"
    PRESENCES = "presences"
    CUSTODIES = "custodies"
    RATES = "rates"
    ALLOWANCES = "allowances"
    CHOICES = "choices"


class Ledger(Protocol):
    """What cannot be derived from the logs: observations, promises, choices of the operator.

    Keys and values are bytes.  May be called from any thread, one call at a time.  Its loss
    costs weeks of observations and no entry of anybody: a new one starts empty.
    """

    def read(self, page: Page) -> dict[bytes, bytes]:
        """Everything on a page, by key in ascending order."""
        ...

    def write(self, changes: Mapping[Page, Mapping[bytes, bytes | None]]) -> None:
        """Set values, or with None delete them: all of them or, at a power cut, none."""
        ...

    def close(self) -> None: ...
