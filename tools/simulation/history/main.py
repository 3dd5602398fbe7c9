"""The command line of ``tools/simulate``."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from msgspec import Struct

from simulation.history.contest import Entrant, entrants, play, tune
from simulation.history.flood import flood
from simulation.history.metrics import Figures, average
from simulation.history.oracle import floor_bytes
from simulation.history.report import as_json, bars, print_tables, write_json
from simulation.history.trace import make_trace
from simulation.history.world import Setting


def main(argv: Sequence[str]) -> int:
    """Simulate what was asked for, print it, write it."""
    asked = _parse(argv)
    setting = Setting(
        seed=asked.seeds[0],
        users=asked.users,
        servers=asked.servers,
        days=asked.days,
        flaky=asked.flaky,
        warm_up_days=asked.days * 3 // 10,
        mass_exit=asked.mass_exit,
        flash=asked.flash,
        sybils=asked.sybils,
        noise=asked.noise,
    )
    started = time.monotonic()
    contest = entrants(ablations=asked.ablations)
    played = _play(asked, setting, contest)
    means = {name: average(runs) for name, runs in played.by_seed.items()}
    chosen = tune(means, contest)
    rows = bars(setting, means, chosen, contest)
    about: dict[str, Any] = {"floor_bytes": sum(played.floors) / len(played.floors)}
    if asked.sybils:
        about["flood"] = flood(asked.seeds[0], asked.sybils, asked.days)
    about["seconds"] = round(time.monotonic() - started, 1)
    print_tables(setting, means, chosen, rows, _title(asked, about))
    _print_about(about)
    if asked.json:
        value = as_json(setting, asked.seeds, means, played.by_seed, chosen, rows, about)
        write_json(asked.json, value)
    if asked.plots:
        from simulation.history.plots import draw

        for path in draw(asked.plots, means, chosen, played.lines, contest):
            print(path)
    return 0


class _Played(Struct, frozen=True, kw_only=True):
    """What all worlds gave."""

    by_seed: dict[str, list[Figures]]
    """Policy -> its figures, one for each world."""
    lines: dict[str, dict[str, list[float]]]
    """Policy -> its days in the last world."""
    floors: list[float]
    """Bytes below which nobody can go, one for each world."""


def _play(asked: argparse.Namespace, setting: Setting, contest: list[Entrant]) -> _Played:
    played = _Played(by_seed={each.name: [] for each in contest}, lines={}, floors=[])
    for seed in asked.seeds:
        print(f"seed {seed} ...", file=sys.stderr, flush=True)
        trace = make_trace(replace(setting, seed=seed))
        played.floors.append(floor_bytes(trace))
        for name, (figures, line) in play(trace, contest, asked.jobs).items():
            played.by_seed[name].append(figures)
            played.lines[name] = line
    return played


def _title(asked: argparse.Namespace, about: dict[str, Any]) -> str:
    return (
        f"{asked.users:,} feeds, {asked.servers} servers, {asked.flaky:.0%} flaky,"
        f" {asked.days} days, {len(asked.seeds)} seeds, {about['seconds']:.0f} s"
    )


def _print_about(about: dict[str, Any]) -> None:
    print(
        f"floor, one copy only while no person is online: {about['floor_bytes'] / 1e9:.3f} GB"
    )
    if "flood" in about:
        said = about["flood"]
        print(
            f"{said['authors']:,} invented authors want {said['wanted_bytes'] / 1e9:.1f} GB on"
            f" one server and get {said['stored_bytes'] / 1e6:.0f} MB, at most"
            f" {said['bound_bytes'] / 1e6:.0f}; honest ones have"
            f" {said['honest_bytes_with'] / 1e6:.0f} MB, without the crowd"
            f" {said['honest_bytes_without'] / 1e6:.0f}"
        )


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/simulate", description=__doc__)
    what = parser.add_subparsers(required=True, metavar="slack")
    slack = what.add_parser("slack", help="history servers: who holds what, and what it costs")
    slack.add_argument("--seed", type=int, default=1, help="of the made-up world")
    slack.add_argument("--seeds", metavar="N..M", help="several worlds, and their mean")
    slack.add_argument("--days", type=int, default=70, help="three tenths are warm-up")
    slack.add_argument("--users", type=int, default=2_000, help="people with a feed each")
    slack.add_argument("--servers", type=int, default=60)
    slack.add_argument("--flaky", type=float, default=0.5, help="share of servers, 0 to 1")
    slack.add_argument("--mass-exit", type=float, default=0.0, help="share that leaves at once")
    slack.add_argument(
        "--flash", type=float, default=0.0, help="share of feeds in a crowd's eye"
    )
    slack.add_argument("--sybils", type=int, default=0, help="invented authors")
    slack.add_argument("--noise", type=float, default=0.3, help="sigma of what servers believe")
    slack.add_argument("--ablations", action="store_true", help="ours with parts left out, too")
    slack.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    slack.add_argument("--plots", type=Path, metavar="DIR", help="draw pictures there")
    slack.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    asked = parser.parse_args(argv)
    asked.seeds = _seeds(slack, asked)
    if not 0 <= asked.flaky <= 1:
        slack.error("--flaky: 0 to 1")
    if asked.days < 14 or asked.users < 20 or asked.servers < 4:
        slack.error("at least 14 days, 20 users and 4 servers")
    return asked


def _seeds(parser: argparse.ArgumentParser, asked: argparse.Namespace) -> list[int]:
    if not asked.seeds:
        return [asked.seed]
    first, dots, last = asked.seeds.partition("..")
    if not (dots and first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
        parser.error("--seeds: two numbers, like 1..5")
    return list(range(int(first), int(last) + 1))
