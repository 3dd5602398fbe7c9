"""Those who read a file of SQLite: a connection each, lent to one at a time, in any thread."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from swarmfeed.core.asks import troubles
from swarmfeed.core.base.types import Hash
from swarmfeed.core.words.terms import index_text
from swarmfeed.errors import DamageError, RetryError
from swarmfeed.shell.store.entries import hash_plain_post
from swarmfeed.shell.store.packs import Texts
from swarmfeed.shell.store.sqlite import OpenFile, Way, closed_if_it_fails, connect_reader

QUERY_TIMEOUT_S: Final = 2.0
"""Longest a reading query may compute: thirty times what the slowest one needs.  Of its own
thread's time: on a busy machine the clock on the wall says nothing about the question."""

PROGRESS_STEPS: Final = 10_000
"""Virtual machine steps between two looks at the clock: about a tenth of a millisecond."""

READER_CACHE_KIB: Final = 8 * 1024
"""Pages each reader keeps; the system's own cache holds the rest."""

READERS_KEPT_MAX: Final = 8
"""Idle read connections kept for the next query."""


class Reader:
    """A read-only connection that gives up when its time is over."""

    def __init__(self, path: Path, way: Way = Way.SHARED) -> None:
        self.db = connect_reader(path, way)
        self._deadline_s = 0.0
        with closed_if_it_fails(self.db, path):
            self._prepare()

    def give_time(self) -> None:
        self._deadline_s = time.thread_time() + QUERY_TIMEOUT_S

    def _prepare(self) -> None:
        add_functions(self.db)
        self.db.execute("PRAGMA trusted_schema = OFF")
        self.db.execute(f"PRAGMA cache_size = {-READER_CACHE_KIB}")
        self.db.set_progress_handler(self._is_late, PROGRESS_STEPS)

    def _is_late(self) -> bool:
        return time.thread_time() > self._deadline_s


class Readers:
    """As many as there are questions at a time; some are kept for the next ones."""

    def __init__(self, path: Path, way: Way) -> None:
        """``way``: how they open the file."""
        self.closed: RetryError | None = None
        """Why none is lent any more."""
        self._path = path
        self._way = way
        self._changed = threading.Condition()
        self._idle: list[Reader] = []
        self._lent_count = 0

    def borrow(self) -> Reader:
        """Lend one, to be given back.  Raises what they were closed with."""
        with self._changed:
            if self.closed is not None:
                raise self.closed
            self._lent_count += 1
            if self._idle:
                return self._idle.pop()
            way = self._way
        try:
            return Reader(self._path, way)
        except BaseException:
            self._came_back()
            raise

    def give_back(self, reader: Reader) -> None:
        with self._changed:
            is_kept = self.closed is None and len(self._idle) < READERS_KEPT_MAX
            if is_kept:
                self._idle.append(reader)
        if not is_kept:
            reader.db.close()
        self._came_back()

    @contextmanager
    def none_lent(self) -> Iterator[None]:
        """Nobody has the file open, nor opens it, inside; from then on all share it with who
        writes.  PassingError: somebody reads."""
        with self._changed:
            if self._lent_count:
                raise troubles.BUSY.unsaved(self._path)
            self._close_all()
            yield
            self._way = Way.SHARED

    def close_idle(self) -> None:
        """Let go of what they keep at hand."""
        with self._changed:
            self._close_all()

    def close(self, why: RetryError, *, wait_s: float) -> None:
        """Lend none any more; who asks is told ``why``.

        Args:
            why: Raised from now on.
            wait_s: How long those that are lent are waited for; each is closed when it is
                given back, then or later.
        """
        with self._changed:
            self.closed = why
            self._close_all()
            self._changed.wait_for(lambda: not self._lent_count, wait_s)

    def _came_back(self) -> None:
        with self._changed:
            self._lent_count -= 1
            self._changed.notify_all()

    def _close_all(self) -> None:
        for reader in self._idle:
            reader.db.close()
        self._idle.clear()


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
