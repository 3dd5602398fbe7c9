"""What liars and hostile volunteers do, in place of what a node should.

A liar serves nobody, and names liars, and supernodes that do not exist.  A hostile volunteer
serves: from its first round on, everybody who asks, and it says that it is half idle; it names
hostile ones alone.  What it passes on, and what it keeps back, is not played.
"""

import numpy as np
from swarmfeed.core.supernode.limits import CAPACITIES, PULLED_MAX

from simulation.supernodes.formulas import weight
from simulation.supernodes.layer import Layer
from simulation.supernodes.seats import LOAD_STEPS, NOBODY
from simulation.supernodes.world import NETWORKS

FALSE_SLOT = 2**31 - 2
"""Ids from here downwards are nobody's: what liars invent."""

HOSTILE_LOAD = 0.5
"""What a hostile volunteer says of its load: less than honest ones have, and no miracle."""

BANNED_MAX = 16
"""Parents that a leaf remembers to have misled it; a node remembers more."""


class Lies:
    """What is said in a network in which some lie."""

    def __init__(self, layer: Layer) -> None:
        self._layer = layer
        self._world = layer.world
        self._luck = layer.luck
        self._banned = np.full((layer.count, BANNED_MAX), NOBODY, np.int32)
        self._bans = 0

    # --- what is said ---

    def weights(self, slots: np.ndarray) -> np.ndarray:
        """What the records of nodes count for: liars say that they are strong, or weak."""
        world = self._world
        up = self._layer.uptime_s(slots)
        honest = weight(world.eligible[slots], world.capacity_of(slots), up)
        claimed = float(CAPACITIES[-1]) ** 3 * world.setting.inflate
        return np.where(world.liar[slots], claimed, honest)

    def says_eligible(self, slots: np.ndarray) -> np.ndarray:
        world = self._world
        return np.where(world.liar[slots], world.setting.inflate, world.eligible[slots])

    def hints(self, speakers: np.ndarray, told: np.ndarray) -> np.ndarray:
        """What these name to others, instead of what is told."""
        self._invent(np.flatnonzero(self._world.liar[speakers]), told)
        self._name_hostile(np.flatnonzero(self._world.hostile[speakers]), told)
        return told

    def records(self, speakers: np.ndarray, pulled: np.ndarray) -> None:
        """Liars tell of liars only, hostile ones of hostile ones."""
        for crowd in (self._world.liar, self._world.hostile):
            at = np.flatnonzero(crowd[speakers])
            if len(at):
                members = self._layer.ids[crowd & self._world.alive]
                pulled[at, 1:] = self._luck.choice(members, (len(at), PULLED_MAX - 1))

    def say_load(self) -> None:
        """Hostile volunteers say that they have room, and have."""
        self._layer.load_said[self._world.hostile] = round(HOSTILE_LOAD * LOAD_STEPS)

    def _invent(self, at: np.ndarray, told: np.ndarray) -> None:
        """Name supernodes that are nobody's, each in a network of its own."""
        shape = (len(at), told.shape[1])
        invented = self._luck.integers(0, 10**6, shape)
        told["id"][at] = (FALSE_SLOT - invented).astype(np.int32)
        told["made"][at] = self._layer.now
        told["load"][at] = 0
        told["network"][at] = self._luck.integers(0, NETWORKS, shape)
        told["first_hand"][at] = True

    def _name_hostile(self, at: np.ndarray, told: np.ndarray) -> None:
        if not len(at):
            return
        slots = np.flatnonzero(self._world.hostile & self._world.alive)
        named = self._luck.choice(slots, (len(at), told.shape[1]))
        told["id"][at] = self._layer.ids[named]
        told["made"][at] = self._layer.now
        told["load"][at] = round(HOSTILE_LOAD * LOAD_STEPS)
        told["network"][at] = self._world.network[named]
        told["first_hand"][at] = True

    # --- what is noticed ---

    def notice(self) -> tuple[np.ndarray, np.ndarray]:
        """Leaves that notice in this round that a parent misleads, and the column it is in."""
        held = self._layer.parents != NOBODY
        hostile = held & self._world.hostile[self._layer.parents % self._layer.count]
        honest_leaf = ~self._layer.serving & ~self._world.liar
        luck = self._luck.random(hostile.shape) < self._world.setting.canaries
        rows, columns = np.nonzero(hostile & honest_leaf[:, None] & luck)
        rows, first = np.unique(rows, return_index=True)
        return rows, columns[first]

    def ban(self, rows: np.ndarray, ids: np.ndarray) -> None:
        """These are asked no more."""
        self._banned[rows, self._bans % BANNED_MAX] = ids
        self._bans += 1

    def banned(self, rows: np.ndarray) -> np.ndarray:
        """Whom each asks no more."""
        banned: np.ndarray = self._banned[rows]
        return banned

    def clear(self, rows: np.ndarray) -> None:
        """New nodes were misled by nobody yet."""
        self._banned[rows] = NOBODY

    def surrounded(self) -> float:
        """The share of honest leaves with parents that are hostile, all of them."""
        held = self._layer.parents != NOBODY
        hostile = self._world.hostile[self._layer.parents % self._layer.count] & held
        alive = self._world.alive & ~self._layer.serving & ~self._world.liar
        leaves = alive & held.any(1)
        all_hostile = hostile.sum(1) == held.sum(1)
        return float(all_hostile[leaves].mean()) if leaves.any() else 0.0
