"""A feed at one moment, as its files are: those of its folder, and those that lie elsewhere."""

from pathlib import Path

import pytest
from swarmfeed.errors import DamageError
from swarmfeed.shell.disk.still import open_files


def test_a_journal_that_grows_or_is_replaced_is_read_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "journal").write_bytes(b"base")
    (tmp_path / "chunks").mkdir()
    files = open_files(tmp_path, {})
    with (tmp_path / "journal").open("ab") as file:
        file.write(b" and more")
    assert b"".join(files["journal"].parts()) == b"base"
    (tmp_path / "new").write_bytes(b"another")
    (tmp_path / "new").replace(tmp_path / "journal")
    assert b"".join(files["journal"].parts()) == b"base"
    files["journal"].close()


def test_what_is_half_written_on_its_way_or_a_link_is_none_of_it(tmp_path: Path) -> None:
    for name in ("chunks", "incoming"):
        (tmp_path / name).mkdir()
    for name in ("journal", ".journal.a.tmp", "chunks/a.zst.new", "incoming/b.zst"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "chunks" / "c.zst").symlink_to("/etc/hostname")
    files = open_files(tmp_path, {})
    assert list(files) == ["journal"]
    files["journal"].close()


def test_small_feeds_have_their_files_elsewhere_and_none_is_cut_unheard(tmp_path: Path) -> None:
    files = open_files(tmp_path / "none", {"journal": b"in memory"})
    assert b"".join(files["journal"].parts()) == b"in memory"
    (tmp_path / "journal").write_bytes(b"whole")
    (file,) = open_files(tmp_path, {}).values()
    (tmp_path / "journal").write_bytes(b"cut")
    with pytest.raises(DamageError, match="was cut short"):
        b"".join(file.parts())
    file.close()
