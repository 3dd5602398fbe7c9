"""The table: supernodes a node knows, ranked by how it knows them, one of each network.

    rank 3   contacted by ourselves in the last FIRST_HAND_ROUNDS
    rank 2   said first-hand by a parent, or by itself, of the last FIRST_HAND_ROUNDS
    rank 1   said first-hand by somebody whom we asked; or what was of rank 2, and is older
    rank 0   hearsay, or said by who came to us; or it refused us, or did not answer

Candidates of a higher rank are asked first: what liars invent is never loaded, and whoever
comes with it chose us, not we them.

Who refused or did not answer rests until a newer record of it is heard: its old one comes round
again and again, and would be tried as often.
"""

from collections.abc import Collection, Iterable
from enum import IntEnum
from statistics import fmean
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.supernode.limits import (
    FIRST_HAND_ROUNDS,
    PARENT_TTL_ROUNDS,
    RECORD_AHEAD_S,
    ROUND_S,
    TABLE_MAX,
)
from swarmfeed.core.supernode.records import Record
from swarmfeed.core.supernode.sampling import Luck, pick, pick_some

NEVER = -(2**31)


class Teller(IntEnum):
    """Who says first-hand that somebody serves: the rank of what it says."""

    CALLER = 0
    """Somebody who asked us."""
    ASKED = 1
    """Somebody whom we asked."""
    PARENT = 2
    """A parent of ours, or the node itself."""


CONTACTED: Final = 3
"""The rank of who was contacted by ourselves lately."""


class Seat(Struct):
    """One supernode in the table."""

    record: Record
    told: Teller
    """Who told us of it, of those that had contacted it the best; CALLER: nobody had."""
    contacted: int = NEVER
    """Round of our own last contact."""
    rested_s: int = NEVER
    """When it refused us, or did not answer."""

    @property
    def rests(self) -> bool:
        """Whether it is left alone, for nothing newer is known of it."""
        return self.rested_s >= self.record.made_s

    def rank(self, round_number: int) -> int:
        """How sure we are that it serves: 3, 2, 1, 0."""
        if self.rests:
            return 0
        if round_number - self.contacted <= FIRST_HAND_ROUNDS:
            return CONTACTED
        is_old = round_number - self.record.made_s // ROUND_S > FIRST_HAND_ROUNDS
        return min(self.told, Teller.ASKED) if is_old else self.told


class Hint(Struct, frozen=True):
    """A supernode's record as it is passed on."""

    record: Record
    first_hand: bool
    """Who passes it on contacted it lately."""


