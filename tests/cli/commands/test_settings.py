"""``swarmfeed settings``: looking at them, and choosing others."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from msgspec.structs import replace
from street.fakes.annas_desk import AnnasDesk

Run = Callable[..., Result]


def test_all_settings_are_told_with_when_they_change(run: Run, node: AnnasDesk) -> None:
    lines = [line.split("\t") for line in run("settings").stdout.splitlines()]
    told = {name: rest for name, *rest in lines}
    assert told["disk"] == ["10 GB", "-", "at once"]
    assert told["lan"] == ["on", "-", "at the next start"]
    assert told["peer"] == ["-", "-", "said at each start"]
    assert "supernode-speed" not in told


def test_one_is_chosen_and_kept_and_forgotten_again(run: Run, node: AnnasDesk) -> None:
    assert run("settings", "disk", "20G").stdout.splitlines()[-1].split("\t") == [
        "disk",
        "20 GB",
        "20G",
        "at once",
    ]
    assert node.machine.kept == {"--disk": "20G"}
    (printed,) = json.loads(run("settings", "--json", "--", "--dht", "off").stdout)
    assert (printed["flag"], printed["value"], printed["kept"]) == (
        "--dht/--no-dht",
        "on",
        "off",
    )
    run("settings", "disk", "--default")
    assert node.machine.kept == {"--dht/--no-dht": "off"}
    assert node.machine.now.disk_budget_bytes == 10_000_000_000


@pytest.mark.parametrize("typed", [(), ("disk", "5G")])
def test_a_default_is_of_one_setting_and_has_no_value(
    run: Run, node: AnnasDesk, typed: tuple[str, ...]
) -> None:
    result = run("settings", *typed, "--default")
    assert result.exit_code == 2 and "--default goes with the name" in result.stderr
    assert node.machine.kept == {}


def test_what_is_wrong_is_refused_and_said(run: Run, node: AnnasDesk) -> None:
    wrong = {
        ("disk", "much"): "is not a size",
        ("colour", "red"): "there is no setting colour",
        ("peer", "192.0.2.1:1"): "there is no setting --peer that can be chosen",
        ("lan", "perhaps"): "neither on nor off",
    }
    for typed, said in wrong.items():
        result = run("settings", *typed)
        assert result.exit_code == 1 and said in result.stderr
    assert node.machine.kept == {}


def test_that_the_command_counts_again_is_said(run: Run, node: AnnasDesk) -> None:
    node.machine.now = replace(node.machine.now, told=("--disk",))
    assert "counts again at the next start" in run("settings", "disk", "5G").stdout
    assert "counts again" not in run("settings", "disk").stdout
