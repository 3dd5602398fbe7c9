"""The index of the network in SQLite and FTS5: ``ports.Recent`` for real.

A file of its own: nothing in it is of this person alone, and it may be deleted at any time.
"""

import threading
from collections.abc import Collection, Sequence
from pathlib import Path

import structlog

from swarmfeed.core.asks import sentences
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.matching import Called
from swarmfeed.core.feed.proven import ProvenApart, ProvenPost
from swarmfeed.core.feed.spot import Spot
from swarmfeed.core.words.query import SearchQuery
from swarmfeed.errors import DamageError, RetryError
from swarmfeed.ports.recent import Looked, RecentHits, RecentPost
from swarmfeed.shell.store import recent_read, recent_write
from swarmfeed.shell.store.aside import delete
from swarmfeed.shell.store.database import Database
from swarmfeed.shell.store.recent_schema import MIGRATIONS
from swarmfeed.shell.store.sqlite import look_twice

logger = structlog.get_logger()


class SqliteRecent:
    """Implements ``ports.Recent``; while it is closed every method raises RetryError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._bytes_max = 0
        self._lock = threading.Lock()
        self._database: Database | None = None
        self._is_doubted = False
        """Whether it met damage before, and was opened again."""

    def open(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        with self._lock:
            if self._database is None:
                self._database = self._open()

    def begin_anew(self) -> None:
        with self._lock:
            if self._database is not None:
                self._database.close()
            self._database = None
            if self._is_doubted:
                delete(self._path)
            self._database = self._open()
            self._is_doubted = not self._is_doubted

    def close(self) -> None:
        with self._lock:
            database, self._database = self._database, None
        if database is not None:
            database.close()

    def release_memory(self) -> None:
        database = self._database
        if database is not None:
            database.release_memory()

    def _open(self) -> Database:
        try:
            return look_twice(self._path, self._connect)
        except DamageError as error:
            # All in it was passed on by others, or is in the logs.
            logger.warning("the index of the network is made anew", reason=str(error))
            delete(self._path)
            return self._connect()

    def _connect(self) -> Database:
        return Database(self._path, MIGRATIONS, on_damage=lambda _: None)

    @property
    def _opened(self) -> Database:
        database = self._database
        if database is None:
            raise RetryError(sentences.NODE_STOPS())
        return database

    # writing

    def add(self, posts: Sequence[RecentPost], today: int, looked: Looked | None = None) -> int:
        with self._opened.write() as db:
            added = recent_write.add(db, posts, today, looked)
        self._make_room()
        return added

    def _make_room(self) -> None:
        """Let the oldest days go until it takes no more than it may."""
        while self.disk_bytes() > self._bytes_max:
            with self._opened.write() as db:
                if not recent_write.drop_oldest(db):
                    return

    def amend(self, feed_id: FeedId, index: int, edit: ProvenApart) -> bool:
        with self._opened.write() as db:
            return recent_write.amend(db, feed_id, index, edit)

    def drop_feed(self, feed_id: FeedId) -> None:
        with self._opened.write() as db:
            recent_write.drop_feed(db, feed_id)

    # reading

    def looked_through(self) -> dict[FeedId, int]:
        with self._opened.read() as db:
            return recent_read.looked_through(db)

    def places(
        self, feed_id: FeedId, certificates: Sequence[bytes], start: int, end: int
    ) -> frozenset[int]:
        with self._opened.read() as db:
            return recent_read.places(db, feed_id, certificates, start, end)

    def first_day(self) -> int:
        with self._opened.read() as db:
            return recent_read.said(db, recent_write.FIRST_DAY)

    def search(
        self, query: SearchQuery, called: Called, before: Spot | None, limit: int
    ) -> RecentHits:
        with self._opened.read() as db:
            return recent_read.search(db, query, called, before, limit)

    def newest(self, before: Spot | None, limit: int) -> RecentHits:
        with self._opened.read() as db:
            return recent_read.newest(db, before, limit)

    def on_drawers(
        self, drawers: Collection[int], before: Spot | None, limit: int
    ) -> RecentHits:
        with self._opened.read() as db:
            return recent_read.on_drawers(db, drawers, before, limit)

    def people(self, typed: str, limit: int) -> tuple[ProvenPost, ...]:
        with self._opened.read() as db:
            return recent_read.people(db, typed, limit)

    def count(self) -> int:
        with self._opened.read() as db:
            return recent_read.count(db)

    def disk_bytes(self) -> int:
        """Of the pages in use: those of days that went are filled again."""
        with self._opened.read() as db:
            (pages,) = db.execute("PRAGMA page_count").fetchone()
            (free,) = db.execute("PRAGMA freelist_count").fetchone()
            (page_bytes,) = db.execute("PRAGMA page_size").fetchone()
        return int((pages - free) * page_bytes)
