"""The index in SQLite and FTS5: ``ports.Index`` for real.

Tables are in ``schema``, the file in ``database``, what is kept of which kind in ``kinds``,
what goes in in ``write``, what comes out in ``read`` and ``search``, by what time it is sorted
in ``times`` and ``moments``, other nodes in ``nodes``.
Nothing here is precious: what cannot be learnt anew from other nodes, the logs tell again.
"""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.limits import NEWER_COUNTED
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, Hash, NodeId
from swarmfeed.core.feed.reading import Packed, read_stored
from swarmfeed.core.feed.sightings import PLAIN, Reckoning
from swarmfeed.errors import DamageError, MendingError
from swarmfeed.ports import Addition, Ahead, KnownAuthor, KnownDevice, KnownHolder
from swarmfeed.shell.heap import give_back_free_memory
from swarmfeed.shell.store import (
    amendments,
    devices,
    pins,
    places,
    remnants,
    sealed,
    times,
)
from swarmfeed.shell.store import check as index_check
from swarmfeed.shell.store import home as index_home
from swarmfeed.shell.store import nodes as index_nodes
from swarmfeed.shell.store import read as index_read
from swarmfeed.shell.store import search as index_search
from swarmfeed.shell.store import write as index_write
from swarmfeed.shell.store.aside import delete, delete_aside, scratch_of, set_aside
from swarmfeed.shell.store.database import Database
from swarmfeed.shell.store.entries import Tables
from swarmfeed.shell.store.kinds import TABLES
from swarmfeed.shell.store.made import Run
from swarmfeed.shell.store.preparing import KeptRun, Preparer, Runs, Shorts, read_here
from swarmfeed.shell.store.schema import MIGRATIONS
from swarmfeed.shell.store.social import SocialIndex
from swarmfeed.shell.store.threaded import ThreadedIndex


