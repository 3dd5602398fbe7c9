"""``swarmfeed delete-home``: asked first, and only ours."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from street.authors import blank_keys
from swarmfeed.shell.disk.deleting import BEGUN
from swarmfeed.shell.disk.keyfile import create_keys
from swarmfeed.shell.passphrases import keep_passphrase

from tests.shell.test_passphrases import Drawer, drawer

__all__ = ["drawer"]  # fixtures

Run = Callable[..., Result]


def test_nothing_is_deleted_without_a_yes(run: Run, home: Path) -> None:
    home.mkdir()
    create_keys(home / "keys", blank_keys(), "")
    (home / "diary").write_text("mine")
    refused = run("delete-home")
    assert refused.exit_code == 1 and "say --yes" in refused.stderr
    assert (home / "keys").exists()
    assert json.loads(run("delete-home", "--yes", "--json").stdout) == {"left": ["diary"]}
    assert sorted(each.name for each in home.iterdir()) == ["diary", "lock"]
    assert "no keys" in run("delete-home", "--yes").stderr


def test_what_a_power_cut_left_is_said_and_deleted(run: Run, home: Path) -> None:
    (home / "feeds").mkdir(parents=True)
    (home / BEGUN).touch()
    assert "finish it with: swarmfeed delete-home" in run("passphrase").stderr
    assert json.loads(run("delete-home", "--yes", "--json").stdout) == {"left": []}
    assert sorted(each.name for each in home.iterdir()) == ["lock"]


@pytest.mark.parametrize("words", [("init", "--name", "Ada"), ("devices", "join")])
def test_who_begins_anew_there_begins_with_nothing(
    run: Run, home: Path, words: tuple[str, ...]
) -> None:
    (home / "feeds" / "old").mkdir(parents=True)
    (home / BEGUN).touch()
    made = run(*words, "--no-passphrase")
    assert made.exit_code == 0, made.stderr
    assert not (home / "feeds" / "old").exists() and not (home / BEGUN).exists()


def test_what_was_begun_and_took_no_keys_is_not_finished_later(run: Run, home: Path) -> None:
    home.mkdir()
    create_keys(home / "keys", blank_keys(), "")
    (home / BEGUN).touch()
    assert run("init", "--name", "Ada", "--no-passphrase").exit_code == 1
    assert (home / "keys").exists() and not (home / BEGUN).exists()


@pytest.mark.slow
def test_the_passphrase_leaves_the_keyring_with_the_keys(
    run: Run, home: Path, drawer: Drawer
) -> None:
    home.mkdir()
    create_keys(home / "keys", blank_keys(), "correct horse")
    keep_passphrase(home, "correct horse")
    assert drawer.kept
    assert run("delete-home", "--yes").exit_code == 0
    assert drawer.kept == {}


@pytest.mark.slow
def test_keys_that_cannot_be_asked_for_their_passphrase_go_anyway(
    run: Run, home: Path, drawer: Drawer
) -> None:
    home.mkdir()
    create_keys(home / "keys", blank_keys(), "correct horse")
    drawer.is_locked = True
    assert run("delete-home", "--yes").exit_code == 0
    assert not (home / "keys").exists()
