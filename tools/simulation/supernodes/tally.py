"""What is counted of a network, round by round, whoever plays it."""

from dataclasses import dataclass, field

import numpy as np
from swarmfeed.core.supernode.limits import PARENTS

from simulation.supernodes.world import World


@dataclass
class Tally:
    """Lines of figures, one number a round."""

    world: World
    two: list[float] = field(default_factory=list)
    """Share of leaves with two parents at the end of the round."""
    one: list[float] = field(default_factory=list)
    """Share with one at least."""
    serving: list[int] = field(default_factory=list)
    fewest: list[int] = field(default_factory=list)
    """Supernodes that would be enough."""
    messages: list[float] = field(default_factory=list)
    """For each node, keep-alives not counted."""
    surrounded: list[float] = field(default_factory=list)
    """Share of honest leaves with parents that all mean no good."""
    changes: list[int] = field(default_factory=list)
    """Nodes that took up or left the role in the round, other than by going away."""
    sent: int = 0
    changed: int = 0

    def send(self, count: int) -> None:
        """Count messages."""
        self.sent += count

    def change_role(self, serving: bool) -> None:
        """Count a node that serves now, or does no longer."""
        self.changed += 1

    def end_round(
        self, serving: np.ndarray, parents: np.ndarray, surrounded: float = 0.0
    ) -> None:
        """Look at all nodes: whether each serves, how many living parents each has."""
        self.surrounded.append(surrounded)
        alive = self.world.alive
        leaves = parents[alive & ~serving & ~self.world.liar]
        self.two.append(float((leaves >= PARENTS).mean()))
        self.one.append(float((leaves >= 1).mean()))
        self.serving.append(int((serving & alive).sum()))
        self.fewest.append(self.world.fewest())
        self.messages.append(self.sent / int(alive.sum()))
        self.changes.append(self.changed)
        self.sent = self.changed = 0
