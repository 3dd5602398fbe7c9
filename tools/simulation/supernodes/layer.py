"""Who is there, who serves whom: what every policy in arrays stands on."""

import numpy as np
from swarmfeed.core.supernode.limits import PARENTS, ROUND_S

from simulation.supernodes.seats import LOAD_STEPS, NOBODY
from simulation.supernodes.tally import Tally
from simulation.supernodes.world import World


class Layer:
    """A network; ids are slot + count * generation, so that an id names one node for good."""

    def __init__(self, world: World, luck_number: int) -> None:
        count = world.setting.nodes
        self.world = world
        self.tally = Tally(world)
        self.luck = np.random.default_rng((world.setting.seed, luck_number))
        self.count = count
        self.ids = np.arange(count, dtype=np.int32)
        self.parents = np.full((count, PARENTS), NOBODY, np.int32)
        self.serving = np.zeros(count, bool)
        self.children = np.zeros(count, np.int64)
        self.load_said = np.zeros(count, np.uint8)
        self.now = 0

    def round(self) -> None:
        """Play ten seconds."""
        self.now += 1
        left = self.world.step(self.now * ROUND_S)
        self.ids[left] += self.count
        self.parents[left] = NOBODY
        self.serving[left] = False
        self.begin(left)
        self.drop_dead_parents()
        self.play()
        self.tally.end_round(self.serving, (self.parents != NOBODY).sum(1), self.surrounded())

    def surrounded(self) -> float:
        """The share of leaves whose parents all mean no good."""
        return 0.0

    def begin(self, slots: np.ndarray) -> None:
        """New nodes stand in these slots."""

    def play(self) -> None:
        """All that nodes do in a round."""
        raise NotImplementedError

    def standing(self) -> tuple[np.ndarray, np.ndarray]:
        """Whether each slot serves, and how many living parents it has."""
        return self.serving, (self.parents != NOBODY).sum(1)

    def loads(self) -> np.ndarray:
        """Of each supernode."""
        at = np.flatnonzero(self.serving & self.world.alive)
        shares: np.ndarray = self.children[at] / self.world.capacity_of(at)
        return shares

    def kill(self, slots: np.ndarray) -> None:
        """Nodes crash; those linked to them notice at once, for their links close."""
        self.world.kill(slots)
        self.serving[slots] = False
        self.parents[slots] = NOBODY
        self.ids[slots] = NOBODY - 1
        self.drop_dead_parents()

    def there(self, ids: np.ndarray) -> np.ndarray:
        """Whether the node is alive that has this id."""
        found: np.ndarray = (ids >= 0) & (self.ids[ids % self.count] == ids)
        return found

    def uptime_s(self, slots: np.ndarray) -> np.ndarray:
        """How long each has been up."""
        up: np.ndarray = self.now * ROUND_S - self.world.born_s[slots]
        return up

    def missing(self, slots: np.ndarray) -> np.ndarray:
        """Parents that each lacks."""
        lacks: np.ndarray = (self.parents[slots] == NOBODY).sum(1)
        return lacks

    def lacks(self, rows: np.ndarray) -> np.ndarray:
        """Whether each is an honest leaf that lacks a parent."""
        missing = self.parents[rows, PARENTS - 1] == NOBODY
        leaf = self.world.alive[rows] & ~self.serving[rows] & ~self.world.liar[rows]
        lacks: np.ndarray = missing & leaf
        return lacks

    def near(self, rows: np.ndarray) -> np.ndarray:
        """Networks of the parents; NOBODY where there is none."""
        parents = self.parents[rows]
        networks = self.world.network[parents % self.count]
        return np.where(parents != NOBODY, networks, NOBODY)

    def take_places(self, slots: np.ndarray) -> np.ndarray:
        """Which of those that ask these supernodes at once get a place: random ones."""
        order = self.luck.permutation(len(slots))
        order = order[np.argsort(slots[order], kind="stable")]
        asked = slots[order]
        taken = np.zeros(len(slots), bool)
        room = np.where(self.world.hostile, self.count, self.world.capacity - self.children)[
            asked
        ]
        taken[order] = (place_in_group(asked) < room) & self.serving[asked]
        self.children += np.bincount(slots[taken], minlength=self.count)
        return taken

    def add_parents(self, rows: np.ndarray, ids: np.ndarray) -> None:
        """Each of these leaves has one parent more; no row twice."""
        self.parents[rows, PARENTS - self.missing(rows)] = ids

    def drop_dead_parents(self) -> None:
        """Links to who is gone are closed, and that is noticed at once."""
        gone = (self.parents != NOBODY) & ~self.there(self.parents)
        for column in range(PARENTS):
            at = np.flatnonzero(gone[:, column])
            self.lost(at, self.parents[at, column])
        self.parents[gone] = NOBODY
        self.close_ranks()

    def lost(self, rows: np.ndarray, ids: np.ndarray) -> None:
        """Each row notices that a node is gone."""

    def close_ranks(self) -> None:
        """Put the parents first that are there, and count the children anew."""
        self.parents = np.ascontiguousarray(np.sort(self.parents, axis=1)[:, ::-1])
        held = self.parents[self.parents != NOBODY] % self.count
        self.children = np.bincount(held, minlength=self.count)

    def promote(self, at: np.ndarray) -> None:
        """Leaves become supernodes and part from their parents."""
        self.tally.send(int((self.parents[at] != NOBODY).sum()))
        self.serving[at] = True
        self.parents[at] = NOBODY
        self.tally.changed += len(at)
        self.close_ranks()

    def say_load(self) -> None:
        """What supernodes sign in this round."""
        self.load_said[:] = 0
        at = np.flatnonzero(self.serving)
        self.load_said[at] = np.rint(
            LOAD_STEPS * self.children[at] / self.world.capacity_of(at)
        ).astype(np.uint8)


def place_in_group(groups: np.ndarray) -> np.ndarray:
    """Of sorted numbers, the how-manieth of its kind each is, from 0 on."""
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    lengths = np.diff(np.append(starts, len(groups)))
    place: np.ndarray = np.arange(len(groups)) - np.repeat(starts, lengths)
    return place
