"""A post to all supernodes: the functions of the core beside flooding and Plumtree."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from simulation.supernodes.push import main, play_all
from simulation.supernodes.push_world import PushSetting, PushWorld

SMALL = PushSetting(seed=3, supernodes=60, posts=3)


def test_a_quiet_layer_is_reached_with_fewer_copies_than_by_rivals() -> None:
    policies = play_all(SMALL)
    assert all(each["delivered"] == 1 for each in policies.values())
    assert policies["ours"]["t50_ms"] < policies["plumtree"]["t50_ms"]
    assert policies["ours"]["duplicates"] < 0.3 < 3 < policies["flooding"]["duplicates"]


def test_the_same_seed_gives_the_same_figures() -> None:
    assert play_all(SMALL) == play_all(SMALL)
    assert play_all(SMALL) != play_all(replace(SMALL, seed=4))


def test_among_few_nobody_has_less_than_a_copy() -> None:
    few = play_all(PushSetting(seed=2, supernodes=5, posts=10))
    assert all(each["delivered"] == 1 for each in few.values())
    assert 0 <= few["ours"]["duplicates"] < 0.1


@pytest.mark.slow
def test_crashes_droppers_and_lists_that_differ_leave_nobody_out() -> None:
    setting = replace(
        SMALL, supernodes=200, crashed=0.2, droppers=0.1, differing=0.02, posts=10
    )
    ours = play_all(setting)["ours"]
    assert ours["delivered"] >= 0.999
    assert ours["t99_ms"] < 3_000
    assert ours["duplicates"] < 0.5


def test_the_dead_and_the_droppers_are_not_counted_as_reached() -> None:
    world = PushWorld(replace(SMALL, crashed=0.2, droppers=0.1))
    assert (len(world.dead), len(world.droppers), len(world.honest)) == (12, 6, 42)
    half = PushWorld(replace(SMALL, differing=0.5))
    lists = [len(half.list_of(each)) for each in half.members]
    assert 20 < sum(lists) / len(lists) < 40


def test_the_command_writes_what_it_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "push.json"
    asked = ["--seed", "2", "--supernodes", "12", "--posts", "2", "--json", str(file)]
    assert main(asked) == 0
    assert "a post to 12 supernodes" in capsys.readouterr().out
    value = json.loads(file.read_text(encoding="utf-8"))
    assert set(value["policies"]) == {"ours", "plumtree", "flooding"}
    assert value["world"]["supernodes"] == 12
