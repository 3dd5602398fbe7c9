"""The door to SQLite: files whose pages carry checksums, and its errors as ours.

The only importer of apsw.  SQLite's extension ``cksumvfs`` keeps a checksum in the last eight
bytes of each page and looks at it whenever a page comes from the disk, so that no changed byte
of a file reaches a row (ADR 18).
"""

import ctypes
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import apsw
import apsw.sqlite_extra

from swarmfeed.core.asks import sentences, trouble_sentences, troubles
from swarmfeed.errors import DamageError, FatalError, SwarmfeedError, UserError

T = TypeVar("T")

OpenFile = apsw.Connection
SqliteError = apsw.Error
TRUNCATE: Final = apsw.SQLITE_CHECKPOINT_TRUNCATE

CHECKSUM_BYTES: Final = 8
"""What ``cksumvfs`` wants set aside in each page; with any other number it sleeps."""

BUSY_TIMEOUT_MS: Final = 5_000
"""Longest wait for another process that writes: a command that is about to end."""

WRITER_STATEMENTS: Final = 256
"""Prepared statements a writer keeps: all there are."""

READER_STATEMENTS: Final = 128
"""Prepared statements a reader keeps: all questions there are."""


READ_AT_ONCE_BYTES: Final = 1024 * 1024
"""Read at a time to see whether all of a file can be: its bytes are not looked at."""

Values = Sequence[Any] | Mapping[str, Any]
"""What stands for ``?`` in a statement, in that order, or for ``:name``."""


class Found(Protocol):
    """What a statement gives, as the columns are."""

    def __iter__(self) -> Iterator[Any]: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...


class Connection(Protocol):
    """What statements need of an open file."""

    @property
    def in_transaction(self) -> bool: ...

    def execute(self, statement: str, values: Values = (), /) -> Found: ...

    def executemany(self, statement: str, rows: Iterable[Values], /) -> Found: ...

    def changes(self) -> int:
        """Return how many rows the last statement changed."""

    def total_changes(self) -> int:
        """Return how many rows were changed since it was opened."""

    def close(self) -> None: ...


def connect(path: Path) -> OpenFile:
    """Open a file to write, or make it; a new one gets checksums.

    Raises:
        SqliteError: It cannot be opened, or is no database.
        DamageError: All it held is gone, but for what stands in its log of writes.
    """
    _require_not_emptied(path)
    register_checksums()
    db = apsw.Connection(str(path), statementcachesize=WRITER_STATEMENTS)
    with closed_if_it_fails(db, path):
        configure(db)
        if db.pragma("page_count") == 0:
            db.reserve_bytes(reserve=CHECKSUM_BYTES)
    return db


class Way(StrEnum):
    """How a file is opened to read; what follows needs less of the disk."""

    SHARED = "mode=ro"
    """Beside a writer."""
    UNSHARED = "mode=ro&readonly_shm=1"
    """With a write-ahead log that cannot be shared: nothing can be written beside it."""
    ALONE = "immutable=1"
    """As it is, without a write-ahead log: only where there is none, and nobody writes."""


def connect_reader(path: Path, way: Way = Way.SHARED) -> OpenFile:
    """Open a file to read.

    Raises:
        SqliteError: It cannot be opened.
    """
    register_checksums()
    db = apsw.Connection(
        f"{path.absolute().as_uri()}?{way}",
        flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
        statementcachesize=READER_STATEMENTS,
    )
    with closed_if_it_fails(db, path):
        configure(db)
    return db


@contextmanager
def closed_if_it_fails(db: OpenFile, path: Path) -> Iterator[None]:
    """Close a file that cannot be made ready.

    Raises:
        PassingError: A read failed, which SQLite calls malformed: what was open alone knows.
    """
    try:
        yield
    except BaseException as error:
        number = _errno_behind(error, db) if isinstance(error, apsw.CorruptError) else 0
        db.close()
        if refused := troubles.refused_reading(number, path):
            raise refused from error
        raise


def ways_to_read(path: Path) -> tuple[Way, ...]:
    """The ways in which a file may be read that takes nothing in, the best first."""
    try:
        is_logged = _log_of(path).stat().st_size > 0
    except OSError:
        is_logged = False
    # What stands in the log would be missing, or half of it there.
    return (Way.SHARED, Way.UNSHARED) if is_logged else (Way.SHARED, Way.UNSHARED, Way.ALONE)


def configure(db: OpenFile) -> None:
    db.set_busy_timeout(BUSY_TIMEOUT_MS)
    # What is withdrawn or forgotten does not stay behind in free pages.
    db.pragma("secure_delete", "ON")
    # Plans that look at values would be made anew for each question: ten times its cost.
    db.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)


def connect_memory() -> OpenFile:
    """Open an empty database that no file holds."""
    return apsw.Connection(":memory:")


def is_checked(db: OpenFile) -> bool:
    """Return whether the pages of its file are checked whenever they are read.

    Whether they are stands in one byte of the first page, which is read again when others
    write: without this question, a change of that byte would let in all others.
    """
    # The answer is made while the statement is prepared: a kept one would answer as before.
    return bool(db.execute("PRAGMA checksum_verification", can_cache=False).get == "1")


