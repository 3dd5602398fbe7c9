"""What goes out is written anywhere but into the home."""

from pathlib import Path

import pytest
from swarmfeed.errors import UserError
from swarmfeed.shell.archives import FileArchives
from swarmfeed.shell.outside import require_outside
from swarmfeed.shell.sites import FolderSites


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / "media").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "home")
    return tmp_path / "home"


INSIDE = ("home", "home/new/deep", "home/media", "link/new", "beside/../home/new")


@pytest.mark.parametrize("name", INSIDE)
def test_a_place_in_the_home_is_refused_missing_or_not_and_by_a_link_too(
    home: Path, name: str
) -> None:
    with pytest.raises(UserError, match="keeps for itself"):
        require_outside(home, str(home.parent / name))
    with pytest.raises(UserError, match="keeps for itself"):
        require_outside(home.parent / "link", str(home.parent / name))


@pytest.mark.parametrize("name", [".", "homely", "beside/new"])
def test_a_place_beside_it_is_taken_as_it_is(home: Path, name: str) -> None:
    place = str(home.parent / name)
    assert require_outside(home, place) == Path(place)


@pytest.mark.attack("A296")
def test_neither_an_export_nor_a_site_is_written_there(home: Path) -> None:
    for place in (str(home / "new"), str(home / "new.zip"), str(home.parent / "link" / "new")):
        with pytest.raises(UserError, match="keeps"), FileArchives(home).create(place):
            pass
        with (
            pytest.raises(UserError, match="keeps"),
            FolderSites(home).open(place, may_begin=True),
        ):
            pass
    assert [each.name for each in home.iterdir()] == ["media"]
