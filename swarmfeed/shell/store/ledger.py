"""The ledger as one SQLite file: rows of bytes on a few pages.

A damaged file is set aside and a new one begun: what it held is observed again in weeks.
"""

import os
import sqlite3
import threading
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from swarmfeed.errors import DamageError, FatalError, UserError

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
        """Open the file, or make it.

        Raises:
            DamageError: It is no ledger of this version.
        """
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        try:
            self._prepare(path)
        except (sqlite3.DatabaseError, DamageError) as error:
            self._db.close()
            raise DamageError(f"{path} is damaged: {error}") from error

    def read(self, page: str) -> dict[bytes, bytes]:
        """As in ``ports.Ledger``.  Raises DamageError."""
        query = "SELECT key, value FROM entry WHERE page = ? ORDER BY key"
        try:
            with self._lock, closing(self._db.execute(query, (page,))) as rows:
                return dict(rows)
        except sqlite3.DatabaseError as error:
            raise DamageError(f"the ledger is damaged: {error}") from error

    def write(self, changes: Mapping[str, Mapping[bytes, bytes | None]]) -> None:
        """As in ``ports.Ledger``.

        Raises:
            UserError: The disk is full.  Nothing was written.
            FatalError: The file cannot be written.
        """
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                self._db.execute(f"PRAGMA user_version = {_VERSION}")  # written even if empty
                for page, rows in changes.items():
                    self._write_page(page, rows)
                self._db.execute("COMMIT")
            except sqlite3.DatabaseError as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
                    raise UserError("the disk is full: the ledger was not written") from error
                raise FatalError(f"the ledger cannot be written: {error}") from error

    def check_writable(self) -> None:
        """As in ``ports.Ledger``."""
        self.write({})

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _prepare(self, path: Path) -> None:
        path.chmod(0o600)  # whom a person follows stands in it
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version not in (0, _VERSION):
            raise DamageError(f"{path} is a ledger of version {version}")
        self._db.execute(_SCHEMA)
        self._db.execute(f"PRAGMA user_version = {_VERSION}")
        (state,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        if state != "ok":
            raise DamageError(f"{path} is damaged: {state}")

    def _write_page(self, page: str, rows: Mapping[bytes, bytes | None]) -> None:
        kept = [(page, key, value) for key, value in rows.items() if value is not None]
        gone = [(page, key) for key, value in rows.items() if value is None]
        self._db.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", kept)
        self._db.executemany("DELETE FROM entry WHERE page = ? AND key = ?", gone)


def open_ledger(path: Path) -> SqliteLedger:
    """Open the ledger; a damaged one is set aside under another name."""
    try:
        return SqliteLedger(path)
    except DamageError:
        for suffix in ("", "-wal", "-shm"):
            part = path.with_name(path.name + suffix)
            if part.exists():
                os.replace(part, path.with_name(f"{path.name}.damaged{suffix}"))
        return SqliteLedger(path)