def add_checksums(path: Path) -> None:
    """Write a whole file anew with a checksum in each page, as one transaction.

    Nobody else may have it open.

    Raises:
        SqliteError: It cannot be written, or is not whole; then it is as before.
    """
    db = connect(path)
    try:
        # Pages are laid out anew, which a write-ahead log cannot carry.
        db.pragma("journal_mode", "DELETE")
        db.reserve_bytes(reserve=CHECKSUM_BYTES)
        db.execute("VACUUM")
    finally:
        db.close()


@cache
def register_checksums() -> None:
    """Let every file opened from now on be checked, if it has checksums.

    Raises:
        FatalError: apsw was installed without SQLite's own extensions.
    """
    db = connect_memory()
    try:
        apsw.sqlite_extra.load(db, "cksumvfs")
    except (apsw.sqlite_extra.NotAvailable, LookupError) as error:
        raise FatalError(f"this apsw brings no cksumvfs: {error}") from error
    finally:
        db.close()


@contextmanager
def translated(
    what: Path, *, reading: bool = False, of: OpenFile | None = None
) -> Iterator[None]:
    """Turn SQLite's errors into ours, by who has to act.

    Args:
        what: The file they are about.
        reading: Whether nothing was to be written.
        of: The connection, where there is one: it knows what the system said.

    Raises:
        PassingError: Not now; nothing changed, nothing is damaged.
        DamageError: What it holds is not what was written.
        UserError: The question takes too long, or the path leads to no file.
    """
    try:
        yield
    except UnicodeDecodeError as error:
        # Text of a damaged page on its way to a Python string.
        raise DamageError(f"{what.name} is damaged: {error}") from error
    except apsw.Error as error:
        behind = _errno_behind(error, of) if of is not None else _errno_of_opening(error, what)
        meaning = translate(error, what, behind, reading=reading)
        if meaning is None:
            raise
        raise meaning from error


def translate(
    error: SqliteError, what: Path, behind: int, *, reading: bool
) -> SwarmfeedError | None:
    """Return what an error means to the node; None: a bug, in our words or our use of them.

    Args:
        behind: The system's error number, 0 if unknown.
    """
    if isinstance(error, apsw.InterruptError):
        return UserError("That took too long; ask for something rarer.")
    code = getattr(error, "extendedresult", apsw.SQLITE_MISUSE)
    if troubles.is_damage(code):
        may_be_refused = isinstance(error, apsw.CorruptError)
        number = (behind or _errno_of_reading(what)) if may_be_refused else 0
        # SQLite calls a wrong checksum an error of the disk, which it is not.
        said = "a page is not what was written" if code == troubles.SQLITE_IOERR_DATA else error
        damage = DamageError(f"{what.name} is damaged: {said}")
        return troubles.refused_reading(number, what) or damage
    if isinstance(error, apsw.CantOpenError) and what.is_dir():
        return UserError(sentences.NO_FILE(path=what))
    trouble = troubles.trouble_of_code(code, behind)
    if trouble is None:
        return None
    return trouble.unread(what) if reading else trouble.unsaved(what)


def require_known(version: int, newest: int, path: Path) -> None:
    """Look at the version of a file whose content stands nowhere else.

    Raises:
        UserError: A newer program wrote it, which is no damage.
        DamageError: No program did.
    """
    if version > newest:
        raise UserError(trouble_sentences.NEWER_FILE(path=path))
    if version < 0:
        raise DamageError(f"{path} is of version {version}")


def look_twice(path: Path, look: Callable[[], T]) -> T:
    """Return what ``look`` returns; damage is believed when it is met again.

    A disk that refuses one read looks like damage: SQLite says "malformed" of it, and its
    checks of a whole file say no number at all.  So between the two looks the system has to
    give every byte (ADR 135).

    Raises:
        PassingError: Not every byte can be read now.
        DamageError: Every byte can, and both looks met damage.
    """
    with suppress(DamageError):
        return look()
    if refused := troubles.refused_reading(_errno_of_reading(path), path):
        raise refused
    return look()


def _require_not_emptied(path: Path) -> None:
    """SQLite deletes the log of writes beside an empty file, and says nothing.

    It writes no log before the file has its first page.  Raises DamageError.
    """
    try:
        is_emptied = path.stat().st_size == 0 < _log_of(path).stat().st_size
    except OSError:
        return  # one of them is not there, or SQLite will say what is wrong
    if is_emptied:
        raise DamageError(f"{path.name} is damaged: it is empty, and its log of writes is not")


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _errno_behind(error: SqliteError, db: OpenFile) -> int:
    """What the system said; of a file that is "malformed", too: a read that failed, perhaps."""
    if not isinstance(error, apsw.CorruptError):
        return db.system_errno
    number = ctypes.c_int()
    db.file_control("main", apsw.SQLITE_FCNTL_LAST_ERRNO, ctypes.addressof(number))
    return number.value


def _errno_of_opening(error: SqliteError, path: Path) -> int:
    """Why a file does not open: SQLite says no more than that it does not."""
    if not isinstance(error, apsw.CantOpenError):
        return 0
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as refused:
        return refused.errno or 0
    return 0


def _errno_of_reading(path: Path) -> int:
    """Why a file, or its log of writes, is not read whole: SQLite calls both malformed when
    the disk reports an error."""
    for part in (path, _log_of(path)):
        try:
            with part.open("rb", buffering=0) as file:
                while file.read(READ_AT_ONCE_BYTES):
                    pass
        except FileNotFoundError:
            continue
        except OSError as refused:
            return refused.errno or 0
    return 0
