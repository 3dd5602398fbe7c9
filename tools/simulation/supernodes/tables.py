"""The tables of all nodes: `core.supernode.membership`, a column for each seat."""

from dataclasses import dataclass

import numpy as np
from swarmfeed.core.supernode.limits import FIRST_HAND_ROUNDS, PARENT_TTL_ROUNDS, TABLE_MAX
from swarmfeed.core.supernode.membership import CONTACTED, Teller

NOBODY = -1
NEVER = -10_000
LOAD_STEPS = 255
AWAKE = 8
"""What a seat is worth beyond its rank, if its supernode does not rest."""


@dataclass(frozen=True, slots=True)
class Hints:
    """Supernodes that are named: (who hears, which of them), NOBODY where there is none."""

    ids: np.ndarray
    made: np.ndarray
    load: np.ndarray
    network: np.ndarray
    first_hand: np.ndarray

    def of(self, rows: np.ndarray) -> "Hints":
        """Those of some rows."""
        return Hints(
            self.ids[rows],
            self.made[rows],
            self.load[rows],
            self.network[rows],
            self.first_hand[rows],
        )


class Tables:
    """TABLE_MAX seats for each of many nodes."""

    def __init__(self, count: int, luck: np.random.Generator, *, relaxed: bool) -> None:
        shape = (count, TABLE_MAX)
        self.ids = np.full(shape, NOBODY, np.int32)
        self._made = np.full(shape, NEVER, np.int16)
        self._load = np.zeros(shape, np.uint8)
        self._network = np.full(shape, NOBODY, np.int16)
        self._told = np.zeros(shape, np.int8)
        self._contacted = np.full(shape, NEVER, np.int16)
        self._rested = np.full(shape, NEVER, np.int16)
        self._luck = luck
        self._relaxed = relaxed

    def clear(self, rows: np.ndarray) -> None:
        """New nodes know nobody."""
        self.ids[rows] = NOBODY

    def usable(self, rows: np.ndarray, now: int) -> np.ndarray:
        """Seats whose supernode neither rests nor is too old: (rows, seats)."""
        made = self._made[rows]
        fresh = (self.ids[rows] != NOBODY) & (made > now - PARENT_TTL_ROUNDS)
        usable: np.ndarray = fresh & (self._rested[rows] < made)
        return usable

    def known(self, rows: np.ndarray, now: int) -> np.ndarray:
        """How many each knows."""
        counts: np.ndarray = self.usable(rows, now).sum(1)
        return counts

    def mean_load(self, rows: np.ndarray, now: int) -> np.ndarray:
        """Mean of what those signed; 1 where there is none."""
        usable = self.usable(rows, now)
        total = (self._load[rows] * usable).sum(1) / LOAD_STEPS
        count = usable.sum(1)
        return np.where(count > 0, total / np.maximum(count, 1), 1.0)

    def choose(
        self,
        rows: np.ndarray,
        parents: np.ndarray,
        near: np.ndarray,
        now: int,
        may: np.ndarray | None = None,
    ) -> np.ndarray:
        """The less loaded of two with room, no parent, of no parent's network: known best.

        Args:
            rows: Who chooses.
            parents: Whom it has.
            near: Networks of these.
            now: Round.
            may: Which seats it may choose, (rows, seats); None: any.
        """
        load = self._load[rows]
        fit = self.usable(rows, now) & (load < LOAD_STEPS) & (True if may is None else may)
        for column in range(parents.shape[1]):
            fit &= self.ids[rows] != parents[:, column, None]
            if not self._relaxed:
                fit &= self._network[rows] != near[:, column, None]
        rank = np.where(fit, self._rank(rows, None, now), -1)
        fit &= rank == rank.max(1)[:, None]
        one, other = self._pick(fit), self._pick(fit)
        every = np.arange(len(rows))
        seat = np.where(load[every, one] <= load[every, other], one, other)
        return np.where(fit.any(1), self.ids[rows, seat], NOBODY)

    def choose_some(self, rows: np.ndarray, count: int, now: int) -> np.ndarray:
        """Random ones that do not rest: (rows, count), NOBODY where there are fewer."""
        usable = self.usable(rows, now)
        order = self._luck.random(usable.shape, np.float32) + ~usable
        seats = np.argsort(order, axis=1)[:, :count]
        found = np.take_along_axis(usable, seats, 1)
        return np.where(found, np.take_along_axis(self.ids[rows], seats, 1), NOBODY)

    def told(self, rows: np.ndarray, parents: np.ndarray, count: int, now: int) -> Hints:
        """What each names to others, best known first, of equals any."""
        usable = self.usable(rows, now)
        rank = self._rank(rows, parents, now)
        sure = rank == CONTACTED
        order = self._luck.random(usable.shape, np.float32) - rank + 9 * ~usable
        seats = np.argpartition(order, count - 1, axis=1)[:, :count]
        found = np.take_along_axis(usable, seats, 1)
        return Hints(
            np.where(found, np.take_along_axis(self.ids[rows], seats, 1), NOBODY),
            np.take_along_axis(self._made[rows], seats, 1),
            np.take_along_axis(self._load[rows], seats, 1),
            np.take_along_axis(self._network[rows], seats, 1),
            np.take_along_axis(sure, seats, 1),
        )

    def hear(
        self,
        rows: np.ndarray,
        own: np.ndarray,
        hints: Hints,
        teller: Teller | np.ndarray,
        now: int,
    ) -> None:
        """Take what is named to each; no row twice.

        Args:
            rows: Who hears.
            own: Their ids, which are never taken.
            hints: What they hear.
            teller: Who tells it to them, for all or for each row.
            now: Round.
        """
        told = hints.first_hand * np.broadcast_to(np.int8(teller), len(rows))[:, None]
        for column in range(hints.ids.shape[1]):
            ids, made = hints.ids[:, column], hints.made[:, column]
            new = (ids != NOBODY) & (ids != own) & (made > now - PARENT_TTL_ROUNDS)
            at = np.flatnonzero(new)
            if len(at):
                one = [
                    each[at, column] for each in (hints.made, hints.load, hints.network, told)
                ]
                self._hear(rows[at], ids[at], one, now)

    def contacted(
        self, rows: np.ndarray, ids: np.ndarray, load: np.ndarray, network: np.ndarray, now: int
    ) -> None:
        """Take what supernodes said of themselves just now; no row twice."""
        made = np.full(len(rows), now, np.int16)
        self._hear(
            rows, ids, [made, load, network, np.full(len(rows), Teller.PARENT, np.int8)], now
        )
        at = self.ids[rows] == ids[:, None]
        self._contacted[rows] = np.where(at, now, self._contacted[rows])

    def rest(self, rows: np.ndarray, ids: np.ndarray, now: int) -> None:
        """Leave alone who refused, or did not answer."""
        at = self.ids[rows] == ids[:, None]
        self._rested[rows] = np.where(at, now, self._rested[rows])
        self._contacted[rows] = np.where(at, NEVER, self._contacted[rows])

    def forget(self, rows: np.ndarray, ids: np.ndarray) -> None:
        """Drop who said that it serves no longer."""
        self.ids[rows] = np.where(self.ids[rows] == ids[:, None], NOBODY, self.ids[rows])

    def _pick(self, fit: np.ndarray) -> np.ndarray:
        """A random true place of each row; any where there is none."""
        counts = fit.cumsum(1, dtype=np.int8)
        wanted = (self._luck.random(len(fit), np.float32) * counts[:, -1]).astype(np.int8)
        seats: np.ndarray = (counts > wanted[:, None]).argmax(1)
        return seats

    def _rank(self, rows: np.ndarray, parents: np.ndarray | None, now: int) -> np.ndarray:
        """How sure each is that those in its seats serve."""
        told = self._told[rows]
        old = self._made[rows] < now - FIRST_HAND_ROUNDS
        told = np.where(old, np.minimum(told, Teller.ASKED), told)
        return np.where(self._sure(rows, parents, now), CONTACTED, told)

    def _sure(self, rows: np.ndarray, parents: np.ndarray | None, now: int) -> np.ndarray:
        """Seats of those contacted lately: parents are, for their link is open."""
        sure: np.ndarray = self._contacted[rows] >= now - FIRST_HAND_ROUNDS
        if parents is not None:
            for column in range(parents.shape[1]):
                sure |= self.ids[rows] == parents[:, column, None]
        return sure

    def _hear(self, rows: np.ndarray, ids: np.ndarray, one: list[np.ndarray], now: int) -> None:
        made, load, network, told = one
        seats = self.ids[rows]
        worth = self._worth(rows, now)
        fresh = (seats != NOBODY) & (self._made[rows] > now - PARENT_TTL_ROUNDS)
        same = (seats == ids[:, None]) & fresh
        known = same.any(1)
        self._forget_old(rows, ids, fresh)
        near = fresh & (self._network[rows] == network[:, None]) & (not self._relaxed)
        rival = near.any(1)
        order = np.where(fresh, worth.astype(np.int32) * 32_768 + self._made[rows], -(2**30))
        last = np.where(rival, near.argmax(1), order.argmin(1))
        every = np.arange(len(rows))
        own_worth = AWAKE + told.astype(np.int32)
        better = own_worth * 32_768 + made > order[every, last]
        better = np.where(rival, own_worth > worth[every, last], better)
        at = np.flatnonzero(~known & better)
        self._sit(rows[at], last[at], ids[at], [each[at] for each in one])
        at = np.flatnonzero(known)
        seat = same[at].argmax(1)
        newer = made[at] >= self._made[rows[at], seat]
        at, seat = at[newer], seat[newer]
        self._made[rows[at], seat], self._load[rows[at], seat] = made[at], load[at]
        before = self._told[rows[at], seat]
        self._told[rows[at], seat] = np.maximum(before, told[at])

    def _forget_old(self, rows: np.ndarray, ids: np.ndarray, fresh: np.ndarray) -> None:
        """Who comes back after it was too old comes as somebody new."""
        at = np.flatnonzero(((self.ids[rows] == ids[:, None]) & ~fresh).any(1))
        self.forget(rows[at], ids[at])

    def _worth(self, rows: np.ndarray, now: int) -> np.ndarray:
        awake = self._rested[rows] < self._made[rows]
        return np.where(awake, AWAKE + self._rank(rows, None, now), 0)

    def _sit(
        self, rows: np.ndarray, seat: np.ndarray, ids: np.ndarray, one: list[np.ndarray]
    ) -> None:
        self.ids[rows, seat] = ids
        self._made[rows, seat], self._load[rows, seat] = one[0], one[1]
        self._network[rows, seat], self._told[rows, seat] = one[2], one[3]
        self._contacted[rows, seat] = self._rested[rows, seat] = NEVER
