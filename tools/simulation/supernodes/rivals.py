"""Other ways to choose supernodes, as their papers have them, in the same world.

    SG-1   Montresor, "A robust protocol for building superpeer overlay topologies", 2004
    DLM    Xiao, Zhuang and Liu, "Dynamic layer management in superpeer architectures", 2005
    ratio  each eligible node serves with a fixed chance, as in early Gnutella

Only who serves differs: all find supernodes as ours do, by the same exchanges, tables and
tries, and leaves want two parents, not one.  What that changes in each stands at its class.
"""

import numpy as np
from swarmfeed.core.supernode.limits import (
    ATTACHED_EVERY,
    CAPACITIES,
    PARENTS,
    TABLE_MAX,
    TARGET_LOAD,
    TENURE_ROUNDS,
)

from simulation.supernodes.arrays import Arrays
from simulation.supernodes.seats import NOBODY
from simulation.supernodes.world import CLASS_SHARES, World

MEAN_CAPACITY = float(np.dot(CLASS_SHARES, CAPACITIES))


class Ratio(Arrays):
    """Each node decides once, when it comes, with the chance that makes the layer large enough
    in a world that is as expected."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.chance = PARENTS / (TARGET_LOAD * MEAN_CAPACITY * world.setting.eligible)
        self._toss(np.arange(self.count))

    def elect(self) -> None:
        """Nobody comes forward."""

    def serve(self) -> None:
        """Nobody steps down."""

    def begin(self, slots: np.ndarray) -> None:
        """Newcomers decide too."""
        super().begin(slots)
        self._toss(slots)

    def _toss(self, slots: np.ndarray) -> None:
        heads = self.luck.random(len(slots)) < self.chance
        self.serving[slots] = self.world.eligible[slots] & heads


class Sg1(Arrays):
    """All who may begin as supernodes and merge: a weaker one gives its children to a stronger,
    or equally strong and fuller, one that has room, and is its child when none is left.  A leaf
    that loses all its parents serves again.  Children have two links here, which move one by
    one; the exchange of roles with a stronger child is that of the paper."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.serving[:] = world.eligible
        self.had_parent = np.zeros(self.count, bool)

    def begin(self, slots: np.ndarray) -> None:
        """Newcomers begin as all did."""
        super().begin(slots)
        self.serving[slots] = self.world.eligible[slots]
        self.had_parent[slots] = False

    def elect(self) -> None:
        """Who lost all its parents serves again."""
        orphan = self.world.alive & ~self.serving & (self.missing(np.arange(self.count)) > 1)
        self.promote(np.flatnonzero(orphan & self.world.eligible & self.had_parent))

    def serve(self) -> None:
        """Each gives its children to a better one; then stronger children take over."""
        self._merge()
        self._exchange_roles()
        self.had_parent = self.parents[:, 0] != NOBODY

    def _merge(self) -> None:
        capacity = self.world.capacity
        servers = np.flatnonzero(self.serving & self.world.alive)
        servers = self.luck.permutation(servers)
        known = self.tables.choose_some(servers, TABLE_MAX, self.now)
        cache = known % self.count
        fit = self.there(known) & self.serving[cache] & (self.children[cache] < capacity[cache])
        # Stronger ones first, of equals the fuller.
        rank = np.where(fit, capacity[cache] * 1_000 + self.children[cache], -1)
        best = cache[np.arange(len(servers)), rank.argmax(1)]
        better = rank.max(1) > capacity[servers] * 1_000 + self.children[servers]
        self.tally.send(2 * len(servers))
        self._give(servers[better], best[better])

    def _give(self, weak: np.ndarray, strong: np.ndarray) -> None:
        """Children move as far as there is room; who gave all is a leaf."""
        to = np.full(self.count, NOBODY, np.int64)
        to[weak] = strong
        # Who takes in this round does not give.
        to[strong] = NOBODY
        for column in range(PARENTS):
            ids, other = self.parents[:, column], self.parents[:, 1 - column]
            rows = np.flatnonzero((ids != NOBODY) & (to[ids % self.count] != NOBODY))
            goal = to[self.parents[rows, column] % self.count]
            goal_ids = self.ids[goal]
            near = self.world.network[other[rows] % self.count] == self.world.network[goal]
            fit = (other[rows] != goal_ids) & ~(near & (other[rows] != NOBODY))
            rows, goal, goal_ids = rows[fit], goal[fit], goal_ids[fit]
            taken = self.take_places(goal)
            self.tally.send(2 * int(taken.sum()))
            self.parents[rows[taken], column] = goal_ids[taken]
        self.close_ranks()
        empty = weak[(to[weak] != NOBODY) & (self.children[weak] == 0)]
        self.step_down(empty)

    def _exchange_roles(self) -> None:
        """A child of a higher class serves in its first parent's place, with its children."""
        rows = np.flatnonzero(self.world.eligible & (self.parents[:, 0] != NOBODY))
        slots = self.parents[rows, 0] % self.count
        stronger = self.world.size_class[rows] > self.world.size_class[slots]
        rows, slots = rows[stronger], slots[stronger]
        slots, first = np.unique(slots, return_index=True)
        rows = rows[first]
        rows, first = np.unique(rows, return_index=True)
        slots = slots[first]
        goal = np.full(self.count, NOBODY, np.int32)
        goal[slots] = self.ids[rows]
        self.promote(rows)
        moved = (self.parents != NOBODY) & (goal[self.parents % self.count] != NOBODY)
        self.tally.send(int(moved.sum()) + 2 * len(rows))
        self.parents = np.where(moved, goal[self.parents % self.count], self.parents)
        self.step_down(slots)


