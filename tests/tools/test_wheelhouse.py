"""What plays an installed program says what went wrong, ends in time and keeps apart."""

import sys
from pathlib import Path

import pytest
from wheelhouse import commands, play
from wheelhouse.building import _only
from wheelhouse.commands import Deadline, Failed

QUICK_S = 0.05


def python(code: str, folder: Path, seconds: float = 60) -> str:
    return commands.run([sys.executable, "-c", code], folder, Deadline(seconds))


def test_what_a_command_prints_is_returned(tmp_path: Path) -> None:
    assert python("import os; print(os.getcwd())", tmp_path).strip() == str(tmp_path)


def test_a_command_that_fails_is_told_with_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"ended with 3:\n(?s:.*)no such thing"):
        python("import sys; print('no such thing', file=sys.stderr); sys.exit(3)", tmp_path)


def test_a_command_that_hangs_is_ended_in_time(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="did not end in time"):
        python("import threading; threading.Event().wait()", tmp_path, QUICK_S)


def test_waiting_ends_with_the_time_and_says_for_what() -> None:
    with pytest.raises(Failed, match="Ben to answer: the time for all of it is up"):
        Deadline(QUICK_S).wait("Ben to answer", lambda: None)


def test_what_is_waited_for_is_returned() -> None:
    assert Deadline(60).wait("a word", iter(["", "", "word"]).__next__) == "word"


@pytest.mark.parametrize("name", ["PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"])
def test_no_variable_leads_back_to_the_checkout(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "/somewhere")
    assert name not in commands.environment()


def test_a_fact_that_is_not_so_fails_with_what_is_seen() -> None:
    with pytest.raises(Failed, match="not so: all is there; seen is 3, expected 4"):
        play.check("all is there", 3, 4)


def test_a_fact_that_is_so_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    play.check("all is there", 4, 4)
    assert capsys.readouterr().out == "   all is there\n"


@pytest.mark.parametrize("names", [(), ("a.whl", "b.whl")])
def test_one_wheel_is_built_and_not_another_number(
    names: tuple[str, ...], tmp_path: Path
) -> None:
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(Failed, match=f"{len(names)} files were built"):
        _only(tmp_path, "*.whl")
