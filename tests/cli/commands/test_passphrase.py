"""``passphrase``: another one, or one more place for it, and the keys stay what they are."""

from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from click.testing import Result
from nacl.pwhash import argon2id
from swarmfeed.errors import UserError
from swarmfeed.node.ground.home import key_path
from swarmfeed.shell.disk.homelock import HomeLock
from swarmfeed.shell.disk.keyfile import open_keys
from swarmfeed.shell.passphrases import keep_passphrase, kept_passphrase

from tests.cli.homes import KEYS, make_home
from tests.shell.test_passphrases import Drawer

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(argon2id, "OPSLIMIT_MODERATE", 1)
    monkeypatch.setattr(argon2id, "MEMLIMIT_MODERATE", 8_192)


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    usual, opened = keyring.get_keyring(), Drawer()
    keyring.set_keyring(opened)
    yield opened
    keyring.set_keyring(usual)


def secret(path: Path, text: str) -> str:
    path.touch(mode=0o600)
    path.write_text(text + "\n")
    return str(path)


def test_a_home_gets_another_passphrase(run: Run, home: Path, tmp_path: Path) -> None:
    make_home(home, "horse")
    old, new = (secret(tmp_path / each, each) for each in ("horse", "staple"))
    result = run("--passphrase-file", old, "passphrase", "--new-passphrase-file", new)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Copies of the old key file" in result.stdout
    assert open_keys(key_path(home), "staple") == KEYS


def test_without_one_the_keys_say_so(run: Run, home: Path, tmp_path: Path) -> None:
    make_home(home, "horse")
    old = secret(tmp_path / "horse", "horse")
    result = run("--passphrase-file", old, "passphrase", "--no-passphrase")
    assert (result.exit_code, "whoever can read the file" in result.stdout) == (0, True)
    assert open_keys(key_path(home), "") == KEYS


def test_nobody_to_ask_is_told_the_option_for_the_new_one(run: Run, home: Path) -> None:
    make_home(home, "")
    result = run("passphrase")
    assert (result.exit_code, "with --new-passphrase-file" in result.stderr) == (1, True)


def test_a_new_one_and_none_at_once_change_nothing(
    run: Run, home: Path, tmp_path: Path
) -> None:
    make_home(home, "")
    new = secret(tmp_path / "staple", "staple")
    result = run("passphrase", "--new-passphrase-file", new, "--no-passphrase")
    assert (result.exit_code, "not both" in result.stderr) == (2, True)
    assert open_keys(key_path(home), "") == KEYS


def test_a_wrong_passphrase_changes_nothing(run: Run, home: Path, tmp_path: Path) -> None:
    make_home(home, "horse")
    wrong = secret(tmp_path / "house", "house")
    result = run("--passphrase-file", wrong, "passphrase", "--no-passphrase")
    assert (result.exit_code, "the passphrase is wrong" in result.stderr) == (1, True)
    assert open_keys(key_path(home), "horse") == KEYS


def test_nobody_changes_the_keys_of_a_home_that_another_command_has(
    run: Run, home: Path
) -> None:
    make_home(home, "")
    with HomeLock(home):
        result = run("passphrase", "--no-passphrase")
    assert (result.exit_code, open_keys(key_path(home), "")) == (1, KEYS)
    assert "another" in result.stderr


def test_the_keyring_has_it_only_where_a_person_says_so(
    run: Run, home: Path, tmp_path: Path, drawer: Drawer
) -> None:
    make_home(home, "")
    new, next_ = (secret(tmp_path / each, each) for each in ("horse", "staple"))
    assert run("passphrase", "--new-passphrase-file", new).exit_code == 0
    assert drawer.kept == {}
    keep_passphrase(home, "horse")
    result = run("--keyring", "passphrase", "--new-passphrase-file", next_)
    assert (result.exit_code, kept_passphrase(home)) == (0, "staple")
    assert run("--keyring", "passphrase", "--no-passphrase").exit_code == 0
    assert drawer.kept == {}


def test_what_the_keyring_has_can_be_taken_out(run: Run, home: Path, drawer: Drawer) -> None:
    make_home(home, "horse")
    keep_passphrase(home, "horse")
    assert run("passphrase", "--forget").exit_code == 0
    result = run("passphrase", "--forget")
    assert (result.exit_code, "keyring has no passphrase" in result.stderr) == (1, True)
    assert open_keys(key_path(home), "horse") == KEYS


def test_a_passphrase_in_the_keyring_that_opens_nothing_any_more_is_asked_for_again(
    home: Path, drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from swarmfeed.cli import home as homes

    make_home(home, "staple")
    keep_passphrase(home, "horse")
    with pytest.raises(UserError, match="the keys are protected"):
        homes.read_passphrase(home, None, keyring=True)
    monkeypatch.setattr(homes, "_asked", lambda: "staple")
    assert homes.read_passphrase(home, None, keyring=True) == "staple"
    assert kept_passphrase(home) == "staple"
