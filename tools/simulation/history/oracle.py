"""A policy that knows the trace: how available everybody will be, and when each leaves.

It does not know single sessions, because no placement could follow them; what somebody who
knew even those would store is the floor of `floor_bytes`, without any policy that reaches it.
"""

import numpy as np
from swarmfeed.core.history import slack

from simulation.history import arrays
from simulation.history.engine import Copies, Truth
from simulation.history.ours import hashes
from simulation.history.trace import Trace
from simulation.history.world import HOURS, SLOTS

AHEAD_HOURS = 24
"""It replaces a server a day before that server leaves for good."""

EVERY_HOURS = 3
"""It has time: it sees everything coming a day ahead."""


class Oracle:
    """The fewest copies, on the best servers, that keep true unavailability at a target."""

    def __init__(self, trace: Trace, ordinary_target: float, *, share: float = 0.5) -> None:
        people = trace.people
        self._trace, self._share = trace, share
        self._truth = Truth(trace)
        factor = people.size_bytes / people.sizes_mean * 2 / people.requests_per_day
        self._allowed = ordinary_target * np.clip(factor, 0.1, 10)
        tie = hashes(trace)
        self._tie = 1e-6 * tie / tie.max()
        domain = trace.servers.domain
        self._groups = np.equal.outer(domain, np.unique(domain)).astype(np.float32)
        inside = arrays.missing(1 - np.exp(-self._truth.quality), slack.OUTAGE)
        self._missing = (np.log(inside)[:, None] * self._groups).astype(np.float32)

    def act(self, copies: Copies) -> None:
        """Add where the truth is above the target, and drop what it does not need."""
        if copies.hour % EVERY_HOURS:
            return
        later = min(self._trace.hours - 1, copies.hour + AHEAD_HOURS)
        slot = (copies.hour + AHEAD_HOURS) * SLOTS
        stays = copies.alive & (self._trace.servers.left_slot > slot)
        useful = copies.have & stays
        unavailable = self._unavailability(later, useful)
        choice = self._choose(copies, stays)
        poor = (unavailable > self._allowed) & copies.source & copies.online[choice]
        rows = np.flatnonzero(poor & ~copies.have[np.arange(len(poor)), choice])
        wanted = np.zeros_like(copies.have)
        wanted[rows, choice[rows]] = True
        copies.take_all(wanted)
        self._trim(copies, stays, later)

    def _choose(self, copies: Copies, stays: np.ndarray) -> np.ndarray:
        """The best server that is online, any of equals."""
        # Whole nines, so that not one server has to carry everything.
        rank = np.round(self._truth.quality) * (copies.online & stays) + self._tie
        covered = (copies.have.astype(np.float32) @ self._groups) @ self._groups.T > 0
        best: np.ndarray = np.where(copies.have, -1.0, rank * (1 - 0.5 * covered)).argmax(1)
        return best

    def _unavailability(self, hour: int, have: np.ndarray) -> np.ndarray:
        """The formula of `swarmfeed.core.history.slack`, fed with the truth."""
        rows = have.astype(np.float32)
        within = arrays.domain_missing(np.exp(rows @ self._missing), slack.OUTAGE)
        servers = np.where(rows @ self._groups > 0, within, 1.0).prod(1)
        nobody: np.ndarray = servers * self._truth.unavailability(hour, np.zeros_like(rows))
        return nobody

    def _trim(self, copies: Copies, stays: np.ndarray, later: int) -> None:
        useful = copies.have & stays
        quality = np.where(useful & copies.online, self._truth.quality, np.inf)
        worst = quality.argmin(1)
        rows = np.flatnonzero(np.isfinite(quality.min(1)))
        without = useful.copy()
        without[rows, worst[rows]] = False
        left = self._unavailability(later, without)
        unwanted = np.zeros_like(copies.have)
        free = rows[left[rows] < self._allowed[rows] * self._share]
        unwanted[free, worst[free]] = True
        copies.drop_all(unwanted)


def floor_bytes(trace: Trace) -> float:
    """Mean bytes if one copy were stored at exactly the moments when no person is online."""
    start = trace.setting.warm_up_days * HOURS * SLOTS
    alone = (trace.copies_up[start:] == 0).mean(0)
    return float(alone @ trace.people.size_bytes)
