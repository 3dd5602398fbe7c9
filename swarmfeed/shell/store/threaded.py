"""What the index tells of threads: a part of ``SqliteIndex``."""

from collections.abc import Collection

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.types import EntryRef, FeedId, Hash
from swarmfeed.shell.store import threads
from swarmfeed.shell.store.database import Database


class ThreadedIndex:
    """Reads only; see ``ports.threads``."""

    _database: Database

    def replies(
        self, answered: EntryRef, limit: int, after: Cursor | None = None
    ) -> list[PostView]:
        with self._database.read() as db:
            return threads.replies(db, answered, limit, after)

    def gone(self, feed_id: FeedId, index: int) -> PostView | None:
        with self._database.read() as db:
            return threads.gone(db, feed_id, index)

    def count_below(self, answered: EntryRef, limit: int) -> int:
        with self._database.read() as db:
            return threads.count_below(db, answered, limit)

    def newest_below(self, answered: EntryRef, limit: int) -> PostView | None:
        with self._database.read() as db:
            return threads.newest_below(db, answered, limit)

    def within(
        self, places: Collection[tuple[FeedId, int]], tops: Collection[Hash]
    ) -> set[tuple[FeedId, int]]:
        with self._database.read() as db:
            return threads.within(db, places, tops)
