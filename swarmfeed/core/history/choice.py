"""What a person gives for the history of others."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryChoice:
    """What an operator gives for the history of others."""

    scope: str
    """``friends``, ``community`` (within two follows) or ``open``."""
    disk_bytes: int
    free_bytes_min: int
    """Free space of the disk that is left alone."""
