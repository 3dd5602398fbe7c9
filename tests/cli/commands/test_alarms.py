"""``alarms``, and what every command says while there are some."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from street.fakes.desk import NOON_MS, FakeDesk
from street.fakes.doors import FakeDoors
from swarmfeed.cli.main import main
from swarmfeed.core.asks.alarms import AlarmView

Run = Callable[..., Result]

ALARM = AlarmView(
    id="ab" * 32,
    what="joined",
    sentence="A device that was not added from here writes in your name: history abcdefgh.",
    advice="If not, take your second sheet: swarmfeed move-to-second-sheet.",
    seen_ms=NOON_MS - 120_000,
    source="192.0.2.7",
)


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def run(desk: FakeDesk, tmp_path: Path) -> Run:
    def run(*arguments: str) -> Result:
        home = str(tmp_path / "home")
        return CliRunner().invoke(main, ["--home", home, *arguments], obj=FakeDoors(desk).doors)

    return run


def test_without_any_it_says_so_and_no_command_warns(run: Run) -> None:
    found = run("alarms")
    assert "as far as is known here" in found.stdout
    assert (found.stderr, run("whoami").stderr) == ("", "")
    assert json.loads(run("alarms", "--json").stdout) == {"alarms": []}


@pytest.mark.attack("A49")
def test_each_is_told_with_when_from_where_and_what_to_do(
    run: Run, desk: FakeDesk, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    desk.alarms = (ALARM,)
    found = run("alarms")
    assert found.stderr == "" and found.stdout.count(ALARM.sentence) == 1
    printed = " ".join(found.stdout.split())
    for part in (
        ALARM.sentence,
        "192.0.2.7",
        "move-to-second-sheet",
        f"--home {home} alarms --mine abababab",
    ):
        assert part in printed
    told = json.loads(run("alarms", "--json").stdout)["alarms"]
    assert [each["id"] for each in told] == [ALARM.id]


@pytest.mark.attack("A49")
@pytest.mark.parametrize("command", ["whoami", "timeline", "notifications", "status"])
def test_every_command_warns_beside_its_answer(run: Run, desk: FakeDesk, command: str) -> None:
    quiet = run(command, "--json")
    desk.alarms = (ALARM,)
    loud = run(command, "--json")
    assert f"{ALARM.sentence} See: swarmfeed" in loud.stderr
    if command == "status":
        assert json.loads(loud.stdout)["alarms"] == [ALARM.sentence]
        shown = run("status")
        assert ALARM.sentence in " ".join(shown.stdout.split()) and shown.stderr == ""
    else:
        assert loud.stdout == quiet.stdout


def test_of_many_the_first_are_said_and_the_rest_counted(run: Run, desk: FakeDesk) -> None:
    desk.alarms = tuple(replace(ALARM, id=f"{n:064x}", sentence=f"{n}.") for n in range(64))
    said = run("whoami").stderr.splitlines()
    assert len(said) == 4
    assert said[-1] == "There are 61 more like this."


def test_who_did_it_says_so(run: Run, desk: FakeDesk) -> None:
    desk.alarms = (ALARM,)
    refused = run("alarms", "--mine", "cdcdcdcd")
    assert (refused.exit_code, desk.changed) == (1, [])
    assert "nothing of that number" in refused.stderr
    found = run("alarms", "--mine", "abababab")
    assert "Noted" in found.stdout and "as far as is known here" in found.stdout
    assert desk.alarms == ()
