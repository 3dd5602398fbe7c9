"""Nobody else reads a home."""

import os
from pathlib import Path

import pytest
from swarmfeed.shell.disk.modes import close_to_others, may_be_read_by_others, open_folder

pytestmark = pytest.mark.attack("A72")


def mode(path: Path) -> int:
    return path.stat(follow_symlinks=False).st_mode & 0o777


@pytest.mark.parametrize("spoilt", [0o777, 0o755, 0o750, 0o711, 0o707, 0o720])
def test_what_was_open_is_closed(tmp_path: Path, spoilt: int) -> None:
    home = tmp_path / "home"
    (home / "feeds" / "one").mkdir(parents=True)
    file = home / "feeds" / "one" / "journal"
    file.write_text("x")
    for path in (home, home / "feeds", home / "feeds" / "one"):
        path.chmod(spoilt)
    file.chmod(spoilt & 0o666)
    closed = close_to_others(home)
    assert home in closed
    assert {mode(path) for path in (home, *home.rglob("*")) if path.is_dir()} == {0o700}
    assert mode(file) == 0o600
    assert close_to_others(home) == ()


def test_links_are_not_followed(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir(mode=0o700)
    elsewhere.mkdir(mode=0o755)
    (elsewhere / "file").write_text("x")
    (elsewhere / "file").chmod(0o644)
    (home / "folder").symlink_to(elsewhere)
    (home / "file").symlink_to(elsewhere / "file")
    (home / "nowhere").symlink_to(tmp_path / "none")
    assert close_to_others(home) == ()
    assert (mode(elsewhere), mode(elsewhere / "file")) == (0o755, 0o644)


def test_a_home_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    assert close_to_others(tmp_path / "none") == ()


def test_the_folder_where_everybody_may_replace_things_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    home = tmp_path / "shared" / "home"
    home.mkdir(parents=True)
    assert open_folder(home) is None
    (tmp_path / "shared").chmod(0o777)
    assert open_folder(home) == tmp_path / "shared"
    assert open_folder(home / "not" / "yet") == tmp_path / "shared"
    (tmp_path / "shared").chmod(0o1777)
    assert open_folder(home) is None, "like /tmp"
    home.chmod(0o702)
    assert open_folder(home) == home


@pytest.mark.parametrize(
    ("given", "open_to_others"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)]
)
def test_files_that_others_may_read(tmp_path: Path, given: int, open_to_others: bool) -> None:
    path = tmp_path / "secret"
    path.write_text("x")
    path.chmod(given)
    with path.open() as file:
        assert may_be_read_by_others(file.fileno()) == open_to_others
    reading, writing = os.pipe()
    assert not may_be_read_by_others(reading)
    os.close(reading)
    os.close(writing)
