"""What looks like damage is looked at again: a disk that refuses once is not damaged."""

from pathlib import Path

import apsw
import pytest
from swarmfeed.core.asks.troubles import FAILING, SQLITE_CORRUPT
from swarmfeed.errors import DamageError, PassingError
from swarmfeed.shell.store.sqlite import look_twice, translated

from tests.shell.store.refusing import EIO


def look(outcomes: list[bool]) -> str:
    if not outcomes.pop(0):
        raise DamageError("malformed")
    return "read"


@pytest.mark.attack("A348")
def test_damage_is_believed_when_it_is_met_again(tmp_path: Path) -> None:
    path = tmp_path / "letters.db"
    path.write_bytes(b"whatever")
    assert look_twice(path, lambda: look([True])) == "read"
    outcomes = [False, True]
    assert look_twice(path, lambda: look(outcomes)) == "read"
    with pytest.raises(DamageError):
        look_twice(path, lambda: look([False]))


@pytest.mark.attack("A348")
@pytest.mark.parametrize("part", ["", "-wal"])
def test_damage_is_not_believed_while_a_byte_cannot_be_read(tmp_path: Path, part: str) -> None:
    path = tmp_path / "letters.db"
    path.write_bytes(b"whatever")
    other = tmp_path / f"letters.db{part}"
    other.unlink(missing_ok=True)
    other.symlink_to(EIO)
    with pytest.raises(PassingError) as refused:
        look_twice(path, lambda: look([False]))
    assert refused.value.trouble == FAILING.name


@pytest.mark.attack("A348")
@pytest.mark.parametrize("part", ["", "-wal"])
def test_what_sqlite_calls_malformed_may_be_a_log_that_the_disk_does_not_give(
    tmp_path: Path, part: str
) -> None:
    path = tmp_path / "index.db"
    path.write_bytes(b"whatever")
    malformed = apsw.CorruptError("database disk image is malformed")
    malformed.extendedresult = SQLITE_CORRUPT
    with pytest.raises(DamageError), translated(path, reading=True):
        raise malformed
    other = tmp_path / f"index.db{part}"
    other.unlink(missing_ok=True)
    other.symlink_to(EIO)
    with pytest.raises(PassingError) as refused, translated(path, reading=True):
        raise malformed
    assert refused.value.trouble == FAILING.name
