import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from swarmfeed.errors import DamageError, FatalError
from swarmfeed.shell.store.ledger import SqliteLedger, open_ledger
from swarmfeed.shell.store.sqlite import connect

from tests.shell.store.index_samples import PAGE_BYTES, pages_checked

ROWS = {b"%d" % n: b"row %d" % n * 40 for n in range(200)}


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    with closing(SqliteLedger(tmp_path / "ledger.db")):
        assert (tmp_path / "ledger.db").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"no database" * 100, b"SQLite format 3\0" + bytes(84)])
def test_a_damaged_file_is_set_aside(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(content)
    with pytest.raises(DamageError):
        SqliteLedger(path)
    with closing(open_ledger(path)) as ledger:
        assert ledger.read("notices") == {}
    assert (tmp_path / "ledger.db.damaged").read_bytes()[:16] == content[:16]


def test_pages_overwritten_by_zeros_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(SqliteLedger(path)) as ledger:
        ledger.write({"notices": {b"%d" % n: bytes(300) for n in range(500)}})
    content = bytearray(path.read_bytes())
    content[8_192:16_384] = bytes(8_192)
    path.write_bytes(content)
    with pytest.raises(DamageError):
        SqliteLedger(path)


@pytest.mark.attack("A29")
@pytest.mark.parametrize("seed", range(4))
def test_one_flipped_bit_in_any_page_is_noticed(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "ledger.db"
    with closing(SqliteLedger(path)) as ledger:
        ledger.write({"notices": ROWS})
    dice = random.Random(seed)
    content = path.read_bytes()
    places = [*range(seed, 100, 4), *range(100 + seed * 1_000, len(content), PAGE_BYTES)]
    for at in places:
        changed = bytearray(content)
        changed[at] ^= 1 << dice.randrange(8)
        path.write_bytes(changed)
        with pytest.raises(DamageError):
            SqliteLedger(path)


@pytest.mark.attack("A29")
def test_a_page_changed_behind_our_back_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(SqliteLedger(path)) as ledger:
        ledger.write({"notices": {b"%d" % n: bytes(3_000) for n in range(1_000)}})
    with closing(SqliteLedger(path)) as ledger:
        content = bytearray(path.read_bytes())
        for page in range(PAGE_BYTES, len(content), PAGE_BYTES):
            content[page + 2_000] ^= 1
        path.write_bytes(content)
        with pytest.raises(DamageError):
            ledger.read("notices")


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_a_ledger_of_before_the_checksums_gets_them_and_keeps_all(
    tmp_path: Path, mode: str
) -> None:
    path = tmp_path / "ledger.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA journal_mode = {mode}")
        db.execute(
            """
    CREATE TABLE IF NOT EXISTS entry (
        page  TEXT NOT NULL,
        key   BLOB NOT NULL,
        value BLOB NOT NULL,
        PRIMARY KEY (page, key)
    ) WITHOUT ROWID, STRICT
"""
        )
        db.execute("PRAGMA user_version = 1")
        db.executemany("INSERT INTO entry VALUES ('notices', ?, ?)", ROWS.items())
        db.commit()
    for _ in range(2):
        with closing(open_ledger(path)) as ledger:
            assert ledger.read("notices") == ROWS
            ledger.write({"rates": {b"a": b"1"}})
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.db"]
    assert set(pages_checked(path)) == {True}
    with closing(connect(path)) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_later_version_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    SqliteLedger(path).close()
    with closing(connect(path)) as db:
        db.execute("PRAGMA user_version = 9")
    with pytest.raises(DamageError, match="version 9"):
        SqliteLedger(path)


def test_a_write_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(SqliteLedger(path)) as ledger:
        ledger.write({"rates": {b"a": b"1"}})
        with closing(connect(path)) as other:
            other.execute(
                "CREATE TRIGGER refuse BEFORE INSERT ON entry WHEN NEW.key = x'62'"
                " BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        with pytest.raises(FatalError):
            ledger.write({"rates": {b"a": b"2", b"b": b"2"}})
        assert ledger.read("rates") == {b"a": b"1"}
