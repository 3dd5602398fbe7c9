"""The command line of ``tools/simulate search``: where postings are, and what asking costs."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from msgspec import to_builtins

from simulation.supernodes.push import NODES_A_SUPERNODE, print_figures
from simulation.supernodes.search_policies import SEARCH_POLICIES
from simulation.supernodes.search_world import SearchSetting, SearchWorld


def main(argv: Sequence[str]) -> int:
    """Simulate what was asked for, print it, write it."""
    asked = _parse(argv)
    setting = SearchSetting(
        seed=asked.seed,
        nodes=asked.nodes,
        supernodes=max(asked.nodes // NODES_A_SUPERNODE, 10),
        liars=asked.liars,
        missing=asked.missing,
        churn=asked.churn,
        keys=asked.keys,
    )
    policies = search_all(setting)
    print_figures(f"searches among {setting.supernodes:,} supernodes", policies)
    if asked.json:
        value = {"version": 1, "world": to_builtins(setting), "policies": policies}
        asked.json.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    return 0


def search_all(setting: SearchSetting) -> dict[str, dict[str, float]]:
    """Play every policy in a world of its own, made from the same seed."""
    return {name: play(SearchWorld(setting)) for name, play in SEARCH_POLICIES.items()}


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/simulate search", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nodes", type=int, default=21_000, help="all nodes of the network")
    parser.add_argument("--liars", type=float, default=0.1, help="share that hides postings")
    parser.add_argument("--missing", type=float, default=0.02, help="chance to miss a posting")
    parser.add_argument("--churn", type=float, default=0.1, help="share that left, and came")
    parser.add_argument("--keys", type=int, default=400)
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args(argv)
