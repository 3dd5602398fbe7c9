"""One story for every policy: begin from nothing, lose half of the supernodes, lose all."""

from collections.abc import Callable
from typing import Any, Final, Protocol

import numpy as np
from msgspec import Struct
from swarmfeed.core.supernode.limits import ROUND_S

from simulation.supernodes.arrays import Arrays
from simulation.supernodes.objects import Objects
from simulation.supernodes.rivals import Dlm, Ratio, Sg1
from simulation.supernodes.tally import Tally
from simulation.supernodes.world import Setting, World

Figures = dict[str, float | None]

COLD_ROUNDS = 60
"""Ten minutes."""
STEADY_FROM = 40
"""From then on messages are those of a network at rest."""
PATIENCE = 60
"""Rounds after which a network counts as not healed."""
START_ROUNDS = 16
SETTLED = 1.5
"""Supernodes over the fewest possible at which a layer counts as settled."""


class Network(Protocol):
    """A policy in its world."""

    world: World
    tally: Tally

    def round(self) -> None:
        """Play ten seconds."""

    def standing(self) -> tuple[np.ndarray, np.ndarray]:
        """Whether each slot serves, and how many living parents it has."""

    def loads(self) -> np.ndarray:
        """Of each supernode."""

    def kill(self, slots: np.ndarray) -> None:
        """Nodes crash."""


POLICIES: Final[dict[str, Callable[[World], Network]]] = {
    "ours": Arrays,
    "ours_one_by_one": Objects,
    "sg1": Sg1,
    "dlm": Dlm,
    "ratio": Ratio,
}
"""By their names in the JSON."""


class Story(Struct, frozen=True, kw_only=True):
    """How long each chapter lasts, in rounds."""

    cold: int = COLD_ROUNDS
    after: int = 30
    """Once leaves have parents again after a crash."""
    crashes: bool = True


def play(policy: str, setting: Setting, story: Story) -> tuple[Figures, Tally]:
    """Let a policy live through the story."""
    network = POLICIES[policy](World(setting))
    for _ in range(story.cold):
        network.round()
    figures = _cold(network, story)
    if story.crashes:
        luck = np.random.default_rng((setting.seed, 4))
        servers = _servers(network)
        network.kill(luck.permutation(servers)[: len(servers) // 2])
        figures |= _healed(network, "half", story.after)
        network.kill(_servers(network))
        figures |= _healed(network, "all", story.after)
    return figures, network.tally


def _cold(network: Network, story: Story) -> Figures:
    tally = network.tally
    steady = slice(min(STEADY_FROM, story.cold // 2), story.cold)
    hours = float(np.sum(tally.serving[steady])) * ROUND_S / 3_600
    return {
        "rounds_to_two_parents_99": first_round(tally.two, 0.99),
        "rounds_to_settle": _settled(tally, 0),
        "supernodes_over_minimum": tally.serving[-1] / tally.fewest[-1],
        "messages_per_node_round": float(np.mean(tally.messages[steady])),
        "messages_first_16": float(np.mean(tally.messages[:START_ROUNDS])),
        "messages_peak": float(np.max(tally.messages)),
        "changes_per_supernode_hour": sum(tally.changes[steady]) / hours if hours else None,
        "two_parents": tally.two[-1],
        "one_parent": tally.one[-1],
        "surrounded": tally.surrounded[-1],
        "mean_load": float(network.loads().mean()) if tally.serving[-1] else None,
    }


def _healed(network: Network, name: str, after: int) -> Figures:
    """Rounds until 99.9 % have a parent, and 99 % two."""
    begun, tally = len(network.tally.two), network.tally
    one = two = None
    while len(tally.two) - begun < PATIENCE and (one is None or two is None):
        network.round()
        one = first_round(tally.one[begun:], 0.999)
        two = first_round(tally.two[begun:], 0.99)
    for _ in range(after):
        network.round()
    return {
        f"rounds_after_{name}": one,
        f"rounds_to_two_parents_after_{name}": two,
        f"rounds_to_settle_after_{name}": _settled(tally, begun),
        f"supernodes_over_minimum_after_{name}": tally.serving[-1] / tally.fewest[-1],
    }


def _settled(tally: Tally, begun: int) -> int | None:
    """Rounds until 99 % have two parents by a layer that is small enough."""
    lines = zip(tally.two, tally.serving, tally.fewest, strict=True)
    good = [float(two >= 0.99 and serving <= SETTLED * most) for two, serving, most in lines]
    return first_round(good[begun:], 1.0)


def first_round(line: list[float], at_least: float) -> int | None:
    """The first round, from 1 on, that reaches so much; None if none does."""
    for number, value in enumerate(line, start=1):
        if value >= at_least:
            return number
    return None


def average(runs: list[Figures]) -> Figures:
    """Mean over seeds, and worst; None where one of them did not get there."""
    mean: Figures = {}
    for name in runs[0]:
        values: list[Any] = [run[name] for run in runs]
        whole = None not in values
        mean[name] = float(np.mean(values)) if whole else None
        mean[f"{name}_max"] = float(max(values)) if whole else None
    return mean


def _servers(network: Network) -> np.ndarray:
    return np.flatnonzero(network.standing()[0] & network.world.alive)
