"""Which policies compete, and the one of each family that is compared with ours.

Every family is tuned in the same run: compared is the cheapest of its settings, by bytes
stored, that serves at least the share of requests that ours does, over all seeds; where none
does, the one that serves most, and the table says so.
"""

import multiprocessing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from swarmfeed.core.history import placement, slack

from simulation.history import beliefs as believing
from simulation.history.engine import Policy, run
from simulation.history.metrics import Figures, measure, timeline
from simulation.history.oracle import Oracle
from simulation.history.ours import Ours, Rule
from simulation.history.rivals import (
    AllHoldAll,
    Carbonite,
    FixedCopies,
    Nobody,
    Past,
    PushToRelays,
    TotalRecall,
)
from simulation.history.trace import Trace

Maker = Callable[[Trace, believing.Beliefs], Policy]


@dataclass(frozen=True)
class Entrant:
    """One setting of one family."""

    family: str
    name: str
    make: Maker
    heavy: bool = False
    believe: str = ""
    """Ablation of what is believed."""
    change: tuple[tuple[Any, str, float], ...] = ()
    """Ablation of constants of the core: module, name, value."""


def entrants(*, ablations: bool) -> list[Entrant]:
    """All that compete; the slow ones first, so that no processor waits at the end."""
    return [
        *_ours(),
        *(_ablations() if ablations else []),
        *_oracles(),
        *_rivals(),
    ]


def _ours() -> Iterator[Entrant]:
    yield Entrant("ours", "ours", lambda trace, told: Ours(trace, told), heavy=True)
    lax = Rule(ordinary_target=3 * slack.UNAVAILABLE_TARGET)
    yield Entrant("", "ours, 3e-3", _ours_by(lax), heavy=True)


def _ablations() -> Iterator[Entrant]:
    def plain(trace: Trace, told: believing.Beliefs) -> Policy:
        return Ours(trace, told)

    for missing in ("diurnal", "survival"):
        yield Entrant("", f"ours without {missing}", plain, True, believe=missing)
    yield Entrant("", "ours with persistence", plain, True, believe="persistence")
    no_cap = ((slack, "PEOPLE_COPIES_MAX", 1e9),)
    yield Entrant("", "ours without friend cap", plain, True, change=no_cap)
    short = ((slack, "SMOOTHING_HALF_LIFE_MS", 1.0),)
    yield Entrant("", "ours without smoothing", plain, True, change=short)
    keep = ((placement, "RELEASE_STEPS", 1e9),)
    yield Entrant("", "ours without release", plain, True, change=keep)
    for name, rule in {
        "without weights": Rule(sharpness=0.0),
        "weights of one power": Rule(sharpness=1.0),
        "without merging": Rule(merge=False),
        "without demand": Rule(demand=False),
        "without domains": Rule(domains=False),
        "without noise": Rule(noise=0.0),
        "noise of sigma 1": Rule(noise=1.0),
    }.items():
        yield Entrant("", f"ours {name}", _ours_by(rule), True)


def _ours_by(rule: Rule) -> Maker:
    return lambda trace, told: Ours(trace, told, rule)


def _oracles() -> Iterator[Entrant]:
    for target in (1e-2, 5e-3, 3e-3, 2e-3, 1.5e-3, 1e-3, 7e-4, 5e-4, 3e-4, 2e-4, 1e-4, 3e-5):
        yield Entrant("oracle", f"oracle, {target:g}", _oracle(target))


def _oracle(target: float) -> Maker:
    return lambda trace, told: Oracle(trace, target)


