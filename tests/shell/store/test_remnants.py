"""Of a text that is gone the index keeps nothing: in no page, word, log or other file."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Final

import apsw
import pytest
from seeker.needle import Needle
from seeker.seeking import seek
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.kinds import EditBody, WithdrawBody
from swarmfeed.errors import MendingError, PassingError
from swarmfeed.shell.store import remnants, sqlite
from swarmfeed.shell.store.aside import is_set_aside
from swarmfeed.shell.store.database import Database
from swarmfeed.shell.store.index import SqliteIndex
from swarmfeed.shell.store.kinds import TABLES
from swarmfeed.shell.store.opened import open_index
from swarmfeed.shell.store.schema import MIGRATIONS
from swarmfeed.shell.store.words import CUT_OUT_MAX

from tests.shell.store.index_samples import (
    BOBS,
    LAPTOP,
    NOW_MS,
    PHONE,
    add,
    seen_at,
    stored,
    texts,
)

WORD: Final = "Xyqvkéßwzjhpmbtçrlgnd"
NEEDLE: Final = Needle(WORD)
CANARY: Final = f"who says {WORD} here"
LONG: Final = f"{CANARY} " * 200


def sweep(index: SqliteIndex) -> int:
    """Sweep to the end; returns in how many steps."""
    steps = 1
    while index.sweep():
        steps += 1
    assert not index.is_to_sweep()
    return steps


def filled(path: Path, text: str = CANARY, *, others: int = 30) -> SqliteIndex:
    """An index with a post of that text among others, some of which say words like it."""
    index, dice = SqliteIndex(path), random.Random(4)
    letters = "abcdefghijklmnopqrstuvwxyz"
    for at in range(others):
        words = [f"xyqv{''.join(dice.choices(letters, k=6))}", *dice.choices(letters, k=5)]
        add(index, BOBS, at, [stored(" ".join(words), NOW_MS + at * 2_000)])
    add(index, LAPTOP, 0, [stored("first", NOW_MS), stored(text, NOW_MS + 1)])
    return index


@pytest.mark.attack("A75")
@pytest.mark.parametrize("text", [CANARY, LONG])
@pytest.mark.parametrize("ending", [WithdrawBody(1), EditBody(index=1, text="another")])
def test_of_a_post_that_is_withdrawn_or_edited_nothing_is_left(
    text: str, ending: WithdrawBody | EditBody, tmp_path: Path
) -> None:
    path = tmp_path / "index.db"
    filled(path, text).close()
    assert {each.file for each in seek(tmp_path, NEEDLE)} == {"index.db"}
    with closing(SqliteIndex(path)) as index:
        add(index, PHONE, 0, [stored(f"too {text}")])
        add(index, PHONE, 1, [stored(WithdrawBody(0))])
        add(index, LAPTOP, 2, [stored(ending)])
        assert index.is_to_sweep()
        assert {each.file for each in seek(tmp_path, NEEDLE)} == {"index.db", "index.db-wal"}
        assert sweep(index) == 1, "the words of a single post are cut out at once"
        assert seek(tmp_path, NEEDLE) == []
        assert index.search("xyqv*", 50, None) and not index.search(WORD, 5, None)
        index.check()


@pytest.mark.attack("A75")
def test_the_text_of_an_edit_goes_too(tmp_path: Path) -> None:
    with closing(filled(tmp_path / "index.db", "plain")) as index:
        add(index, LAPTOP, 2, [stored(EditBody(index=1, text=CANARY))])
        add(index, LAPTOP, 3, [stored(EditBody(index=9, text=CANARY))])
        assert texts(index.search(WORD, 5, None)) == [CANARY]
        add(index, LAPTOP, 4, [stored(WithdrawBody(1))])
        add(index, LAPTOP, 5, [stored("not yet"), stored("nor yet")])
        add(index, LAPTOP, 10, [stored(WithdrawBody(9))])
        sweep(index)
        assert seek(tmp_path, NEEDLE) == []


@pytest.mark.attack("A75")
def test_words_of_a_post_that_was_sorted_anew_before_go_too(tmp_path: Path) -> None:
    """Then they stand twice, where they were and where they are, and one of them is dead."""
    many = CUT_OUT_MAX + 5
    with closing(filled(tmp_path / "index.db")) as index:
        ahead = NOW_MS + 10**9
        entries = [stored(f"{CANARY} {at}", ahead + at * 5_000) for at in range(many)]
        add(index, PHONE, 0, entries)
        index.resort(PHONE, 0, many, seen_at(NOW_MS))
        assert not index.is_to_sweep(), "dead words of texts that are there do not matter"
        add(index, PHONE, many, [stored(WithdrawBody(at)) for at in range(many)])
        add(index, LAPTOP, 2, [stored(WithdrawBody(1))])
        assert sweep(index) > 1, "parts are merged"
        assert seek(tmp_path, NEEDLE) == []
        assert texts(index.search("first", 5, None)) == ["first"]
        index.check()


@pytest.mark.attack("A75")
@pytest.mark.parametrize("others", [3, 3 * CUT_OUT_MAX])
def test_of_a_feed_that_is_let_go_nothing_is_left(others: int, tmp_path: Path) -> None:
    with closing(filled(tmp_path / "index.db")) as index:
        entries = [stored(f"{CANARY} {at}", NOW_MS + at * 3_000) for at in range(others)]
        add(index, PHONE, 0, entries)
        for feed_id in (PHONE, LAPTOP):
            index.drop_feed(FeedId(feed_id))
        sweep(index)
        assert seek(tmp_path, NEEDLE) == []
        assert index.search("xyqv*", 5, None)
        index.check()


@pytest.mark.attack("A75")
def test_who_still_reads_when_it_is_closed_leaves_no_log_behind(tmp_path: Path) -> None:
    """A command ends while a thread of it looks something up."""
    path = tmp_path / "index.db"
    filled(path).close()
    index = SqliteIndex(path)
    with (
        closing(Database(path, (*MIGRATIONS, *TABLES.migrations()))) as database,
        ThreadPoolExecutor(1) as another,
    ):
        with database.read() as db:
            add(index, LAPTOP, 2, [stored(WithdrawBody(1))])
            index.close()
            assert db.execute("SELECT count(*) FROM post").fetchone()
            closed = another.submit(database.close)
            with pytest.raises(TimeoutError):
                closed.result(0.1)
        closed.result()
    assert not path.with_name("index.db-wal").exists()
    assert seek(tmp_path, NEEDLE) == []


@pytest.mark.attack("A75")
def test_a_sweep_that_a_crash_cut_short_is_done_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    with closing(filled(path)) as index:
        entries = [stored(f"{CANARY} {at}", NOW_MS + at * 3_000) for at in range(200)]
        add(index, PHONE, 0, entries)
        index.drop_feed(PHONE)
        index.drop_feed(LAPTOP)
        index.sweep()
        for part in ("", "-wal"):
            crashed = (tmp_path / f"index.db{part}").read_bytes()
            (tmp_path / f"crashed.db{part}").write_bytes(crashed)
    for part in ("", "-wal"):
        (tmp_path / f"index.db{part}").unlink(missing_ok=True)
    with closing(SqliteIndex(tmp_path / "crashed.db")) as index:
        assert index.is_to_sweep()
        sweep(index)
        assert seek(tmp_path, NEEDLE) == []


@pytest.mark.attack("A75")
@pytest.mark.parametrize("newest_first", [False, True])
def test_who_withdraws_hundreds_at_once_does_not_have_each_cut_out(
    tmp_path: Path, newest_first: bool
) -> None:
    many = CUT_OUT_MAX + 5
    said = [stored(f"{CANARY} {at}", NOW_MS + at * 3_000) for at in range(many)]
    taken_back = [stored(WithdrawBody(at)) for at in range(many)]
    with closing(filled(tmp_path / "index.db")) as index:
        add(index, LAPTOP, 2, [stored(WithdrawBody(1))])
        parts = [(0, said), (many, taken_back)]
        for start, records in reversed(parts) if newest_first else parts:
            add(index, PHONE, start, records)
        with index._database.read() as db:
            assert remnants.noted(db) == {remnants.DEAD_WORDS, remnants.GONE}
        assert index.search(WORD, 5, None) == []
        assert sweep(index) > 1
        assert seek(tmp_path, NEEDLE) == []
        index.check()


@pytest.mark.attack("A75")
def test_what_was_set_aside_goes_as_soon_as_anything_is_withdrawn(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    filled(path).close()
    for name in ("index.db.damaged", "index.db.damaged-wal", "scratch-index.db"):
        (tmp_path / name).write_bytes(path.read_bytes())
    with closing(open_index(path)) as index:
        assert not (tmp_path / "scratch-index.db").exists()
        assert is_set_aside(path), "whoever mends files can have it until then"
        add(index, LAPTOP, 2, [stored(WithdrawBody(1))])
        sweep(index)
        assert seek(tmp_path, NEEDLE) == []
        assert not is_set_aside(path)


def test_while_somebody_reads_it_waits_and_takes_nothing_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 1)
    with closing(filled(tmp_path / "index.db")) as index:
        add(index, LAPTOP, 2, [stored(WithdrawBody(1))])
        with index._database.read() as db:
            reading = db.execute("SELECT text FROM post")
            reading.fetchone()
            add(index, LAPTOP, 3, [stored("one more")])
            with pytest.raises(PassingError):
                index.sweep()
            assert index.is_to_sweep()
            reading.fetchall()
        sweep(index)
        assert seek(tmp_path, NEEDLE) == []
        assert texts(index.search("more", 5, None)) == ["one more"]


@pytest.mark.slow
def test_parts_are_merged_in_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remnants, "MERGE_PAGES", 1)
    with closing(filled(tmp_path / "index.db", others=400)) as index:
        many = [stored(f"{CANARY} {at} w{at % 97}", NOW_MS + at * 3_000) for at in range(300)]
        add(index, PHONE, 0, many)
        index.drop_feed(PHONE)
        index.drop_feed(LAPTOP)
        assert sweep(index) > 3
        assert seek(tmp_path, NEEDLE) == []


@pytest.mark.attack("A75")
def test_a_word_that_is_noted_as_the_first_of_a_page_goes_too(tmp_path: Path) -> None:
    """FTS5 mostly notes as much of it as tells it from the one before, and sometimes all."""
    with closing(SqliteIndex(tmp_path / "index.db")) as index:
        dice, letters = random.Random(5), "abcdefghijklmnopqrstuvwxyz"
        words = sorted({"".join(dice.choices(letters, k=22)) for _ in range(2_000)})
        order = dice.sample(words, len(words))
        add(
            index, BOBS, 0, [stored(word, NOW_MS + at * 2_000) for at, word in enumerate(order)]
        )
        with index._database.write() as db:
            rows = db.execute("SELECT term FROM post_words_idx WHERE term > x'30'").fetchall()
            begins = min(bytes(term) for (term,) in rows)
            canary = next(word for word in words if b"0" + word.encode() >= begins)
            noted = (b"0" + canary.encode(), begins)
            db.execute("UPDATE post_words_idx SET term = ? WHERE term = ?", noted)
        index.check()
        add(index, BOBS, len(words), [stored(WithdrawBody(order.index(canary)))])
        assert sweep(index) > 1
        assert seek(tmp_path, Needle(canary)) == []
        index.check()
        others = [word for word in words if word != canary][::97]
        assert all(texts(index.search(word, 2, None)) == [word] for word in others)


def test_damage_that_a_sweep_meets_is_told_as_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The node goes on, and the index is made anew."""

    class Damaged(apsw.Connection):
        def wal_checkpoint(self, dbname: str | None = None, mode: int = 0) -> tuple[int, int]:
            error = apsw.CorruptError("database disk image is malformed")
            error.extendedresult = apsw.SQLITE_CORRUPT
            raise error

    told: list[int] = []
    path = tmp_path / "index.db"
    with closing(filled(path)) as index, closing(Damaged(str(path))) as file:
        index.when_damaged(lambda: told.append(1))
        with monkeypatch.context() as damaged, pytest.raises(MendingError):
            damaged.setattr(index._database, "_require_writer", lambda: file)
            index._database.empty_log()
        assert told == [1]
