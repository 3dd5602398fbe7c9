"""Boxes that are kept for others as one SQLite file, with fsync at each change.

The file is made when the first box is leased.  What lies in it are parcels that only their
owners open; of who brought them nothing is written down.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Final, TypeVar

import structlog

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.mailboxes.sentences import STORE_SET_ASIDE
from swarmfeed.errors import DamageError, FatalError
from swarmfeed.ports import GoneParcel, KeptBox, KeptParcel, SomeParcels
from swarmfeed.shell.store.aside import LEDGERS_MAX, set_aside
from swarmfeed.shell.store.ledger import make_private
from swarmfeed.shell.store.sqlite import (
    Connection,
    OpenFile,
    SqliteError,
    connect,
    is_checked,
    look_twice,
    require_known,
    translated,
)

logger = structlog.get_logger()

T = TypeVar("T")

_VERSION: Final = 1
_SCHEMA: Final = (
    """
    CREATE TABLE IF NOT EXISTS box (
        id         BLOB PRIMARY KEY CHECK (length(id) = 16),
        feed       BLOB NOT NULL CHECK (length(feed) = 32),
        token_hash BLOB NOT NULL,
        bytes_max  INTEGER NOT NULL,
        until_s    INTEGER NOT NULL
    ) WITHOUT ROWID, STRICT
    """,
    """
    CREATE TABLE IF NOT EXISTS parcel (
        no          INTEGER PRIMARY KEY AUTOINCREMENT,
        box         BLOB NOT NULL REFERENCES box (id) ON DELETE CASCADE,
        id          BLOB NOT NULL CHECK (length(id) = 16),
        came_s      INTEGER NOT NULL,
        is_stranger INTEGER NOT NULL CHECK (is_stranger IN (0, 1)),
        size        INTEGER NOT NULL CHECK (size = length(data)),
        data        BLOB NOT NULL,
        UNIQUE (box, id)
    ) STRICT
    """,
    "CREATE INDEX IF NOT EXISTS parcel_came ON parcel (came_s)",
    "CREATE INDEX IF NOT EXISTS parcel_size ON parcel (box, no, size, is_stranger)",
)
"""``no`` is never given twice: a place behind which somebody asks stays behind."""

_READ: Final = """
    SELECT box.id, feed, token_hash, bytes_max, until_s,
        count(parcel.no), coalesce(sum(size), 0), coalesce(sum(size * is_stranger), 0)
    FROM box LEFT JOIN parcel ON parcel.box = box.id GROUP BY box.id ORDER BY box.id
"""
_LEASE: Final = """
    INSERT INTO box VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
        token_hash = excluded.token_hash, bytes_max = excluded.bytes_max,
        until_s = excluded.until_s
"""
_KEEP: Final = """
    INSERT OR IGNORE INTO parcel (box, id, came_s, is_stranger, size, data)
    VALUES (?, ?, ?, ?, ?, ?)
