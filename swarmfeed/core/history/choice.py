"""What a person gives for the history of others."""

from typing import Final

from msgspec import Struct

HISTORY_ROLE: Final = "history"
"""Role of a node that gives disk for the history of others."""


class HistoryChoice(Struct, frozen=True, kw_only=True):
    """What an operator gives for the history of others."""

    scope: str
    """``friends``, ``community`` (within two follows) or ``open``."""
    disk_bytes: int
    free_bytes_min: int
    """Free space of the disk that is left alone."""
