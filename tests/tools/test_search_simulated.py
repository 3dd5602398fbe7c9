"""Searches in a simulated layer: the functions of the core beside rivals."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from simulation.supernodes.search import main, search_all
from simulation.supernodes.search_world import SearchSetting, SearchWorld

SMALL = SearchSetting(seed=5, nodes=2_000, supernodes=40, keys=40)
QUIET = replace(SMALL, liars=0.0, missing=0.0, churn=0.0)


def test_where_nobody_lies_or_leaves_all_is_found() -> None:
    policies = search_all(QUIET)
    recall = {name: each["recall"] for name, each in policies.items()}
    assert recall.pop("bubblestorm") > 0.95
    assert set(recall.values()) == {1}
    assert policies["ours"]["messages_per_search"] == 10


@pytest.mark.slow
def test_handing_over_keeps_what_changing_owners_would_lose() -> None:
    policies = search_all(replace(SMALL, liars=0.1, churn=0.5, keys=150))
    ours, without = (policies[name]["recall"] for name in ("ours", "ours_without_handover"))
    assert ours > 0.8 and without < ours - 0.02


@pytest.mark.slow
def test_the_same_seed_gives_the_same_figures() -> None:
    assert search_all(SMALL) == search_all(SMALL)


def test_the_world_is_as_large_before_as_after() -> None:
    world = SearchWorld(replace(SMALL, churn=0.25))
    assert len(world.before) == len(world.after) == 40
    assert len(set(world.before) & set(world.after)) == 30
    assert len(world.liars) == 5


def test_the_command_writes_what_it_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "search.json"
    assert main(["--nodes", "1500", "--keys", "9", "--json", str(file)]) == 0
    assert "searches among 21 supernodes" in capsys.readouterr().out
    value = json.loads(file.read_text(encoding="utf-8"))
    assert set(value["policies"]) >= {"ours", "dht", "bubblestorm", "flooding"}
