"""``alarms``, and what every command says while there are some."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from street.fakes.desk import FakeDesk
from street.fakes.samples import NOON_MS
from swarmfeed.core.asks.alarms import AlarmView

from tests.cli.conftest import Run

ALARM = AlarmView(
    id="ab" * 32,
    what="joined",
    sentence="A device that was not added from here writes in your name: history abcdefgh.",
    advice="If not, take your second sheet: swarmfeed move-to-second-sheet.",
    seen_ms=NOON_MS - 120_000,
    source="192.0.2.7",
)


@pytest.fixture
def node() -> FakeDesk:
    return FakeDesk()


def test_without_any_it_says_so_and_no_command_warns(run: Run) -> None:
    found = run("alarms")
    assert "as far as is known here" in found.stdout
    assert (found.stderr, run("whoami").stderr) == ("", "")
    assert json.loads(run("alarms", "--json").stdout) == {"alarms": []}


@pytest.mark.attack("A49")
def test_each_is_told_with_when_from_where_and_what_to_do(
    run: Run, node: FakeDesk, home: Path
) -> None:
    node.alarms = (ALARM,)
    found = run("--home", str(home), "alarms")
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
def test_every_command_warns_beside_its_answer(run: Run, node: FakeDesk, command: str) -> None:
    quiet = run(command, "--json")
    node.alarms = (ALARM,)
    loud = run(command, "--json")
    assert f"{ALARM.sentence} See: swarmfeed" in loud.stderr
    if command == "status":
        assert json.loads(loud.stdout)["alarms"] == [ALARM.sentence]
        shown = run("status")
        assert ALARM.sentence in " ".join(shown.stdout.split()) and shown.stderr == ""
    else:
        assert loud.stdout == quiet.stdout


def test_of_many_the_first_are_said_and_the_rest_counted(run: Run, node: FakeDesk) -> None:
    node.alarms = tuple(replace(ALARM, id=f"{n:064x}", sentence=f"{n}.") for n in range(64))
    said = run("whoami").stderr.splitlines()
    assert len(said) == 4
    assert said[-1] == "There are 61 more like this."


def test_who_did_it_says_so(run: Run, node: FakeDesk) -> None:
    node.alarms = (ALARM,)
    refused = run("alarms", "--mine", "cdcdcdcd")
    assert (refused.exit_code, node.changed) == (1, [])
    assert "nothing of that number" in refused.stderr
    found = run("alarms", "--mine", "abababab")
    assert "Noted" in found.stdout and "as far as is known here" in found.stdout
    assert node.alarms == ()
