"""Deleting a home: all that is ours goes, keys first, and nothing else."""

import os
import re
from pathlib import Path
from tempfile import mkstemp

import pytest
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.errors import PassingError
from swarmfeed.shell.disk import deleting
from swarmfeed.shell.disk.birth import begin, finish
from swarmfeed.shell.disk.deleting import delete_home, finish_deleting, is_half_deleted
from swarmfeed.shell.disk.durable import TEMPORARY_SUFFIX
from swarmfeed.shell.store.aside import LEDGERS_MAX, PARTS, scratch_of, set_aside


def furnish(home: Path) -> None:
    for folder in ("feeds/a", "high-water", "media/shown", "run", "lists"):
        (home / folder).mkdir(parents=True)
        (home / folder / "x").write_bytes(b"x")
    names = "keys settings sheets papers index.db index.db-wal private.db.damaged lock"
    for name in (*names.split(), "diary.txt", "keyring"):
        (home / name).write_bytes(b"x")
    (home / "pictures").mkdir()


def test_all_that_is_ours_goes_and_nothing_else(tmp_path: Path) -> None:
    furnish(tmp_path)
    assert delete_home(tmp_path) == ["diary.txt", "keyring", "pictures"]
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        *("diary.txt", "keyring", "lock", "pictures")
    ]
    assert delete_home(tmp_path) == ["diary.txt", "keyring", "pictures"], "again does no harm"


def test_names_that_only_begin_like_ours_stay(tmp_path: Path) -> None:
    mine = ["feeds-my-archive", "keys.backup-on-usb", "lists-shopping.txt", "media.zip"]
    mine += ["keys.old", "scratch-keys", "settings.damaged", ".keys.tmp", ".zshrc.a1.tmp"]
    for name in (*mine, "private.db.damaged.1", "index.db-shm"):
        (tmp_path / name).write_bytes(b"x")
    assert delete_home(tmp_path) == sorted(mine)


def test_what_the_program_calls_otherwise_for_a_while_goes_too(tmp_path: Path) -> None:
    """Keys of an earlier device, what was set aside or tried, and what a power cut left."""
    old = FeedId(b"o" * 32)
    new = begin(tmp_path, FeedId(b"n" * 32), AuthorId(b"a" * 32))
    for place in ("feeds", "high-water"):
        (new / place / format_address(FeedId(b"n" * 32))).mkdir(parents=True)
    for name in (new / "keys", tmp_path / "keys"):
        name.write_bytes(b"x")
    finish(tmp_path, FeedId(b"n" * 32), old)
    assert (tmp_path / f"keys.{format_address(old)}").exists()
    for _ in range(2):
        for end in PARTS:
            (tmp_path / f"ledger.db{end}").write_bytes(b"x")
        set_aside(tmp_path / "ledger.db", kept_max=LEDGERS_MAX)
    assert (tmp_path / "ledger.db.damaged.1-wal").exists()
    for end in PARTS:
        scratch = scratch_of(tmp_path / "index.db")
        scratch.with_name(scratch.name + end).write_bytes(b"x")
    for name in (tmp_path / "keys", tmp_path / "settings"):
        os.close(mkstemp(TEMPORARY_SUFFIX, f".{name.name}.", dir=tmp_path)[0])
    assert delete_home(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_every_name_that_shells_give_in_a_home_is_known() -> None:
    """Of ``opening``, which puts a home's doors together: a new one must go, too."""
    opening = (Path(deleting.__file__).parents[2] / "opening.py").read_text(encoding="utf-8")
    assert set(re.findall(r'home / "([^"]+)"', opening)) <= {
        *deleting.FILES,
        *deleting.DATABASES,
    }


@pytest.mark.attack("A313")
def test_a_link_to_elsewhere_is_deleted_and_not_what_it_leads_to(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    (elsewhere / "mine").write_bytes(b"x")
    (home / "media").symlink_to(elsewhere)
    (home / "index.db").symlink_to(elsewhere / "mine")
    assert delete_home(home) == []
    assert (elsewhere / "mine").read_bytes() == b"x"


def test_after_a_power_cut_no_keys_are_left_without_their_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(tmp_path)

    def cut(_: Path) -> None:
        raise OSError("the power is gone")

    monkeypatch.setattr(deleting, "_delete", cut)
    with pytest.raises(OSError, match="power"):
        delete_home(tmp_path)
    assert not (tmp_path / "keys").exists() and (tmp_path / "high-water").exists()
    monkeypatch.undo()
    assert is_half_deleted(tmp_path)
    finish_deleting(tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        *("diary.txt", "keyring", "lock", "pictures")
    ]
    assert not is_half_deleted(tmp_path)


def test_a_home_whose_keys_had_not_gone_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(tmp_path)
    before = sorted(each.name for each in tmp_path.iterdir())

    def cut(_: Path) -> None:
        raise OSError("the power is gone")

    monkeypatch.setattr(Path, "unlink", cut)
    with pytest.raises(OSError, match="power"):
        delete_home(tmp_path)
    monkeypatch.undo()
    assert (tmp_path / deleting.BEGUN).exists() and not is_half_deleted(tmp_path)
    finish_deleting(tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == before, "nothing of it is left"


def test_a_full_disk_is_emptied_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    furnish(tmp_path)

    def full(*_: object) -> None:
        raise PassingError("the disk is full", "full")

    monkeypatch.setattr(deleting, "write_file", full)
    assert delete_home(tmp_path) == ["diary.txt", "keyring", "pictures"]