class SqliteIndex(SocialIndex, ThreadedIndex):
    """Implements ``ports.Index``.

    A file that turns out to be damaged is told of once, to who asked for it; every method that
    meets it raises MendingError, until ``begin_anew``; and PassingError when the disk refuses.
    """

    def __init__(
        self,
        path: Path,
        tables: Tables = TABLES,
        preparer: Preparer | None = None,
        *,
        is_kept: bool = True,
    ) -> None:
        """Open or create the index; ``tables`` say what it keeps of which kinds.

        Args:
            preparer: What prepares runs of entries, closed with it; None: this process.
            is_kept: Whether it is to be there after a power cut.

        Raises:
            DamageError: The file is damaged, or written by a newer version.
        """
        self._path = path
        self._tables = tables
        self._preparer = preparer or Preparer()
        self._is_kept = is_kept
        self._damage: DamageError | None = None
        self._tell: Callable[[], object] = lambda: None
        """Before the node starts, who opens it hears of damage by the error alone."""
        self._noticing = threading.Lock()
        self._opened = 0
        """How often a file was opened: who still reads an earlier one says nothing of this."""
        self._is_aside = False
        self._merging = remnants.Merging()
        self._database = self._open()

    # damage

    def when_damaged(self, tell: Callable[[], None]) -> None:
        self._tell = tell

    def begin_anew(self) -> bool:
        if self._damage is None:
            return False
        self._preparer.rest()
        if not self._is_aside:
            # Who has the old one at hand is told to come again.
            self._database.close(MendingError(f"the index is made anew: {self._damage}"))
            set_aside(self._path)
            self._is_aside = True
        self._database = self._open()
        self._damage, self._is_aside = None, False
        return True

    def check(self) -> None:
        with self._database.write() as db:
            index_check.check(db)

    @contextmanager
    def scratch(self) -> Iterator["SqliteIndex"]:
        path = scratch_of(self._path)
        delete(path)
        opened = SqliteIndex(path, self._tables, is_kept=False)
        try:
            yield opened
        finally:
            opened.close()
            delete(path)

    def _open(self) -> Database:
        migrations = (*MIGRATIONS, *self._tables.migrations())
        with self._noticing:
            self._opened += 1
            on_damage = partial(self._on_damage, self._opened)
        return Database(self._path, migrations, on_damage, is_kept=self._is_kept)

    def _on_damage(self, opened: int, error: DamageError) -> None:
        with self._noticing:
            if opened != self._opened:
                return  # made anew already
            is_news, self._damage = self._damage is None, error
        if is_news:
            self._tell()

    # writing

    @contextmanager
    def together(self, *, in_order: bool = False) -> Iterator[None]:
        """One transaction; let a failure inside end the block."""
        with self._database.write() as db, index_write.gathered(db, in_order=in_order):
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
        reckoning: Reckoning = PLAIN,
        with_posts: bool = True,
    ) -> int:
        addition = Addition(
            feed_id=feed_id,
            author_id=author_id,
            start=start,
            prepared=Run(entries=read_stored(stored, hashes)),
            reckoning=reckoning,
            with_posts=with_posts,
        )
        (added,) = self.add_each([addition])
        return added

    def prepare(self, packed: Packed, ahead: Ahead | None = None) -> Runs:
        return self._preparer.prepare(packed, ahead)

    def prepare_each(self, runs: Sequence[Packed]) -> Shorts:
        return self._preparer.prepare_each(runs)

    def add_each(self, additions: Sequence[Addition]) -> list[int]:
        """One transaction: thousands of entries a call cost half as much each as hundreds."""
        here = additions
        if any(isinstance(each.prepared, KeptRun) for each in additions):
            with self._database.lent() as path:
                added = None if path is None else self._preparer.put_in(path, additions)
            if added is not None:
                return added
            here = [replace(each, prepared=read_here(each.prepared)) for each in additions]
        with self._database.write() as db, index_write.gathered(db, in_order=False):
            return [index_write.add(db, self._tables, each) for each in here]

    def resort(self, feed_id: FeedId, start: int, stop: int, reckoning: Reckoning) -> None:
        with self._database.write() as db:
            times.resort(db, feed_id, start, stop, reckoning)

    def first_post(self, feed_id: FeedId) -> int | None:
        with self._database.read() as db:
            return index_read.first_post(db, feed_id)

    def drop_feed(self, feed_id: FeedId) -> None:
        with self._database.write() as db:
            index_write.drop_feed(db, self._tables, feed_id)

    def clear(self) -> None:
        with self._database.write_unlinked() as db:
            index_write.clear(db, self._tables)
        self._database.shrink()

    def place_of_withdrawn(self, name: str) -> tuple[FeedId, int] | None:
        with self._database.read() as db:
            return amendments.place_of_withdrawn(db, name)

    def feeds_with_withdrawals(self) -> list[FeedId]:
        with self._database.read() as db:
            return amendments.feeds_with_withdrawals(db)

    def is_to_sweep(self) -> bool:
        with self._database.read() as db:
            return remnants.GONE in remnants.noted(db)

    def sweep(self) -> bool:
        """As in ``ports.Index``: a step of merging, or all that comes behind it."""
        with self._database.write() as db:
            if self._merging.step(db):
                return True
        delete_aside(self._path)
        self._database.empty_log()
        with self._database.write() as db:
            remnants.forget(db, remnants.GONE)
        return False

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

    def revision(self) -> object:
        return self._database.revision

    def indexed_ranges(self, feed_id: FeedId) -> list[tuple[int, int]]:
        with self._database.read() as db:
            return index_read.indexed_ranges(db, feed_id)

    def indexed_by_feed(self) -> dict[FeedId, list[tuple[int, int]]]:
        with self._database.read() as db:
            return index_read.indexed_by_feed(db)

    def known_sizes(self) -> dict[FeedId, tuple[AuthorId, int]]:
        with self._database.read() as db:
            return places.known_sizes(db)

    def feeds_later_than(self, time_ms: int) -> list[FeedId]:
        with self._database.read() as db:
            return times.feeds_later_than(db, time_ms)

    def time_agreed_on(self, authors: int) -> int:
        with self._database.read() as db:
            return times.time_agreed_on(db, authors)

    def home(
        self, limit: int, before: Cursor | None, without: Collection[AuthorId] = ()
    ) -> list[PostView]:
        with self._database.read() as db:
            return index_home.home(db, limit, before, without)

    def newer_than(
        self, after: Cursor, without: Collection[AuthorId] = (), most: int = NEWER_COUNTED
    ) -> int:
        with self._database.read() as db:
            return index_home.newer_than(db, after, without, most)

    def author_posts(
        self, author_id: AuthorId, limit: int, before: Cursor | None, kind: str = ""
    ) -> list[PostView]:
        with self._database.read() as db:
            return index_read.author_posts(db, author_id, limit, before, kind)

    def search(self, words: str, limit: int, before: Cursor | None) -> list[PostView]:
        with self._database.read() as db:
            return index_search.search(db, words, limit, before)

    def count_found(self, words: str, most: int) -> int:
        with self._database.read() as db:
            return index_search.count_found(db, words, most)

    def post(self, feed_id: FeedId, index: int) -> PostView | None:
        with self._database.read() as db:
            return index_read.post(db, feed_id, index)

    def posts_at(self, places: Collection[tuple[FeedId, int]]) -> list[PostView]:
        with self._database.read() as db:
            return index_read.posts_at(db, places)

    def post_by_id(self, public_id: str) -> PostView | None:
        with self._database.read() as db:
            return index_read.post_by_id(db, public_id)

    def post_by_hash(self, entry_hash: Hash) -> PostView | None:
        with self._database.read() as db:
            return index_read.post_by_hash(db, entry_hash)

    def edits_of(self, feed_id: FeedId, index: int) -> list[int]:
        with self._database.read() as db:
            return amendments.edits_of(db, feed_id, index)

    def withdrawals(self, feed_id: FeedId) -> dict[int, int]:
        with self._database.read() as db:
            return amendments.withdrawals(db, feed_id)

    def author(self, author_id: AuthorId) -> KnownAuthor | None:
        return self.authors([author_id]).get(author_id)

    def authors(self, wanted: Collection[AuthorId]) -> dict[AuthorId, KnownAuthor]:
        with self._database.read() as db:
            return index_read.authors(db, wanted)

    def pinned(self, author_id: AuthorId) -> PostView | None:
        with self._database.read() as db:
            return pins.pinned(db, author_id)

    def sealed_entries(self, feed_id: FeedId, kind: str, limit: int) -> list[int]:
        with self._database.read() as db:
            return sealed.places(db, feed_id, kind, limit)

    def feeds_with(self, kind: str, feed_ids: Collection[FeedId]) -> set[FeedId]:
        with self._database.read() as db:
            return sealed.feeds_with(db, kind, feed_ids)

    def device(self, feed_id: FeedId) -> KnownDevice:
        with self._database.read() as db:
            return devices.device(db, feed_id)

    def called(self, name: str) -> dict[AuthorId, str]:
        with self._database.read() as db:
            return index_read.called(db, name)

    def follows_of_all(self, authors: Collection[AuthorId]) -> dict[AuthorId, int]:
        with self._database.read() as db:
            return Counter(a for each in authors for a in index_read.follows_of(db, each))

    def follows_of(self, author_id: AuthorId) -> list[AuthorId]:
        with self._database.read() as db:
            return index_read.follows_of(db, author_id)

    def followers_of(self, author_id: AuthorId) -> list[AuthorId]:
        with self._database.read() as db:
            return index_read.followers_of(db, author_id)

    def receipts(self, feed_id: FeedId) -> dict[NodeId, int]:
        return self.receipts_by_feed([feed_id])[feed_id]

    def receipts_by_feed(self, feed_ids: Sequence[FeedId]) -> dict[FeedId, dict[NodeId, int]]:
        with self._database.read() as db:
            return index_nodes.receipts_by_feed(db, feed_ids)

    def holders(self, feed_id: FeedId) -> list[KnownHolder]:
        return self.holders_by_feed([feed_id])[feed_id]

    def holders_by_feed(self, feed_ids: Sequence[FeedId]) -> dict[FeedId, list[KnownHolder]]:
        with self._database.read() as db:
            return index_nodes.holders_by_feed(db, feed_ids)

    def doors_of(self, feed_ids: Sequence[FeedId]) -> list[tuple[Endpoint, bool]]:
        with self._database.read() as db:
            return index_nodes.doors_of(db, feed_ids)

    def peers(self, limit: int) -> list[Endpoint]:
        with self._database.read() as db:
            return index_nodes.peers(db, limit)

    def check_writable(self) -> None:
        self._database.check_writable()

    def release_memory(self) -> None:
        self._database.release_memory()
        give_back_free_memory()

    def close(self) -> None:
        self._preparer.close()
        self._database.close()
