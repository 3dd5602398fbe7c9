"""The file of the index in SQLite: damage, versions, transactions, threads."""

import random
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import apsw
import pytest
from structlog.testing import capture_logs
from swarmfeed.core.asks import troubles
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.types import AuthorId, Endpoint, EntryRef, FeedId, Hash
from swarmfeed.core.feed.entry import encode_entry, hash_stored
from swarmfeed.core.feed.kinds import (
    Body,
    EditBody,
    FollowBody,
    PostBody,
    ProfileBody,
    WithdrawBody,
    encode_body,
)
from swarmfeed.core.feed.limits import SALT_BYTES
from swarmfeed.errors import DamageError, PassingError, RetryError, UserError
from swarmfeed.shell.store import database
from swarmfeed.shell.store.aside import delete, set_aside
from swarmfeed.shell.store.database import Database
from swarmfeed.shell.store.index import SqliteIndex, open_index
from swarmfeed.shell.store.schema import MIGRATIONS
from swarmfeed.shell.store.sqlite import connect

from tests.shell.store.index_samples import PAGE_BYTES, pages_checked

ANN, BOB = AuthorId(b"a" * 32), AuthorId(b"b" * 32)
LAPTOP, BOBS = FeedId(b"A" * 32), FeedId(b"B" * 32)

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


def flipped(content: bytes, at: int, dice: random.Random) -> bytes:
    """Return the content with one bit of one byte changed."""
    changed = bytearray(content)
    changed[at] ^= 1 << dice.randrange(8)
    return bytes(changed)


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


@pytest.mark.parametrize("version", range(len(MIGRATIONS) + 1))
def test_a_file_of_any_earlier_version_is_brought_up_to_date(path: Path, version: int) -> None:
    with closing(connect(path)) as db:
        for migration in MIGRATIONS[:version]:
            for statement in migration:
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {version}")
    with closing(SqliteIndex(path)) as index:
        fill(index)
        assert all(ask_everything(index))
    with closing(connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


@pytest.mark.parametrize("version", [len(MIGRATIONS) + 1, -1])
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


@pytest.mark.attack("A29")
@pytest.mark.parametrize("seed", range(8))
def test_flipped_bits_are_damage_and_the_rebuilt_index_is_the_same(
    path: Path, seed: int
) -> None:
    with closing(SqliteIndex(path)) as index:
        fill(index)
        before = ask_everything(index)
    dice = random.Random(seed)
    content = bytearray(path.read_bytes())
    for _ in range(1000):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    path.write_bytes(content)
    with pytest.raises(DamageError):
        SqliteIndex(path)
    with closing(open_index(path)) as index:
        fill(index)
        assert ask_everything(index) == before


@pytest.mark.attack("A29")
@pytest.mark.parametrize("seed", range(4))
def test_one_flipped_bit_in_any_page_is_found_at_opening(path: Path, seed: int) -> None:
    with closing(SqliteIndex(path)) as index:
        fill(index)
    dice = random.Random(seed)
    content = path.read_bytes()
    for page in range(0, len(content), PAGE_BYTES):
        path.write_bytes(flipped(content, page + dice.randrange(PAGE_BYTES), dice))
        with pytest.raises(DamageError):
            SqliteIndex(path)


@pytest.mark.attack("A29")
@pytest.mark.parametrize("seed", range(4))
def test_one_flipped_bit_in_the_head_of_the_file_is_found_at_opening(
    path: Path, seed: int
) -> None:
    """Also where it stands that there are checksums."""
    with closing(SqliteIndex(path)) as index:
        fill(index)
    dice = random.Random(seed)
    content = path.read_bytes()
    for at in range(seed, 100, 4):
        path.write_bytes(flipped(content, at, dice))
        with pytest.raises(DamageError):
            SqliteIndex(path)


@pytest.mark.slow
@pytest.mark.attack("A29")
@pytest.mark.parametrize("seed", range(4))
def test_no_page_changed_behind_our_back_is_shown(path: Path, seed: int) -> None:
    with closing(SqliteIndex(path)) as index:
        fill(index)
        before = ask_everything(index)
    dice = random.Random(seed)
    content = path.read_bytes()
    for page in range(seed * PAGE_BYTES, len(content), 4 * PAGE_BYTES):
        path.write_bytes(content)
        with closing(SqliteIndex(path)) as index:
            path.write_bytes(flipped(content, page + dice.randrange(PAGE_BYTES), dice))
            with suppress(DamageError):
                assert ask_everything(index) == before


def test_checksums_that_are_switched_off_behind_our_back_are_missed(path: Path) -> None:
    with closing(SqliteIndex(path)) as index:
        fill(index)
    with closing(SqliteIndex(path)) as index:
        with path.open("r+b") as file:
            file.seek(20)  # bytes set aside in each page
            file.write(b"\0")
        with pytest.raises(DamageError):
            index.home(1, None)


def test_a_file_without_checksums_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        for statement in MIGRATIONS[0]:
            db.execute(statement)
        db.execute("PRAGMA user_version = 1")
        db.commit()
    with pytest.raises(DamageError, match="no checksums"):
        SqliteIndex(path)


def test_every_page_still_has_its_checksum_after_much_was_written(path: Path) -> None:
    with closing(SqliteIndex(path)) as index:
        fill(index)
        index.drop_feed(BOBS)
        fill(index)
        index.clear()  # copies the file
        fill(index)
    assert pages_checked(path) == [True] * (path.stat().st_size // PAGE_BYTES)


@pytest.mark.attack("A29")
def test_damage_outside_of_the_schema_is_found_at_opening(path: Path) -> None:
    with closing(SqliteIndex(path)) as index:
        fill(index)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size - 4096)
        file.write(random.Random(1).randbytes(4096))
    with pytest.raises(DamageError):
        SqliteIndex(path)


@pytest.mark.attack("A29")
def test_damage_behind_our_back_is_damage(path: Path) -> None:
    with closing(SqliteIndex(path)) as index:
        fill(index)
    with closing(SqliteIndex(path)) as index:
        with path.open("r+b") as file:
            file.seek(4096)
            file.write(random.Random(1).randbytes(path.stat().st_size - 4096))
        with pytest.raises(DamageError):
            ask_everything(index)


@pytest.mark.attack("A29")
def test_a_file_cut_short_is_refused(path: Path) -> None:
    with closing(SqliteIndex(path)) as index:
        fill(index)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DamageError):
        SqliteIndex(path)


