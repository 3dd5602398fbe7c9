"""Chunk lists as files, so that plain clients can have them: made anew at each start.

What they say stands in the journals; nothing here has to survive anything.
"""

from contextlib import suppress
from pathlib import Path

from swarmfeed.core.base.limits import CHUNK_LIST_BYTES_MAX
from swarmfeed.errors import DamageError
from swarmfeed.shell.disk.durable import (
    delete_file,
    drop_temporary,
    make_folder,
    read_file,
    unread,
    write_file,
)


class ListFiles:
    """Implements ``ports.Lists`` on a folder of its own."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, and delete what an earlier run left in it; it may not be there."""
        self._folder = folder
        with suppress(FileNotFoundError), unread(folder):
            drop_temporary(folder)
            for file in list(folder.iterdir()):
                self.drop(file.name)

    @property
    def folder(self) -> Path:
        """It is there, for its owner only: whoever asks lets others write into it."""
        make_folder(self._folder)
        return self._folder

    def write(self, name: str, encoded: bytes) -> None:
        write_file(self.folder / name, encoded)

    def read(self, name: str) -> bytes:
        try:
            return read_file(self._folder / name, CHUNK_LIST_BYTES_MAX)
        except FileNotFoundError as error:
            raise DamageError(f"{name} is missing") from error

    def drop(self, name: str) -> None:
        with suppress(FileNotFoundError):
            delete_file(self._folder / name)
