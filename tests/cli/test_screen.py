"""What a click on an entry of a menu shows when there is no page."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from click.testing import Result
from msgspec.structs import replace
from street.fakes.doors import FakeDoors
from swarmfeed.cli import screen
from swarmfeed.errors import UserError

Run = Callable[..., Result]
CLICKED = ("run", "--or-open")


@pytest.fixture
def fails(fake: FakeDoors, monkeypatch: pytest.MonkeyPatch) -> FakeDoors:
    def refuse(*_: object) -> NoReturn:
        raise UserError("port 8765 is taken by <another> program")

    monkeypatch.setenv("DISPLAY", ":0")
    fake.doors = replace(fake.doors, run_start=refuse)
    return fake


def shown(fake: FakeDoors) -> str:
    (url,) = fake.opened
    return Path(url.removeprefix("file://")).read_text()


def test_what_was_in_the_way_is_shown_in_a_browser(
    run: Run, fails: FakeDoors, home: Path
) -> None:
    (home / "run").mkdir(parents=True)
    result = run(*CLICKED)
    assert (result.exit_code, "port 8765" in result.stderr) == (1, True)
    page = shown(fails)
    assert "<p>Port 8765 is taken by &lt;another&gt; program</p>" in page
    assert "default-src 'none'" in page and "<script" not in page
    assert fails.opened[0].startswith((home / "run").as_uri())


def test_where_the_home_cannot_be_written_it_is_shown_all_the_same(
    run: Run, fails: FakeDoors, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.mkdir()
    (home / "run").write_text("in the way")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    run(*CLICKED)
    assert "taken" in shown(fails)


@pytest.mark.parametrize("words", [("run",), (*CLICKED, "--no-open")])
def test_who_has_a_terminal_or_wants_no_browser_gets_none(
    run: Run, fails: FakeDoors, words: tuple[str, ...]
) -> None:
    assert run(*words).exit_code == 1
    assert fails.opened == []


def test_somebody_at_a_terminal_reads_it_there(
    run: Run, fails: FakeDoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "_has_terminal", lambda: True)
    assert run(*CLICKED).exit_code == 1
    assert fails.opened == []


def test_a_fault_of_our_own_is_shown_by_its_name(run: Run, fails: FakeDoors) -> None:
    def break_down(*_: object) -> NoReturn:
        raise KeyError("seed")

    fails.doors = replace(fails.doors, run_start=break_down)
    with pytest.raises(KeyError):
        run(*CLICKED)
    assert re.search("<p>KeyError", shown(fails))
