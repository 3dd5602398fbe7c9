"""The lock that keeps a second process out of a home, and who has it.

Source: flock(2).
"""

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from swarmfeed.errors import InUseError, PassingError
from swarmfeed.shell.disk.durable import sync_file_system, unsaved

NAME: Final = "lock"

UNKNOWN_HOLDER: Final = 0
"""Stands for a process that has a home and could not write its number."""

_PID_BYTES: Final = 32
_FLAGS: Final = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NO_HOME: Final = frozenset({errno.ENOENT, errno.ENOTDIR})


class HomeLock:
    """Holds a home folder for this process alone; a context manager.

    The kernel drops the lock when the process ends, however it ends, so a lock file
    that is left behind stops nobody.  The file is never deleted: deleting it would let
    two processes hold locks on two files of one name.

    Whoever takes a home over from a process that was killed has the system bring all to the
    disk first: what that one wrote and had not synced yet is read like what it had, and
    would be promised to others, and gone with the next power cut.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / NAME
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
        if error is None:
            self._say("")  # nothing is left to be synced
        self.release()

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            InUseError: Another process has it; the message names its process id.
            PassingError: The file cannot be opened now.
            UserError: The folder is not there, or is none.
        """
        with unsaved(self._path):
            descriptor = self._open()
        try:
            self._lock(descriptor)
            if _read_pid(descriptor):
                sync_file_system(descriptor, self._path.parent)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        self._say(f"{os.getpid()}")

    def release(self) -> None:
        """Give the lock back; safe to call twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | _FLAGS, 0o600)
        except OSError as error:
            if error.errno != errno.EROFS:
                raise
        # A disk that can only be read: what is there can be read by one process at a time.
        return os.open(self._path, os.O_RDONLY | _FLAGS)

    def _lock(self, descriptor: int) -> None:
        try:
            with unsaved(self._path):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except PassingError as error:
            if not isinstance(error.__cause__, BlockingIOError):
                raise
            raise InUseError(
                f"another swarmfeed (process {_read_pid(descriptor) or 'unknown'}) already uses"
                f" {self._path.parent}; stop it first, or choose another folder"
            ) from error

    def _say(self, pid: str) -> None:
        """Write who has the home; nobody does who went and left all on the disk.

        Padded and written over what is there, so that it takes no new room on a full disk.
        A failure is no reason to stay out: then a message lacks a number, or a start syncs.
        """
        if self._descriptor is not None:
            with suppress(OSError):
                os.pwrite(self._descriptor, pid.ljust(_PID_BYTES - 1).encode() + b"\n", 0)


def lock_holder(home: Path) -> int | None:
    """Return the process that has a home; None: nobody has.

    Looks without taking the lock away from anybody for longer than that.
    """
    try:
        descriptor = os.open(home / NAME, os.O_RDONLY | _FLAGS)
    except OSError as error:
        return None if error.errno in _NO_HOME else UNKNOWN_HOLDER
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return int(_read_pid(descriptor) or UNKNOWN_HOLDER)
    finally:
        os.close(descriptor)
    return None


def _read_pid(descriptor: int) -> str:
    """The number that the holder wrote; empty when it could not."""
    said = os.pread(descriptor, _PID_BYTES, 0).decode("ascii", "replace").split()
    return said[0] if said and said[0].isdecimal() else ""
