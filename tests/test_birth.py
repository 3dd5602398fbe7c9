"""Homes come into being in one step, and go on as a new device where they have to."""

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from street.authors import author_of
from swarmfeed import recovering, wiring
from swarmfeed.core.asks.feeds import FeedsOf
from swarmfeed.core.asks.letters import ShowConversation, WriteLetter
from swarmfeed.core.asks.people import Whoami, WhoAreYou
from swarmfeed.core.asks.posts import Timeline
from swarmfeed.core.asks.upkeep import Verify
from swarmfeed.core.asks.writing import HowIsMyFeed, WritePost
from swarmfeed.core.base.address import format_author, parse_link
from swarmfeed.core.base.backup_words import seeds_of_words
from swarmfeed.errors import UserError
from swarmfeed.node.ground.home import Created
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.shell.disk.birth import clear_away

pytestmark = [pytest.mark.slow, pytest.mark.attack("A50")]

QUIET = NodeSettings(network=False, dht=False)


BEN = format_author(author_of(bytes(32)).author_id)


class Killed(BaseException):
    """What a kill is to the code: nothing after it runs."""


def post(home: Path, text: str) -> None:
    with wiring.open_node(home, QUIET, "") as desk:
        desk.ask(WritePost(text=text))


def come_back(home: Path, name: str, created: Created) -> Whoami:
    """Restore from the first sheet, with nobody to ask."""
    link, seeds = parse_link(created.sheet_link), seeds_of_words(created.author_words)
    return recovering.restore(home, name, "", seeds, link, QUIET, 1).whoami


def letters(home: Path) -> list[str]:
    with wiring.open_node(home, QUIET, "") as desk:
        return [each.text for each in desk.ask(ShowConversation(talk=BEN)).letters]


def texts(home: Path) -> list[str]:
    with wiring.open_node(home, QUIET, "") as desk:
        me = desk.ask(WhoAreYou()).author_id
        return [each.text for each in desk.ask(Timeline(author=me)).posts]


