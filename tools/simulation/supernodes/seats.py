"""The seats of tables: what `core.supernode.membership` does with one, in compiled loops."""

from typing import Any

import numpy as np
from swarmfeed.core.supernode.limits import FIRST_HAND_ROUNDS, PARENT_TTL_ROUNDS, TABLE_MAX
from swarmfeed.core.supernode.membership import CONTACTED, Teller

from simulation.supernodes.compiled import compiled

NOBODY = -1
NEVER = -10_000
LOAD_STEPS = 255

SEAT = np.dtype(
    [
        ("id", np.int32),
        ("made", np.int16),
        ("contacted", np.int16),
        ("rested", np.int16),
        ("network", np.int16),
        ("load", np.uint8),
        ("told", np.int8),
    ],
    align=True,
)
"""A supernode in a table; of an empty seat the id is NOBODY."""

_ASKED = int(Teller.ASKED)
_CONTACTED = int(CONTACTED)
_AWAKE = 8
"""What a seat is worth beyond its rank, if its supernode does not rest."""
_STEP = 32_768
"""Of what is worth the same, the newest counts for more: rounds are fewer."""
_EMPTY = -(2**30)


def empty_seats(count: int) -> np.ndarray:
    """TABLE_MAX seats for each of so many; nobody sits anywhere."""
    seats = np.zeros((count, TABLE_MAX), SEAT)
    seats["id"] = NOBODY
    return seats


@compiled
def is_usable(seat: Any, now: int) -> bool:
    """Whether its supernode neither rests nor is too old."""
    is_fresh = seat.id != NOBODY and seat.made > now - PARENT_TTL_ROUNDS
    return bool(is_fresh and seat.rested < seat.made)


@compiled
def rank_of(seat: Any, now: int) -> int:
    """How sure it is that the one in it serves, if it does not rest."""
    if seat.contacted >= now - FIRST_HAND_ROUNDS:
        return _CONTACTED
    told = int(seat.told)
    return min(told, _ASKED) if seat.made < now - FIRST_HAND_ROUNDS else told


@compiled
def worth_of(seat: Any, now: int) -> int:
    """What a seat is worth, and of those worth the same, how new it is."""
    if seat.id == NOBODY:
        return _EMPTY
    rank = 0 if seat.rested >= seat.made else rank_of(seat, now) + _AWAKE
    return rank * _STEP + int(seat.made)


@compiled
def seat_of(table: np.ndarray, who: int) -> int:
    """Where somebody sits; NOBODY: nowhere."""
    for at in range(TABLE_MAX):
        if table[at].id == who:
            return at
    return NOBODY


@compiled
def clear_old(table: np.ndarray, now: int) -> None:
    """Who comes back after it was too old comes as somebody new."""
    for at in range(TABLE_MAX):
        if table[at].made <= now - PARENT_TTL_ROUNDS:
            table[at].id = NOBODY


@compiled
def place_for(
    table: np.ndarray, network: int, worth: int, now: int, relaxed: bool
) -> tuple[int, bool]:
    """Return the seat that a newcomer may have, and whether it is worth more than who has it.

    Of one network the better known stays; of equals the first.
    """
    last, least = 0, worth + 1
    for at in range(TABLE_MAX):
        each = worth_of(table[at], now)
        if not relaxed and each != _EMPTY and table[at].network == network:
            return at, worth // _STEP > each // _STEP
        if each < least:
            last, least = at, each
    return last, worth > least


@compiled
def hear_one(
    table: np.ndarray,
    who: int,
    made: int,
    network: int,
    load: int,
    told: int,
    now: int,
    relaxed: bool,
) -> None:
    """Take one that is named, with the rank of who names it."""
    at = seat_of(table, who)
    if at == NOBODY:
        worth = (_AWAKE + told) * _STEP + made
        at, is_better = place_for(table, network, worth, now, relaxed)
        if is_better:
            table[at].id, table[at].network = who, network
            table[at].made, table[at].load, table[at].told = made, load, told
            table[at].contacted = table[at].rested = NEVER
    elif made >= table[at].made:
        table[at].made, table[at].load = made, load
        table[at].told = max(int(table[at].told), told)