def _rivals() -> Iterator[Entrant]:
    yield Entrant("none", "none", lambda trace, told: Nobody())
    yield Entrant("all_hold_all", "all hold all", lambda trace, told: AllHoldAll())
    yield Entrant("push_to_relays", "35 relays", lambda trace, told: PushToRelays(trace))
    for count in range(1, 9):
        for hours in (24, 72):
            yield _rival("fixed_k", f"{count} copies, {hours} h", FixedCopies, count, hours)
        once = _rival(
            "fixed_k_unrepaired", f"{count} copies, never repaired", FixedCopies, count
        )
        yield once
    for count in (2, 3, 4, 5):
        for hours in (1, 24):
            yield _rival("past", f"PAST, {count} copies, {hours} h", Past, count, hours)
    for count in (1, 2, 3):
        for hours in (1, 12, 24):
            name = f"Carbonite {count}, {hours} h"
            yield _rival("carbonite", name, Carbonite, count, hours)
        name = f"Carbonite {count}, 1 h, people count"
        yield _rival("carbonite", name, Carbonite, count, 1, people=True)
    for goal in (3e-1, 1e-1, 3e-2, 1e-2, 1e-3):
        for reserve in (1, 2):
            name = f"Total Recall, {goal:g}, reserve {reserve}"
            yield _rival("total_recall", name, TotalRecall, goal, reserve=reserve)


def _rival(family: str, name: str, kind: Any, *values: float, **options: Any) -> Entrant:
    def make(trace: Trace, told: believing.Beliefs) -> Policy:
        if kind is FixedCopies:
            hours = values[1] if len(values) > 1 else 24
            repair = len(values) > 1
            return FixedCopies(trace, int(values[0]), repair=repair, timeout_hours=hours)
        if kind is Carbonite:
            return Carbonite(trace, int(values[0]), timeout_hours=values[1], **options)
        made: Policy = kind(trace, *values, **options)
        return made

    return Entrant(family, name, make)


_PLAYED: dict[str, Any] = {}
"""What the processes of one pool share: set before they are forked, so never copied."""


def play(
    trace: Trace, contest: list[Entrant], processes: int
) -> dict[str, tuple[Figures, dict[str, list[float]]]]:
    """Run every entrant on one trace."""
    _PLAYED.update(trace=trace, told=believing.watch(trace), contest=contest)
    order = sorted(range(len(contest)), key=lambda each: not contest[each].heavy)
    if processes == 1:
        results = [_play_one(each) for each in order]
    else:
        with multiprocessing.get_context("fork").Pool(processes, maxtasksperchild=1) as pool:
            results = pool.map(_play_one, order, chunksize=1)
    return {contest[each].name: result for each, result in zip(order, results, strict=True)}


def _play_one(number: int) -> tuple[Figures, dict[str, list[float]]]:
    trace, told, entrant = _PLAYED["trace"], _PLAYED["told"], _PLAYED["contest"][number]
    before = [getattr(module, name) for module, name, _ in entrant.change]
    for module, name, value in entrant.change:
        setattr(module, name, value)
    try:
        if entrant.believe:
            told = believing.watch(trace, entrant.believe)
        tally, copies = run(trace, entrant.make(trace, told))
    finally:
        for (module, name, _), value in zip(entrant.change, before, strict=True):
            setattr(module, name, value)
    return measure(trace, tally, copies), timeline(tally)


def tune(figures: dict[str, Figures], contest: list[Entrant]) -> dict[str, str]:
    """Choose the entrant of each family: family -> its name."""
    ours = figures["ours"]["unserved"]
    chosen: dict[str, str] = {}
    for family in dict.fromkeys(each.family for each in contest if each.family):
        names = [each.name for each in contest if each.family == family]
        equal = [name for name in names if figures[name]["unserved"] <= ours]
        if equal:
            chosen[family] = min(equal, key=lambda name: figures[name]["stored_bytes"])
        else:
            chosen[family] = min(names, key=lambda name: figures[name]["unserved"])
    return chosen


def interpolated_bytes(figures: dict[str, Figures], names: list[str]) -> float | None:
    """Bytes that a family would need for our very share served, between two settings.

    A stricter look than whole settings allow: along the logarithm of what is unserved, on
    the lower hull of the family; None where ours is outside of it.
    """
    from math import log

    ours = log(max(1e-9, figures["ours"]["unserved"]))
    points = [
        (log(max(1e-9, figures[name]["unserved"])), figures[name]["stored_bytes"])
        for name in names
    ]
    better = [point for point in points if point[0] <= ours]
    worse = [point for point in points if point[0] > ours]
    between = [
        low[1] + (high[1] - low[1]) * (ours - low[0]) / (high[0] - low[0])
        for low in better
        for high in worse
    ]
    exact = [stored for _, stored in better]
    return min([*between, *exact]) if better else None
