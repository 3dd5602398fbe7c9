"""The index file: opened, checked, migrated, written in transactions, read from any thread."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from swarmfeed.core.asks import troubles
from swarmfeed.core.base.types import Hash
from swarmfeed.core.words.terms import index_text
from swarmfeed.errors import DamageError, MendingError, PassingError, RetryError
from swarmfeed.shell.store.entries import hash_plain_post
from swarmfeed.shell.store.packs import Texts
from swarmfeed.shell.store.schema import MIGRATIONS
from swarmfeed.shell.store.sqlite import (
    TRUNCATE,
    Connection,
    OpenFile,
    Way,
    connect,
    connect_memory,
    connect_reader,
    is_checked,
    translated,
    ways_to_read,
)

QUERY_TIMEOUT_S: Final = 2.0
"""Longest a reading query may compute: thirty times what the slowest one needs.  Of its own
thread's time: on a busy machine the clock on the wall says nothing about the question."""

PROGRESS_STEPS: Final = 10_000
"""Virtual machine steps between two looks at the clock: about a tenth of a millisecond."""

WRITER_CACHE_KIB: Final = 8 * 1024
"""Pages the writer keeps.  With 24 MiB, 400,000 posts take as long, and 16 MB more."""

READER_CACHE_KIB: Final = 8 * 1024
"""Pages each reader keeps; the system's own cache holds the rest."""

READERS_KEPT_MAX: Final = 8
"""Idle read connections kept for the next query."""

WAL_PAGES: Final = 8_000
"""Pages in the write-ahead log (32 MB) before they are moved into the file."""


class Database:
    """One writing connection and as many reading ones as there are readers at a time.

    Where the disk takes nothing (it is full, or can only be read), what is there is read all
    the same; each writing tries to open it anew.
    """

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
            DamageError: It is damaged, has no checksums, or a newer version wrote it: set it
                aside and rebuild it.
            PassingError: It cannot even be read now.
        """
        self._path = path
        self._migrations = migrations
        self._on_damage = on_damage
        self._is_kept = is_kept
        self._write_lock = threading.RLock()
        self._pool_lock = threading.Lock()
        self._idle: list[_Reader] = []
        self._lent_count = 0
        self._closed: RetryError | None = None
        self._way = Way.SHARED
        self._writer: OpenFile | None = None
        try:
            self._writer = self._open()
        except PassingError as refused:
            self._way = self._find_way(refused)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: committed when the block ends, rolled back when it raises.

        Inside another one of the same thread it is a part of that: a failure undoes all.

        Raises:
            PassingError: The disk takes nothing now.
        """
        with self._write_lock:
            with self._noticing():
                writer = self._require_writer()
            with self._noticing(writer), _transaction(writer):
                yield writer

    @contextmanager
    def write_unlinked(self) -> Iterator[Connection]:
        """The same, in which rows may lack what they refer to: only so are tables emptied at
        once, and not row by row, 0.1 s of 100,000."""
        with self._write_lock, self._noticing():
            writer = self._require_writer()
            writer.execute("PRAGMA foreign_keys = OFF")
            try:
                with self.write():
                    yield writer
            finally:
                writer.execute("PRAGMA foreign_keys = ON")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read-only connection; UserError when the block's queries take too long."""
        with self._noticing(reading=True):
            reader = self._borrow()
        try:
            with self._noticing(reader.db, reading=True):
                reader.give_time()
                yield reader.db
                require_checked(reader.db)
        finally:
            self._return(reader)

    def shrink(self) -> None:
        """Give free pages back to the disk, unless a transaction is open.

        Copies all that is there, so it is for a time when that is little.
        """
        with self._write_lock, translated(self._path):
            writer = self._require_writer()
            if not writer.in_transaction:
                writer.execute("VACUUM")

    def empty_log(self) -> None:
        """Move what stands in the write-ahead log into the file, and cut the log to nothing.

        Raises:
            PassingError: Somebody reads what stands in it.
        """
        with self._write_lock:
            with self._noticing():
                writer = self._require_writer()
            with self._noticing(writer):
                writer.wal_checkpoint(mode=TRUNCATE)

    def release_memory(self) -> None:
        """Let go of the pages kept at hand; who needs them next reads them again."""
        with self._write_lock:
            if self._writer is not None and not self._writer.in_transaction:
                with self._noticing():
                    self._writer.execute("PRAGMA shrink_memory")
        with self._pool_lock:
            idle, self._idle = self._idle, []
        for reader in idle:
            reader.db.close()

    def check_writable(self) -> None:
        """Write something, and change nothing.  Raises PassingError while that is refused."""
        with self.write() as db:
            (version,) = db.execute("PRAGMA user_version").fetchone()
            db.execute(f"PRAGMA user_version = {version}")

    def close(self, why: RetryError | None = None) -> None:
        """Close it for good; who comes later is told ``why``."""
        with self._pool_lock:
            self._closed = why or RetryError("the index is closed")
            idle, self._idle = self._idle, []
        for reader in idle:
            reader.db.close()
        with self._write_lock:
            if self._writer is not None:
                self._writer.close()

    @contextmanager
    def _noticing(self, of: OpenFile | None = None, *, reading: bool = False) -> Iterator[None]:
        """SQLite's errors as ours, and damage told to who looks after it."""
        try:
            with translated(self._path, reading=reading, of=of):
                yield
        except DamageError as error:
            if self._on_damage is None:
                raise
            self._on_damage(error)
            raise MendingError(str(error)) from error

    def _open(self) -> OpenFile:
        with translated(self._path, reading=True):
            writer = connect(self._path)
            try:
                prepare(writer, self._migrations, is_kept=self._is_kept)
            except BaseException:
                writer.close()
                raise
        return writer

    def _find_way(self, refused: PassingError) -> Way:
        """Return how the file can be read though it takes nothing; raises why it does not."""
        if refused.trouble == troubles.BUSY.name or not self._path.is_file():
            raise refused  # who reads beside a foreign writer must share with it
        for way in ways_to_read(self._path):
            with suppress(PassingError), translated(self._path, reading=True):
                reader = _Reader(self._path, way)
                try:
                    if not read_schema(reader.db):
                        raise refused  # begun just now, and nothing could be put into it
                    check_schema(reader.db, self._migrations)
                finally:
                    reader.db.close()
                return way
        raise refused

    def _require_writer(self) -> OpenFile:
        if self._closed is not None:
            raise self._closed
        if self._writer is None:
            with self._pool_lock:
                self._writer = self._open_again()
        return self._writer

    def _open_again(self) -> OpenFile:
        """Open what took nothing at first; never under somebody who reads it as if alone."""
        if self._lent_count:
            raise troubles.BUSY.unsaved(self._path)
        for reader in self._idle:
            reader.db.close()
        self._idle.clear()
        writer = self._open()
        self._way = Way.SHARED
        return writer

    def _borrow(self) -> "_Reader":
        with self._pool_lock:
            if self._closed is not None:
                raise self._closed
            self._lent_count += 1
            if self._idle:
                return self._idle.pop()
            way = self._way
        try:
            return _Reader(self._path, way)
        except BaseException:
            with self._pool_lock:
                self._lent_count -= 1
            raise

    def _return(self, reader: "_Reader") -> None:
        with self._pool_lock:
            self._lent_count -= 1
            if self._closed is None and len(self._idle) < READERS_KEPT_MAX:
                self._idle.append(reader)
                return
        reader.db.close()


