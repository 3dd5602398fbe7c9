"""The command line of ``tools/simulate push``: one post to all supernodes, in several ways."""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import to_builtins
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table

from simulation.supernodes.push_policies import PUSH_POLICIES
from simulation.supernodes.push_world import PushSetting, PushWorld, figures_of

NODES_A_SUPERNODE: Final = 70
"""As the election leaves them, whose capacities are 140 on average and well filled."""

Figures = dict[str, float]


def main(argv: Sequence[str]) -> int:
    """Simulate what was asked for, print it, write it."""
    asked = _parse(argv)
    setting = PushSetting(
        seed=asked.seed,
        supernodes=asked.supernodes or max(asked.nodes // NODES_A_SUPERNODE, 5),
        crashed=asked.crashed,
        droppers=asked.droppers,
        differing=asked.differing,
        posts=asked.posts,
    )
    policies = play_all(setting)
    print_figures(f"a post to {setting.supernodes:,} supernodes", policies)
    if asked.json:
        value = {"version": 1, "world": to_builtins(setting), "policies": policies}
        asked.json.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    return 0


def play_all(setting: PushSetting) -> dict[str, Figures]:
    """Play every policy in a world of its own, made from the same seed."""
    return {name: _play(name, setting) for name in PUSH_POLICIES}


def _play(name: str, setting: PushSetting) -> Figures:
    world = PushWorld(replace(setting))
    return figures_of(world, world.play(PUSH_POLICIES[name](world)))


def print_figures(title: str, policies: Mapping[str, Figures]) -> None:
    """Print a row for each figure and a column for each policy."""
    table = Table(title=title)
    for name in ("", *policies):
        table.add_column(name, justify="right" if name else "left")
    for figure in next(iter(policies.values())):
        table.add_row(figure, *(f"{each[figure]:,.4g}" for each in policies.values()))
    Console().print(table)


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/simulate push", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nodes", type=int, default=21_000, help="all nodes of the network")
    parser.add_argument("--supernodes", type=int, help="instead: as many of these")
    parser.add_argument("--crashed", type=float, default=0.0, help="share that just died")
    parser.add_argument("--droppers", type=float, default=0.0, help="share that drops posts")
    parser.add_argument("--differing", type=float, default=0.0, help="share lists lack")
    parser.add_argument("--posts", type=int, default=20)
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args(argv)
