"""The file of boxes: made when it is needed, synced, checked, set aside when damaged."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from swarmfeed.errors import FatalError, UserError
from swarmfeed.shell.store.mailboxes import SqliteMailStore
from swarmfeed.shell.store.sqlite import connect

from tests.shell.store.test_mailstore_contract import ONE, parcel

BATCH = 4


def test_there_is_no_file_until_a_box_is_leased(tmp_path: Path) -> None:
    path = tmp_path / "mailboxes.db"
    with closing(SqliteMailStore(path)) as store:
        assert store.read() == []
        assert store.drop_older(99) == []
        assert not path.exists()
        store.lease(ONE)
        assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"no database" * 100, b"SQLite format 3\0" + bytes(84)])
def test_a_damaged_file_is_set_aside_and_a_new_one_begun(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "mailboxes.db"
    path.write_bytes(content)
    with closing(SqliteMailStore(path)) as store:
        assert store.read() == []
        store.lease(ONE)
        assert store.read() == [ONE]
    assert (tmp_path / "mailboxes.db.damaged").read_bytes()[:16] == content[:16]


@pytest.mark.attack("A349")
def test_boxes_of_a_newer_version_are_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "mailboxes.db"
    with closing(SqliteMailStore(path)) as store:
        store.lease(ONE)
    with closing(connect(path)) as db:
        db.execute("PRAGMA user_version = 9")
    with (
        closing(SqliteMailStore(path)) as store,
        pytest.raises(UserError, match="newer version"),
    ):
        store.read()
    assert [each.name for each in tmp_path.iterdir()] == ["mailboxes.db"]


def test_damage_behind_our_back_keeps_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "mailboxes.db"
    path.write_bytes(b"no database" * 100)
    with closing(SqliteMailStore(path)) as store, pytest.raises(FatalError, match="written"):
        store.lease(ONE)


def test_what_was_dropped_is_in_no_free_page(tmp_path: Path) -> None:
    path, secret = tmp_path / "mailboxes.db", parcel(1, size=3_000)
    with closing(SqliteMailStore(path)) as store:
        store.lease(ONE)
        store.keep([secret])
        store.drop(ONE.box, [secret.id])
    assert secret.id not in path.read_bytes()


def fill(path: Path, first: int) -> None:
    """Keep some parcels after the others, and say after each time that they are kept."""
    store = SqliteMailStore(path)
    store.lease(ONE)
    for number in range(first, 200):
        store.keep([parcel(BATCH * number + at) for at in range(BATCH)])
        print(number, flush=True)


@pytest.mark.slow
def test_who_is_killed_at_any_moment_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    path, kept = tmp_path / "mailboxes.db", 0
    for turn in range(2):
        program = f"from {__name__} import *; fill(Path({str(path)!r}), {kept})"
        with subprocess.Popen(
            [sys.executable, "-c", program],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            text=True,
        ) as process:
            assert process.stdout is not None
            said_last = kept - 1
            for _ in range(3 + 4 * turn):
                said_last = int(process.stdout.readline())
            process.send_signal(signal.SIGKILL)
        with closing(SqliteMailStore(path)) as store:
            found = store.some(ONE.box, 0, bytes_max=10**9, count_max=10**6).parcels
            (box,) = store.read()
        assert len(found) >= BATCH * (said_last + 1)
        assert len(found) % BATCH == 0, "all of a change or nothing"
        assert list(found) == [parcel(n).data for n in range(len(found))]
        assert (box.parcels, box.bytes) == (len(found), sum(map(len, found)))
        kept = len(found) // BATCH
