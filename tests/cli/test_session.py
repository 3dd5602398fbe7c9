"""Which node a command reaches, and where the passphrase comes from."""

from pathlib import Path

import pytest
from swarmfeed.cli.session import page_link, read_passphrase, read_passphrase_file
from swarmfeed.errors import UserError
from swarmfeed.shell.keyfile import Keys, create_keys


@pytest.fixture
def home(tmp_path: Path) -> Path:
    keys = Keys(
        author_seed=bytes(32), feed_seed=bytes(32), node_seed=bytes(32), created_at_ms=1
    )
    create_keys(tmp_path / "keys", keys, "")
    return tmp_path


def test_unprotected_keys_need_no_passphrase_even_if_a_file_is_named(home: Path) -> None:
    assert read_passphrase(home, None) == ""
    assert read_passphrase(home, home / "none") == ""


def test_a_page_link_needs_a_running_node(home: Path) -> None:
    with pytest.raises(UserError, match="swarmfeed run"):
        page_link(home)


def test_a_page_link_needs_a_home(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="swarmfeed init"):
        page_link(tmp_path)


@pytest.mark.parametrize(
    ("content", "passphrase"),
    [(b"a b", "a b"), (b" a \r\nb", " a "), ("zażółć\n".encode(), "zażółć")],
)
def test_the_first_line_of_a_file_is_the_passphrase(
    tmp_path: Path, content: bytes, passphrase: str
) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content)
    assert read_passphrase_file(file) == passphrase


@pytest.mark.parametrize("content", [b"", b"\nsecond line", b"\xff", b"x" * 1_025])
def test_a_file_without_a_passphrase_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content)
    with pytest.raises(UserError):
        read_passphrase_file(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        read_passphrase_file(tmp_path / "none")
