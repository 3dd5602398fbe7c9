"""A start on the page: nothing is on the disk before all of it, and nothing is overwritten."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from swarmfeed.core.base.backup_words import seed_of_words
from swarmfeed.core.base.papers import open_second
from swarmfeed.errors import UserError
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.shell.disk.keyfile import open_keys
from swarmfeed.shell.disk.papers import read_papers
from swarmfeed.starting import FIRST_PEOPLE, Start
from swarmfeed.wiring import create_home
from webui.begin import Paper, Stage

T = TypeVar("T")

PATIENCE_S = 60
SETTINGS = NodeSettings(network=False, listen="127.0.0.1")


@contextmanager
def started(home: Path) -> Iterator[tuple[Start, threading.Event]]:
    """A start whose loop runs in a thread, as that of the page does."""
    loop, done = asyncio.new_event_loop(), threading.Event()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    start = Start(home, SETTINGS, loop, done.set)
    try:
        yield start, done
    finally:
        asyncio.run_coroutine_threadsafe(start.stop(), loop).result(PATIENCE_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def paper(start: Start) -> Paper:
    found = start.so_far().sheet
    assert found is not None
    return found


def answers(sheet: Paper) -> dict[int, str]:
    return {number: sheet.words[number - 1] for number in sheet.asked}


def wait(look: Callable[[], T]) -> T:
    pause = threading.Event()
    for _ in range(PATIENCE_S * 100):
        if found := look():
            return found
        pause.wait(0.01)
    raise AssertionError("it never came")


@pytest.mark.attack("A240")
def test_words_come_first_and_are_in_no_file(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with started(home) as (start, done):
        start.draw(" Inés ", "")
        assert start.so_far().stage is Stage.SHEETS
        first = paper(start)
        assert (len(first.words), len(set(first.asked)), first.is_second) == (24, 4, False)
        assert not home.exists() and not done.is_set()
        told = repr(start.so_far())
        assert not [each for each in first.words if repr(each) in told]


def test_a_sheet_is_done_when_all_that_is_asked_is_right(tmp_path: Path) -> None:
    with started(tmp_path / "home") as (start, _):
        start.draw("Ann", "")
        first = paper(start)
        wrong = {**answers(first), first.asked[1]: "", first.asked[2]: "adwice"}
        said = start.practise(wrong)
        assert set(said) == {first.asked[1], first.asked[2]}
        assert "Did you mean advice" in said[first.asked[2]]
        assert paper(start) == first, "the same words are asked again"
        assert start.practise(answers(first)) == {}
        assert paper(start).is_second and paper(start).link == first.link


@pytest.mark.slow
@pytest.mark.parametrize("late", [(), (0,), (1,), (0, 1)], ids=str)
def test_the_home_has_the_words_that_were_shown_and_knows_what_is_due(
    tmp_path: Path, late: tuple[int, ...]
) -> None:
    home = tmp_path / "home"
    with started(home) as (start, done):
        start.draw("Ann", "secret")
        seeds = []
        for number in (0, 1):
            sheet = paper(start)
            seeds.append(seed_of_words(" ".join(sheet.words)))
            if number in late:
                start.put_off()
            else:
                assert start.practise(answers(sheet)) == {}
        assert done.wait(PATIENCE_S)
        end = start.so_far()
        assert (end.stage, end.leads_to, end.sheet) == (Stage.DONE, FIRST_PEOPLE, None)
        assert start.passphrase == "secret"
    keys = open_keys(home / "keys", "secret")
    assert keys.author is not None and keys.author.seed == seeds[0]
    papers = read_papers(home)
    assert papers.first == (0 in late)
    found = open_second(seeds[0], papers.second) if papers.second else None
    assert found == (seeds[1] if 1 in late else None)
    assert (home / "papers").exists() == bool(late)


def test_somebody_who_thinks_better_of_it_leaves_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with started(home) as (start, _):
        start.draw("Ann", "secret")
        words = paper(start).words
        start.start_over()
        assert (start.so_far().stage, start.passphrase) == (Stage.NEW, "")
        start.draw("Ann", "")
        assert paper(start).words != words
    assert not home.exists()


def test_a_name_that_is_none_is_refused_and_nothing_is_drawn(tmp_path: Path) -> None:
    with started(tmp_path / "home") as (start, _):
        for name in ("", "  ", "a\nb", "x" * 1_000):
            with pytest.raises(UserError):
                start.draw(name, "")
        assert start.so_far().stage is Stage.NEW


@pytest.mark.slow
@pytest.mark.attack("A239")
def test_a_home_that_came_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with started(home) as (start, done):
        start.draw("Ann", "")
        start.put_off()
        create_home(home, "Somebody", "")
        keys = (home / "keys").read_bytes()
        with pytest.raises(UserError, match="never replaces"):
            start.put_off()
        assert (home / "keys").read_bytes() == keys
        assert not done.is_set()


@pytest.mark.slow
def test_closed_keys_open_with_their_passphrase_only(tmp_path: Path) -> None:
    create_home(tmp_path, "Ann", "secret")
    with started(tmp_path) as (start, done):
        assert start.so_far().stage is Stage.CLOSED
        with pytest.raises(UserError):
            start.draw("Somebody", "")
        with pytest.raises(UserError, match="passphrase"):
            start.unlock("secrets")
        assert not done.is_set()
        start.unlock("secret")
        assert done.wait(PATIENCE_S)
        assert (start.so_far().leads_to, start.passphrase) == ("/", "secret")


@pytest.mark.slow
def test_an_author_comes_back_by_words_and_link(tmp_path: Path) -> None:
    old = create_home(tmp_path / "old", "Ann", "")
    home = tmp_path / "home"
    with started(home) as (start, done):
        with pytest.raises(UserError, match="Did you mean"):
            start.restore(old.author_words.replace(" ", " x", 1), old.sheet_link, "")
        start.restore(f"{old.author_words}\n{old.sheet_link}", "", "new")
        assert done.wait(PATIENCE_S)
    keys = open_keys(home / "keys", "new")
    assert keys.author_id == old.whoami.author_id


@pytest.mark.slow
def test_words_of_nobody_known_are_kept_for_another_try(tmp_path: Path) -> None:
    old = create_home(tmp_path / "old", "Ann", "")
    home = tmp_path / "home"
    with started(home) as (start, done):
        start.restore(old.author_words, "", "")
        wait(lambda: start.so_far().trouble)
        now = start.so_far()
        assert (now.stage, now.has_words, now.leads_to) == (Stage.NEW, True, "/start/restore")
        assert not (home / "keys").exists()
        start.restore("", old.sheet_link, "")
        assert done.wait(PATIENCE_S)
        assert not start.so_far().has_words


def test_another_machine_is_waited_for_until_somebody_stops_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with started(home) as (start, done):
        start.wait_for_device("laptop", "")
        link = wait(lambda: start.so_far().device_link)
        assert link.startswith("swarmfeed-device:")
        with pytest.raises(UserError):
            start.draw("Ann", "")
        start.start_over()
        assert start.so_far().stage is Stage.NEW
        wait(lambda: _may_draw(start))
        assert not done.is_set() and not (home / "keys").exists()


def _may_draw(start: Start) -> bool:
    start.draw("Ann", "")
    return True
