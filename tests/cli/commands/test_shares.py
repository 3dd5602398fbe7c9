"""``shares``: the second sheet among people, and back."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from street.fakes.anna import NEXT_WORDS
from swarmfeed.core.base.backup_words import seed_of_words
from swarmfeed.shell.shares import sheet_code

Run = Callable[..., Result]
CODE = sheet_code(seed_of_words(NEXT_WORDS))


def made(run: Run, *options: str) -> list[str]:
    result = run("shares", "make", "-", "--json", *options, stdin=NEXT_WORDS)
    assert (result.exit_code, result.stderr) == (0, "")
    answer = json.loads(result.stdout)
    assert answer["code"] == CODE
    return list(answer["shares"])


def private(path: Path, text: str) -> str:
    path.touch(mode=0o600)
    path.write_text(text)
    return str(path)


def test_two_of_three_shares_give_the_sheet_back(run: Run, tmp_path: Path) -> None:
    shares = made(run)
    assert len(shares) == 3
    one, two = (private(tmp_path / f"{at}", shares[at]) for at in (2, 0))
    result = run("shares", "join", one, two, "--code", CODE)
    assert (result.exit_code, result.stderr) == (0, "")
    assert NEXT_WORDS in result.stdout.splitlines() and CODE in result.stdout


def test_several_shares_may_stand_in_one_text(run: Run) -> None:
    shares = made(run, "--needed", "3", "--of", "5")
    typed = "\n\n".join(f"Share {at}\n{shares[at].upper()}" for at in (4, 1, 3))
    result = run("shares", "join", "-", "--json", stdin=typed)
    assert json.loads(result.stdout) == {"code": CODE, "words": NEXT_WORDS}


def test_each_share_is_shown_with_what_to_do_with_it(run: Run) -> None:
    result = run("shares", "make", "-", stdin=NEXT_WORDS)
    shown = [line for line in result.stdout.splitlines() if len(line.split()) == 33]
    assert (result.exit_code, len(set(shown))) == (0, 3)
    assert [f"Share {number} of 3" in result.stdout for number in (1, 2, 3)] == [True] * 3
    assert result.stdout.count(f"with the code {CODE}") == 3
    assert NEXT_WORDS not in result.stdout
    assert result.stdout.splitlines()[-1].endswith("swarmfeed shares join -")


def test_nothing_is_left_in_the_home(run: Run, home: Path) -> None:
    made(run)
    assert not home.exists()


def test_one_share_is_too_few(run: Run) -> None:
    result = run("shares", "join", "-", stdin=made(run)[0])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "2 shares are needed, and only 1 is here" in result.stderr


@pytest.mark.attack("A59")
def test_a_wrong_passphrase_is_noticed_by_the_code(run: Run, tmp_path: Path) -> None:
    right = private(tmp_path / "right", "correct horse\n")
    wrong = private(tmp_path / "wrong", "correct house\n")
    typed = "\n".join(made(run, "--share-passphrase-file", right))
    option = "--share-passphrase-file"
    result = run("shares", "join", "-", option, right, "--code", CODE, stdin=typed)
    assert (result.exit_code, NEXT_WORDS in result.stdout) == (0, True)
    result = run("shares", "join", "-", option, wrong, "--code", CODE, stdin=typed)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"and not {CODE}: the passphrase is wrong" in result.stderr
    result = run("shares", "join", "-", option, wrong, stdin=typed)
    assert NEXT_WORDS not in result.stdout
    assert "with another one, the passphrase was wrong" in result.stdout


def test_a_file_with_shares_that_others_may_read_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "share"
    file.write_text(made(run)[0])
    file.chmod(0o644)
    result = run("shares", "join", str(file))
    assert (result.exit_code, "other users may read" in result.stderr) == (1, True)


def test_more_needed_than_there_are_is_refused(run: Run) -> None:
    result = run("shares", "make", "-", "--needed", "4", stdin=NEXT_WORDS)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "more than 3 cannot be needed of 3" in result.stderr