"""
_SOME: Final = "SELECT no, data FROM parcel WHERE box = ? AND no > ? ORDER BY no LIMIT ?"
_DROP: Final = "DELETE FROM parcel WHERE box = ? AND id = ? RETURNING box, size, is_stranger"
_DROP_OLDER: Final = "DELETE FROM parcel WHERE came_s < ? RETURNING box, size, is_stranger"


class SqliteMailStore:
    """Implements ``ports.MailStore``."""

    def __init__(self, path: Path) -> None:
        """Take a path; the file is opened, or made, when it is needed."""
        self._path = path
        self._lock = threading.Lock()
        self._db: OpenFile | None = None

    def read(self) -> list[KeptBox]:
        """As in ``ports.MailStore``; a damaged file is set aside, and nothing is kept."""
        if not self._path.exists():
            return []
        try:
            return look_twice(self._path, self._read_whole)
        except DamageError as error:
            self.close()
            kept = set_aside(self._path, kept_max=LEDGERS_MAX)
            logger.warning(STORE_SET_ASIDE(kept=kept.name), reason=str(error))
            return []

    def lease(self, box: KeptBox) -> None:
        """As in ``ports.MailStore``."""
        row = (box.box, box.feed_id, box.token_hash, box.bytes_max, box.until_s)
        self._write(lambda db: db.execute(_LEASE, row))

    def end(self, boxes: Collection[bytes]) -> None:
        """As in ``ports.MailStore``."""
        rows = [(each,) for each in boxes]
        self._write(lambda db: db.executemany("DELETE FROM box WHERE id = ?", rows))

    def keep(self, parcels: Sequence[KeptParcel]) -> list[bool]:
        """As in ``ports.MailStore``."""
        return self._write(lambda db: [_keep(db, each) for each in parcels])

    def some(self, box: bytes, after: int, *, bytes_max: int, count_max: int) -> SomeParcels:
        """As in ``ports.MailStore``."""
        found, size, last = list[bytes](), 0, after
        with self._lock:
            db = self._open()
            with translated(self._path, reading=True, of=db):
                for number, data in db.execute(_SOME, (box, after, count_max + 1)):
                    if size >= bytes_max or len(found) == count_max:
                        return SomeParcels(parcels=tuple(found), last=last, more=True)
                    found.append(data)
                    size, last = size + len(data), number
        return SomeParcels(parcels=tuple(found), last=last, more=False)

    def drop(self, box: bytes, ids: Iterable[bytes]) -> list[GoneParcel]:
        """As in ``ports.MailStore``."""
        named = [*ids]
        return self._write(lambda db: [gone for each in named for gone in _drop(db, box, each)])

    def drop_older(self, came_before_s: int) -> list[GoneParcel]:
        """As in ``ports.MailStore``."""
        if not self._path.exists():
            return []
        return self._write(lambda db: _drop_older(db, came_before_s))

    def close(self) -> None:
        """Close the file; who comes later opens it again.  Safe to call twice."""
        with self._lock:
            if self._db is not None:
                self._db.close()
            self._db = None

    # --- inside ---

    def _read_whole(self) -> list[KeptBox]:
        """Open the file anew, which checks all of it, and read it."""
        self.close()
        return self._read()

    def _read(self) -> list[KeptBox]:
        with self._lock:
            db = self._open()
            with translated(self._path, reading=True, of=db):
                found = [_box(row) for row in db.execute(_READ)]
                if is_checked(db):
                    return found
        raise DamageError("the file of boxes has lost its checksums")

    def _write(self, change: Callable[[Connection], T]) -> T:
        """Make a change as one transaction."""
        with self._lock:
            try:
                db = self._open()
                with translated(self._path, of=db):
                    return _transaction(db, change)
            except (DamageError, SqliteError) as error:
                raise FatalError(f"the file of boxes cannot be written: {error}") from error

    def _open(self) -> OpenFile:
        """Return the open file.  PassingError, DamageError, UserError."""
        if self._db is None:
            with translated(self._path, reading=True):
                db = connect(self._path)
                try:
                    make_private(self._path)
                    _prepare(db, self._path)
                    if not is_checked(db):
                        raise DamageError(f"{self._path} has lost its checksums")
                except BaseException:
                    db.close()
                    raise
            self._db = db
        return self._db


def _prepare(db: Connection, path: Path) -> None:
    """Check the whole file, and make what is not there yet."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    require_known(version, _VERSION, path)
    db.execute("PRAGMA journal_mode = WAL")
    # Who is told that a parcel is kept may forget it.
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    for statement in _SCHEMA:
        db.execute(statement)
    db.execute(f"PRAGMA user_version = {_VERSION}")
    (state,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if state != "ok":
        raise DamageError(f"{path} is damaged: {state}")


def _transaction(db: OpenFile, change: Callable[[Connection], T]) -> T:
    db.execute("BEGIN IMMEDIATE")
    try:
        made = change(db)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return made


def _keep(db: Connection, parcel: KeptParcel) -> bool:
    row = (parcel.box, parcel.id, parcel.came_s, parcel.is_stranger, len(parcel.data))
    db.execute(_KEEP, (*row, parcel.data))
    return db.changes() > 0


def _drop(db: Connection, box: bytes, parcel: bytes) -> list[GoneParcel]:
    return [_gone(row) for row in db.execute(_DROP, (box, parcel)).fetchall()]


def _drop_older(db: Connection, came_before_s: int) -> list[GoneParcel]:
    return [_gone(row) for row in db.execute(_DROP_OLDER, (came_before_s,)).fetchall()]


def _box(row: tuple[bytes, bytes, bytes, int, int, int, int, int]) -> KeptBox:
    box, feed_id, token_hash, bytes_max, until_s, parcels, size, strangers = row
    return KeptBox(
        box=box,
        feed_id=FeedId(feed_id),
        token_hash=token_hash,
        bytes_max=bytes_max,
        until_s=until_s,
        parcels=parcels,
        bytes=size,
        strangers_bytes=strangers,
    )


def _gone(row: tuple[bytes, int, int]) -> GoneParcel:
    box, size, is_stranger = row
    return GoneParcel(box, size, bool(is_stranger))
