"""``devices``: what is printed, asked and passed on; the pairing itself is in tests/e2e."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from street.fakes.anna import ME, NOW_MS
from street.fakes.annas_desk import AnnasDesk
from street.fakes.devices import CODE, SomeDevices
from street.fakes.doors import FakeDoors
from swarmfeed.core.asks.devices import ConfirmDevice, NameDevice, ProposeDevice, RemoveDevice
from swarmfeed.core.base.types import Endpoint
from swarmfeed.node.ground.home import Invited, Joining, key_path
from swarmfeed.shell.disk.keyfile import Keys, create_keys

Run = Callable[..., Result]
LINK = "swarmfeed-device:abc?until=1&at=192.0.2.7:1"


@pytest.fixture
def some(node: AnnasDesk, home: Path) -> SomeDevices:
    home.mkdir()
    keys = Keys(
        author=None,
        author_id=ME.author_id,
        feed_seed=bytes(32),
        node_seed=bytes(32),
        recipient_seed=bytes(32),
        created_at_ms=1,
    )
    create_keys(key_path(home), keys, "")
    some = SomeDevices(NOW_MS)
    node.rows |= some.rows()
    return some


@pytest.mark.parametrize("words", [("devices",), ("devices", "list")])
def test_the_list_says_of_each_what_it_is(run: Run, some: SomeDevices, words: object) -> None:
    result = run(*words)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert [line.split("\t")[0] for line in lines[:4]] == [
        "name",
        "desk",
        "laptop",
        "without a name",
    ]
    assert lines[1].split("\t")[-1] == "this machine, can add devices"
    assert lines[2].split("\t")[-2:] == ["180", "cannot add devices"]
    assert lines[-1] == "This machine can add and remove devices."
    assert json.loads(run(*words, "--json").stdout)["devices"][1]["name"] == "laptop"


def test_adding_without_a_terminal_takes_a_yes(run: Run, some: SomeDevices) -> None:
    result = run("devices", "add", LINK)
    assert result.exit_code == 1
    assert "there is no terminal here to answer at" in result.stderr and CODE in result.stderr
    assert some.asked == [ProposeDevice(link=LINK), ConfirmDevice(code=CODE, same=False)]
    some.asked.clear()
    result = run("devices", "add", LINK, "--yes")
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"both have to show {CODE}" in result.stdout
    assert "tablet is a device of yours now." in result.stdout
    assert "nothing was compared" in result.stdout
    assert some.asked == [ProposeDevice(link=LINK), ConfirmDevice(code=CODE, same=True)]


@pytest.mark.parametrize(
    ("typed", "same"), [("yes", True), ("Y", True), ("no", False), ("maybe", False)]
)
def test_only_a_yes_at_the_terminal_adds_a_device(
    run: Run,
    some: SomeDevices,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    same: bool,
) -> None:
    monkeypatch.setattr("swarmfeed.cli.commands.devices.agrees", lambda _: typed[0] in "yY")
    result = run("devices", "add", LINK)
    assert result.exit_code == (0 if same else 1)
    assert some.asked[-1] == ConfirmDevice(code=CODE, same=same)
    assert ("nothing was added" in result.stderr) is not same


def test_a_refused_link_says_why(run: Run, some: SomeDevices) -> None:
    some.refusal = "the time of this link is over"
    result = run("devices", "add", LINK, "--yes")
    assert (result.exit_code, len(some.asked)) == (1, 1)
    assert "the time of this link is over" in result.stderr


def test_removing_asks_and_says_what_stays(run: Run, some: SomeDevices) -> None:
    result = run("devices", "remove", "laptop")
    assert (result.exit_code, some.asked) == (1, [])
    assert "say --yes" in result.stderr
    result = run("devices", "remove", "laptop", "--yes", "--after", "7")
    assert (result.exit_code, result.stderr) == (0, "")
    assert some.asked == [RemoveDevice(device="laptop", after=7)]
    assert "laptop is removed: 200 things it said stay" in result.stdout
    result = run("devices", "remove", "phone", "--yes")
    assert (result.exit_code, "no device called phone" in result.stderr) == (1, True)


def test_this_machine_gets_a_name(run: Run, some: SomeDevices) -> None:
    assert "is called study now" in run("devices", "name", "study").stdout
    assert some.asked == [NameDevice(device="study")]
    assert run("devices", "name", " \u200b ").exit_code == 1


def test_joining_shows_the_link_then_the_code(run: Run, fake: FakeDoors, home: Path) -> None:
    fake.tells = (Invited(link=LINK, minutes=10), f"both machines have to show {CODE}")
    words = ("devices", "join", "--no-passphrase", "--name", " laptop ")
    result = run(*words, "--listen", "192.0.2.7", "--at", "203.0.113.7:4000", "--port", "4")
    assert (result.exit_code, result.stderr) == (0, "")
    assert fake.joined == [
        (
            "",
            Joining(
                device="laptop",
                listen="192.0.2.7",
                port=4,
                at=(Endpoint("203.0.113.7", 4000),),
            ),
        )
    ]
    lines = result.stdout.splitlines()
    assert lines[0] == LINK
    assert "waits 10 minutes" in lines[1] and CODE in lines[2]
    assert "is a device of Anna now" in lines[3]
    values = [json.loads(line) for line in run(*words, "--json").stdout.splitlines()]
    assert (values[0], CODE in values[1]["sentence"]) == ({"link": LINK}, True)
    assert values[2]["name"] == "Anna"


def test_a_machine_with_a_home_joins_nobody(run: Run, fake: FakeDoors, some: object) -> None:
    result = run("devices", "join", "--no-passphrase")
    assert (result.exit_code, fake.joined) == (1, [])
    assert "there are keys in" in result.stderr


def test_help_says_how_it_differs_from_the_words(run: Run) -> None:
    said = " ".join(run("devices", "--help").stdout.split())
    assert "gets no words and no author key" in said
    assert "`swarmfeed restore` makes one that can add and remove others" in said
