"""A damaged database is kept under another name, and an empty one takes its place."""

import random
from contextlib import closing
from pathlib import Path

import pytest
from swarmfeed.errors import DamageError
from swarmfeed.shell.store.aside import is_set_aside, set_aside
from swarmfeed.shell.store.index import SqliteIndex, open_index
from swarmfeed.shell.store.ledger import open_ledger

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
