"""What error numbers mean: one row each, and only bytes that are wrong are damage."""

import errno
import sqlite3

import pytest
from swarmfeed.core.asks import trouble_sentences, troubles
from swarmfeed.core.asks.troubles import (
    TROUBLES,
    Trouble,
    is_damage,
    named,
    trouble_of_code,
    trouble_of_errno,
)
from swarmfeed.errors import PassingError

pytestmark = pytest.mark.attack("A26")


@pytest.mark.parametrize(
    ("number", "row"),
    [
        (errno.ENOSPC, troubles.FULL),
        (errno.EDQUOT, troubles.FULL),
        (errno.EMFILE, troubles.FILES),
        (errno.ENFILE, troubles.FILES),
        (errno.ENOMEM, troubles.MEMORY),
        (errno.EACCES, troubles.FORBIDDEN),
        (errno.EPERM, troubles.FORBIDDEN),
        (errno.EROFS, troubles.READ_ONLY),
        (errno.EIO, troubles.FAILING),
        (errno.ENOENT, None),
        (errno.EBADF, None),
        (None, None),
    ],
)
def test_a_number_of_the_system_has_one_meaning(number: int, row: Trouble | None) -> None:
    assert trouble_of_errno(number) is row


@pytest.mark.parametrize(
    ("code", "row"),
    [
        (sqlite3.SQLITE_BUSY, troubles.BUSY),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, troubles.BUSY),
        (sqlite3.SQLITE_LOCKED, troubles.BUSY),
        (sqlite3.SQLITE_FULL, troubles.FULL),
        (sqlite3.SQLITE_IOERR_SHMSIZE, troubles.FULL),
        (sqlite3.SQLITE_NOMEM, troubles.MEMORY),
        (sqlite3.SQLITE_IOERR_NOMEM, troubles.MEMORY),
        (sqlite3.SQLITE_READONLY, troubles.READ_ONLY),
        (sqlite3.SQLITE_READONLY_DIRECTORY, troubles.READ_ONLY),
        (sqlite3.SQLITE_CANTOPEN, troubles.FORBIDDEN),
        (sqlite3.SQLITE_IOERR, troubles.FAILING),
        (sqlite3.SQLITE_IOERR_FSYNC, troubles.FAILING),
        (sqlite3.SQLITE_CORRUPT, None),
        (sqlite3.SQLITE_CORRUPT_VTAB, None),
        (sqlite3.SQLITE_NOTADB, None),
        (sqlite3.SQLITE_IOERR_DATA, None),
        (sqlite3.SQLITE_CONSTRAINT, None),
        (sqlite3.SQLITE_ERROR, None),
    ],
)
def test_a_code_of_sqlite_has_one_meaning(code: int, row: Trouble | None) -> None:
    assert trouble_of_code(code) is row


def test_only_wrong_bytes_are_damage() -> None:
    codes = {
        getattr(sqlite3, name)
        for name in dir(sqlite3)
        if name.startswith("SQLITE_") and isinstance(getattr(sqlite3, name), int)
    }
    damage = {code for code in codes if is_damage(code)}
    corrupt = {code for code in codes if code & 0xFF == sqlite3.SQLITE_CORRUPT}
    assert damage >= {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR_DATA} | corrupt
    assert not damage & {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}


def test_what_is_behind_a_file_that_does_not_open_is_said() -> None:
    cannot = sqlite3.SQLITE_CANTOPEN
    assert trouble_of_code(cannot, errno.EMFILE) is troubles.FILES
    assert trouble_of_code(cannot, errno.EROFS) is troubles.READ_ONLY
    assert trouble_of_code(cannot, errno.ENOENT) is troubles.FORBIDDEN
    assert trouble_of_code(sqlite3.SQLITE_FULL, errno.EIO) is troubles.FULL


@pytest.mark.parametrize("row", TROUBLES, ids=lambda row: row.name)
def test_every_row_says_what_failed_why_and_what_to_do(row: Trouble) -> None:
    for error in (row.unread("notes"), row.unsaved("notes")):
        assert isinstance(error, PassingError)
        assert named(error.trouble) is row
        assert str(error).startswith("notes was not ")
        assert row.reason() in str(error) and str(error).endswith(row.advice())
    assert row.state()[0].isupper() and row.state().endswith(".")


def test_no_number_stands_in_two_rows() -> None:
    for kind in ("errnos", "codes"):
        every = [number for row in TROUBLES for number in getattr(row, kind)]
        assert len(every) == len(set(every))


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_whoever_asked_for_something_is_told_to_try_again(trouble: Trouble) -> None:
    """A command that was refused has ended: of it, nothing goes on by itself."""
    refused = str(trouble.unsaved("the post"))
    assert "by itself" not in refused
    assert "by itself" not in trouble_sentences.DISK_ALMOST_FULL()
