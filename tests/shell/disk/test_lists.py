"""Chunk lists on disk: there while the node runs, gone at the next start."""

from pathlib import Path

import pytest
from swarmfeed.core.base.limits import CHUNK_LIST_BYTES_MAX
from swarmfeed.errors import DamageError
from swarmfeed.shell.disk.lists import ListFiles


def test_a_list_is_what_was_written(tmp_path: Path) -> None:
    lists = ListFiles(tmp_path / "lists")
    lists.write("a-list-256.ben", b"le")
    assert lists.read("a-list-256.ben") == b"le"
    assert (lists.folder / "a-list-256.ben").read_bytes() == b"le"
    lists.drop("a-list-256.ben")
    lists.drop("a-list-256.ben")
    with pytest.raises(DamageError, match="missing"):
        lists.read("a-list-256.ben")


def test_nothing_is_made_before_there_is_a_list(tmp_path: Path) -> None:
    ListFiles(tmp_path / "lists").drop("a-list-256.ben")
    assert list(tmp_path.iterdir()) == []


def test_what_comes_from_others_finds_a_folder_for_its_owner_only(tmp_path: Path) -> None:
    folder = ListFiles(tmp_path / "lists").folder
    assert folder.is_dir() and folder.stat().st_mode & 0o077 == 0


def test_what_an_earlier_run_left_is_deleted(tmp_path: Path) -> None:
    ListFiles(tmp_path / "lists").write("a-list-256.ben", b"le")
    assert list(ListFiles(tmp_path / "lists").folder.iterdir()) == []


@pytest.mark.attack("A48")
def test_a_list_that_is_too_long_or_leads_elsewhere_is_not_read(tmp_path: Path) -> None:
    lists = ListFiles(tmp_path / "lists")
    (lists.folder / "long").write_bytes(bytes(CHUNK_LIST_BYTES_MAX + 1))
    (lists.folder / "link").symlink_to("/etc/passwd")
    for name in ("long", "link"):
        with pytest.raises(Exception, match=r"longer|symbolic|link|refuse|not") as refused:
            lists.read(name)
        assert not isinstance(refused.value, FileNotFoundError)
