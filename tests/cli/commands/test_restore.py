"""``restore``: an author comes back from the first sheet."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from street.authors import blank_keys
from street.fakes.anna import WORDS
from street.fakes.doors import FakeDoors
from swarmfeed.node.ground.home import key_path
from swarmfeed.shell.disk.keyfile import create_keys
from swarmfeed.shell.shares import make_shares

Run = Callable[..., Result]


def test_the_words_are_found_in_the_file_that_init_wrote(
    run: Run, fake: FakeDoors, tmp_path: Path
) -> None:
    sheet = tmp_path / "words.txt"
    run("init", "--name", "Zoe", "--no-passphrase", "--words-file", str(sheet))
    result = run("restore", str(sheet), "--name", "Zoe", "--no-passphrase")
    assert (result.exit_code, result.stderr) == (0, "")
    assert fake.restored == [("Zoe", "", WORDS)]
    assert result.stdout.startswith("Welcome back, Zoe.")


@pytest.mark.parametrize(
    "typed",
    [WORDS, f"my sheet\n\n {WORDS} \n", WORDS.replace(" ", "\n", 11), WORDS.upper()],
)
def test_words_are_taken_as_they_were_typed(run: Run, fake: FakeDoors, typed: str) -> None:
    """All ways are in tests/core/base/test_backup_words.py."""
    result = run("restore", "-", "--name", "Zoe", "--no-passphrase", stdin=typed)
    assert (result.exit_code, result.stderr) == (0, "")
    assert fake.restored == [("Zoe", "", WORDS)]


def test_words_that_are_wrong_are_told_before_a_passphrase_is_asked(
    run: Run, fake: FakeDoors
) -> None:
    result = run("restore", "-", "--name", "Zoe", stdin=WORDS.replace("abandon", "abandom", 1))
    assert (result.exit_code, fake.restored) == (1, [])
    assert 'Word 1, "abandom", is not one of the backup words' in result.stderr


def test_shares_are_known_for_what_they_are(run: Run, fake: FakeDoors) -> None:
    for share in make_shares(bytes(32), needed=2, count=2):
        result = run("restore", "-", "--name", "Zoe", "--no-passphrase", stdin=share)
        assert (result.exit_code, fake.restored) == (1, [])
        assert "the words of shares" in result.stderr and "shares join -" in result.stderr


def test_keys_that_do_not_open_are_left_alone(
    run: Run, fake: FakeDoors, home: Path, tmp_path: Path
) -> None:
    key_path(home).parent.mkdir(parents=True, exist_ok=True)
    key_path(home).write_text("keys")
    key_path(home).chmod(0o600)
    sheet = tmp_path / "words.txt"
    sheet.write_text(WORDS)
    sheet.chmod(0o600)
    result = run("restore", str(sheet), "--name", "Zoe", "--no-passphrase")
    assert (result.exit_code, fake.restored) == (1, [])
    assert "no key file" in result.stderr


def test_in_a_home_with_keys_the_new_ones_get_the_same_passphrase(
    run: Run, fake: FakeDoors, home: Path, tmp_path: Path
) -> None:
    """Whether they may be replaced is the home's decision: tests/test_birth.py."""
    home.mkdir()
    create_keys(key_path(home), blank_keys(), "")
    sheet = tmp_path / "words.txt"
    sheet.write_text(WORDS)
    sheet.chmod(0o600)
    assert run("restore", str(sheet), "--name", "Zoe").exit_code == 0
    assert fake.restored == [("Zoe", "", WORDS)]


def test_the_step_that_a_home_names_needs_no_more_than_the_words(
    run: Run, fake: FakeDoors, home: Path
) -> None:
    """`swarmfeed restore -`, as every sentence about a feed that ended says."""
    home.mkdir()
    create_keys(key_path(home), blank_keys(), "")
    result = run("restore", "-", stdin=b"abandon caf\xe9")
    assert (result.exit_code, fake.restored) == (1, [])
    assert "is not UTF-8: from byte 12" in result.stderr
    result = run("restore", "-", stdin=WORDS)
    assert (result.exit_code, result.stderr) == (0, "")
    assert fake.restored == [("", "", WORDS)]
