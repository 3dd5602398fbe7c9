"""The ledger as one SQLite file: rows of bytes on a few pages.

A damaged file is set aside and a new one begun: what it held is observed again in weeks.
"""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from swarmfeed.errors import DamageError, FatalError, UserError
from swarmfeed.shell.store.aside import is_set_aside, set_aside
from swarmfeed.shell.store.sqlite import (
    Connection,
    OpenFile,
    SqliteError,
    add_checksums,
    connect,
    is_checked,
    is_full,
)

_SCHEMA: Final = """
    CREATE TABLE IF NOT EXISTS entry (
        page  TEXT NOT NULL,
        key   BLOB NOT NULL,
        value BLOB NOT NULL,
        PRIMARY KEY (page, key)
    ) WITHOUT ROWID, STRICT
"""
_VERSION: Final = 1


class SqliteLedger:
    """Implements ``ports.Ledger``."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it; one without checksums gets them.

        Raises:
            DamageError: It is no ledger of this version.
        """
        self._path = path
        self._lock = threading.Lock()
        try:
            self._db = self._open(path)
        except SqliteError as error:
            raise DamageError(f"{path} is damaged: {error}") from error

    def read(self, page: str) -> dict[bytes, bytes]:
        """As in ``ports.Ledger``.  Raises DamageError."""
        query = "SELECT key, value FROM entry WHERE page = ? ORDER BY key"
        try:
            with self._lock:
                found: dict[bytes, bytes] = dict(self._db.execute(query, (page,)))
                if is_checked(self._db):
                    return found
        except SqliteError as error:
            raise DamageError(f"the ledger is damaged: {error}") from error
        raise DamageError("the ledger has lost its checksums")

    def write(self, changes: Mapping[str, Mapping[bytes, bytes | None]]) -> None:
        """As in ``ports.Ledger``.

        Raises:
            UserError: The disk is full.  Nothing was written.
            FatalError: The file cannot be written.
        """
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                for page, rows in changes.items():
                    self._write_page(page, rows)
                self._db.execute("COMMIT")
            except SqliteError as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if is_full(error):
                    raise UserError("the disk is full: the ledger was not written") from error
                raise FatalError(f"the ledger cannot be written: {error}") from error

    def was_lost(self) -> bool:
        return is_set_aside(self._path)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _open(self, path: Path) -> OpenFile:
        db = connect(path)
        try:
            path.chmod(0o600)  # whom a person follows stands in it
            prepare(db, path)
            if is_checked(db):
                return db
        except BaseException:
            db.close()
            raise
        # Of an earlier version, and whole.
        db.close()
        add_checksums(path)
        return self._open(path)

    def _write_page(self, page: str, rows: Mapping[bytes, bytes | None]) -> None:
        kept = [(page, key, value) for key, value in rows.items() if value is not None]
        gone = [(page, key) for key, value in rows.items() if value is None]
        self._db.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", kept)
        self._db.executemany("DELETE FROM entry WHERE page = ? AND key = ?", gone)


def prepare(db: Connection, path: Path) -> None:
    """Check the whole file, and make what is not there yet."""
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version not in (0, _VERSION):
        raise DamageError(f"{path} is a ledger of version {version}")
    db.execute(_SCHEMA)
    db.execute(f"PRAGMA user_version = {_VERSION}")
    (state,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if state != "ok":
        raise DamageError(f"{path} is damaged: {state}")


def open_ledger(path: Path) -> SqliteLedger:
    """Open the ledger; a damaged one is set aside under another name."""
    try:
        return SqliteLedger(path)
    except DamageError:
        set_aside(path)
        return SqliteLedger(path)
