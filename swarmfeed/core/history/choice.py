"""What a person gives for the history of others."""

from dataclasses import dataclass
from typing import Final

HISTORY_ROLE: Final = "history"
"""Role of a node that gives disk for the history of others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryChoice:
    """What an operator gives for the history of others."""

    scope: str
    """``friends``, ``community`` (within two follows) or ``open``."""
    disk_bytes: int
    free_bytes_min: int
    """Free space of the disk that is left alone."""
