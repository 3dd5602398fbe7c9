"""The real index while it is written and read: transactions, threads, what stays behind."""

import threading
from contextlib import closing
from pathlib import Path

import pytest
from swarmfeed.core.base.types import Endpoint, FeedId, Hash
from swarmfeed.core.feed.entry import encode_entry, hash_stored
from swarmfeed.core.feed.kinds import (
    Body,
    EditBody,
    WithdrawBody,
    encode_body,
)
from swarmfeed.errors import PassingError, RetryError
from swarmfeed.shell.store.database import Database
from swarmfeed.shell.store.index import SqliteIndex
from swarmfeed.shell.store.sqlite import SqliteError

from tests.shell.store.test_index import (
    ANN,
    BOB,
    BOBS,
    HASHES,
    LAPTOP,
    RECORDS,
    ask_everything,
    fill,
    index,
    path,
)

__all__ = ["index", "path"]  # fixtures


# --- transactions and threads ----------------------------------------------------------


@pytest.mark.slow
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


def test_a_post_that_follows_on_the_last_one_asks_little(index: SqliteIndex) -> None:
    """Each statement costs it some 30 µs of a cold machine, on its way to the page."""
    index.add_entries(BOBS, BOB, 0, RECORDS[:20], HASHES[:20])
    asked: list[str] = []
    writer = index._database._writer
    writer.set_exec_trace(lambda _, statement, __: asked.append(statement) or True)
    index.add_entries(BOBS, BOB, 20, RECORDS[20:21], HASHES[20:21])
    writer.set_exec_trace(None)
    assert len(asked) <= 16, "\n".join(asked)
    assert index.indexed_ranges(BOBS) == [(0, 21)]


def test_a_failed_write_leaves_the_index_usable(index: SqliteIndex) -> None:
    with pytest.raises(ValueError, match="zip"):
        index.add_entries(BOBS, BOB, 0, RECORDS, HASHES[:-1])
    assert index.indexed_ranges(BOBS) == []
    fill(index)
    assert all(ask_everything(index))


@pytest.mark.slow
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
        thread.join(timeout=60)
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


def test_what_is_left_of_an_emptied_index_refers_to_what_is_there(index: SqliteIndex) -> None:
    fill(index)
    index.clear()
    with index._database.write() as db:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.execute("PRAGMA foreign_keys").fetchone() == (1,), "and is held to it again"


@pytest.mark.slow
def test_what_cannot_be_emptied_is_whole_and_held_to_its_references(
    index: SqliteIndex,
) -> None:
    fill(index)
    before = ask_everything(index)
    with pytest.raises(ZeroDivisionError), index._database.write_unlinked() as db:
        db.execute("DELETE FROM feed")
        raise ZeroDivisionError
    assert ask_everything(index) == before
    with index._database.write() as db, pytest.raises(SqliteError, match="FOREIGN KEY"):
        db.execute("DELETE FROM feed")


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


@pytest.mark.slow
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


def test_hashes_of_feeds_that_came_together_share_rows_and_are_all_found(
    index: SqliteIndex,
) -> None:
    feeds = [FeedId(bytes([number]) * 32) for number in range(20, 60)]
    with index.together():
        index.add_entries(BOBS, BOB, 0, RECORDS[:9], HASHES[:9])
        index.drop_feed(BOBS)
        for number, feed_id in enumerate(feeds):
            some = slice(1 + 7 * number, 8 + 7 * number)
            index.add_entries(feed_id, BOB, 0, RECORDS[some], HASHES[some])
    assert parts_of_hashes(index) == [0, 1]
    for number, feed_id in enumerate(feeds):
        for at in range(7):
            view = index.post_by_hash(HASHES[1 + 7 * number + at])
            assert view is not None
            assert (view.ref.feed_id, view.ref.index) == (feed_id, at)
