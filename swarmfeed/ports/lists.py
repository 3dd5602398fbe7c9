"""Chunk lists as files of their own, for plain BitTorrent clients."""

from pathlib import Path
from typing import Protocol


class Lists(Protocol):
    """A folder of lists; empty at every start.  Any method may raise PassingError."""

    @property
    def folder(self) -> Path:
        """Where the swarm finds them, and puts those that it fetches."""
        ...

    def write(self, name: str, encoded: bytes) -> None: ...

    def read(self, name: str) -> bytes:
        """Raises DamageError when it is missing or too long."""
        ...

    def drop(self, name: str) -> None: ...
