"""A feed as it is at one moment: its files, opened at once.

What is deleted since, or replaced, is read all the same: an open file outlives its name.  A
journal only grows in place, so its first bytes stay what they were.
"""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from swarmfeed.core.base.types import ChunkSpan
from swarmfeed.core.feed.metainfo import chunk_name
from swarmfeed.core.feed.replica import Replica
from swarmfeed.errors import DamageError
from swarmfeed.shell.disk.durable import TEMPORARY_SUFFIX, unread
from swarmfeed.shell.disk.slices import read_part

PART_BYTES: Final = 256 * 1024
"""Of a file that are in memory at once."""


class OpenedFeed:
    """Implements ``ports.StillFeed``."""

    def __init__(
        self, replica: Replica, held: Iterable[ChunkSpan], files: Mapping[str, "File"]
    ) -> None:
        self._replica = replica
        self._held = frozenset(held)
        self._files = files
        self._last: tuple[ChunkSpan, bytes] | None = None
        """The chunk that was read last: what is asked for next is often in it."""

    def ranges(self) -> list[tuple[int, int]]:
        replica = self._replica
        held = [(span.start, span.end) for span in replica.chunks() if span in self._held]
        return [*held, (replica.tail_start, replica.size)] if replica.tail else held

    def read_entries(self, start: int, end: int) -> list[bytes]:
        return read_part(self._replica, start, end, self._load)

    def names(self) -> Sequence[str]:
        return sorted(self._files)

    def parts(self, name: str) -> Iterator[bytes]:
        return self._files[name].parts()

    def close(self) -> None:
        for file in self._files.values():
            file.close()

    def _load(self, span: ChunkSpan) -> bytes:
        if self._last is None or self._last[0] != span:
            name = f"chunks/{chunk_name(self._replica.feed_id, span)}"
            if name not in self._files:
                raise DamageError(f"{name} is missing")
            self._last = span, b"".join(self.parts(name))
        return self._last[1]


class HeldFile:
    """One that lies in no folder of the feed."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def parts(self) -> Iterator[bytes]:
        yield self._content

    def close(self) -> None:
        """Nothing is open."""


class OpenedFile:
    """The first bytes of a file, as many as there are now."""

    def __init__(self, path: Path) -> None:
        """FileNotFoundError; PassingError: not now; DamageError: it is no regular file."""
        self._path = path
        with unread(path):
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            self._descriptor = os.open(path, flags)
            status = os.fstat(self._descriptor)
        self._size = status.st_size
        if not stat.S_ISREG(status.st_mode):
            self.close()
            raise DamageError(f"{path} is not a regular file")

    def parts(self) -> Iterator[bytes]:
        """Read it from its beginning, piece by piece; from any thread, as often as one likes.

        Raises:
            PassingError, DamageError: It cannot be read.
        """
        at = 0
        while at < self._size:
            with unread(self._path):
                part = os.pread(self._descriptor, min(PART_BYTES, self._size - at), at)
            if not part:
                raise DamageError(f"{self._path} was cut short")
            at += len(part)
            yield part

    def close(self) -> None:
        os.close(self._descriptor)


File = OpenedFile | HeldFile


def open_files(folder: Path, beside: Mapping[str, bytes]) -> dict[str, File]:
    """Open the files of a feed that count, by their names below its folder.

    Args:
        beside: Files of it that lie in no folder of its own.

    Raises:
        PassingError, DamageError: One of them cannot be opened; none is open.
    """
    files: dict[str, File] = {name: HeldFile(content) for name, content in beside.items()}
    try:
        for below in ("", "chunks/"):
            for name in {f"{below}{each}" for each in _names(folder / below)} - files.keys():
                with suppress(FileNotFoundError):
                    files[name] = OpenedFile(folder / name)
    except BaseException:
        for file in files.values():
            file.close()
        raise
    return files


def _names(folder: Path) -> list[str]:
    """Files in a folder, but for those that are being written, and links."""
    with suppress(FileNotFoundError), unread(folder), os.scandir(folder) as items:
        return [
            item.name
            for item in items
            if item.is_file(follow_symlinks=False)
            and not item.name.endswith((TEMPORARY_SUFFIX, ".new"))
        ]
    return []
