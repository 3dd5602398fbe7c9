"""Files that survive a power cut, and the lock that keeps a second node out.

The order is always: write a temporary file in the same folder, fsync it, put it in place
in one step, fsync the folder.  A crash leaves the old file or the new one, never a mix,
and at worst a hidden ``.<name>.*.tmp`` beside it.

Source: fsync(2), rename(2), link(2), flock(2).
"""

import errno
import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from swarmfeed.core.asks import sentences
from swarmfeed.errors import DamageError, FatalError, InUseError, UserError

TEMPORARY_SUFFIX: Final = ".tmp"
"""End of the names of files that were never put in place; safe to delete at start."""

_PID_BYTES_MAX: Final = 32
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_REFUSED: Final = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR}
)


def write_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace a file, or make it, in one step.  When this returns it is on the disk.

    Raises:
        UserError: The disk is full, or the folder may not be written.  Nothing changed.
        FatalError: The disk failed; whether the file changed is unknown.
    """
    _put_in_place(path, data, mode)
    fsync_folder(path.parent)


def write_files(folder: Path, files: Mapping[str, bytes], mode: int = 0o600) -> None:
    """Replace several files of one folder, each in one step, and sync the folder once.

    When this returns all are on the disk; after a crash before that, any of them may be.

    Raises:
        UserError, FatalError: As in ``write_file``; some may have been replaced.
    """
    for name, data in files.items():
        _put_in_place(folder / name, data, mode)
    if files:
        fsync_folder(folder)


def create_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Make a file that must not be there yet, in one step.

    Raises:
        FileExistsError: Something of that name is there; it was left alone.
        UserError, FatalError: As in ``write_file``.
    """
    with _temporary(path, data, mode) as temporary, _translated(path):
        # link(2) refuses an existing name, which rename(2) would overwrite.
        os.link(temporary, path)
    fsync_folder(path.parent)


def read_file(path: Path, limit_bytes: int) -> bytes:
    """Read a whole file, never through a symbolic link in its last part.

    Raises:
        FileNotFoundError: There is no such file.
        DamageError: It is longer than ``limit_bytes``, no regular file, or unreadable.
    """
    try:
        # Without O_NONBLOCK a pipe put in the file's place would hang us.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise DamageError(f"{path} is not a regular file")
            content = file.read(limit_bytes + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DamageError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > limit_bytes:
        raise DamageError(f"{path} is longer than {limit_bytes} bytes")
    return content


def fsync_file(path: Path) -> None:
    """Make durable what another program wrote, never through a symbolic link.

    Raises:
        DamageError: There is no such file.
        FatalError: The disk failed, and nobody knows what it kept.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise DamageError(f"{path} cannot be opened: {error.strerror}") from error
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise FatalError(f"{path} was not synced: {error.strerror}") from error
    finally:
        os.close(descriptor)


def fsync_folder(path: Path) -> None:
    """Make the names in a folder durable: what was created, renamed, or deleted there.

    Raises:
        FatalError: The disk failed, and nobody knows what it kept.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise FatalError(f"folder {path} was not synced: {error.strerror}") from error


def make_folder(path: Path, mode: int = 0o700) -> None:
    """Make a folder and those above it that are missing; their names are durable then.

    Raises:
        UserError: It may not be made there.
        FatalError: The disk failed.
    """
    if path.is_dir():
        return
    make_folder(path.parent, mode)
    try:
        with _translated(path):
            path.mkdir(mode=mode)
    except FileExistsError as error:
        if not path.is_dir():
            raise UserError(f"{path} is no folder") from error
    fsync_folder(path.parent)


def drop_temporary(folder: Path) -> None:
    """Delete files that a crash left behind before they were put in place."""
    with suppress(FileNotFoundError):
        for name in os.listdir(folder):
            if name.startswith(".") and name.endswith(TEMPORARY_SUFFIX):
                (folder / name).unlink(missing_ok=True)


class HomeLock:
    """Holds a home folder for this process alone; a context manager.

    The kernel drops the lock when the process ends, however it ends, so a lock file
    that is left behind stops nobody.  The file is never deleted: deleting it would let
    two processes hold locks on two files of one name.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / "lock"
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            InUseError: Another process has it; the message names its process id.
            UserError: The folder is not there, or not ours.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            descriptor = os.open(self._path, flags, 0o600)
        except OSError as error:
            raise UserError(f"{self._path} cannot be opened: {error.strerror}") from error
        try:
            self._lock(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; safe to call twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _lock(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            pid = os.pread(descriptor, _PID_BYTES_MAX, 0).decode("ascii", "replace").strip()
            raise InUseError(
                f"another swarmfeed (process {pid or 'unknown'}) already uses"
                f" {self._path.parent}; stop it first, or choose another folder"
            ) from error
        except OSError as error:
            raise UserError(f"{self._path} cannot be locked: {error.strerror}") from error
        # Only for the message above, so a full disk is no reason to stay out.
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)


def _put_in_place(path: Path, data: bytes, mode: int) -> None:
    with _temporary(path, data, mode) as temporary, _translated(path):
        os.replace(temporary, path)


@contextmanager
def _temporary(path: Path, data: bytes, mode: int) -> Iterator[str]:
    """A synced file beside ``path``; gone afterwards if it was not put in place."""
    with _translated(path):
        descriptor, temporary = tempfile.mkstemp(
            TEMPORARY_SUFFIX, f".{path.name}.", dir=path.parent
        )
    try:
        with _translated(path), os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        yield temporary
    finally:
        with suppress(OSError):
            os.unlink(temporary)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn what the disk says into what somebody can do about it."""
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno in _FULL:
            raise UserError(f"the disk is full: {path} was not written; free some") from error
        if error.errno in _REFUSED:
            raise UserError(sentences.NOT_WRITABLE(path=path, reason=error.strerror)) from error
        raise FatalError(f"writing {path} failed: {error.strerror}") from error
