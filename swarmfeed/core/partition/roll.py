"""The roll: all supernodes that a supernode knows of, for owners are chosen among all.

A table of the layer has 24, of different networks; by lists that differ two nodes would look
for one key at different owners.  So supernodes tell each other who serves, each what is new to
it since it was asked last; a record is signed by whom it speaks of, and lasts forty minutes.

Only who was met owns anything: whoever signs records of nodes that are nowhere gains nothing.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.partition.limits import (
    ROLL_LASTS_S,
    ROLL_MAX,
    ROLL_OF_NETWORK_MAX,
    ROLL_RENEWED_S,
    ROLL_TOLD_MAX,
    VISITED_AGAIN_S,
)
from swarmfeed.core.supernode.limits import RECORD_AHEAD_S
from swarmfeed.core.supernode.placement import Keeper
from swarmfeed.core.supernode.records import Record


class _Entry(Struct):
    """A supernode on the roll."""

    record: Record
    number: int
    """When it was heard of, as others are told: it only grows."""
    met: bool = False
    tried_s: int | None = None
    """When it was looked for, and not there."""


class Roll:
    """Who serves, as far as is known; time is an argument, Unix seconds."""

    def __init__(self, me: NodeId) -> None:
        self._me = me
        self._entries: dict[NodeId, _Entry] = {}
        self._networks = Counter[str]()
        self._number = 0

    def __len__(self) -> int:
        return len(self._entries)

    def take(self, record: Record, now_s: int, *, met: bool = False) -> None:
        """A record came that is true.

        Args:
            met: Its node itself gave it, at the end of a link.
        """
        known = self._entries.get(record.node_id)
        if known is not None and record.made_s <= known.record.made_s:
            known.met = known.met or met
            return
        if not record.serving:
            self._drop(record.node_id)
        elif self._lasts(record, now_s) and (known is not None or self._has_room(record, met)):
            self._put(record, known, met=met)

    def met(self, node_id: NodeId) -> None:
        """A node was there when it was looked for."""
        if node_id in self._entries:
            self._entries[node_id].met = True

    def missed(self, node_id: NodeId, now_s: int) -> None:
        """A node was not there when it was looked for: it owns nothing until it is met."""
        if node_id in self._entries:
            self._entries[node_id].met = False
            self._entries[node_id].tried_s = now_s

    def since(self, number: int) -> tuple[list[Record], int]:
        """Return who was met, and heard of behind a place in the list, and where to go on."""
        found = sorted(
            (
                each
                for node_id, each in self._entries.items()
                if each.number > number and (each.met or node_id == self._me)
            ),
            key=lambda each: each.number,
        )[:ROLL_TOLD_MAX]
        return [each.record for each in found], found[-1].number if found else number

    def keepers(self, now_s: int) -> list[Keeper]:
        """Return who may own drawers, this node among them; forgets who is heard of no more."""
        old = [
            node_id
            for node_id, each in self._entries.items()
            if not self._lasts(each.record, now_s)
        ]
        for node_id in old:
            self._drop(node_id)
        return [
            Keeper(node_id=node_id, network=each.record.network, capacity=each.record.capacity)
            for node_id, each in self._entries.items()
            if each.met or node_id == self._me
        ]

    def record_of(self, node_id: NodeId) -> Record | None:
        entry = self._entries.get(node_id)
        return None if entry is None else entry.record

    def unmet(self, now_s: int, count: int) -> list[Record]:
        """Return some that were only heard of, and have to be looked for."""
        return list(islice(self._unmet(now_s), count))

    def _unmet(self, now_s: int) -> Iterator[Record]:
        for node_id, each in self._entries.items():
            tried = each.tried_s is not None and now_s - each.tried_s < VISITED_AGAIN_S
            if not each.met and node_id != self._me and not tried:
                yield each.record

    def _put(self, record: Record, known: _Entry | None, *, met: bool) -> None:
        """Renew what is known; others are told again only of what is much newer."""
        is_news = known is None or record.made_s >= known.record.made_s + ROLL_RENEWED_S
        if known is not None and not is_news:
            known.met = known.met or met
            return
        self._number += 1
        was_met = known is not None and known.met and known.record.endpoint == record.endpoint
        self._drop(record.node_id)
        self._networks[record.network] += 1
        self._entries[record.node_id] = _Entry(record, self._number, met=met or was_met)

    def _drop(self, node_id: NodeId) -> None:
        entry = self._entries.pop(node_id, None)
        if entry is not None:
            self._networks[entry.record.network] -= 1
            if not self._networks[entry.record.network]:
                del self._networks[entry.record.network]

    def _lasts(self, record: Record, now_s: int) -> bool:
        return -RECORD_AHEAD_S <= now_s - record.made_s < ROLL_LASTS_S

    def _has_room(self, record: Record, met: bool) -> bool:
        """Who was met comes before who was only heard of."""
        is_full = len(self._entries) >= ROLL_MAX
        if is_full or self._networks[record.network] >= ROLL_OF_NETWORK_MAX:
            return met and self._make_room(None if is_full else record.network)
        return True

    def _make_room(self, network: str | None) -> bool:
        for node_id, each in self._entries.items():
            if not each.met and node_id != self._me and network in (None, each.record.network):
                self._drop(node_id)
                return True
        return False
