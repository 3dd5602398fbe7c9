"""The file of the index in SQLite: damage, versions, transactions, threads."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from swarmfeed.core.asks import troubles
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId
from swarmfeed.core.feed.entry import encode_entry, hash_stored
from swarmfeed.core.feed.kinds import (
    FollowBody,
    PostBody,
    ProfileBody,
    encode_body,
)
from swarmfeed.core.feed.limits import SALT_BYTES
from swarmfeed.errors import DamageError, PassingError, UserError
from swarmfeed.shell.store import database
from swarmfeed.shell.store.aside import delete
from swarmfeed.shell.store.database import Database
from swarmfeed.shell.store.index import SqliteIndex
from swarmfeed.shell.store.kinds import TABLES
from swarmfeed.shell.store.opened import open_index
from swarmfeed.shell.store.schema import MIGRATIONS
from swarmfeed.shell.store.sqlite import connect

from tests.shell.store.sqlite_memory import sqlite_bytes

ANN, BOB = AuthorId(b"a" * 32), AuthorId(b"b" * 32)
LAPTOP, BOBS = FeedId(b"A" * 32), FeedId(b"B" * 32)

VERSIONS = (*MIGRATIONS, *TABLES.migrations())

WORDS = ("river", "stone", "bridge", "water", "under", "above", "the", "a", "of", "light", "2")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index.db"


@pytest.fixture
def index(path: Path) -> Iterator[SqliteIndex]:
    opened = SqliteIndex(path)
    yield opened
    opened.close()


def make_records() -> list[bytes]:
    """A few hundred entries, always the same: posts, replies, a profile."""
    dice = random.Random(7)
    records = [encode_entry("profile", 1, encode_body(ProfileBody("Bob")))]
    for number in range(1, 300):
        text = f"{number} " + " ".join(dice.choices(WORDS, k=12))
        parent = EntryRef(BOBS, hash_stored(records[number // 2]), number // 2)
        body = PostBody(text, reply=parent if number % 9 == 0 else None)
        salted = encode_body(body, dice.randbytes(SALT_BYTES))
        records.append(encode_entry("post", dice.randrange(10**6), salted))
    return records


RECORDS = make_records()
HASHES = [hash_stored(record) for record in RECORDS]


def fill(index: SqliteIndex) -> None:
    follow = encode_entry("follow", 1, encode_body(FollowBody(BOB, True)))
    index.save_own_author(ANN)
    index.add_entries(LAPTOP, ANN, 0, [follow], [hash_stored(follow)])
    index.add_entries(BOBS, BOB, 0, RECORDS, HASHES)


def ask_everything(index: SqliteIndex) -> list[list[PostView]]:
    return [
        index.home(1000, None),
        index.author_posts(BOB, 1000, None),
        index.search("river", 1000, None),
        index.search('"of the" -water', 1000, None),
        index.search("from:bob stone", 1000, None),
        index.replies(EntryRef(BOBS, HASHES[9], 9), 1000),
        [view for view in map(index.post_by_hash, HASHES[::20]) if view],
        [view for at in range(0, 300, 20) if (view := index.post(BOBS, at))],
    ]


# --- the file --------------------------------------------------------------------------


def test_what_was_indexed_is_there_after_a_restart(path: Path) -> None:
    with closing(SqliteIndex(path)) as first:
        fill(first)
        before = ask_everything(first)
        assert all(before)
    with closing(SqliteIndex(path)) as second:
        assert ask_everything(second) == before
        assert second.indexed_ranges(BOBS) == [(0, 300)]
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("version", range(len(VERSIONS) + 1))
def test_a_file_of_any_earlier_version_is_brought_up_to_date(path: Path, version: int) -> None:
    with closing(connect(path)) as db:
        for migration in VERSIONS[:version]:
            for statement in migration:
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {version}")
    with closing(SqliteIndex(path)) as index:
        fill(index)
        assert all(ask_everything(index))
    with closing(connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(VERSIONS),)


@pytest.mark.parametrize("version", [len(VERSIONS) + 1, -1])
def test_a_file_of_a_version_never_heard_of_is_refused(path: Path, version: int) -> None:
    SqliteIndex(path).close()
    with closing(connect(path)) as db:
        db.execute(f"PRAGMA user_version = {version}")
    with pytest.raises(DamageError, match="version"):
        SqliteIndex(path)


def test_a_file_whose_words_were_folded_in_another_way_is_made_anew(path: Path) -> None:
    with closing(SqliteIndex(path)) as index:
        fill(index)
    with closing(connect(path)) as db:
        db.execute("DROP VIEW folding")
        db.execute("CREATE VIEW folding AS SELECT 'of last year' AS version")
    with pytest.raises(DamageError):
        SqliteIndex(path)
    with closing(open_index(path)) as index:
        fill(index)
        assert all(ask_everything(index))


@pytest.mark.attack("A29")
@pytest.mark.parametrize("content", [b"not a database at all, " * 100, bytes(5000)])
def test_a_file_that_is_no_database_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(DamageError):
        SqliteIndex(path)


@pytest.mark.attack("A29")
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER evil AFTER INSERT ON peer BEGIN DELETE FROM peer; END",
        "CREATE VIEW evil AS SELECT load_extension('x')",
        "DROP TABLE peer",
        "DROP INDEX post_feed",
    ],
)
def test_a_file_with_other_tables_than_ours_is_refused(path: Path, statement: str) -> None:
    SqliteIndex(path).close()
    with closing(connect(path)) as db:
        db.execute(statement)
    with pytest.raises(DamageError, match="did not make"):
        SqliteIndex(path)


@pytest.mark.attack("A26")
def test_an_index_that_another_program_holds_is_neither_damaged_nor_set_aside(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.shell.store.sqlite.BUSY_TIMEOUT_MS", 1)
    with closing(SqliteIndex(path)) as index:
        fill(index)
    with closing(connect(path)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute(f"PRAGMA user_version = {len(VERSIONS)}")
        with pytest.raises(PassingError, match="another program is using it"):
            open_index(path)
    with closing(open_index(path)) as index:
        assert index.indexed_ranges(BOBS) == [(0, 300)]
    assert not list(path.parent.glob("*.damaged*"))


@pytest.mark.slow
@pytest.mark.attack("A26")
def test_an_index_on_a_disk_that_takes_nothing_is_read_and_written_when_it_does(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(SqliteIndex(path)) as index:
        fill(index)
        before = ask_everything(index)
    content = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(database, "prepare", lambda *_, **__: full())
        index = open_index(path)
        assert ask_everything(index) == before
        with pytest.raises(PassingError, match="the disk is full"):
            index.check_writable()
        with pytest.raises(PassingError, match="the disk is full"):
            index.drop_feed(BOBS)
    assert path.read_bytes() == content
    with closing(index):
        index.check_writable()
        index.drop_feed(BOBS)
        fill(index)
        assert index.indexed_ranges(BOBS) == [(0, 300)]


def test_what_was_kept_at_hand_is_let_go(index: SqliteIndex) -> None:
    others_bytes = sqlite_bytes()
    fill(index)
    before = ask_everything(index)
    kept_bytes = sqlite_bytes() - others_bytes
    index.release_memory()
    assert sqlite_bytes() - others_bytes < kept_bytes / 2
    assert ask_everything(index) == before


@pytest.mark.parametrize("content", ["", "PRAGMA journal_mode = WAL"])
def test_a_file_that_could_only_be_begun_is_no_damage(
    path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    """The disk was full before the first table: nobody else made that file."""
    path.touch()
    with closing(sqlite3.connect(path)) as db:
        db.execute(content)
    monkeypatch.setattr(database, "prepare", lambda *_, **__: full())
    with pytest.raises(PassingError, match="the disk is full"):
        Database(path)


def full() -> None:
    raise troubles.FULL.unsaved("the index")


def test_a_folder_in_the_place_of_an_index_is_the_persons_to_move(path: Path) -> None:
    path.mkdir()
    with pytest.raises(UserError, match="is a folder, and has to be a file"):
        open_index(path)
    assert path.is_dir()


def test_deleting_an_index_leaves_nothing(path: Path) -> None:
    index = SqliteIndex(path)
    fill(index)
    index.close()
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).touch()
    delete(path)
    delete(path)
    assert list(path.parent.iterdir()) == []
