import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import pytest
from structlog.testing import capture_logs
from swarmfeed.core.asks import troubles
from swarmfeed.errors import DamageError, FatalError, PassingError, UserError
from swarmfeed.shell.store import ledger as module
from swarmfeed.shell.store.aside import LEDGERS_MAX
from swarmfeed.shell.store.ledger import SqliteLedger, open_ledger
from swarmfeed.shell.store.sqlite import connect

from tests.shell.store.index_samples import PAGE_BYTES, pages_checked
from tests.shell.store.refusing import refused

ROWS = {b"%d" % n: b"row %d" % n * 40 for n in range(200)}


def full(*_: object) -> NoReturn:
    raise troubles.FULL.unsaved("the ledger")


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


@pytest.mark.attack("A349")
def test_a_later_version_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    SqliteLedger(path).close()
    with closing(connect(path)) as db:
        db.execute("PRAGMA user_version = 9")
    for _ in range(2):
        with pytest.raises(UserError, match="newer version"):
            open_ledger(path)
    assert [each.name for each in tmp_path.iterdir()] == ["ledger.db"]


def test_a_version_that_nobody_wrote_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    SqliteLedger(path).close()
    with closing(connect(path)) as db:
        db.execute("PRAGMA user_version = -1")
    with pytest.raises(DamageError, match="version -1"):
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


@pytest.mark.attack("A26")
def test_a_ledger_on_a_disk_that_takes_nothing_is_read_and_written_when_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.db"
    with closing(SqliteLedger(path)) as ledger:
        ledger.write({"notices": ROWS})

    with monkeypatch.context() as patch:
        patch.setattr(module, "prepare", full)
        ledger = open_ledger(path)
        assert ledger.read("notices") == ROWS and ledger.read("rates") == {}
        for write in (ledger.check_writable, lambda: ledger.write({"rates": {b"a": b"1"}})):
            with pytest.raises(PassingError, match="the disk is full"):
                write()
    with closing(ledger):
        ledger.write({"rates": {b"a": b"1"}})
        assert ledger.read("rates") == {b"a": b"1"} and ledger.read("notices") == ROWS


@pytest.mark.attack("A26")
def test_a_ledger_that_a_full_disk_kept_from_its_beginning_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.db"
    with monkeypatch.context() as patch:
        patch.setattr(module, "prepare", full)
        for _ in range(2):
            with pytest.raises(PassingError, match="the disk is full"):
                open_ledger(path)
    assert [each.name for each in tmp_path.iterdir()] == ["ledger.db"]
    with closing(open_ledger(path)) as ledger:
        ledger.write({"rates": {b"a": b"1"}})


@pytest.mark.attack("A349")
def test_a_later_version_on_a_disk_that_takes_nothing_is_not_read_as_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.db"
    SqliteLedger(path).close()
    with closing(connect(path)) as db:
        db.execute("PRAGMA user_version = 9")
    monkeypatch.setattr(module, "prepare", full)
    with pytest.raises(UserError, match="newer version"):
        open_ledger(path)


@pytest.mark.attack("A348")
def test_one_read_that_is_refused_later_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    rows = {b"%d" % n: bytes(20_000) for n in range(200)}  # more than SQLite keeps at hand
    with closing(SqliteLedger(path)) as ledger:
        ledger.write({"notices": rows})
    with closing(SqliteLedger(path)) as ledger:
        ledger.write({"rates": {b"a": b"1"}})
        with refused(path), pytest.raises(PassingError) as error:
            ledger.read("notices")
        assert error.value.trouble == troubles.FAILING.name
        assert ledger.read("notices") == rows


@pytest.mark.attack("A29")
def test_a_file_that_was_emptied_is_set_aside_with_its_log_of_writes(tmp_path: Path) -> None:
    path, emptied = tmp_path / "ledger.db", tmp_path / "emptied" / "ledger.db"
    with closing(SqliteLedger(path)) as ledger:
        ledger.write({"notices": ROWS})
        log = path.with_name("ledger.db-wal").read_bytes()
    emptied.parent.mkdir()
    emptied.touch()
    with closing(open_ledger(emptied)) as ledger:
        assert not ledger.was_lost(), "it was begun, and no more"
    emptied.write_bytes(b"")
    emptied.with_name("ledger.db-wal").write_bytes(log)
    with closing(open_ledger(emptied)) as ledger:
        assert ledger.was_lost()
    assert emptied.with_name("ledger.db.damaged-wal").read_bytes() == log


@pytest.mark.attack("A26")
def test_a_ledger_that_another_program_holds_is_not_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.shell.store.sqlite.BUSY_TIMEOUT_MS", 1)
    path = tmp_path / "ledger.db"
    with closing(SqliteLedger(path)) as ledger:
        ledger.write({"notices": ROWS})
    with closing(connect(path)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("PRAGMA user_version = 1")
        with pytest.raises(PassingError, match="another program is using it"):
            open_ledger(path)
    with closing(open_ledger(path)) as ledger:
        assert ledger.read("notices") == ROWS
    assert not list(tmp_path.glob("*.damaged*"))


@pytest.mark.attack("A29")
def test_so_many_damaged_ledgers_are_kept_and_a_sentence_says_what_is_lost(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.db"
    for number in range(LEDGERS_MAX + 2):
        path.write_bytes(b"damaged %d" % number * 999)
        with capture_logs() as logs, closing(open_ledger(path)):
            assert logs[0]["event"].startswith("The ledger was damaged")
            assert "what was promised to hold" in logs[0]["event"]
    kept = sorted(each.name for each in tmp_path.glob("ledger.db.damaged*"))
    assert kept == ["ledger.db.damaged", "ledger.db.damaged.1", "ledger.db.damaged.2"]
    assert path.with_name(kept[0]).read_bytes().startswith(b"damaged 4")
    assert path.with_name(kept[2]).read_bytes().startswith(b"damaged 2")