@pytest.mark.attack("A29")
def test_a_damaged_index_is_set_aside_whole_and_only_the_newest_is_kept(path: Path) -> None:
    for content in (b"not a database at all" * 300, b"nor this" * 900):
        path.write_bytes(content)
        with closing(open_index(path)) as index, capture_logs():
            fill(index)
        assert path.with_name("index.db.damaged").read_bytes() == content
    names = {each.name for each in path.parent.iterdir()}
    assert names == {"index.db", "index.db.damaged"}


def test_what_is_set_aside_opens_as_a_database_and_nothing_older_is_mixed_in(
    path: Path,
) -> None:
    for content, parts in ((b"1", ("", "-wal", "-shm")), (b"2", ("", "-wal")), (b"3", ("",))):
        for part in parts:
            path.with_name(path.name + part).write_bytes(content)
        kept = set_aside(path, kept_max=2)
        assert kept.read_bytes() == content
    found = {each.name: each.read_bytes() for each in path.parent.iterdir()}
    assert found == {
        "index.db.damaged": b"3",
        "index.db.damaged.1": b"2",
        "index.db.damaged.1-wal": b"2",
    }


@pytest.mark.attack("A26")
def test_an_index_that_another_program_holds_is_neither_damaged_nor_set_aside(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.shell.store.sqlite.BUSY_TIMEOUT_MS", 1)
    with closing(SqliteIndex(path)) as index:
        fill(index)
    with closing(connect(path)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        with pytest.raises(PassingError, match="another program is using it"):
            open_index(path)
    with closing(open_index(path)) as index:
        assert index.indexed_ranges(BOBS) == [(0, 300)]
    assert not list(path.parent.glob("*.damaged*"))


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
    fill(index)
    before = ask_everything(index)
    kept_bytes = apsw.memory_used()
    index.release_memory()
    assert apsw.memory_used() < kept_bytes / 2
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


# --- transactions and threads ----------------------------------------------------------


@pytest.mark.attack("A26")
def test_a_full_disk_is_told_and_changes_nothing(path: Path) -> None:
    with closing(SqliteIndex(path)) as index:
        fill(index)
        before = ask_everything(index)
        # The nearest thing to a full disk without one: SQLite reports it the same way.
        writer = index._database._writer
        (pages,) = writer.execute("PRAGMA page_count").fetchone()
        writer.execute(f"PRAGMA max_page_count = {pages}")
        more = [encode_entry("post", 1, b"d4:text4000:" + b"a " * 2000 + b"e")] * 100
        hashes = [Hash(bytes([at]) * 32) for at in range(100)]
        with pytest.raises(PassingError, match="the disk is full"):
            index.add_entries(BOBS, BOB, 300, more, hashes)
        assert ask_everything(index) == before
        assert index.indexed_ranges(BOBS) == [(0, 300)]
        writer.execute("PRAGMA max_page_count = 100000")
        assert index.add_entries(BOBS, BOB, 300, more, hashes) == 100


def test_writes_together_are_one_transaction(index: SqliteIndex) -> None:
    with index.together():
        index.reserve(BOBS, BOB, 300)
        index.add_entries(BOBS, BOB, 150, RECORDS[150:], HASHES[150:])
        index.add_entries(BOBS, BOB, 0, RECORDS[:150], HASHES[:150])
        assert index.indexed_ranges(BOBS) == [], "seen before it is kept"
    assert index.indexed_ranges(BOBS) == [(0, 300)]
    assert len(index.search("river", 1000, None)) > 10


def test_a_failed_write_leaves_the_index_usable(index: SqliteIndex) -> None:
    with pytest.raises(ValueError, match="zip"):
        index.add_entries(BOBS, BOB, 0, RECORDS, HASHES[:-1])
    assert index.indexed_ranges(BOBS) == []
    fill(index)
    assert all(ask_everything(index))


def test_many_threads_read_while_one_writes(index: SqliteIndex) -> None:
    failures: list[BaseException] = []

    def read() -> None:
        try:
            for _ in range(10):
                assert len(index.home(50, None)) <= 50
                index.search("river", 50, None)
        except BaseException as error:
            failures.append(error)

    index.save_own_author(BOB)
    threads = [threading.Thread(target=read) for _ in range(12)]
    for thread in threads:
        thread.start()
    for start in range(0, 300, 30):
        cut = slice(start, start + 30)
        index.add_entries(BOBS, BOB, start, RECORDS[cut], HASHES[cut])
    for thread in threads:
        thread.join(timeout=10)
    assert failures == []
    assert len(index.home(1000, None)) == 299


def test_readers_cannot_write(path: Path) -> None:
    opened = Database(path)
    with closing(opened), pytest.raises(PassingError), opened.read() as db:
        db.execute("DELETE FROM peer")


def test_a_closed_index_answers_not_now(path: Path) -> None:
    index = SqliteIndex(path)
    index.home(1, None)
    index.close()
    with pytest.raises(RetryError):
        index.home(1, None)
    with pytest.raises(RetryError):
        index.save_peer(Endpoint("127.0.0.1", 1), seen_at_ms=1)


def test_no_word_of_what_is_gone_stays_behind(index: SqliteIndex) -> None:
    fill(index)
    bodies: list[Body] = [
        EditBody(1, "new words"),
        WithdrawBody(2),
        EditBody(3, "old"),
        EditBody(3, "new"),
    ]
    records = [encode_entry(body.kind, 1, encode_body(body)) for body in bodies]
    hashes = [hash_stored(record) for record in records]
    index.add_entries(BOBS, BOB, 300, records, hashes)
    check_words(index)
    index.drop_feed(BOBS)
    check_words(index)
    fill(index)
    check_words(index)
    index.clear()
    check_words(index)


def check_words(index: SqliteIndex) -> None:
    """Let FTS5 compare what it indexed with the texts that are there; raises if they differ."""
    with index._database.write() as db:
        db.execute("INSERT INTO post_words (post_words, rank) VALUES ('integrity-check', 1)")


def test_the_feed_that_grows_alone_stays_in_one_block(index: SqliteIndex) -> None:
    for at in range(5):
        cut = slice(at, at + 1)
        index.add_entries(BOBS, BOB, at, RECORDS[cut], HASHES[cut])
    with index._database.read() as db:
        assert db.execute("SELECT base, start, size FROM block").fetchall() == [(1, 0, 5)]


def test_an_emptied_index_gives_its_space_back(index: SqliteIndex) -> None:
    empty_count = count_pages(index)
    fill(index)
    assert count_pages(index) > empty_count
    index.clear()
    # What is left is laid out anew, and that may take a page less.
    assert empty_count - 1 <= count_pages(index) <= empty_count
    assert parts_of_hashes(index) == []
    fill(index)
    assert all(ask_everything(index))


def test_a_dropped_feed_takes_the_starts_of_its_hashes_along(index: SqliteIndex) -> None:
    index.add_entries(BOBS, BOB, 0, RECORDS * 2, HASHES * 2)
    assert parts_of_hashes(index) == [0, 1, 2]
    index.drop_feed(BOBS)
    assert parts_of_hashes(index) == [0, 2], "others may have theirs in the first and last"


def parts_of_hashes(index: SqliteIndex) -> list[int]:
    with index._database.read() as db:
        return [part for (part,) in db.execute("SELECT part FROM hash_start ORDER BY part")]


def count_pages(index: SqliteIndex) -> int:
    with index._database.read() as db:
        return int(db.execute("PRAGMA page_count").fetchone()[0])


def test_the_hash_of_a_post_of_nothing_but_text_is_not_stored(index: SqliteIndex) -> None:
    fill(index)
    with index._database.read() as db:
        stored = db.execute("SELECT length(hash) > 16, id IN (SELECT id FROM reply) FROM post")
        assert {bool(is_stored) == is_reply for is_stored, is_reply in stored} == {True}
    assert [view and view.ref.entry_hash for view in map(index.post_by_hash, HASHES[1:])] == (
        HASHES[1:]
    )


def test_hashes_are_found_across_parts_and_after_feeds_were_dropped(index: SqliteIndex) -> None:
    fill(index)
    assert index.post_by_hash(HASHES[299]) == index.post(BOBS, 299), "in the second part"
    index.drop_feed(BOBS)
    assert index.post_by_hash(HASHES[299]) is None
    index.reserve(FeedId(b"x" * 32), ANN, 100)
    for at in reversed(range(0, 300, 100)):
        cut = slice(at, at + 100)
        index.add_entries(BOBS, BOB, at, RECORDS[cut], HASHES[cut])
    found = [index.post_by_hash(entry_hash) for entry_hash in HASHES[1:]]
    assert found == [index.post(BOBS, at) for at in range(1, 300)]
    assert all(found)


def test_a_search_finds_all_there_is_also_in_an_index_made_anew(index: SqliteIndex) -> None:
    index.add_entries(BOBS, BOB, 0, RECORDS[:100], HASHES[:100])
    index.add_entries(LAPTOP, ANN, 0, RECORDS, HASHES)
    index.add_entries(BOBS, BOB, 100, RECORDS[100:], HASHES[100:])
    before = index.search("river", 1000, None)
    assert len(before) == 2 * sum(b"river" in record for record in RECORDS) > 100
    index.clear()
    index.add_entries(BOBS, BOB, 0, RECORDS, HASHES)
    index.add_entries(LAPTOP, ANN, 0, RECORDS, HASHES)
    assert index.search("river", 1000, None) == before
