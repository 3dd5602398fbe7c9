"""Folders that are sites for any web space."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Protocol


class SiteFolder(Protocol):
    """One of them.  Names have ``/`` between folders and lead nowhere out of it."""

    def listing(self) -> bytes | None:
        """What ``keep_listing`` was given last; None: nothing."""
        ...

    def keep_listing(self, raw: bytes) -> None:
        """Keep it in one step, after all that was done before; it survives a power cut."""
        ...

    def has(self, name: str) -> bool: ...

    def write(self, name: str, parts: Iterable[bytes]) -> None:
        """Write a file, or replace it in one step, for everybody to read."""
        ...

    def delete(self, name: str) -> None:
        """Delete a file, if there is one, and its folder if nothing is left in it."""
        ...


class Sites(Protocol):
    """Opens them.  Every method blocks; from any thread."""

    def open(self, path: str, *, may_begin: bool) -> AbstractContextManager[SiteFolder]:
        """Open a folder for as long as the block lasts.

        Args:
            may_begin: Whether it may be new: one that is missing is made, an empty one taken.

        Raises:
            UserError: It has other files and no listing, is missing or in the home of the node,
                or cannot be written.
        """
        ...
