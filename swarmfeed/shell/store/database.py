"""The index file: opened, checked, migrated, written in transactions, read from any thread."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from swarmfeed.core.asks import troubles
from swarmfeed.errors import DamageError, MendingError, PassingError, RetryError
from swarmfeed.shell.store.readers import QUERY_TIMEOUT_S, Reader, Readers, add_functions
from swarmfeed.shell.store.schema import MIGRATIONS
from swarmfeed.shell.store.sqlite import (
    TRUNCATE,
    Connection,
    OpenFile,
    Way,
    connect,
    connect_memory,
    is_checked,
    translated,
    ways_to_read,
)

WRITER_CACHE_KIB: Final = 8 * 1024
"""Pages the writer keeps.  With 24 MiB, 400,000 posts take as long, and 16 MB more."""

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
        self._writer: OpenFile | None = None
        self.revision = object()
        """Another one as soon as anything may have been written."""
        way = Way.SHARED
        try:
            self._writer = self._open()
        except PassingError as refused:
            way = self._find_way(refused)
        self._readers = Readers(path, way)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: committed when the block ends, rolled back when it raises.

        Inside another one of the same thread it is a part of that: a failure undoes all.

        Raises:
            PassingError: The disk takes nothing now.
        """
        with self._write_lock, self._revising():
            with self._noticing():
                writer = self._require_writer()
            with self._noticing(writer), transaction(writer):
                yield writer

    @contextmanager
    def lent(self) -> Iterator[Path | None]:
        """Nobody here writes inside: another process may, by this path.  None: it may not, for
        this is inside a transaction.

        Raises:
            PassingError: The disk takes nothing now.
        """
        with self._write_lock, self._revising():
            with self._noticing():
                writer = self._require_writer()
            yield None if writer.in_transaction else self._path

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
            reader = self._readers.borrow()
        try:
            with self._noticing(reader.db, reading=True):
                reader.give_time()
                yield reader.db
                require_checked(reader.db)
        finally:
            self._readers.give_back(reader)

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
        self._readers.close_idle()

    def check_writable(self) -> None:
        """Write something, and change nothing.  Raises PassingError while that is refused."""
        with self.write() as db:
            (version,) = db.execute("PRAGMA user_version").fetchone()
            db.execute(f"PRAGMA user_version = {version}")

    def close(self, why: RetryError | None = None) -> None:
        """Close it for good.

        Args:
            why: It is damaged, and who reads it or comes later is told this.  Without it,
                who reads is waited for: the last of all to close a file moves its log into
                it, so that nothing of what is gone stays, and who only reads cannot.
        """
        wait_s = QUERY_TIMEOUT_S if why is None else 0.0
        self._readers.close(why or RetryError("the index is closed"), wait_s=wait_s)
        with self._write_lock:
            if self._writer is not None:
                self._writer.close()

    @contextmanager
    def _revising(self) -> Iterator[None]:
        try:
            yield
        finally:  # when all is committed, and before anybody is told of it
            self.revision = object()

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
                reader = Reader(self._path, way)
                try:
                    if not read_schema(reader.db):
                        raise refused  # begun just now, and nothing could be put into it
                    check_schema(reader.db, self._migrations)
                finally:
                    reader.db.close()
                return way
        raise refused

    def _require_writer(self) -> OpenFile:
        if self._readers.closed is not None:
            raise self._readers.closed
        if self._writer is None:
            # Never under somebody who reads the file as if alone.
            with self._readers.none_lent():
                self._writer = self._open()
        return self._writer


@contextmanager
def transaction(writer: OpenFile) -> Iterator[None]:
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
    set_up(db, is_kept=is_kept)
    version = db.pragma("user_version")
    if not 0 <= version <= newest:
        raise DamageError(f"index has version {version}, this program knows {newest}")
    require_checked(db)
    check_schema(db, migrations[:version])
    migrate(db, migrations)
    db.execute("PRAGMA foreign_keys = ON")


def set_up(db: OpenFile, *, is_kept: bool = True) -> None:
    """Let a connection write as all that write this file do."""
    add_functions(db)
    db.execute("PRAGMA journal_mode = WAL")
    # A cache: after a power cut the logs tell again what its last seconds held.
    db.execute(f"PRAGMA synchronous = {'NORMAL' if is_kept else 'OFF'}")
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute(f"PRAGMA cache_size = {-WRITER_CACHE_KIB}")
    db.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")


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
