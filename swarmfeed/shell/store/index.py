"""The index in SQLite and FTS5: ``ports.Index`` for real.

Tables are in ``schema``, the file in ``database``, what is kept of which kind in ``kinds``,
what goes in in ``write``, what comes out in ``read``, other nodes in ``nodes``.
Nothing here is precious: what cannot be learnt anew from other nodes, the logs tell again.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import structlog

from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, Hash, NodeId
from swarmfeed.errors import DamageError
from swarmfeed.ports import KnownAuthor, KnownHolder
from swarmfeed.shell.store import nodes as index_nodes
from swarmfeed.shell.store import places
from swarmfeed.shell.store import read as index_read
from swarmfeed.shell.store import write as index_write
from swarmfeed.shell.store.aside import INDEXES_MAX, set_aside
from swarmfeed.shell.store.database import Database
from swarmfeed.shell.store.entries import Tables
from swarmfeed.shell.store.kinds import TABLES
from swarmfeed.shell.store.schema import MIGRATIONS

logger = structlog.get_logger()


class SqliteIndex:
    """Implements ``ports.Index``.

    Every method raises DamageError when the file turns out to be damaged: then close it,
    set it aside and rebuild it from the logs; and PassingError when the disk refuses.
    """

    def __init__(self, path: Path, tables: Tables = TABLES) -> None:
        """Open or create the index; ``tables`` say what it keeps of which kinds.

        Raises:
            DamageError: The file is damaged, or written by a newer version.
        """
        self._tables = tables
        self._database = Database(path, (*MIGRATIONS, *tables.migrations()))

    # writing

    @contextmanager
    def together(self) -> Iterator[None]:
        """One transaction; let a failure inside end the block."""
        with self._database.write():
            yield

    def reserve(self, feed_id: FeedId, author_id: AuthorId, size: int) -> None:
        with self._database.write() as db:
            places.reserve(db, feed_id, author_id, size)

    def add_entries(
        self,
        feed_id: FeedId,
        author_id: AuthorId,
        start: int,
        stored: Sequence[bytes],
        hashes: Sequence[Hash],
        *,
        now_ms: int,
    ) -> int:
        """One transaction: thousands of entries a call cost half as much each as hundreds."""
        with self._database.write() as db:
            return index_write.add_entries(
                db, self._tables, feed_id, author_id, start, stored, hashes, now_ms
            )

    def drop_feed(self, feed_id: FeedId) -> None:
        with self._database.write() as db:
            index_write.drop_feed(db, self._tables, feed_id)

    def clear(self) -> None:
        with self._database.write() as db:
            index_write.clear(db, self._tables)
        self._database.shrink()

    def save_own_author(self, author_id: AuthorId) -> None:
        with self._database.write() as db:
            index_write.save_own_author(db, author_id)

    def save_receipt(self, feed_id: FeedId, node_id: NodeId, size: int, time_s: int) -> None:
        with self._database.write() as db:
            index_nodes.save_receipt(db, feed_id, node_id, size, time_s)

    def save_holder(self, feed_id: FeedId, holder: KnownHolder) -> None:
        with self._database.write() as db:
            index_nodes.save_holder(db, feed_id, holder)

    def save_peer(self, endpoint: Endpoint, *, seen_at_ms: int) -> None:
        with self._database.write() as db:
            index_nodes.save_peer(db, endpoint, seen_at_ms)

    def forget_peer(self, endpoint: Endpoint) -> None:
        with self._database.write() as db:
            index_nodes.forget_peer(db, endpoint)

    # reading

    def indexed_ranges(self, feed_id: FeedId) -> list[tuple[int, int]]:
        with self._database.read() as db:
            return index_read.indexed_ranges(db, feed_id)

    def home(self, limit: int, before: Cursor | None) -> list[PostView]:
        with self._database.read() as db:
            return index_read.home(db, limit, before)

    def newer_than(self, after: Cursor) -> int:
        with self._database.read() as db:
            return index_read.newer_than(db, after)

    def author_posts(
        self, author_id: AuthorId, limit: int, before: Cursor | None
    ) -> list[PostView]:
        with self._database.read() as db:
            return index_read.author_posts(db, author_id, limit, before)

    def search(self, words: str, limit: int, before: Cursor | None) -> list[PostView]:
        with self._database.read() as db:
            return index_read.search(db, words, limit, before)

    def post(self, feed_id: FeedId, index: int) -> PostView | None:
        with self._database.read() as db:
            return index_read.post(db, feed_id, index)

    def post_by_hash(self, entry_hash: Hash) -> PostView | None:
        with self._database.read() as db:
            return index_read.post_by_hash(db, entry_hash)

    def replies(self, entry_hash: Hash, limit: int) -> list[PostView]:
        """Oldest first."""
        with self._database.read() as db:
            return index_read.replies(db, entry_hash, limit)

    def author(self, author_id: AuthorId) -> KnownAuthor | None:
        with self._database.read() as db:
            return index_read.author(db, author_id)

    def follows_of(self, author_id: AuthorId) -> list[AuthorId]:
        with self._database.read() as db:
            return index_read.follows_of(db, author_id)

    def followers_of(self, author_id: AuthorId) -> list[AuthorId]:
        with self._database.read() as db:
            return index_read.followers_of(db, author_id)

    def receipts(self, feed_id: FeedId) -> dict[NodeId, int]:
        with self._database.read() as db:
            return index_nodes.receipts(db, feed_id)

    def holders(self, feed_id: FeedId) -> list[KnownHolder]:
        with self._database.read() as db:
            return index_nodes.holders(db, feed_id)

    def peers(self, limit: int) -> list[Endpoint]:
        with self._database.read() as db:
            return index_nodes.peers(db, limit)

    def check_writable(self) -> None:
        self._database.check_writable()

    def close(self) -> None:
        self._database.close()


def open_index(path: Path, tables: Tables = TABLES) -> SqliteIndex:
    """Open the index; a damaged one is set aside, and a new one begun.

    Raises:
        PassingError: It cannot even be read now.
    """
    try:
        return SqliteIndex(path, tables)
    except DamageError as error:
        kept = set_aside(path, kept_max=INDEXES_MAX)
        logger.warning(sentences.INDEX_SET_ASIDE(kept=kept.name), reason=str(error))
        return SqliteIndex(path, tables)
