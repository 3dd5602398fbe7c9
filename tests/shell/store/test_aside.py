"""A damaged database is kept under another name, and an empty one takes its place."""

import random
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import pytest
from swarmfeed.core.asks.troubles import FULL, READ_ONLY
from swarmfeed.errors import DamageError, MendingError, PassingError
from swarmfeed.shell.store.aside import is_set_aside, set_aside
from swarmfeed.shell.store.database import Database
from swarmfeed.shell.store.index import SqliteIndex
from swarmfeed.shell.store.ledger import open_ledger
from swarmfeed.shell.store.opened import open_index

from tests.shell.store.index_samples import ANN, LAPTOP, PAGE_BYTES, add, stored, texts

RECORDS = [stored(f"post {number} " + "word " * 50) for number in range(400)]


def spoil(path: Path) -> bytes:
    content = bytearray(path.read_bytes())
    for page in range(PAGE_BYTES, len(content), PAGE_BYTES):
        content[page + random.Random(page).randrange(PAGE_BYTES)] ^= 4
    path.write_bytes(content)
    return bytes(content)


def test_all_parts_move_and_those_of_an_earlier_one_give_way(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    for part in ("", "-wal", "-shm"):
        path.with_name(f"index.db{part}").write_text(f"one{part}")
    set_aside(path)
    assert is_set_aside(path)
    path.write_text("two")
    set_aside(path)
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {
        "index.db.damaged": "two"
    }


@pytest.mark.attack("A29")
def test_a_damaged_index_is_kept_and_an_empty_one_opened(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    with closing(open_index(path)) as index:
        add(index, LAPTOP, 0, RECORDS)
    spoilt = spoil(path)
    with closing(open_index(path)) as index:
        assert index.author_posts(ANN, 9, None) == []
    assert path.with_name("index.db.damaged").read_bytes() == spoilt


@pytest.mark.attack("A29")
def test_damage_is_told_once_and_the_index_begins_anew(tmp_path: Path) -> None:
    path, told = tmp_path / "index.db", list[str]()
    with closing(SqliteIndex(path)) as index:
        add(index, LAPTOP, 0, RECORDS)
    with closing(SqliteIndex(path)) as index:
        index.when_damaged(lambda: told.append("damaged"))
        assert not index.begin_anew(), "it is whole"
        spoilt = spoil(path)
        for _ in range(3):
            with pytest.raises(DamageError):
                index.author_posts(ANN, 1_000, None)
        assert told == ["damaged"]
        assert index.begin_anew()
        assert not index.begin_anew(), "once is enough"
        assert index.author_posts(ANN, 9, None) == []
        add(index, LAPTOP, 0, RECORDS[:2])
        assert len(texts(index.author_posts(ANN, 9, None))) == 2
    assert path.with_name("index.db.damaged").read_bytes() == spoilt


@pytest.mark.attack("A26", "A29")
def test_a_damaged_index_stays_kept_when_there_is_no_room_for_another_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> NoReturn:
        raise FULL.unsaved("index.db")

    path = tmp_path / "index.db"
    with closing(SqliteIndex(path)) as index:
        add(index, LAPTOP, 0, RECORDS)
    with closing(SqliteIndex(path)) as index:
        spoilt = spoil(path)
        with pytest.raises(DamageError):
            index.author_posts(ANN, 1_000, None)
        with monkeypatch.context() as patch:
            patch.setattr(SqliteIndex, "_open", full)
            for _ in range(2):
                with pytest.raises(PassingError):
                    index.begin_anew()
        assert index.begin_anew()
        assert index.author_posts(ANN, 9, None) == []
    assert path.with_name("index.db.damaged").read_bytes() == spoilt


@pytest.mark.attack("A26", "A29")
def test_damage_that_is_met_once_a_disk_takes_something_again_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(_: Database) -> NoReturn:
        raise READ_ONLY.unsaved("index.db")

    path, told = tmp_path / "index.db", list[str]()
    with closing(SqliteIndex(path)) as index:
        add(index, LAPTOP, 0, RECORDS)
    with monkeypatch.context() as patch:
        patch.setattr(Database, "_open", read_only)
        index = SqliteIndex(path)
        index.when_damaged(lambda: told.append("damaged"))
        with pytest.raises(PassingError):
            index.check_writable()
    with closing(index):
        spoil(path)
        with pytest.raises(MendingError):
            index.check_writable()
        assert told == ["damaged"]
        assert index.begin_anew()
        index.check_writable()


@pytest.mark.attack("A29")
def test_who_reads_while_an_index_is_set_aside_harms_neither(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    with closing(SqliteIndex(path)) as index:
        add(index, LAPTOP, 0, RECORDS)
    with closing(SqliteIndex(path)) as index:
        with pytest.raises(DamageError), index._database.read():
            spoil(path)
            with pytest.raises(DamageError):
                index.author_posts(ANN, 1_000, None)
            assert index.begin_anew()
            add(index, LAPTOP, 0, RECORDS[:2])
            assert path.with_name("index.db-wal").stat().st_size > 0
            raise DamageError("met by who still reads the old one")
        assert path.with_name("index.db-wal").stat().st_size > 0
        assert not index.begin_anew(), "the new one is whole"
        assert len(texts(index.author_posts(ANN, 9, None))) == 2


def test_a_ledger_that_was_lost_says_so_until_the_damaged_one_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(open_ledger(path)) as ledger:
        ledger.write({"feeds": {b"a": b"1"}})
        assert not ledger.was_lost()
    spoil(path)
    for _ in range(2):
        with closing(open_ledger(path)) as ledger:
            assert ledger.was_lost()
            assert ledger.read("feeds") == {}
    path.with_name("ledger.db.damaged").unlink()
    with closing(open_ledger(path)) as ledger:
        assert not ledger.was_lost()


def test_a_scratch_is_empty_and_leaves_nothing(tmp_path: Path) -> None:
    with closing(open_index(tmp_path / "index.db")) as index:
        add(index, LAPTOP, 0, RECORDS[:3])
        with index.scratch() as scratch:
            assert scratch.known_sizes() == {}
            add(scratch, LAPTOP, 0, RECORDS[:1])
        assert index.known_sizes() == {LAPTOP: (ANN, 3)}
    assert [each.name for each in tmp_path.iterdir()] == ["index.db"]
