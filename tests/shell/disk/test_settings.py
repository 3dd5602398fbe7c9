"""Kept settings: the real file and its fake, as one door."""

from pathlib import Path

import pytest
from street.fakes.kept_settings import FakeKeptSettings
from swarmfeed.errors import UserError
from swarmfeed.ports.kept_settings import KeptSettings
from swarmfeed.shell.disk.settings import FileSettings


@pytest.fixture(params=["real", "fake"])
def door(request: pytest.FixtureRequest, tmp_path: Path) -> KeptSettings:
    return FileSettings(tmp_path) if request.param == "real" else FakeKeptSettings()


def test_nothing_is_kept_at_first(door: KeptSettings) -> None:
    assert door.read() == {}


def test_what_is_written_is_kept_and_nothing_else(door: KeptSettings) -> None:
    door.write({"--disk": "20 GB", "--proxy": "socks5://127.0.0.1:9050"})
    door.write({"--disk": "5 GB"})
    assert door.read() == {"--disk": "5 GB"}


def test_what_was_written_or_read_is_no_way_to_change_it(door: KeptSettings) -> None:
    written = {"--disk": "5 GB"}
    door.write(written)
    for mapping in (written, door.read()):
        assert isinstance(mapping, dict)
        mapping["--disk"] = "1 GB"
        assert door.read() == {"--disk": "5 GB"}


def test_nobody_else_reads_the_file(tmp_path: Path) -> None:
    FileSettings(tmp_path).write({"--proxy": "socks5://127.0.0.1:9050"})
    assert (tmp_path / "settings").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", [b"", b"--disk 20G\n", b"{" * 70_000])
def test_a_file_that_cannot_be_understood_is_named_and_stays(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "settings"
    file.write_bytes(content)
    with pytest.raises(UserError, match="cannot be understood; correct the file") as caught:
        FileSettings(tmp_path).read()
    assert str(file) in str(caught.value) and file.read_bytes() == content
