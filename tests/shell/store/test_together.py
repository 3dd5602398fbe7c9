"""Entries of many feeds in one go: the index says what it says when they come one by one."""

from contextlib import closing
from pathlib import Path

import pytest
from swarmfeed.core.feed.kinds import EditBody, WithdrawBody
from swarmfeed.errors import PassingError
from swarmfeed.shell.store import words
from swarmfeed.shell.store.index import SqliteIndex
from swarmfeed.shell.store.sqlite import Connection

from tests.shell.store.index_samples import (
    BOBS,
    CYDS,
    LAPTOP,
    NOW_MS,
    PHONE,
    add,
    add_timed,
    seen_at,
    stored,
    texts,
)

FEEDS = (LAPTOP, PHONE, BOBS, CYDS)
HOUR_MS = 3_600_000


def fill(index: SqliteIndex) -> None:
    """Feeds whose times run into each other; posts that change as soon as they are there."""
    for number, feed_id in enumerate(FEEDS):
        times = (NOW_MS + number * 60_000 + at * HOUR_MS for at in range(20))
        add_timed(
            index, feed_id, *((time, f"word{at} of all") for at, time in enumerate(times))
        )
    add(index, BOBS, 20, [stored(EditBody(index=3, text="another word of all"))])
    add(index, CYDS, 20, [stored(WithdrawBody(4)), stored("the last word of all")])
    index.resort(PHONE, 0, 20, seen_at(NOW_MS))
    index.drop_feed(LAPTOP)
    add(index, LAPTOP, 0, [stored("a word of all, again")])


def test_what_comes_together_is_as_it_is_when_it_comes_one_by_one(tmp_path: Path) -> None:
    with (
        closing(SqliteIndex(tmp_path / "one.db")) as one,
        closing(SqliteIndex(tmp_path / "together.db")) as together,
    ):
        fill(one)
        with together.together():
            fill(together)
        together.check()
        for typed in ("all", "word3", "another", "word4", "again", "-again all"):
            assert together.search(typed, 50, None) == one.search(typed, 50, None), typed
        assert len(one.search("all", 100, None)) == 61


def test_all_words_of_many_feeds_go_in_with_one_statement_in_the_order_of_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[list[int]] = []
    add_them = words._add

    def look(db: Connection, posts: words.Waiting) -> None:
        given.append([moment for moment, *_ in posts])
        add_them(db, posts)

    monkeypatch.setattr(words, "_add", look)
    with closing(SqliteIndex(tmp_path / "index.db")) as index:
        with index.together():
            for number, feed_id in enumerate(FEEDS):
                add_timed(index, feed_id, (NOW_MS + number, "one"), (NOW_MS - number, "two"))
            assert given == []
        assert [len(moments) for moments in given] == [8]
        assert texts(index.search("one", 9, None)) == ["one"] * 4


def test_no_more_texts_wait_than_there_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "_WAITING_MAX", 10)
    with closing(SqliteIndex(tmp_path / "index.db")) as index:
        with index.together():
            for number, feed_id in enumerate(FEEDS):
                times = (NOW_MS + number + at * 2_000 for at in range(8))
                add_timed(index, feed_id, *((time, "word") for time in times))
        index.check()
        assert index.count_found("word", 100) == 32


def test_what_fails_leaves_nothing_and_the_next_takes_nothing_of_it(tmp_path: Path) -> None:
    with closing(SqliteIndex(tmp_path / "index.db")) as index:
        with pytest.raises(PassingError), index.together():
            add_timed(index, BOBS, (NOW_MS, "lost"))
            raise PassingError("the disk is full", "full")
        with index.together():
            add_timed(index, CYDS, (NOW_MS, "kept"))
        index.check()
        assert index.search("lost", 9, None) == []
        assert texts(index.search("kept", 9, None)) == ["kept"]
        with index.together():
            add_timed(index, BOBS, (NOW_MS, "gone"))
            index.clear()
        index.check()
        assert index.search("gone", 9, None) == []
