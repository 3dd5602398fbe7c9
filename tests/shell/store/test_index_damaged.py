"""A damaged file of the index is found, and set aside whole."""

import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from swarmfeed.errors import DamageError
from swarmfeed.shell.store.aside import set_aside
from swarmfeed.shell.store.index import SqliteIndex
from swarmfeed.shell.store.opened import open_index
from swarmfeed.shell.store.schema import MIGRATIONS

from tests.shell.store.index_samples import PAGE_BYTES, pages_checked
from tests.shell.store.test_index import BOBS, ask_everything, fill, index, path

__all__ = ["index", "path"]  # fixtures


def flipped(content: bytes, at: int, dice: random.Random) -> bytes:
    """Return the content with one bit of one byte changed."""
    changed = bytearray(content)
    changed[at] ^= 1 << dice.randrange(8)
    return bytes(changed)


@pytest.mark.slow
@pytest.mark.attack("A29")
@pytest.mark.parametrize("seed", range(8))
def test_flipped_bits_are_damage_and_the_rebuilt_index_is_the_same(
    path: Path, seed: int
) -> None:
    with closing(SqliteIndex(path)) as index:
        fill(index)
        before = ask_everything(index)
    dice = random.Random(seed)
    content = bytearray(path.read_bytes())
    for _ in range(1000):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    path.write_bytes(content)
    with pytest.raises(DamageError):
        SqliteIndex(path)
    with closing(open_index(path)) as index:
        fill(index)
        assert ask_everything(index) == before


@pytest.mark.slow
@pytest.mark.attack("A29")
@pytest.mark.parametrize("seed", range(4))
def test_one_flipped_bit_in_any_page_is_found_at_opening(path: Path, seed: int) -> None:
    with closing(SqliteIndex(path)) as index:
        fill(index)
    dice = random.Random(seed)
    content = path.read_bytes()
    for page in range(0, len(content), PAGE_BYTES):
        path.write_bytes(flipped(content, page + dice.randrange(PAGE_BYTES), dice))
        with pytest.raises(DamageError):
            SqliteIndex(path)


@pytest.mark.attack("A29")
@pytest.mark.parametrize("seed", range(4))
def test_one_flipped_bit_in_the_head_of_the_file_is_found_at_opening(
    path: Path, seed: int
) -> None:
    """Also where it stands that there are checksums."""
    with closing(SqliteIndex(path)) as index:
        fill(index)
    dice = random.Random(seed)
    content = path.read_bytes()
    for at in range(seed, 100, 4):
        path.write_bytes(flipped(content, at, dice))
        with pytest.raises(DamageError):
            SqliteIndex(path)


@pytest.mark.slow
@pytest.mark.attack("A29")
@pytest.mark.parametrize("seed", range(4))
def test_no_page_changed_behind_our_back_is_shown(path: Path, seed: int) -> None:
    with closing(SqliteIndex(path)) as index:
        fill(index)
        before = ask_everything(index)
    dice = random.Random(seed)
    content = path.read_bytes()
    for page in range(seed * PAGE_BYTES, len(content), 4 * PAGE_BYTES):
        path.write_bytes(content)
        with closing(SqliteIndex(path)) as index:
            path.write_bytes(flipped(content, page + dice.randrange(PAGE_BYTES), dice))
            with suppress(DamageError):
                assert ask_everything(index) == before


def test_checksums_that_are_switched_off_behind_our_back_are_missed(path: Path) -> None:
    with closing(SqliteIndex(path)) as index:
        fill(index)
    with closing(SqliteIndex(path)) as index:
        with path.open("r+b") as file:
            file.seek(20)  # bytes set aside in each page
            file.write(b"\0")
        with pytest.raises(DamageError):
            index.home(1, None)


def test_a_file_without_checksums_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        for statement in MIGRATIONS[0]:
            db.execute(statement)
        db.execute("PRAGMA user_version = 1")
        db.commit()
    with pytest.raises(DamageError, match="no checksums"):
        SqliteIndex(path)


def test_every_page_still_has_its_checksum_after_much_was_written(path: Path) -> None:
    with closing(SqliteIndex(path)) as index:
        fill(index)
        index.drop_feed(BOBS)
        fill(index)
        index.clear()  # copies the file
        fill(index)
    assert pages_checked(path) == [True] * (path.stat().st_size // PAGE_BYTES)


@pytest.mark.attack("A29")
def test_damage_outside_of_the_schema_is_found_at_opening(path: Path) -> None:
    with closing(SqliteIndex(path)) as index:
        fill(index)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size - 4096)
        file.write(random.Random(1).randbytes(4096))
    with pytest.raises(DamageError):
        SqliteIndex(path)


@pytest.mark.attack("A29")
def test_damage_behind_our_back_is_damage(path: Path) -> None:
    with closing(SqliteIndex(path)) as index:
        fill(index)
    with closing(SqliteIndex(path)) as index:
        with path.open("r+b") as file:
            file.seek(4096)
            file.write(random.Random(1).randbytes(path.stat().st_size - 4096))
        with pytest.raises(DamageError):
            ask_everything(index)


@pytest.mark.attack("A29")
def test_a_file_cut_short_is_refused(path: Path) -> None:
    with closing(SqliteIndex(path)) as index:
        fill(index)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DamageError):
        SqliteIndex(path)


@pytest.mark.attack("A29")
def test_a_damaged_index_is_set_aside_whole_and_only_the_newest_is_kept(path: Path) -> None:
    for content in (b"not a database at all" * 300, b"nor this" * 900):
        path.write_bytes(content)
        with closing(open_index(path)) as index, capture_logs():
            fill(index)
        assert path.with_name("index.db.damaged").read_bytes() == content
    names = {each.name for each in path.parent.iterdir()}
    assert names == {"index.db", "index.db.damaged"}


def test_what_is_set_aside_opens_as_a_database_and_nothing_older_is_mixed_in(
    path: Path,
) -> None:
    for content, parts in ((b"1", ("", "-wal", "-shm")), (b"2", ("", "-wal")), (b"3", ("",))):
        for part in parts:
            path.with_name(path.name + part).write_bytes(content)
        kept = set_aside(path, kept_max=2)
        assert kept.read_bytes() == content
    found = {each.name: each.read_bytes() for each in path.parent.iterdir()}
    assert found == {
        "index.db.damaged": b"3",
        "index.db.damaged.1": b"2",
        "index.db.damaged.1-wal": b"2",
    }
