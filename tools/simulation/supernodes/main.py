"""The command line of ``tools/simulate election``."""

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from msgspec import to_builtins
from rich.console import Console
from rich.table import Table

from simulation.supernodes.contest import POLICIES, Figures, Story, average, play
from simulation.supernodes.tally import Tally
from simulation.supernodes.world import NETWORKS, Setting

RIVALS_MAX_NODES: Final = 100_000
OBJECTS_MAX_NODES: Final = 65_536
"""Members stand at addresses of 16 bits."""

BARS: Final[dict[str, float]] = {
    "rounds_to_two_parents_99": 16,
    "rounds_after_half": 8,
    "rounds_after_all": 11,
    "messages_per_node_round": 2.1,
    "messages_first_16": 3,
    "messages_peak": 17,
    "supernodes_over_minimum": 1.3,
    "changes_per_supernode_hour": 0.4,
}
"""What ours has to stay below (docs/SUPERNODES.md)."""

COLUMNS: Final = (
    "rounds_to_two_parents_99",
    "rounds_to_settle",
    "rounds_after_half",
    "rounds_after_all",
    "rounds_to_settle_after_all",
    "supernodes_over_minimum",
    "messages_per_node_round",
    "messages_first_16",
    "changes_per_supernode_hour",
)


def main(argv: Sequence[str]) -> int:
    """Simulate what was asked for, print it, write it."""
    asked = _parse(argv)
    started = time.monotonic()
    story = Story(cold=asked.rounds, crashes=not asked.no_crash, after=asked.after)
    runs = _play_all(asked, story)
    means = {name: average([each for each, _ in runs[name]]) for name in runs}
    seconds = round(time.monotonic() - started, 1)
    _print(asked, means, seconds)
    if asked.json:
        world = {**to_builtins(_setting(asked, asked.seed)), "seeds": asked.seeds}
        value = {"version": 1, "world": world, "seconds": seconds, "policies": means}
        asked.json.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    if asked.plots:
        from simulation.supernodes.plots import draw

        for path in draw(asked.plots, {name: each[-1][1] for name, each in runs.items()}):
            print(path)
    return 0


def _setting(asked: argparse.Namespace, seed: int) -> Setting:
    return Setting(
        seed=seed,
        nodes=asked.nodes,
        eligible=asked.eligible,
        churn=not asked.no_churn,
        liars=asked.liars,
        inflate=not asked.deflate,
        hostile=asked.hostile,
        hostile_networks=asked.hostile_networks,
        canaries=asked.canaries,
        vouched=asked.vouched,
        one_house=asked.one_house,
    )


def _play_all(
    asked: argparse.Namespace, story: Story
) -> dict[str, list[tuple[Figures, Tally]]]:
    seeds = range(asked.seed, asked.seed + asked.seeds)
    games = [(name, _setting(asked, seed), story) for name in asked.policies for seed in seeds]
    if asked.jobs == 1:
        played = [play(*game) for game in games]
    else:
        with multiprocessing.get_context("fork").Pool(asked.jobs, maxtasksperchild=1) as pool:
            played = pool.starmap(play, games, chunksize=1)
    runs: dict[str, list[tuple[Figures, Tally]]] = {}
    for (name, _, _), result in zip(games, played, strict=True):
        runs.setdefault(name, []).append(result)
    return runs


def _print(asked: argparse.Namespace, means: dict[str, Figures], seconds: float) -> None:
    console = Console(width=150)
    table = Table(title=f"{asked.nodes:,} nodes, {asked.seeds} seeds, {seconds:.0f} s")
    table.add_column("policy")
    for name in COLUMNS:
        table.add_column(name.replace("_", " "), justify="right")
    for policy, figures in means.items():
        table.add_row(policy, *(_shown(figures.get(name)) for name in COLUMNS))
    console.print(table)
    ours = means.get("ours", {})
    for name, most in BARS.items():
        value = ours.get(name)
        if name in ours:
            reached = value is not None and value <= most
            sign = "reached" if reached else "NOT reached"
            console.print(f"{name}: {_shown(value)}, at most {most}: {sign}")


def _shown(value: Any) -> str:
    return "never" if value is None else f"{value:.2f}".removesuffix(".00")


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/simulate election", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the first world")
    parser.add_argument("--seeds", type=int, default=1, help="how many worlds")
    parser.add_argument("--nodes", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=60, help="before the first crash")
    parser.add_argument("--after", type=int, default=30, help="rounds after each crash")
    parser.add_argument("--eligible", type=float, default=0.3, help="share that may serve")
    parser.add_argument("--liars", type=float, default=0.0, help="share that lies")
    parser.add_argument("--deflate", action="store_true", help="liars say they are weak")
    parser.add_argument("--hostile", type=float, default=0.0, help="share that takes everybody")
    parser.add_argument("--hostile-networks", type=int, default=NETWORKS, help="they are in")
    parser.add_argument("--canaries", type=float, default=0.0, help="chance to notice it")
    parser.add_argument("--vouched", action="store_true", help="one parent is a friend's")
    parser.add_argument("--no-churn", action="store_true", help="nobody comes or goes")
    parser.add_argument("--no-crash", action="store_true", help="nothing is killed")
    parser.add_argument("--one-house", action="store_true", help="all are in one network")
    parser.add_argument("--policies", help="names, with commas between them")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--plots", type=Path, metavar="DIR", help="draw pictures there")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    asked = parser.parse_args(argv)
    asked.policies = asked.policies.split(",") if asked.policies else _fit_for(asked.nodes)
    unknown = [name for name in asked.policies if name not in POLICIES]
    if unknown:
        parser.error(f"--policies: no {unknown[0]}; there are {', '.join(POLICIES)}")
    if asked.nodes < 20 or asked.rounds < 2 or asked.seeds < 1:
        parser.error("at least 20 nodes, 2 rounds and 1 seed")
    if "ours_one_by_one" in asked.policies and asked.nodes > OBJECTS_MAX_NODES:
        parser.error(f"one by one are at most {OBJECTS_MAX_NODES:,} nodes")
    return asked


def _fit_for(nodes: int) -> list[str]:
    """Rivals play up to 10^5 nodes; beyond that ours alone."""
    if nodes > RIVALS_MAX_NODES:
        print("rivals play up to 100,000 nodes; here ours alone", file=sys.stderr)
        return ["ours"]
    return ["ours", "sg1", "dlm", "ratio"]
