"""The tables of all nodes: `core.supernode.membership`, a row for each."""

import numpy as np
from swarmfeed.core.supernode.limits import PARENT_TTL_ROUNDS, TABLE_MAX
from swarmfeed.core.supernode.membership import CONTACTED, Teller

from simulation.supernodes.compiled import compiled
from simulation.supernodes.seats import (
    LOAD_STEPS,
    NEVER,
    NOBODY,
    clear_old,
    empty_seats,
    hear_one,
    is_usable,
    rank_of,
    seat_of,
)

HINT = np.dtype(
    [
        ("id", np.int32),
        ("made", np.int16),
        ("network", np.int16),
        ("load", np.uint8),
        ("first_hand", np.bool_),
    ],
    align=True,
)
"""A supernode that is named to others; NOBODY: there is none."""

_CONTACTED, _PARENT = int(CONTACTED), int(Teller.PARENT)


def no_hints(rows: int, count: int) -> np.ndarray:
    """Hints for each row, that name nobody."""
    hints = np.zeros((rows, count), HINT)
    hints["id"] = NOBODY
    return hints


class Tables:
    """TABLE_MAX seats for each of many nodes."""

    def __init__(self, count: int, luck: np.random.Generator, *, relaxed: bool) -> None:
        self._seats = empty_seats(count)
        self._luck = luck
        self._relaxed = relaxed

    @property
    def ids(self) -> np.ndarray:
        """Who sits where; NOBODY, where nobody does."""
        ids: np.ndarray = self._seats["id"]
        return ids

    def clear(self, rows: np.ndarray) -> None:
        """New nodes know nobody."""
        self._seats["id"][rows] = NOBODY

    def usable(self, rows: np.ndarray, now: int) -> np.ndarray:
        """Seats whose supernode neither rests nor is too old: (rows, seats)."""
        usable = np.empty((len(rows), TABLE_MAX), np.bool_)
        _usable(self._seats, rows, now, usable)
        return usable

    def known(self, rows: np.ndarray, now: int) -> np.ndarray:
        """How many each knows."""
        counts: np.ndarray = self.usable(rows, now).sum(1)
        return counts

    def mean_load(self, rows: np.ndarray, now: int) -> np.ndarray:
        """Mean of what those signed; 1 where there is none."""
        usable = self.usable(rows, now)
        total = (self._seats["load"][rows] * usable).sum(1) / LOAD_STEPS
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
        chosen = np.empty(len(rows), np.int32)
        fit = np.ones((len(rows), TABLE_MAX), np.bool_) if may is None else may
        near = np.full_like(near, NOBODY) if self._relaxed else near
        luck = self._luck.random((len(rows), 2), np.float32)
        _choose(self._seats, rows, parents, near, now, fit, luck, chosen)
        return chosen

    def choose_some(self, rows: np.ndarray, count: int, now: int) -> np.ndarray:
        """Random ones that do not rest: (rows, count), NOBODY where there are fewer."""
        chosen = np.full((len(rows), count), NOBODY, np.int32)
        luck = self._luck.random((len(rows), count), np.float32)
        _choose_some(self._seats, rows, now, luck, chosen)
        return chosen

    def told(self, rows: np.ndarray, parents: np.ndarray, count: int, now: int) -> np.ndarray:
        """What each names to others, best known first, of equals any: (rows, count) HINT."""
        hints = no_hints(len(rows), count)
        luck = self._luck.random((len(rows), TABLE_MAX), np.float32)
        _tell(self._seats, rows, parents, now, luck, hints)
        return hints

    def hear(
        self,
        rows: np.ndarray,
        own: np.ndarray,
        hints: np.ndarray,
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
        by = np.empty(len(rows), np.int8)
        by[:] = teller
        _hear(self._seats, rows, own, hints, by, now, self._relaxed)

    def contacted(
        self, rows: np.ndarray, ids: np.ndarray, load: np.ndarray, network: np.ndarray, now: int
    ) -> None:
        """Take what supernodes said of themselves just now; no row twice."""
        _contact(self._seats, rows, ids, load, network, now, self._relaxed)

    def rest(self, rows: np.ndarray, ids: np.ndarray, now: int) -> None:
        """Leave alone who refused, or did not answer."""
        _rest(self._seats, rows, ids, now)

    def forget(self, rows: np.ndarray, ids: np.ndarray) -> None:
        """Drop who said that it serves no longer."""
        _forget(self._seats, rows, ids)


@compiled
def _usable(seats: np.ndarray, rows: np.ndarray, now: int, usable: np.ndarray) -> None:
    for at in range(len(rows)):
        for seat in range(TABLE_MAX):
            usable[at, seat] = is_usable(seats[rows[at], seat], now)


@compiled
def _is_parent(parents: np.ndarray, who: int) -> bool:
    first, second = parents
    return bool(who in (first, second))


@compiled
def _choose(
    seats: np.ndarray,
    rows: np.ndarray,
    parents: np.ndarray,
    near: np.ndarray,
    now: int,
    may: np.ndarray,
    luck: np.ndarray,
    chosen: np.ndarray,
) -> None:
    fit = np.empty(TABLE_MAX, np.int64)
    for at in range(len(rows)):
        table, best, count = seats[rows[at]], NOBODY, 0
        for place in range(TABLE_MAX):
            seat = table[place]
            if not (may[at, place] and is_usable(seat, now)) or seat.load >= LOAD_STEPS:
                continue
            if _is_parent(parents[at], seat.id) or _is_parent(near[at], seat.network):
                continue
            rank = rank_of(seat, now)
            if rank > best:
                best, count = rank, 0
            if rank == best:
                fit[count] = place
                count += 1
        if count:
            one, other = fit[int(luck[at, 0] * count)], fit[int(luck[at, 1] * count)]
            less = one if table[one].load <= table[other].load else other
            chosen[at] = table[less].id
        else:
            chosen[at] = NOBODY


@compiled
def _choose_some(
    seats: np.ndarray, rows: np.ndarray, now: int, luck: np.ndarray, chosen: np.ndarray
) -> None:
    fit = np.empty(TABLE_MAX, np.int32)
    for at in range(len(rows)):
        count = 0
        for place in range(TABLE_MAX):
            if is_usable(seats[rows[at], place], now):
                fit[count] = seats[rows[at], place].id
                count += 1
        for drawn in range(min(count, chosen.shape[1])):
            other = drawn + int(luck[at, drawn] * (count - drawn))
            fit[drawn], fit[other] = fit[other], fit[drawn]
            chosen[at, drawn] = fit[drawn]


@compiled
def _tell(
    seats: np.ndarray,
    rows: np.ndarray,
    parents: np.ndarray,
    now: int,
    luck: np.ndarray,
    hints: np.ndarray,
) -> None:
    order, rank = np.empty(TABLE_MAX, np.float32), np.empty(TABLE_MAX, np.int64)
    for at in range(len(rows)):
        table, left = seats[rows[at]], 0
        for place in range(TABLE_MAX):
            order[place] = np.inf
            if is_usable(table[place], now):
                # The link to a parent is open.
                is_sure = _is_parent(parents[at], table[place].id)
                rank[place] = _CONTACTED if is_sure else rank_of(table[place], now)
                order[place] = luck[at, place] - rank[place]
                left += 1
        for named in range(min(left, hints.shape[1])):
            place = int(order.argmin())
            seat, hint = table[place], hints[at, named]
            hint.id, hint.made, hint.load = seat.id, seat.made, seat.load
            hint.network = seat.network
            hint.first_hand = rank[place] == _CONTACTED
            order[place] = np.inf


@compiled
def _hear(
    seats: np.ndarray,
    rows: np.ndarray,
    own: np.ndarray,
    hints: np.ndarray,
    teller: np.ndarray,
    now: int,
    relaxed: bool,
) -> None:
    for at in range(len(rows)):
        table = seats[rows[at]]
        clear_old(table, now)
        for number in range(hints.shape[1]):
            hint = hints[at, number]
            is_new = hint.made > now - PARENT_TTL_ROUNDS
            if hint.id == NOBODY or hint.id == own[at] or not is_new:
                continue
            told = int(teller[at]) if hint.first_hand else 0
            made, load = int(hint.made), int(hint.load)
            hear_one(table, hint.id, made, int(hint.network), load, told, now, relaxed)


@compiled
def _contact(
    seats: np.ndarray,
    rows: np.ndarray,
    ids: np.ndarray,
    load: np.ndarray,
    network: np.ndarray,
    now: int,
    relaxed: bool,
) -> None:
    for each in range(len(rows)):
        table, who = seats[rows[each]], ids[each]
        clear_old(table, now)
        near, busy = int(network[each]), int(load[each])
        hear_one(table, who, now, near, busy, _PARENT, now, relaxed)
        at = seat_of(table, who)
        if at != NOBODY:
            table[at].contacted = now


@compiled
def _rest(seats: np.ndarray, rows: np.ndarray, ids: np.ndarray, now: int) -> None:
    for each in range(len(rows)):
        at = seat_of(seats[rows[each]], ids[each])
        if at != NOBODY:
            seats[rows[each], at].rested = now
            seats[rows[each], at].contacted = NEVER


@compiled
def _forget(seats: np.ndarray, rows: np.ndarray, ids: np.ndarray) -> None:
    for each in range(len(rows)):
        at = seat_of(seats[rows[each]], ids[each])
        if at != NOBODY:
            seats[rows[each], at].id = NOBODY
