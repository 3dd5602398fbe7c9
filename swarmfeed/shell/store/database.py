"""The index file: opened, checked, migrated, written in transactions, read from any thread."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from swarmfeed.core.base.types import Hash
from swarmfeed.errors import DamageError, MendingError, RetryError
from swarmfeed.shell.store.entries import hash_plain_post
from swarmfeed.shell.store.schema import MIGRATIONS
from swarmfeed.shell.store.sqlite import (
    Connection,
    OpenFile,
    connect,
    connect_memory,
    connect_reader,
    is_checked,
    translated,
)

QUERY_TIMEOUT_S: Final = 2.0
"""Longest a reading query may compute: thirty times what the slowest one needs.  Of its own
thread's time: on a busy machine the clock on the wall says nothing about the question."""

PROGRESS_STEPS: Final = 10_000
"""Virtual machine steps between two looks at the clock: about a tenth of a millisecond."""

WRITER_CACHE_KIB: Final = 24 * 1024
"""Pages the writer keeps.  With 64 MiB, 200,000 posts take as long, and 23 MB more."""

READER_CACHE_KIB: Final = 8 * 1024
"""Pages each reader keeps; the system's own cache holds the rest."""

READERS_KEPT_MAX: Final = 8
"""Idle read connections kept for the next query."""

WAL_PAGES: Final = 8_000
"""Pages in the write-ahead log (32 MB) before they are moved into the file."""


class Database:
    """One writing connection and as many reading ones as there are readers at a time."""

    def __init__(
        self,
        path: Path,
        migrations: Sequence[Sequence[str]] = MIGRATIONS,
        on_damage: Callable[[DamageError], None] | None = None,
        *,
        is_kept: bool = True,
    ) -> None:
        """Open or create the file.

        Checks it whole: half a second for a million posts.

        Args:
            path: The file.
            migrations: What makes its tables.
            on_damage: Told in any thread, whenever damage is met once it is open; who met it
                is told that it is being mended (MendingError).
            is_kept: Whether it is to be there after a power cut.

        Raises:
            DamageError: It is damaged, has no checksums, or a newer version wrote it: delete
                and rebuild it.
        """
        self._path = path
        self._migrations = migrations
        self._on_damage = on_damage
        self._is_kept = is_kept
        self._write_lock = threading.RLock()
        self._pool_lock = threading.Lock()
        self._idle: list[_Reader] = []
        self._closed: RetryError | None = None
        with translated():
            self._writer = connect(path)
        try:
            with translated():
                self._prepare()
        except BaseException:
            self._writer.close()
            raise

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: committed when the block ends, rolled back when it raises.

        Inside another one of the same thread it is a part of that: a failure undoes all.
        """
        with self._write_lock, self._noticing():
            self._require_open()
            if self._writer.in_transaction:
                yield self._writer
                return
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read-only connection; UserError when the block's queries take too long."""
        with self._noticing():
            reader = self._borrow()
            try:
                reader.give_time()
                yield reader.db
                require_checked(reader.db)
            finally:
                self._return(reader)

    def shrink(self) -> None:
        """Give free pages back to the disk, unless a transaction is open.

        Copies all that is there, so it is for a time when that is little.
        """
        with self._write_lock, translated():
            if not self._writer.in_transaction:
                self._writer.execute("VACUUM")

    def close(self, why: RetryError | None = None) -> None:
        """Close it for good; who comes later is told ``why``."""
        with self._pool_lock:
            self._closed = why or RetryError("the index is closed")
            idle, self._idle = self._idle, []
        for reader in idle:
            reader.db.close()
        with self._write_lock:
            self._writer.close()

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        """SQLite's errors as ours, and damage told to who looks after it."""
        try:
            with translated():
                yield
        except DamageError as error:
            if self._on_damage is None:
                raise
            self._on_damage(error)
            raise MendingError(str(error)) from error

    def _roll_back(self) -> None:
        # A full disk or damage may have done it already.
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")

    def _require_open(self) -> None:
        if self._closed is not None:
            raise self._closed

    def _borrow(self) -> "_Reader":
        with self._pool_lock:
            self._require_open()
            if self._idle:
                return self._idle.pop()
        return _Reader(self._path)

    def _return(self, reader: "_Reader") -> None:
        with self._pool_lock:
            if self._closed is None and len(self._idle) < READERS_KEPT_MAX:
                self._idle.append(reader)
                return
        reader.db.close()

    def _prepare(self) -> None:
        db, newest = self._writer, len(self._migrations)
        add_functions(db)
        db.execute("PRAGMA journal_mode = WAL")
        # A cache: after a power cut the logs tell again what its last seconds held.
        db.execute(f"PRAGMA synchronous = {'NORMAL' if self._is_kept else 'OFF'}")
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute(f"PRAGMA cache_size = {-WRITER_CACHE_KIB}")
        db.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
        version = db.pragma("user_version")
        if not 0 <= version <= newest:
            raise DamageError(f"index has version {version}, this program knows {newest}")
        require_checked(db)
        check_schema(db, self._migrations[:version])
        migrate(db, self._migrations)
        db.execute("PRAGMA foreign_keys = ON")