def killed_at(step: int, patch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """Have the process end at the ``step``-th change of a name on disk."""
    left = [step]

    def counted(name: str) -> None:
        real = getattr(os, name)

        def change(*arguments: object, **named: object) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return real(*arguments, **named)

        patch.setattr(os, name, change)

    for name in ("rename", "replace", "link", "unlink", "mkdir"):
        counted(name)
    return lambda: left[0] < 0


@pytest.mark.parametrize("kind", ["init", "restore"])
def test_a_birth_cut_short_at_any_step_can_be_repeated(tmp_path: Path, kind: str) -> None:
    first = wiring.create_home(tmp_path / "first", "Ann", "")

    def begin(home: Path) -> None:
        if kind == "init":
            wiring.create_home(home, "Ann", "")
        else:
            come_back(home, "Ann", first)

    step, was_killed = 0, True
    while was_killed:
        home = tmp_path / str(step)
        with pytest.MonkeyPatch.context() as patch:
            is_killed = killed_at(step, patch)
            with contextlib.suppress(Killed):
                begin(home)
            was_killed = is_killed()
        if was_killed and not (home / "keys").exists():
            with pytest.raises(UserError, match="there are no keys"):
                post(home, "too early")
            begin(home)
        post(home, "hello")
        assert texts(home) == ["hello"]
        assert not (home / "new").exists()
        assert len(list((home / "feeds").iterdir())) == 1
        assert len(list((home / "high-water").iterdir())) == 1
        step += 1
    assert step > 10


def test_there_is_no_home_before_its_words_were_shown(tmp_path: Path) -> None:
    def show(_: Created) -> None:
        raise Killed

    with pytest.raises(Killed):
        wiring.create_home(tmp_path, "Ann", "", show)
    assert not (tmp_path / "keys").exists()
    wiring.create_home(tmp_path, "Ann", "")
    post(tmp_path, "hello")


def test_keys_that_can_write_are_never_replaced(tmp_path: Path) -> None:
    created = wiring.create_home(tmp_path, "Ann", "")
    before = (tmp_path / "keys").read_bytes()
    with pytest.raises(UserError, match="never replaces"):
        wiring.create_home(tmp_path, "Ann", "")
    with pytest.raises(UserError, match="they can write"):
        come_back(tmp_path, "Ann", created)
    assert (tmp_path / "keys").read_bytes() == before


def test_words_of_another_author_replace_no_keys(tmp_path: Path) -> None:
    other = wiring.create_home(tmp_path / "other", "Ben", "")
    wiring.create_home(tmp_path / "home", "Ann", "")
    shutil.rmtree(tmp_path / "home" / "high-water")
    with pytest.raises(UserError, match="another author"):
        come_back(tmp_path / "home", "Ann", other)


def test_a_new_device_keeps_the_name_that_the_home_has(tmp_path: Path) -> None:
    created = wiring.create_home(tmp_path, "Ann", "")
    post(tmp_path, "before")
    shutil.rmtree(tmp_path / "high-water")
    assert come_back(tmp_path, "", created).name == "Ann"


def test_a_new_device_of_nobody_knows_what_name_asks_for_one(tmp_path: Path) -> None:
    created = wiring.create_home(tmp_path, "Ann", "")
    shutil.rmtree(tmp_path / "high-water")
    with pytest.raises(UserError, match="--name"):
        come_back(tmp_path, "", created)
    assert come_back(tmp_path, "Ann", created).name == "Ann"


def test_nothing_is_called_damaged_in_the_home_of_a_new_device(tmp_path: Path) -> None:
    created = wiring.create_home(tmp_path, "Ann", "")
    post(tmp_path, "before")
    shutil.rmtree(tmp_path / "high-water")
    come_back(tmp_path, "", created)
    post(tmp_path, "after")
    with wiring.open_node(tmp_path, QUIET, "") as desk:
        report = desk.ask(Verify())
        assert (report.damaged, report.missing) == ((), ())


@pytest.mark.parametrize("lost", ["high-water", "feeds"])
def test_a_home_that_may_not_write_goes_on_as_a_new_device(tmp_path: Path, lost: str) -> None:
    created = wiring.create_home(tmp_path, "Ann", "")
    post(tmp_path, "before")
    with wiring.open_node(tmp_path, QUIET, "") as desk:
        desk.ask(WriteLetter(talk=BEN, text="to Ben"))
    shutil.rmtree(tmp_path / lost)
    with wiring.open_node(tmp_path, QUIET, "") as desk:
        trouble = desk.ask(HowIsMyFeed()).sentence
    assert "swarmfeed restore" in trouble
    with pytest.raises(UserError) as refused:
        post(tmp_path, "not now")
    assert str(refused.value) == trouble
    me = come_back(tmp_path, "Ann", created)
    assert me.author_id == created.whoami.author_id
    assert letters(tmp_path) == ["to Ben"], "readable, and on its way still"
    post(tmp_path, "after")
    assert texts(tmp_path) == ["after", "before"]
    with wiring.open_node(tmp_path, QUIET, "") as desk:
        feeds = desk.ask(FeedsOf(author=me.author_id)).feeds
        assert len(feeds) == (2 if lost == "high-water" else 1)
        assert desk.ask(HowIsMyFeed()).sentence == ""
    (aside,) = tmp_path.glob("keys.*")
    assert aside.stat().st_mode & 0o777 == 0o600


@pytest.mark.attack("A29")
@pytest.mark.parametrize("begun", ["", "\n", "..\n", ".\nanybody\n", "\x00\n"])
def test_what_names_no_feed_has_nothing_taken_away(tmp_path: Path, begun: str) -> None:
    wiring.create_home(tmp_path, "Ann", "")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "keys").write_text("of an attempt that was cut short")
    (tmp_path / "new" / "begun").write_text(begun)
    before = {each for part in ("feeds", "high-water") for each in (tmp_path / part).rglob("*")}
    clear_away(tmp_path)
    assert all(each.exists() for each in before)
    assert not (tmp_path / "new").exists()
