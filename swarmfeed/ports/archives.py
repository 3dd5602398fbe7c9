"""Files of other places, as people hand them over: a folder, a zip, or one file."""

from collections.abc import Generator, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol


class Archive(Protocol):
    """What is in it is read where it lies; nothing is ever unpacked to disk."""

    @property
    def name(self) -> str:
        """What the file or folder is called."""
        ...

    def names(self) -> Sequence[str]:
        """The files in it, with ``/`` between folders.  Names that lead out of it are none."""
        ...

    def size_bytes(self, member: str) -> int:
        """How long a file says it is; -1: there is none."""
        ...

    def chunks(self, member: str) -> Generator[bytes, None, None]:
        """Read a file piece by piece, PART_BYTES at most.

        Raises:
            UserError: It is not there, cannot be read, is longer than it says, or longer than
                any honest one.
        """
        ...


class NewArchive(Protocol):
    """One that is being written."""

    def write(self, member: str, chunks: Iterable[bytes]) -> None:
        """Put a file into it, piece by piece."""
        ...


class Archives(Protocol):
    """Opens them.  Every method blocks; from any thread."""

    def open(self, path: str) -> AbstractContextManager[Archive]:
        """Open an archive for as long as the block lasts.

        Raises:
            UserError: There is none, or it is none that can be read.
        """
        ...

    def create(self, path: str) -> AbstractContextManager[NewArchive]:
        """Begin a folder, or a zip where the path says so; whole and synced after the block.

        A zip that was not finished leaves nothing behind.

        Raises:
            UserError: There is something already, it is in the home of the node, or it cannot
                be written.
        """
        ...
