"""Who knows of whom: records, views and supernodes that nodes tell each other, all at once."""

import numpy as np
from swarmfeed.core.supernode.limits import (
    ATTACHED_EVERY,
    KNOWN_ASKED_MAX,
    KNOWN_MAX,
    PARENTS,
    SWAPPED_MAX,
    WAY_IN_EVERY,
    WAYS_IN_AT_ONCE,
)
from swarmfeed.core.supernode.membership import Teller

from simulation.supernodes.layer import Layer, place_in_group
from simulation.supernodes.lies import Lies
from simulation.supernodes.objects import WAYS_IN
from simulation.supernodes.samples import Samples, Sightings
from simulation.supernodes.seats import NOBODY
from simulation.supernodes.tables import Tables, no_hints
from simulation.supernodes.world import World

BLOCK = 32_768
"""Nodes handled at once: their rows stay in the cache."""

LIARS_ASK = 6
"""Exchanges that a liar begins in a round."""


class Gossip(Layer):
    """Nodes that ask each other."""

    def __init__(self, world: World) -> None:
        super().__init__(world, 2)
        count = self.count
        self.tables = Tables(count, self.luck, relaxed=world.setting.one_house)
        self.samples = Samples(count, self.luck)
        self.sightings = Sightings(count)
        self.lies = Lies(self)
        self.starved = np.full(count, -1, np.int32)
        self.rounds = np.zeros(count, np.int32)
        self.moment = self.luck.integers(0, 2**31, count)
        self.ways = self.luck.integers(0, count, (count, WAYS_IN), np.int32)

    def begin(self, slots: np.ndarray) -> None:
        """Newcomers know their ways in and nobody else."""
        for each in (self.tables, self.samples, self.sightings, self.lies):
            each.clear(slots)
        self.rounds[slots] = 0
        self.starved[slots] = -1
        self.moment[slots] = self.luck.integers(0, 2**31, len(slots))
        self.ways[slots] = self.ids[self.luck.integers(0, self.count, (len(slots), WAYS_IN))]

    def lost(self, rows: np.ndarray, ids: np.ndarray) -> None:
        """A link closed: that one is left alone."""
        self.tables.rest(rows, ids, self.now)

    def own_hint(self, slots: np.ndarray) -> np.ndarray:
        """What nodes say of themselves, if they serve."""
        hints = no_hints(len(slots), 1)
        hints["id"][:, 0] = np.where(self.serving[slots], self.ids[slots], NOBODY)
        hints["made"] = self.now
        hints["load"][:, 0] = self.load_said[slots]
        hints["network"][:, 0] = self.world.network[slots]
        hints["first_hand"] = True
        return hints

    def exchange_all(self) -> None:
        alive = self.world.alive
        starving = alive & ~self.serving & (self.parents[:, PARENTS - 1] == NOBODY)
        slow = (self.rounds + self.moment) % ATTACHED_EVERY == 0
        rows = np.flatnonzero(alive & (starving | slow))
        knows = (self.samples.view != NOBODY).any(1)
        self.exchange(rows, self.samples.partners(rows))
        self._ask_parents(np.flatnonzero(alive & slow & (self.parents[:, 0] != NOBODY)))
        servers = np.flatnonzero(alive & self.serving)
        self._swap(servers, self.tables.choose_some(servers, 1, self.now)[:, 0])
        fresh = np.flatnonzero(alive & ~knows)
        for _ in range(WAYS_IN_AT_ONCE):
            self.exchange(fresh, self._way_in(fresh))
        hungry = starving & knows & (self.starved % WAY_IN_EVERY == 0)
        rows = np.flatnonzero(hungry)
        self.exchange(rows, self._way_in(rows))
        liars = np.flatnonzero(alive & self.world.liar)
        for _ in range(LIARS_ASK - 1):
            self.exchange(liars, self.samples.partners(liars))

    def _ask_parents(self, rows: np.ndarray) -> None:
        """Each asks one of its parents."""
        some = self.luck.integers(0, PARENTS - self.missing(rows))
        self.exchange(rows, self.parents[rows, some])

    def _way_in(self, rows: np.ndarray) -> np.ndarray:
        ways: np.ndarray = self.ways[rows, self.luck.integers(0, WAYS_IN, len(rows))]
        return ways

    def exchange(self, rows: np.ndarray, partners: np.ndarray) -> None:
        """Leaves and supernodes ask for records, block by block."""
        fit = (partners != NOBODY) & (partners != self.ids[rows])
        rows, partners = rows[fit], partners[fit]
        here = self.there(partners)
        self.tally.send(int(len(rows) + here.sum()))
        gone = ~here
        self.lose(rows[gone], partners[gone])
        rows, partners = rows[here], partners[here] % self.count
        for start in range(0, len(rows), BLOCK):
            block = slice(start, start + BLOCK)
            self._exchange_block(rows[block], partners[block])

    def _exchange_block(self, rows: np.ndarray, partners: np.ndarray) -> None:
        told = self.lies.hints(
            partners, self.tables.told(partners, self.parents[partners], KNOWN_MAX, self.now)
        )
        asked = self.lies.hints(
            rows, self.tables.told(rows, self.parents[rows], KNOWN_ASKED_MAX, self.now)
        )
        pulled = self.samples.told(partners, self.ids[partners], self.ids[rows])
        self.lies.records(partners, pulled)
        self.samples.hear_pull(rows, self.ids[rows], pulled)
        slots = pulled % self.count
        self.sightings.add(
            rows, pulled, self.lies.weights(slots), self.lies.says_eligible(slots)
        )
        teller = np.where(self._is_parent(rows, partners), Teller.PARENT, Teller.ASKED)
        self.tables.hear(rows, self.ids[rows], told, teller, self.now)
        self.contact(rows, partners)
        self._hear_askers(partners, rows, asked)

    def _is_parent(self, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
        found: np.ndarray = (self.parents[rows] == self.ids[others][:, None]).any(1)
        return found

    def _swap(self, rows: np.ndarray, partners: np.ndarray) -> None:
        """Supernodes tell each other of supernodes."""
        fit = partners != NOBODY
        rows, partners = rows[fit], partners[fit]
        here = self.there(partners)
        self.tally.send(int(len(rows) + here.sum()))
        self.lose(rows[~here], partners[~here])
        rows, partners = rows[here], partners[here] % self.count
        told = self.tables.told(partners, self.parents[partners], SWAPPED_MAX, self.now)
        asked = self.tables.told(rows, self.parents[rows], SWAPPED_MAX, self.now)
        told, asked = self.lies.hints(partners, told), self.lies.hints(rows, asked)
        pulled = self.samples.told(partners, self.ids[partners], self.ids[rows])
        self.lies.records(partners, pulled)
        self.samples.hear_pull(rows, self.ids[rows], pulled)
        self.tables.hear(rows, self.ids[rows], told, Teller.ASKED, self.now)
        self.contact(rows, partners)
        self._hear_askers(partners, rows, asked)

    def _hear_askers(self, partners: np.ndarray, rows: np.ndarray, asked: np.ndarray) -> None:
        """Each who is asked hears of who asks, and of whom these name: a few may ask one."""
        for wave in _waves(partners):
            self.samples.hear_push(partners[wave], self.ids[rows[wave]])
            own = self.ids[partners[wave]]
            self.tables.hear(partners[wave], own, asked[wave], Teller.CALLER, self.now)
            self.contact(partners[wave], rows[wave])

    def contact(self, rows: np.ndarray, others: np.ndarray) -> None:
        """Each row hears what another says of itself: it serves, or no longer."""
        serves = self.serving[others]
        self.tables.forget(rows[~serves], self.ids[others[~serves]])
        rows, others = rows[serves], others[serves]
        network = self.world.network[others]
        self.tables.contacted(rows, self.ids[others], self.load_said[others], network, self.now)

    def lose(self, rows: np.ndarray, ids: np.ndarray) -> None:
        self.samples.forget(rows, ids)
        self.tables.rest(rows, ids, self.now)


def _waves(slots: np.ndarray) -> list[np.ndarray]:
    """Split places so that no slot stands in one wave twice."""
    order = np.argsort(slots, kind="stable")
    place = np.empty(len(slots), np.int64)
    place[order] = place_in_group(slots[order])
    return [np.flatnonzero(place == wave) for wave in range(int(place.max(initial=-1)) + 1)]
