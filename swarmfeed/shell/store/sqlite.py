"""The door to SQLite: files whose pages carry checksums, and its errors as ours.

The only importer of apsw.  SQLite's extension ``cksumvfs`` keeps a checksum in the last eight
bytes of each page and looks at it whenever a page comes from the disk, so that no changed byte
of a file reaches a row (ADR 18).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

import apsw
import apsw.sqlite_extra

from swarmfeed.errors import DamageError, FatalError, RetryError, SwarmfeedError, UserError

OpenFile = apsw.Connection
SqliteError = apsw.Error

CHECKSUM_BYTES: Final = 8
"""What ``cksumvfs`` wants set aside in each page; with any other number it sleeps."""

BUSY_TIMEOUT_MS: Final = 5_000
"""Longest wait for another process that writes: a command that is about to end."""

WRITER_STATEMENTS: Final = 256
"""Prepared statements a writer keeps: all there are."""

READER_STATEMENTS: Final = 128
"""Prepared statements a reader keeps: all questions there are."""


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

    def close(self) -> None: ...


def connect(path: Path) -> OpenFile:
    """Open a file to write, or make it; a new one gets checksums.

    Raises:
        SqliteError: It cannot be opened, or is no database.
    """
    register_checksums()
    db = apsw.Connection(str(path), statementcachesize=WRITER_STATEMENTS)
    try:
        configure(db)
        if db.pragma("page_count") == 0:
            db.reserve_bytes(reserve=CHECKSUM_BYTES)
    except BaseException:
        db.close()
        raise
    return db


def connect_reader(path: Path) -> OpenFile:
    """Open a file to read.

    Raises:
        SqliteError: It cannot be opened.
    """
    register_checksums()
    db = apsw.Connection(
        f"{path.absolute().as_uri()}?mode=ro",
        flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
        statementcachesize=READER_STATEMENTS,
    )
    configure(db)
    return db


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
def translated() -> Iterator[None]:
    """Turn SQLite's errors into ours, by who has to act."""
    try:
        yield
    except UnicodeDecodeError as error:
        # Text of a damaged page on its way to a Python string.
        raise DamageError(f"index is damaged: {error}") from error
    except apsw.Error as error:
        if not has_code(error):
            raise
        raise translate(error) from error


def has_code(error: SqliteError) -> bool:
    """Return whether SQLite itself failed; otherwise apsw was used wrongly."""
    misused = isinstance(error, (apsw.MisuseError, apsw.RangeError))
    return hasattr(error, "result") and not misused


def is_full(error: SqliteError) -> bool:
    """Return whether there was no room on the disk."""
    return isinstance(error, apsw.FullError)


def translate(error: SqliteError) -> SwarmfeedError:
    """Return what an error that has a code means to the node."""
    if isinstance(error, apsw.InterruptError):
        return UserError("That took too long; ask for something rarer.")
    if isinstance(error, (apsw.FullError, apsw.ReadOnlyError, apsw.CantOpenError)):
        return UserError(f"The index cannot be written: {error}.")
    if isinstance(error, (apsw.BusyError, apsw.LockedError, apsw.NoMemError)):
        return RetryError(f"the index is busy: {error}")
    # All statements are fixed text, so whatever else fails, fails for what the file holds.
    return DamageError(f"index is damaged: {error}")