class Dlm(Arrays):
    """Each compares its capacity and its age, scaled, with those it knows: a leaf with the
    supernodes it knows, a supernode with others.  How many children supernodes have
    beside how many they should have says whether the layer is too small (mu > 0) and moves both
    scale and threshold; the paper's constants were not at hand.  Each looks once a minute,
    a supernode not before TENURE_ROUNDS."""

    KNOWN = 8
    """Supernodes a leaf compares itself with."""
    WANTED = TARGET_LOAD * MEAN_CAPACITY
    """Children a supernode should have."""
    THRESHOLD = 0.5
    GAIN = 0.25

    def elect(self) -> None:
        """Leaves compare themselves, once a minute each."""
        turn = self.world.alive & ((self.rounds + self.moment) % ATTACHED_EVERY == 0)
        leaves = np.flatnonzero(turn & self.world.eligible & ~self.serving & (self.rounds > 1))
        known, here = self._known(leaves)
        children = (self.children[known] * here).sum(1) / np.maximum(here.sum(1), 1)
        lack = np.log(np.maximum(children, 1) / self.WANTED)
        # Who lacks a parent knows that there are too few, whatever it was told.
        lack = np.where(self.missing(leaves) > 0, np.maximum(lack, self.GAIN), lack)
        higher, older = self._compared(leaves, known, here, np.exp(-lack))
        bar = self.THRESHOLD + self.GAIN * lack
        self.promote(leaves[(lack > 0) & (higher < bar) & (older < bar)])

    def serve(self) -> None:
        """A supernode that is too lonely and no better than others becomes a leaf."""
        turn = self.world.alive & ((self.rounds + self.moment) % ATTACHED_EVERY == 0)
        self.tenure[self.serving] += 1
        servers = np.flatnonzero(turn & self.serving & (self.tenure >= TENURE_ROUNDS))
        known, here = self._known(servers)
        lack = np.log(np.maximum(self.children[servers], 1) / self.WANTED)
        higher, older = self._compared(servers, known, here, np.exp(-lack))
        bar = self.THRESHOLD + self.GAIN * lack
        self.step_down(servers[(lack < 0) & (higher > bar) & (older > bar)])

    def _known(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Slots of supernodes that each knows, and whether they are there."""
        ids = self.tables.choose_some(rows, self.KNOWN, self.now)
        slots = ids % self.count
        return slots, self.there(ids) & self.serving[slots]

    def _compared(
        self, slots: np.ndarray, known: np.ndarray, here: np.ndarray, scale: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Shares of those known that are stronger, and that are older, when scaled."""
        capacity, up = self.world.capacity, self.uptime_s(np.arange(self.count))
        count = np.maximum(here.sum(1), 1)
        higher = capacity[known] * scale[:, None] > capacity[slots][:, None]
        older = up[known] * scale[:, None] > up[slots][:, None]
        return (higher & here).sum(1) / count, (older & here).sum(1) / count
