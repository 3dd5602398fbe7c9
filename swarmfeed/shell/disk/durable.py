"""Files that survive a power cut, and what is said when the system refuses them.

The order is always: write a temporary file in the same folder, fsync it, put it in place
in one step, fsync the folder.  A crash leaves the old file or the new one, never a mix,
and at worst a hidden ``.<name>.*.tmp`` beside it.

Source: fsync(2), syncfs(2), rename(2), link(2).
"""

import ctypes
import errno
import os
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, wait
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Final

from swarmfeed.core.asks import sentences, troubles
from swarmfeed.errors import DamageError, FatalError, UserError

TEMPORARY_SUFFIX: Final = ".tmp"
"""End of the names of files that were never put in place; safe to delete at start."""

PROBE_BYTES: Final = 4_096
"""Written to see whether a disk takes anything: a block of most file systems."""

_LIBC: Final = ctypes.CDLL(None, use_errno=True)

_ELSEWHERE: Final = frozenset(
    {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG}
)
"""The path leads to no file: only a person can mend that."""


def write_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace a file, or make it, in one step.  When this returns it is on the disk.

    Raises:
        PassingError: Not now: the disk is full, say.  Nothing changed.
        UserError: There is no such folder.  Nothing changed.
        FatalError: The disk failed at last; whether the file changed is unknown.
    """
    with _folder(path.parent) as folder:
        _put_in_place(path, data, mode)
        _sync_folder(folder, path.parent)


def write_files(
    folder: Path, files: Mapping[str, bytes], threads: Executor, mode: int = 0o600
) -> None:
    """Replace several files of one folder, each in one step, and sync the folder once.

    When this returns all are on the disk; after a crash before that, any of them may be.

    Args:
        threads: Where several are written side by side: a file system brings what is synced at
            the same time to the disk in one go.

    Raises:
        PassingError, UserError, FatalError: As in ``write_file``; some may have been replaced.
    """
    if not files:
        return
    with _folder(folder) as opened:
        put = partial(_put_in_place, mode=mode)
        _side_by_side(threads, [partial(put, folder / each, files[each]) for each in files])
        _sync_folder(opened, folder)


def write_apart(files: Mapping[Path, bytes], threads: Executor, mode: int = 0o600) -> None:
    """Replace files of several folders, each in one step, and sync each folder once.

    When this returns all are on the disk; after a crash before that, any of them may be.

    Args:
        threads: As in ``write_files``.

    Raises:
        PassingError, UserError, FatalError: As in ``write_file``; some may have been replaced.
    """
    put = partial(_put_in_place, mode=mode)
    _side_by_side(threads, [partial(put, path, data) for path, data in files.items()])
    folders = dict.fromkeys(path.parent for path in files)
    _side_by_side(threads, [partial(fsync_folder, folder) for folder in folders])


def create_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Make a file that must not be there yet, in one step.

    Raises:
        FileExistsError: Something of that name is there; it was left alone.
        PassingError, UserError, FatalError: As in ``write_file``.
    """
    with _folder(path.parent) as folder:
        with _temporary(path, data, mode) as temporary, unsaved(path, at_last=True):
            # link(2) refuses an existing name, which rename(2) would overwrite.
            os.link(temporary, path)
        _sync_folder(folder, path.parent)


def move_file(path: Path, to: Path) -> None:
    """Give a file that is on the disk another name, in one step; durable when this returns.

    Raises:
        PassingError, UserError, FatalError: As in ``write_file``.
    """
    with _folder(to.parent) as folder:
        with unsaved(to, at_last=True):
            os.replace(path, to)
        _sync_folder(folder, to.parent)


def is_there(path: Path) -> bool:
    """Whether anything has this name.  Raises PassingError when that cannot be seen now."""
    with unread(path), suppress(FileNotFoundError, NotADirectoryError):
        path.lstat()
        return True
    return False


def read_file(path: Path, limit_bytes: int) -> bytes:
    """Read a whole file, never through a symbolic link in its last part.

    Raises:
        FileNotFoundError: There is no such file.
        PassingError: It cannot be read now; what it holds is unknown.
        DamageError: It is longer than ``limit_bytes``, or no regular file.
    """
    with unread(path):
        # Without O_NONBLOCK a pipe put in the file's place would hang us.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise DamageError(f"{path} is not a regular file")
            content = _read(descriptor, min(status.st_size, limit_bytes) + 1)
        finally:
            os.close(descriptor)
    if len(content) > limit_bytes:
        raise DamageError(f"{path} is longer than {limit_bytes} bytes")
    return content


def fsync_file(path: Path) -> None:
    """Make durable what another program wrote, never through a symbolic link.

    Raises:
        PassingError: It cannot be opened now.
        DamageError: There is no such file.
        FatalError: The disk failed, and nobody knows what it kept.
    """
    try:
        with unread(path):
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise DamageError(f"{path} is missing") from error
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise FatalError(f"{path} was not synced: {error.strerror}") from error
    finally:
        os.close(descriptor)


def fsync_folder(path: Path) -> None:
    """Make the names in a folder durable: what was created, renamed, or deleted there.

    What may not fail afterwards for want of a descriptor opens the folder first (``_folder``).

    Raises:
        PassingError: It cannot be opened now.
        UserError: There is no such folder.
        FatalError: The disk failed, and nobody knows what it kept.
    """
    with _folder(path) as descriptor:
        _sync_folder(descriptor, path)


