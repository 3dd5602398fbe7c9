"""Which node a command reaches, and where the passphrase comes from."""

import threading
from pathlib import Path

import pytest
from street.authors import blank_keys
from swarmfeed.cli import desk
from swarmfeed.cli.desk import open_desk, page_link, while_in_use
from swarmfeed.cli.home import read_passphrase, read_passphrase_file
from swarmfeed.core.asks.upkeep import HowIsIt
from swarmfeed.errors import InUseError, UserError
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.shell.disk.homelock import HomeLock
from swarmfeed.shell.disk.keyfile import create_keys


@pytest.fixture
def home(tmp_path: Path) -> Path:
    create_keys(tmp_path / "keys", blank_keys(), "")
    return tmp_path


def test_unprotected_keys_need_no_passphrase_even_if_a_file_is_named(home: Path) -> None:
    assert read_passphrase(home, None) == ""
    assert read_passphrase(home, home / "none") == ""


def test_a_page_link_needs_a_running_node(home: Path) -> None:
    with pytest.raises(UserError, match="swarmfeed run"):
        page_link(home)


def test_a_page_link_needs_a_home(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no keys in .* yet; begin with: swarmfeed run"):
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
    file.chmod(0o600)
    assert read_passphrase_file(file) == passphrase


@pytest.mark.parametrize("content", [b"", b"\nsecond line", b"\xff", b"x" * 1_025])
def test_a_file_without_a_passphrase_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(UserError, match="passphrase"):
        read_passphrase_file(file)


@pytest.mark.attack("A72")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o606])
def test_a_passphrase_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "secret"
    file.write_text("open sesame\n")
    file.chmod(mode)
    with pytest.raises(UserError, match=f"other users may read {file}; run: chmod 600 {file}"):
        read_passphrase_file(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        read_passphrase_file(tmp_path / "none")


def test_a_home_in_use_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "LOOK_EVERY_S", 0)
    answers = [InUseError("taken"), InUseError("taken"), "mine"]

    def attempt() -> str:
        answer = answers.pop(0)
        if isinstance(answer, InUseError):
            raise answer
        return str(answer)

    assert while_in_use(attempt) == "mine"


def test_a_home_in_use_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "WAIT_S", 0)

    def attempt() -> None:
        raise InUseError("taken")

    with pytest.raises(InUseError):
        while_in_use(attempt)


def test_what_else_is_wrong_is_told_at_once() -> None:
    attempts = []

    def attempt() -> None:
        attempts.append(1)
        raise UserError("wrong passphrase")

    with pytest.raises(UserError):
        while_in_use(attempt)
    assert attempts == [1]


@pytest.mark.slow
def test_a_command_waits_for_another_one_to_end(home: Path) -> None:
    """Two commands typed at once: the second takes its turn instead of failing."""
    taken = HomeLock(home)
    taken.acquire()
    release = threading.Timer(0.3, taken.release)
    release.start()
    with open_desk(home, NodeSettings(network=False), lambda: "") as node:
        assert node.ask(HowIsIt()).running is False
    release.join()


def test_a_page_link_waits_for_a_node_that_is_starting(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "WAIT_S", 0.01)
    with HomeLock(home), pytest.raises(InUseError):
        page_link(home)
