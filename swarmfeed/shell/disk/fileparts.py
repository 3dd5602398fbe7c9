"""Parts of files: read out of what is kept, and written into what is on its way.

Never through a symbolic link, and never into a pipe: what lies there may be anybody's doing.
"""

import os
import stat
from pathlib import Path
from typing import Final

from swarmfeed.errors import DamageError
from swarmfeed.shell.disk.durable import unread, unsaved

_SAFE: Final = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read_part(path: Path, offset: int, count: int) -> bytes:
    """Read up to ``count`` bytes of a file, fewer at its end.

    Raises:
        FileNotFoundError: There is no such file.
        PassingError: It cannot be read now.
        DamageError: It is no regular file.
    """
    with unread(path):
        descriptor = os.open(path, os.O_RDONLY | _SAFE)
        try:
            _check_regular(descriptor, path)
            parts = []
            while count and (part := os.pread(descriptor, count, offset)):
                parts.append(part)
                offset, count = offset + len(part), count - len(part)
            return b"".join(parts)
        finally:
            os.close(descriptor)


def write_part(path: Path, offset: int, data: bytes) -> None:
    """Write bytes at a place of a file, which is made if it is not there; nothing is synced.

    Raises:
        PassingError: It cannot be written now; some of it may be.
        UserError: There is no such folder.
        DamageError: It is no regular file.
    """
    with unsaved(path):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | _SAFE, 0o600)
        try:
            _check_regular(descriptor, path)
            view = memoryview(data)
            while view:
                written = os.pwrite(descriptor, view, offset)
                offset, view = offset + written, view[written:]
        finally:
            os.close(descriptor)


def _check_regular(descriptor: int, path: Path) -> None:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise DamageError(f"{path} is not a regular file")
