import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from swarmfeed.errors import DamageError, FatalError
from swarmfeed.ports import Page
from swarmfeed.shell.store.ledger import SqliteLedger, open_ledger


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
        assert ledger.read(Page.NOTICES) == {}
    assert (tmp_path / "ledger.db.damaged").read_bytes()[:16] == content[:16]


def test_pages_overwritten_by_zeros_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(SqliteLedger(path)) as ledger:
        ledger.write({Page.NOTICES: {b"%d" % n: bytes(300) for n in range(500)}})
    content = bytearray(path.read_bytes())
    content[8_192:16_384] = bytes(8_192)
    path.write_bytes(content)
    with pytest.raises(DamageError):
        SqliteLedger(path)


def test_a_later_version_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    SqliteLedger(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 9")
    with pytest.raises(DamageError, match="version 9"):
        SqliteLedger(path)


def test_a_write_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(SqliteLedger(path)) as ledger:
        ledger.write({Page.RATES: {b"a": b"1"}})
        with closing(sqlite3.connect(path)) as other:
            other.execute(
                "CREATE TRIGGER refuse BEFORE INSERT ON entry WHEN NEW.key = x'62'"
                " BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        with pytest.raises(FatalError):
            ledger.write({Page.RATES: {b"a": b"2", b"b": b"2"}})
        assert ledger.read(Page.RATES) == {b"a": b"1"}
