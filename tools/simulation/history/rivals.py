"""Other policies, each as its paper tells it, on the same trace.

People's copies serve requests under every policy.  Which servers are asked first is a random
order of its own for each feed, as in a distributed hash table.
"""

from math import ceil, log

import numpy as np

from simulation.history.engine import Copies
from simulation.history.trace import Trace


class Nobody:
    """No history servers at all."""

    def act(self, copies: Copies) -> None:
        """Do nothing."""


class Rival:
    """What they share: a random order of servers and a timeout."""

    def __init__(self, trace: Trace, timeout_hours: float) -> None:
        self._trace = trace
        self._timeout = timeout_hours
        shape = (trace.feeds, len(trace.servers.good))
        dice = np.random.default_rng(trace.setting.seed + 3_000_000)
        self._order = dice.random(shape)
        self._silent = np.full(shape[1], 1e9)

    def _watch(self, copies: Copies) -> np.ndarray:
        """Servers that were online within the timeout."""
        self._silent = np.where(copies.online, 0.0, self._silent + 1)
        return self._silent <= self._timeout

    def _first(self, eligible: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """The first so many eligible servers of each feed."""
        chosen = np.zeros_like(eligible)
        rows = np.flatnonzero(counts > 0)
        if len(rows):
            order = np.argsort(np.where(eligible[rows], self._order[rows], np.inf), axis=1)
            among = np.take_along_axis(eligible[rows], order, 1)
            among &= np.arange(among.shape[1]) < counts[rows, None]
            part = np.zeros_like(among)
            np.put_along_axis(part, order, among, 1)
            chosen[rows] = part
        return chosen

    def _refill(self, copies: Copies, counts: np.ndarray) -> None:
        """Make so many new copies of each feed that can be fetched."""
        wanted = np.where(copies.source, counts, 0)
        copies.take_all(self._first(copies.online & ~copies.have, wanted))


class FixedCopies(Rival):
    """k random servers for each feed; with repair, one that is silent too long is replaced.

    A copy that comes back beyond k is deleted, so that k is what the disk pays for.
    """

    def __init__(
        self, trace: Trace, count: int, *, repair: bool = True, timeout_hours: float = 24
    ) -> None:
        super().__init__(trace, timeout_hours)
        self._count, self._repair = count, repair
        self._placed = np.zeros(trace.feeds, int)

    def act(self, copies: Copies) -> None:
        """Fill up to k, and delete what is beyond."""
        present = self._watch(copies)
        if not self._repair:
            before = copies.have.sum(1)
            self._refill(copies, self._count - self._placed)
            self._placed += copies.have.sum(1) - before
            return
        counted = copies.have & present
        counts = counted.sum(1)
        self._refill(copies, self._count - counts)
        over = np.flatnonzero(counts > self._count)
        if len(over):
            extra = np.zeros_like(copies.have)
            online = counted & copies.online
            extra[over] = self._first(online, counts - self._count)[over]
            copies.drop_all(extra)


class Past(Rival):
    """PAST: the k live servers closest to the feed's id hold it, and nobody else."""

    def __init__(self, trace: Trace, count: int, timeout_hours: float) -> None:
        super().__init__(trace, timeout_hours)
        self._count = count

    def act(self, copies: Copies) -> None:
        """Move copies to where they belong; the old ones go when the new ones are there."""
        live = np.broadcast_to(self._watch(copies), copies.have.shape)
        belongs = self._first(live, np.full(self._trace.feeds, self._count))
        copies.take_all(belongs)
        settled = (copies.have & belongs).sum(1) >= self._count
        copies.drop_all(copies.have & ~belongs & settled[:, None])


class Carbonite(Rival):
    """Carbonite: a new copy whenever fewer than r_L are reachable; none is ever deleted.

    Args:
        people: Count people's copies as well, not only those of servers.
    """

    def __init__(
        self, trace: Trace, count: int, *, timeout_hours: float = 1, people: bool = False
    ) -> None:
        super().__init__(trace, timeout_hours)
        self._count, self._people = count, people

    def act(self, copies: Copies) -> None:
        """Count who is there, those who came back included."""
        reachable = (copies.have & self._watch(copies)).sum(1)
        if self._people:
            reachable += self._trace.copies_up[copies.hour * 4 + 3]
        self._refill(copies, self._count - reachable)


class TotalRecall(Rival):
    """Total Recall with lazy repair and whole copies.

    Redundancy follows from the measured mean availability of servers; when fewer than the
    low-water mark are available, it is filled up, and copies that were away are forgotten.
    """

    def __init__(self, trace: Trace, unavailable: float, *, reserve: int = 2) -> None:
        super().__init__(trace, 1)
        self._unavailable, self._reserve = unavailable, reserve
        self._seen = self._known = 1.0
        self._forgotten = np.zeros((trace.feeds, len(trace.servers.good)), bool)

    def act(self, copies: Copies) -> None:
        """Repair what fell below the low-water mark."""
        present = self._watch(copies)
        self._seen += float(copies.online.sum())
        self._known += float(copies.alive.sum())
        mean = min(0.999, self._seen / self._known)
        low = max(1, ceil(log(self._unavailable) / log(1 - mean) * mean - 1e-9))
        full = max(low, ceil(log(self._unavailable) / log(1 - mean) - 1e-9)) + self._reserve
        copies.drop_all(self._forgotten)
        self._forgotten &= copies.have
        counted = copies.have & present & ~self._forgotten
        counts = counted.sum(1)
        poor = (counts < low) & copies.source
        self._forgotten |= copies.have & ~present & poor[:, None]
        self._refill(copies, np.where(poor, full - counts, 0))


class PushToRelays(Rival):
    """Nostr: the author pushes to a list of random relays, once, while it is online."""

    def __init__(self, trace: Trace, relays: int = 35) -> None:
        super().__init__(trace, 1)
        shape = (trace.feeds, len(trace.servers.good))
        everyone = np.broadcast_to(trace.servers.born_slot == 0, shape)
        self._listed = self._first(everyone, np.full(trace.feeds, relays))
        self._pushed = np.zeros(shape, bool)

    def act(self, copies: Copies) -> None:
        """Push to those on the list who are online and were not pushed to."""
        before = copies.have.copy()
        copies.take_all(self._listed & ~self._pushed)
        self._pushed |= copies.have & ~before


class AllHoldAll:
    """Every server takes every feed."""

    def act(self, copies: Copies) -> None:
        """Take all."""
        copies.take_all(np.ones_like(copies.have))
