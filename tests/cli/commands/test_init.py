"""``init``: keys are made once, and words are never lost."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from street.fakes.anna import NEXT_WORDS, WORDS
from street.fakes.doors import FakeDoors
from swarmfeed.node.ground.home import key_path

Run = Callable[..., Result]


def test_both_sheets_are_shown_with_advice(run: Run, fake: FakeDoors) -> None:
    result = run("init", "--name", " Zoë ", "--no-passphrase")
    assert result.exit_code == 0
    assert fake.created == [("Zoë", "")]
    shown = result.stdout.split()
    assert shown.count("abandon") == 23
    assert {"art", "vote"} <= set(shown)
    assert f"\n{WORDS}\n" in result.stdout
    assert "second sheet" in " ".join(shown)


def test_words_for_programs_are_in_the_one_json_object(run: Run) -> None:
    printed = json.loads(run("init", "--name", "Zoe", "--no-passphrase", "--json").stdout)
    assert (printed["author_words"], printed["next_words"]) == (WORDS, NEXT_WORDS)
    assert {"author", "name", "link", "node"} <= printed.keys()


def test_a_words_file_is_private_and_keeps_the_words_off_the_screen(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "words.txt"
    result = run("init", "--name", "Zoe", "--no-passphrase", "--words-file", str(path))
    assert (result.exit_code, "abandon" in result.output) == (0, False)
    assert path.stat().st_mode & 0o777 == 0o600
    lines = path.read_text().splitlines()
    assert WORDS in lines
    assert NEXT_WORDS in lines


def test_a_words_file_is_never_overwritten_and_then_no_keys_are_made(
    run: Run, fake: FakeDoors, tmp_path: Path
) -> None:
    path = tmp_path / "words.txt"
    path.write_text("a will")
    result = run("init", "--name", "Zoe", "--no-passphrase", "--words-file", str(path))
    assert (result.exit_code, path.read_text(), fake.created) == (1, "a will", [])


@pytest.mark.parametrize("name", ["می\u200cخواهم", "山田\u3000太郎", "👩\u200d🚀"])
def test_a_name_of_any_script_is_one(run: Run, fake: FakeDoors, name: str) -> None:
    assert run("init", "--no-passphrase", "--name", name).exit_code == 0
    assert len(fake.created) == 1


@pytest.mark.parametrize("name", ["\u3164", "\u2800 \u2800", "\u115f"])
def test_a_name_of_which_nothing_is_seen_is_no_name(
    run: Run, fake: FakeDoors, name: str
) -> None:
    result = run("init", "--no-passphrase", "--name", name)
    assert (result.exit_code, fake.created) == (1, [])
    assert "that can be seen" in result.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"caf\xe9\n", "is not UTF-8: from byte 4"),
        (b"a\0b\n", "(U+0000)"),
        (b"\n", "does not start"),
    ],
)
def test_a_passphrase_that_is_no_text_makes_no_keys(
    run: Run, fake: FakeDoors, tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "passphrase"
    path.write_bytes(content)
    path.chmod(0o600)
    result = run("--passphrase-file", str(path), "init", "--name", "Zoe")
    assert (result.exit_code, fake.created) == (1, [])
    assert said in result.stderr


def test_words_that_cannot_be_written_are_shown_instead(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "no such folder" / "words.txt"
    result = run("init", "--name", "Zoe", "--no-passphrase", "--words-file", str(path))
    assert result.exit_code == 0
    assert result.stdout.split().count("abandon") == 23
    assert "they follow" in result.stderr


def test_existing_keys_are_left_alone(run: Run, fake: FakeDoors, home: Path) -> None:
    home.mkdir()
    key_path(home).write_text("keys")
    result = run("init", "--name", "Zoe", "--no-passphrase")
    assert (result.exit_code, fake.created) == (1, [])
    assert "never replaces" in result.stderr


def test_a_passphrase_comes_from_the_first_line_of_a_file(
    run: Run, fake: FakeDoors, tmp_path: Path
) -> None:
    file = tmp_path / "passphrase"
    file.write_text("correct horse\nbattery\n")
    file.chmod(0o600)
    assert run("--passphrase-file", str(file), "init", "--name", "Zoe").exit_code == 0
    assert fake.created == [("Zoe", "correct horse")]


def test_without_a_terminal_nothing_is_asked(run: Run, fake: FakeDoors) -> None:
    for arguments in (["--no-passphrase"], ["--name", "Zoe"]):
        result = run("init", *arguments)
        assert result.exit_code == 1
        assert "--" in result.stderr
    assert fake.created == []


@pytest.mark.parametrize("name", ["", "   ", "x" * 65, "a\nb", "a\x1b[2J"])
def test_a_name_is_short_and_printable(run: Run, fake: FakeDoors, name: str) -> None:
    assert run("init", "--name", name, "--no-passphrase").exit_code == 1
    assert fake.created == []