class ServerTable:
    """At most TABLE_MAX supernodes."""

    def __init__(self, own_id: NodeId, *, relaxed: bool = False) -> None:
        """Begin empty.

        Args:
            own_id: Never in it.
            relaxed: Several of one network may stand in it: everybody is in one house.
        """
        self._own_id = own_id
        self._relaxed = relaxed
        self._places: dict[object, Seat] = {}

    def __len__(self) -> int:
        """Supernodes that do not rest."""
        return sum(not each.rests for each in self._places.values())

    @property
    def records(self) -> list[Record]:
        """All of them, resting or not, at most TABLE_MAX."""
        return [each.record for each in self._places.values()]

    def hear(self, told: Iterable[Hint], teller: Teller, now_s: int) -> None:
        """Take what somebody says of supernodes, each record verified."""
        for each in told:
            by = teller if each.first_hand else Teller.CALLER
            self._hear(each.record, by, now_s)

    def contacted(self, record: Record, now_s: int) -> None:
        """Take what a node just said of itself."""
        self._hear(record, Teller.PARENT, now_s)
        self.touch(record.node_id, now_s)

    def touch(self, node_id: NodeId, now_s: int) -> None:
        """The link to one is open: that is a contact, if its record is here."""
        home = self._home_of(node_id)
        if home is not None:
            self._places[home].contacted = now_s // ROUND_S

    def rest(self, node_id: NodeId, now_s: int) -> None:
        """Leave one alone that refused us, or did not answer."""
        home = self._home_of(node_id)
        if home is not None:
            self._places[home].rested_s, self._places[home].contacted = now_s, NEVER

    def forget_old(self, now_s: int) -> None:
        """Drop those who have not said for PARENT_TTL_ROUNDS that they serve."""
        old = [key for key, each in self._places.items() if _is_old(each.record, now_s)]
        for key in old:
            del self._places[key]

    def choose(
        self, avoid: Collection[NodeId], networks: Collection[str], now_s: int, luck: Luck
    ) -> Record | None:
        """Return, of those with room that are known best, the less loaded of two random ones.

        Args:
            avoid: Nodes that are not asked.
            networks: Networks of the other parents; any will do in a relaxed table.
            now_s: Unix time.
            luck: Which two.

        Returns:
            None when there is none.
        """
        now = now_s // ROUND_S
        fit = [
            each
            for each in self._places.values()
            if not each.rests
            and each.record.load < 1
            and each.record.node_id not in avoid
            and (self._relaxed or each.record.network not in networks)
        ]
        if not fit:
            return None
        best = max(each.rank(now) for each in fit)
        known = [each.record for each in fit if each.rank(now) == best]
        return min((pick(known, luck), pick(known, luck)), key=lambda record: record.load)

    def choose_told(self, count: int, now_s: int, luck: Luck) -> list[Hint]:
        """Supernodes to tell others of, those known best first."""
        now = now_s // ROUND_S
        live = [each for each in self._places.values() if not each.rests]
        mixed = pick_some(live, len(live), luck)
        mixed.sort(key=lambda each: -each.rank(now))
        return [Hint(each.record, each.rank(now) == CONTACTED) for each in mixed[:count]]

    def choose_some(self, count: int, luck: Luck) -> list[Record]:
        """Up to ``count`` different ones that do not rest."""
        live = [each.record for each in self._places.values() if not each.rests]
        return pick_some(live, count, luck)

    def mean_load(self) -> float:
        """Of those that do not rest, as they signed it; 1 when there is none."""
        loads = [each.record.load for each in self._places.values() if not each.rests]
        return fmean(loads) if loads else 1.0

    def _hear(self, record: Record, told: Teller, now_s: int) -> None:
        if record.node_id == self._own_id or _is_old(record, now_s):
            return
        home, key = self._home_of(record.node_id), self._key(record)
        if home is not None:
            place = self._places[home]
            if record.made_s < place.record.made_s:
                return
            if record.serving and home == key:
                place.record = record
                place.told = max(place.told, told)
                return
            # It stepped down, or moved to another network.
            del self._places[home]
        if record.serving:
            self._let_in(key, Seat(record, told), now_s // ROUND_S)

    def _home_of(self, node_id: NodeId) -> object | None:
        for key, place in self._places.items():
            if place.record.node_id == node_id:
                return key
        return None

    def _let_in(self, key: object, new: Seat, now: int) -> None:
        """A newcomer takes the place of one that is known worse, or as badly and longer ago."""
        rival = self._places.get(key)
        if rival is None and len(self._places) < TABLE_MAX:
            self._places[key] = new
        elif rival is not None:
            if _worth(new, now) > _worth(rival, now):
                self._places[key] = new
        else:
            last = min(self._places, key=lambda each: _order(self._places[each], now))
            if _order(new, now) > _order(self._places[last], now):
                del self._places[last]
                self._places[key] = new

    def _key(self, record: Record) -> object:
        return record.node_id if self._relaxed else record.network


def _worth(place: Seat, now: int) -> tuple[bool, int]:
    return not place.rests, place.rank(now)


def _order(place: Seat, now: int) -> tuple[bool, int, int]:
    return (*_worth(place, now), place.record.made_s)


def _is_old(record: Record, now_s: int) -> bool:
    return not -RECORD_AHEAD_S <= now_s - record.made_s < PARENT_TTL_ROUNDS * ROUND_S