@contextmanager
def _transaction(writer: OpenFile) -> Iterator[None]:
    if writer.in_transaction:
        yield
        return
    writer.execute("BEGIN IMMEDIATE")
    try:
        yield
        writer.execute("COMMIT")
    except BaseException:
        _roll_back(writer)
        raise


def _roll_back(writer: OpenFile) -> None:
    # A full disk or damage may have done it already.
    if writer.in_transaction:
        writer.execute("ROLLBACK")


def prepare(db: OpenFile, migrations: Sequence[Sequence[str]], *, is_kept: bool = True) -> None:
    """Make a file that was just opened ready to write, and check it whole."""
    newest = len(migrations)
    add_functions(db)
    db.execute("PRAGMA journal_mode = WAL")
    # A cache: after a power cut the logs tell again what its last seconds held.
    db.execute(f"PRAGMA synchronous = {'NORMAL' if is_kept else 'OFF'}")
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute(f"PRAGMA cache_size = {-WRITER_CACHE_KIB}")
    db.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
    version = db.pragma("user_version")
    if not 0 <= version <= newest:
        raise DamageError(f"index has version {version}, this program knows {newest}")
    require_checked(db)
    check_schema(db, migrations[:version])
    migrate(db, migrations)
    db.execute("PRAGMA foreign_keys = ON")


class _Reader:
    """A read-only connection that gives up when its time is over."""

    def __init__(self, path: Path, way: Way = Way.SHARED) -> None:
        self.db = connect_reader(path, way)
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
    """Let statements work out the hashes that are not stored, and what words a text has."""
    db.create_scalar_function("text_of", Texts().text_of, 2)
    db.create_scalar_function("hash_plain_post", hash_or_damage, 3, deterministic=True)
    db.create_scalar_function("index_text", terms_or_damage, 1, deterministic=True)


def hash_or_damage(*values: Any) -> Hash:
    """Like ``hash_plain_post``, of what a damaged row may hold."""
    try:
        return hash_plain_post(*values)
    except (AttributeError, TypeError, ValueError) as error:
        raise DamageError(f"index has a post that nobody can have signed: {error}") from error


def terms_or_damage(*values: Any) -> str:
    """Like ``index_text``, of what a damaged row may hold."""
    try:
        return index_text(*values)
    except (AttributeError, TypeError) as error:
        raise DamageError(f"index has a post without a text: {error}") from error


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
