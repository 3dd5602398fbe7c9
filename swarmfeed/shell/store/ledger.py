"""The ledger as one SQLite file: rows of bytes on a few pages.

A damaged file is set aside and a new one begun: what it held is observed again in weeks.
"""

import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from swarmfeed.core.asks import sentences, troubles
from swarmfeed.core.asks.troubles import refusal
from swarmfeed.errors import DamageError, FatalError, PassingError
from swarmfeed.shell.store.aside import LEDGERS_MAX, is_set_aside, open_or_begin_anew
from swarmfeed.shell.store.sqlite import (
    Connection,
    OpenFile,
    SqliteError,
    add_checksums,
    connect,
    connect_reader,
    is_checked,
    require_known,
    translated,
    ways_to_read,
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
    """Implements ``ports.Ledger``.

    Where the disk takes nothing, what is there is read once and kept; each writing tries to
    open the file anew.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or make it; one without checksums gets them.

        Raises:
            DamageError: It is no ledger, or damaged.
            UserError: A newer version wrote it.
            PassingError: It cannot even be read now.
        """
        self._path = path
        self._lock = threading.Lock()
        self._db: OpenFile | None = None
        self._read: dict[str, dict[bytes, bytes]] = {}
        """All there was when the disk took nothing."""
        try:
            self._db = open_file(path)
        except PassingError as refused:
            self._read = read_all(path, refused)

    def read(self, page: str) -> dict[bytes, bytes]:
        """As in ``ports.Ledger``.  Raises DamageError, PassingError."""
        query = "SELECT key, value FROM entry WHERE page = ? ORDER BY key"
        with self._lock, translated(self._path, reading=True, of=self._db):
            if self._db is None:
                return dict(self._read.get(page, {}))
            found: dict[bytes, bytes] = dict(self._db.execute(query, (page,)))
            if is_checked(self._db):
                return found
        raise DamageError("the ledger has lost its checksums")

    def write(self, changes: Mapping[str, Mapping[bytes, bytes | None]]) -> None:
        """As in ``ports.Ledger``."""
        with self._lock:
            try:
                db = self._db = self._db or open_file(self._path)
                with translated(self._path, of=db):
                    write_all(db, changes)
            except (DamageError, SqliteError) as error:
                raise FatalError(f"the ledger cannot be written: {error}") from error

    def check_writable(self) -> None:
        """As in ``ports.Ledger``."""
        self.write({})

    def was_lost(self) -> bool:
        return is_set_aside(self._path)

    def close(self) -> None:
        with self._lock:
            if self._db is not None:
                self._db.close()


def open_file(path: Path) -> OpenFile:
    """Open a ledger to write.  DamageError, PassingError, UserError."""
    with translated(path, reading=True):
        db = connect(path)
        try:
            make_private(path)
            prepare(db, path)
            if is_checked(db):
                return db
        except BaseException:
            db.close()
            raise
        # Of an earlier version, and whole.
        db.close()
        add_checksums(path)
    return open_file(path)


def make_private(path: Path) -> None:
    """Let nobody else read it: whom a person follows stands in it.  Raises PassingError."""
    try:
        path.chmod(0o600)
    except OSError as error:
        raise refusal(error, path) or error from error


def read_all(path: Path, refused: PassingError) -> dict[str, dict[bytes, bytes]]:
    """Return every page of a ledger that takes nothing in; raises why it does not.

    Raises:
        UserError: A newer version wrote it.
        DamageError: It is no ledger, or damaged.
    """
    if refused.trouble == troubles.BUSY.name or not path.is_file():
        raise refused
    for way in ways_to_read(path):
        with suppress(PassingError), translated(path, reading=True):
            db = connect_reader(path, way)
            try:
                if not read_version(db, path):
                    raise refused  # begun just now, and nothing could be put into it
                found: dict[str, dict[bytes, bytes]] = {}
                for page, key, value in db.execute("SELECT * FROM entry ORDER BY page, key"):
                    found.setdefault(page, {})[key] = value
                return found
            finally:
                db.close()
    raise refused


def write_all(db: OpenFile, changes: Mapping[str, Mapping[bytes, bytes | None]]) -> None:
    """Write rows in one transaction, and something even if there are none."""
    db.execute("BEGIN IMMEDIATE")
    try:
        db.execute(f"PRAGMA user_version = {_VERSION}")
        for page, rows in changes.items():
            _write_page(db, page, rows)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _write_page(db: OpenFile, page: str, rows: Mapping[bytes, bytes | None]) -> None:
    kept = [(page, key, value) for key, value in rows.items() if value is not None]
    gone = [(page, key) for key, value in rows.items() if value is None]
    db.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", kept)
    db.executemany("DELETE FROM entry WHERE page = ? AND key = ?", gone)


def prepare(db: Connection, path: Path) -> None:
    """Check the whole file, and make what is not there yet."""
    read_version(db, path)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute(_SCHEMA)
    db.execute(f"PRAGMA user_version = {_VERSION}")
    (state,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if state != "ok":
        raise DamageError(f"{path} is damaged: {state}")


def read_version(db: Connection, path: Path) -> int:
    """Return the version of a ledger, 0 of one that was not finished; as ``require_known``."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    require_known(version, _VERSION, path)
    return int(version)


def open_ledger(path: Path) -> SqliteLedger:
    """Open the ledger; a damaged one is set aside under another name, and a new one begun.

    Raises:
        PassingError: It cannot even be read now.
    """
    return open_or_begin_anew(
        path, partial(SqliteLedger, path), sentences.LEDGER_SET_ASIDE, kept_max=LEDGERS_MAX
    )
