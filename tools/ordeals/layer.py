"""Thirty real nodes elect supernodes; half of these die, one goes silent, then all die.

Rounds go four times as fast as in earnest, pings and patience do not.  A machine that is busy
plays fewer rounds than its clock counts, so this is for a quiet one.
"""

import signal
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any, Final

from swarmfeed.core.net.limits import CLOSE_PING_S, CLOSE_SILENT_S
from swarmfeed.core.supernode.limits import PARENTS, ROUND_S

from ordeals.ordeal import Ordeal, Outcome, Plan
from ordeals.strangers.besieged import Besieged, Refused, besieged

NODES: Final = 30
KNOWN: Final = 3
"""Nodes of earlier ones that each begins with."""
SPEED: Final = 4

COLD_ROUNDS: Final = 12
HALF_ROUNDS: Final = 16
ALL_ROUNDS: Final = 16
NOTICED_S: Final = CLOSE_PING_S + CLOSE_SILENT_S + 5
"""Until nobody counts on a supernode that is there and says nothing."""

PATIENCE: Final = 3
"""How many times as long is waited, so that what gave way is measured."""


def play(plan: Plan) -> Outcome:
    """Let a town of nodes live through all of it, once for each case."""
    outcome, rounds = Outcome(), dict[str, list[float]]()
    for case in range(plan.cases):
        with tempfile.TemporaryDirectory(prefix="swarmfeed-layer-") as name:
            try:
                _live(Path(name), plan.luck(case), rounds)
            except Refused as error:
                outcome.gave_way.append(f"case {case}: {error}")
        outcome.cases += 1
    bounds = {
        "cold": COLD_ROUNDS,
        "half": HALF_ROUNDS,
        "all": ALL_ROUNDS,
        "silent s": NOTICED_S,
    }
    for what, most in bounds.items():
        took = sorted(rounds.get(what, []))
        outcome.figures[what] = ", ".join(f"{each:.1f}" for each in took) or "never"
        outcome.gave_way += [
            f"{what}: {each:.1f}, bound {most}" for each in took if each > most
        ]
    outcome.figures["supernodes"] = ", ".join(f"{each:.0f}" for each in rounds.get("size", []))
    return outcome


def _live(folder: Path, luck: Random, rounds: dict[str, list[float]]) -> None:
    with ExitStack() as stack:
        nodes = list[Besieged]()
        for number in range(NODES):
            known = luck.sample(nodes, min(KNOWN, len(nodes)))
            options = ["--supernode-speed", str(SPEED)]
            for each in known:
                host, port = each.ports()["link"]
                options += ["--peer", f"{host}:{port}"]
            nodes.append(stack.enter_context(besieged(folder, f"node{number}", options)))
        _measure(nodes, "cold", COLD_ROUNDS, rounds)
        rounds.setdefault("size", []).append(len(_serving(nodes)))
        servers = _serving(nodes)
        _end(nodes, luck.sample(servers, len(servers) // 2))
        _measure(nodes, "half", HALF_ROUNDS, rounds)
        _silence_one(nodes, luck, rounds)
        _end(nodes, _serving(nodes))
        _measure(nodes, "all", ALL_ROUNDS, rounds)


def _silence_one(nodes: list[Besieged], luck: Random, rounds: dict[str, list[float]]) -> None:
    """Stop a supernode in mid-air: its sockets stay open, and nothing is answered."""
    silent = luck.choice(_serving(nodes))
    node_id = silent.get("whoami")["node"]
    nodes.remove(silent)
    silent.process.send_signal(signal.SIGSTOP)
    try:
        took_s = _time(nodes, lambda: not _counts_on(nodes, node_id), PATIENCE * NOTICED_S)
        rounds.setdefault("silent s", []).append(took_s)
    finally:
        silent.process.kill()
        silent.process.wait()


def _counts_on(nodes: Sequence[Besieged], node_id: str) -> bool:
    parents = (parent for each in nodes for parent in _standing(each)["parents"])
    return any(parent["node"] == node_id for parent in parents)


def _measure(
    nodes: Sequence[Besieged], what: str, most: int, rounds: dict[str, list[float]]
) -> None:
    """Wait until each leaf has two parents; note how many rounds that took."""
    round_s = ROUND_S / SPEED
    took_s = _time(nodes, lambda: _is_whole(nodes), PATIENCE * most * round_s)
    rounds.setdefault(what, []).append(took_s / round_s)


def _time(nodes: Sequence[Besieged], look: Callable[[], bool], patience_s: float) -> float:
    started_s = time.monotonic()
    nodes[0].wait_for("what has to come", look, patience_s)
    return time.monotonic() - started_s


def _is_whole(nodes: Sequence[Besieged]) -> bool:
    standing = [_standing(each) for each in nodes]
    leaves = [each for each in standing if not each["serves"]]
    return len(leaves) < len(nodes) and all(len(each["parents"]) == PARENTS for each in leaves)


def _serving(nodes: Sequence[Besieged]) -> list[Besieged]:
    return [each for each in nodes if _standing(each)["serves"]]


def _standing(node: Besieged) -> Any:
    return node.get("supernodes")


def _end(nodes: list[Besieged], chosen: Sequence[Besieged]) -> None:
    """End some as a power cut would."""
    for each in chosen:
        each.process.kill()
        each.process.wait()
        nodes.remove(each)


LAYER: Final = Ordeal(
    name="layer",
    about=f"{NODES} nodes elect who serves; half of those are killed, one is silent, all die",
    cases=5,
    sample=0,
    play=play,
)