class _Reader:
    """A read-only connection that gives up when its time is over."""

    def __init__(self, path: Path) -> None:
        self.db = connect_reader(path)
        self._deadline_s = 0.0
        try:
            self._prepare()
        except BaseException:
            self.db.close()
            raise

    def give_time(self) -> None:
        self._deadline_s = time.thread_time() + QUERY_TIMEOUT_S

    def _prepare(self) -> None:
        add_functions(self.db)
        self.db.execute("PRAGMA trusted_schema = OFF")
        self.db.execute(f"PRAGMA cache_size = {-READER_CACHE_KIB}")
        self.db.set_progress_handler(self._is_late, PROGRESS_STEPS)

    def _is_late(self) -> bool:
        return time.thread_time() > self._deadline_s


def add_functions(db: OpenFile) -> None:
    """Let statements work out the hashes that are not stored."""
    db.create_scalar_function("hash_plain_post", hash_or_damage, 2, deterministic=True)


def hash_or_damage(*values: Any) -> Hash:
    """Like ``hash_plain_post``, of what a damaged row may hold."""
    try:
        return hash_plain_post(*values)
    except (AttributeError, TypeError, ValueError) as error:
        raise DamageError(f"index has a post that nobody can have signed: {error}") from error


def require_checked(db: OpenFile) -> None:
    """Raise DamageError unless what was read was compared with its checksums."""
    if not is_checked(db):
        raise DamageError("index has no checksums")


def migrate(db: Connection, migrations: Sequence[Sequence[str]]) -> None:
    """Apply the migrations the file has not seen."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    for number, migration in enumerate(migrations[version:], start=version + 1):
        db.execute("BEGIN IMMEDIATE")
        for statement in migration:
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {number}")
        db.execute("COMMIT")


def check_schema(db: Connection, migrations: Sequence[Sequence[str]]) -> None:
    """Raise DamageError unless the file holds just what these migrations make, whole."""
    expected = connect_memory()
    try:
        for migration in migrations:
            for statement in migration:
                expected.execute(statement)
        if read_schema(db) != read_schema(expected):
            raise DamageError("index has tables this program did not make")
    finally:
        expected.close()
    for table in ("sqlite_schema", *plain_tables(db)):
        (found,) = db.execute(f"PRAGMA quick_check({table})").fetchone()
        if found != "ok":
            raise DamageError(f"index is damaged: {found}")


def plain_tables(db: Connection) -> list[str]:
    """Return the tables that have pages; a virtual one would check all words it knows."""
    return [
        name
        for kind, name, sql in read_schema(db)
        if kind == "table" and not sql.startswith("CREATE VIRTUAL")
    ]


def read_schema(db: Connection) -> set[tuple[str, str, str]]:
    return set(db.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_schema"))
