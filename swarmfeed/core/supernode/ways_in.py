"""Ways in: supernodes of earlier times, kept so that a node finds others when it starts.

Half of what is kept are those heard of over the longest time: of nodes that were there for
long most will be there tomorrow, and nobody becomes one of them in a day.  The others are
those heard of last.  Of one network there are few, so a crowd in one place neither fills the
ways in nor drives the others out.
"""

import struct
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.supernode.limits import (
    WAY_RENEWED_S,
    WAYS_IN_LAST_S,
    WAYS_IN_MAX,
    WAYS_IN_PER_NETWORK,
)
from swarmfeed.core.supernode.records import (
    RECORD_BYTES,
    Record,
    encode_record,
    open_record,
)
from swarmfeed.errors import DamageError, RemoteError

_TIMES: Final = struct.Struct(">II")


class WayIn(Struct, frozen=True, kw_only=True):
    """A supernode as it was last heard of."""

    record: Record
    first_s: int
    """When it was first heard of, by our clock: Unix time in seconds."""
    last_s: int
    """When it was last; what its own clock says counts for nothing."""

    @property
    def span_s(self) -> int:
        """For how long it was heard of."""
        return max(0, self.last_s - self.first_s)


def encode_way(way: WayIn) -> bytes:
    """Return a row of the ledger."""
    return _TIMES.pack(way.first_s, way.last_s) + encode_record(way.record)


def decode_way(row: bytes) -> WayIn:
    """Read a row of the ledger.  Raises DamageError."""
    if len(row) != _TIMES.size + RECORD_BYTES:
        raise DamageError(f"a way in of {len(row)} bytes")
    first_s, last_s = _TIMES.unpack_from(row)
    try:
        record = open_record(row[_TIMES.size :])
    except RemoteError as error:
        raise DamageError(f"a way in is damaged: {error}") from error
    return WayIn(record=record, first_s=first_s, last_s=last_s)


class WaysIn:
    """At most WAYS_IN_MAX supernodes, WAYS_IN_PER_NETWORK of one network."""

    def __init__(self, own_id: NodeId) -> None:
        """Begin empty; ``own_id`` is never kept."""
        self._own_id = own_id
        self._kept: dict[NodeId, WayIn] = {}
        self._changed: dict[NodeId, WayIn | None] = {}

    def recall(self, kept: Iterable[WayIn]) -> None:
        """Take up what was kept the last time."""
        self._kept.update((each.record.node_id, each) for each in kept)

    @property
    def kept(self) -> list[WayIn]:
        """All of them, the one heard of last first."""
        return sorted(self._kept.values(), key=lambda way: -way.last_s)

    def hear(self, record: Record, now_s: int) -> None:
        """Hear of a node that serves now, by its verified record."""
        if record.node_id == self._own_id or not record.serving:
            return
        known = self._kept.get(record.node_id)
        if known is None or self._is_news(record, known, now_s):
            first_s = now_s if known is None else known.first_s
            self._put(WayIn(record=record, first_s=first_s, last_s=now_s))
            self._make_room(record)

    def forget_old(self, now_s: int) -> None:
        """Drop who was not heard of for WAYS_IN_LAST_S."""
        for each in list(self._kept.values()):
            if now_s - each.last_s >= WAYS_IN_LAST_S:
                self._drop(each.record.node_id)

    def take_changes(self) -> dict[bytes, WayIn | None]:
        """What is to be written down: by node; None is gone."""
        changed, self._changed = self._changed, {}
        return {bytes(node_id): way for node_id, way in changed.items()}

    # --- inside ---

    @staticmethod
    def _is_news(record: Record, known: WayIn, now_s: int) -> bool:
        before = known.record
        has_moved = record.endpoint != before.endpoint and record.made_s > before.made_s
        return has_moved or now_s - known.last_s >= WAY_RENEWED_S

    def _make_room(self, newest: Record) -> None:
        near = [each for each in self._kept.values() if each.record.network == newest.network]
        if len(near) > WAYS_IN_PER_NETWORK:
            self._drop(_first_to_go(near))
        elif len(self._kept) > WAYS_IN_MAX:
            self._drop(_first_to_go(list(self._kept.values())))

    def _put(self, way: WayIn) -> None:
        self._kept[way.record.node_id] = self._changed[way.record.node_id] = way

    def _drop(self, node_id: NodeId) -> None:
        del self._kept[node_id]
        self._changed[node_id] = None


def _first_to_go(ways: list[WayIn]) -> NodeId:
    """Of the half that was heard of over the shorter time the one heard of longest ago."""
    ways.sort(key=lambda way: (way.span_s, way.last_s))
    young = ways[: (len(ways) + 1) // 2]
    return min(young, key=lambda way: way.last_s).record.node_id