def sync_file_system(descriptor: int, path: Path) -> None:
    """Bring to the disk all that any process wrote to the file system of an open file.

    Raises:
        FatalError: The disk failed, and nobody knows what it kept.
    """
    syncfs = getattr(_LIBC, "syncfs", None)  # Linux
    if syncfs is None:
        os.sync()
    elif syncfs(descriptor):
        reason = os.strerror(ctypes.get_errno())
        raise FatalError(f"the disk of {path} was not synced: {reason}")


def make_folder(path: Path, mode: int = 0o700) -> None:
    """Make a folder and those above it that are missing; their names are durable then.

    Raises:
        PassingError: Not now: the disk is full, say.
        UserError: It cannot be made there, or something else has its name.
        FatalError: The disk failed.
    """
    with unsaved(path), suppress(FileNotFoundError, NotADirectoryError):
        if stat.S_ISDIR(path.stat().st_mode):
            return
    make_folder(path.parent, mode)
    with _folder(path.parent) as folder:
        try:
            with unsaved(path):
                path.mkdir(mode=mode)
        except FileExistsError as error:
            if not path.is_dir():
                raise UserError(sentences.NO_FOLDER(path=path)) from error
        _sync_folder(folder, path.parent)


def drop_temporary(folder: Path | str) -> list[str] | None:
    """Delete files that a crash left behind before they were put in place.

    What cannot be deleted now stays until the next start: it harms nobody.

    Returns:
        All other names in the folder, in no order; None where it cannot be read, or is none.
    """
    try:
        names = os.listdir(folder)
    except OSError:
        return None
    left = []
    for name in names:
        if name.startswith(".") and name.endswith(TEMPORARY_SUFFIX):
            with suppress(OSError):
                os.unlink(os.path.join(folder, name))
        else:
            left.append(name)
    return left


def delete_file(path: Path) -> None:
    """Remove a file, if there is one.  Raises PassingError, UserError."""
    with unsaved(path), suppress(FileNotFoundError):
        path.unlink()


def probe_folder(folder: Path) -> None:
    """See whether a folder takes anything now.  Raises what ``write_file`` does."""
    path = folder / f".probe{TEMPORARY_SUFFIX}"
    try:
        write_file(path, bytes(PROBE_BYTES))
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _side_by_side(threads: Executor, calls: Sequence[Callable[[], None]]) -> None:
    """Return when all have returned; raises what one of them raised."""
    waiting = [threads.submit(each) for each in calls[1:]]
    try:
        for first in calls[:1]:
            first()
    finally:
        wait(waiting)
    for each in waiting:
        each.result()


def _read(descriptor: int, bytes_max: int) -> bytes:
    content = b""
    while part := os.read(descriptor, bytes_max - len(content)):
        content += part
    return content


def _put_in_place(path: Path, data: bytes, mode: int) -> None:
    with _temporary(path, data, mode) as temporary, unsaved(path, at_last=True):
        os.replace(temporary, path)


@contextmanager
def _temporary(path: Path, data: bytes, mode: int) -> Iterator[str]:
    """A synced file beside ``path``; gone afterwards if it was not put in place."""
    with unsaved(path):
        descriptor, temporary = tempfile.mkstemp(
            TEMPORARY_SUFFIX, f".{path.name}.", dir=path.parent
        )
    try:
        with unsaved(path), os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        yield temporary
    finally:
        with suppress(OSError):
            os.unlink(temporary)


@contextmanager
def _folder(path: Path) -> Iterator[int]:
    """A folder's descriptor, had before anything changes: afterwards none may be left."""
    with unsaved(path):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _sync_folder(descriptor: int, path: Path) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Where nothing can be written, nothing waits to be.
        if error.errno != errno.EROFS:
            raise FatalError(f"folder {path} was not synced: {error.strerror}") from error


@contextmanager
def unread(path: Path) -> Iterator[None]:
    """Turn what the system says while a file is read into what somebody can do about it.

    Raises:
        FileNotFoundError: As it is.
        PassingError: It cannot be read now.
        DamageError: Whatever has the file's name is no file.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        trouble = troubles.trouble_of_errno(error.errno)
        if trouble is not None:
            raise trouble.unread(path) from error
        raise DamageError(f"{path} cannot be read: {error.strerror}") from error


@contextmanager
def unsaved(path: Path, *, at_last: bool = False) -> Iterator[None]:
    """Turn what the system says while nothing is changed yet into who can mend it.

    Args:
        at_last: It is the step itself that changes: a failing disk may have made half of it.

    Raises:
        FileExistsError: As it is.
        PassingError: It cannot be written now.
        UserError: The path leads nowhere.
        FatalError: The system says something that nobody has thought of.
    """
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        trouble = troubles.trouble_of_errno(error.errno)
        if trouble is not None and not (at_last and trouble is troubles.FAILING):
            raise trouble.unsaved(path) from error
        if error.errno in _ELSEWHERE:
            raise UserError(sentences.NOT_WRITABLE(path=path, reason=error.strerror)) from error
        raise FatalError(f"writing {path} failed: {error.strerror}") from error
