"""Sites in folders: what is theirs is written in one step, and all else is left alone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from swarmfeed.core.exports.site.listing import LISTING
from swarmfeed.errors import UserError
from swarmfeed.shell.sites import FolderSites

HOME = Path("/no/home")


def test_what_is_written_is_there_for_everybody_and_again_after_opening(
    tmp_path: Path,
) -> None:
    umask = os.umask(0o077)
    try:
        with FolderSites(HOME).open(str(tmp_path / "new" / "site"), may_begin=True) as site:
            assert site.listing() is None
            site.write("tags/ä/index.html", [b"ta", b"gs"])
            site.write("index.html", [b"old"])
            site.write("index.html", [b"new"])
            site.keep_listing(b"{}")
    finally:
        os.umask(umask)
    folder = tmp_path / "new" / "site"
    assert (folder / "tags" / "ä" / "index.html").read_bytes() == b"tags"
    assert (folder / "index.html").read_bytes() == b"new"
    assert {each.stat().st_mode & 0o777 for each in folder.rglob("*.html")} == {0o644}
    assert (folder / "tags").stat().st_mode & 0o777 == folder.stat().st_mode & 0o777 == 0o755
    assert not list(folder.rglob("*.part"))
    with FolderSites(HOME).open(str(folder), may_begin=False) as site:
        assert site.listing() == b"{}"
        assert site.has("index.html")
        site.delete("tags/ä/index.html")
        site.delete("never/was.html")
    assert not (folder / "tags" / "ä").exists()
    assert (folder / "index.html").exists()


def test_a_folder_of_somebodys_own_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    sites = FolderSites(HOME)
    with (
        pytest.raises(UserError, match="is there already"),
        sites.open(str(tmp_path), may_begin=True),
    ):
        pass
    with (
        pytest.raises(UserError, match="has no website"),
        sites.open(str(tmp_path / "gone"), may_begin=False),
    ):
        pass
    assert not (tmp_path / "gone").exists(), "what was unplugged is not made anew"
    (tmp_path / "web" / ".git").mkdir(parents=True)
    with sites.open(str(tmp_path / "web"), may_begin=True) as site:
        site.write("index.html", [b"x"])
    with (
        pytest.raises(UserError, match="cannot be written"),
        sites.open(str(tmp_path / "mine.txt"), may_begin=True),
    ):
        pass


@pytest.mark.attack("A296")
def test_a_link_in_the_place_of_a_folder_or_file_leads_nothing_astray(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "site"
    outside.mkdir()
    folder.mkdir()
    (outside / "index.html").write_bytes(b"not ours")
    (folder / LISTING).write_bytes(b"{}")
    (folder / "tags").symlink_to(outside)
    (folder / "index.html").symlink_to(outside / "index.html")
    with FolderSites(HOME).open(str(folder), may_begin=False) as site:
        assert not site.has("index.html")
        site.write("index.html", [b"ours"])
    assert (outside / "index.html").read_bytes() == b"not ours"
    assert (folder / "index.html").read_bytes() == b"ours"
    for act in ("write", "delete"):
        with (
            pytest.raises(UserError, match="a link is in the place"),
            FolderSites(HOME).open(str(folder), may_begin=False) as site,
        ):
            if act == "write":
                site.write("tags/index.html", [b"x"])
            site.delete("tags/index.html")
    assert [each.name for each in outside.iterdir()] == ["index.html"]


def test_what_cannot_be_written_leaves_the_old_file(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise OSError(28, "No space left on device")

    with (
        pytest.raises(UserError, match="No space left"),
        FolderSites(HOME).open(str(tmp_path), may_begin=True) as site,
    ):
        site.write("index.html", [b"old"])
        site.write("index.html", broken())
    assert (tmp_path / "index.html").read_bytes() == b"old"
    assert not list(tmp_path.glob("*.part"))
