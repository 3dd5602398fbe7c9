"""A straight link through two routers that let nobody in: pure, words in and steps out.

    anna              relay               ben
      |=== straight ===|=== straight ==> |  over the circuit, both ways: whose device I am
      |-- punch ------>|<------ punch -- |  each wants it: they follow each other
      |<- punch-seen --|-- punch-seen -->|  where I come from, and where the other one does
      |=== punch-at ===|=== punch-at ==> |  over the circuit: the same, by the other one itself
      |-------- SYN ------> <----- SYN --|  both connect (RFC 9293, 3.5): either router lets in
                                            what it takes for an answer

We connect only where the relay saw the other end, and the other end says that it is: neither
of them alone can have us knock at somebody's door.  Bounded by pair, by day and at once.
"""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.relay.limits import (
    PUNCH_REST_S,
    PUNCH_TOGETHER_S,
    PUNCHES_A_DAY,
    PUNCHES_AT_ONCE,
    PUNCHES_OF_PAIR_A_DAY,
)

_DAY_S: Final = 86_400


class Crossing(Struct, frozen=True, kw_only=True):
    """Who is to be connected to, now, while they connect to us."""

    far: Endpoint
    dials: bool
    """Whether our end is the client of the link; the other one is the server then."""


class _Pair(Struct):
    """What was said of a straight link with one node."""

    seen: Endpoint | None = None
    """Where the relay saw it."""
    seen_s: float = 0
    said: Endpoint | None = None
    """Where it says that it is."""
    said_s: float = 0
    crosses: bool = False

    def is_stale(self, now_s: float) -> bool:
        """Whether the relay's word, if there is one, counts no more."""
        return self.seen is not None and now_s - self.seen_s > PUNCH_TOGETHER_S


class Punching:
    """One end's part.  Times are of one monotonic clock, in seconds."""

    def __init__(self, own: NodeId, may_dial: Callable[[Endpoint], bool]) -> None:
        self._own = own
        self._may_dial = may_dial
        self._pairs: dict[NodeId, _Pair] = {}
        """Those with whom we want a straight link, and told the relay."""
        self._day = 0
        self._tries: dict[NodeId, int] = {}
        """Today's."""
        self._rests_until_s: dict[NodeId, float] = {}

    @property
    def tries_today(self) -> int:
        """How often we connected since the day began."""
        return sum(self._tries.values())

    def wish(self, node_id: NodeId, now_s: float) -> bool:
        """Whether to tell the relay now that we want a straight link with a node."""
        pair = self._pairs.get(node_id)
        if pair is not None and not pair.crosses and pair.is_stale(now_s):
            self.ended(node_id, now_s)  # the other end did not say so in time
        if node_id in self._pairs or not self._has_try(node_id, now_s):
            return False
        self._pairs[node_id] = _Pair()
        return True

    def on_seen(
        self, node_id: NodeId, other: Endpoint, now_s: float
    ) -> tuple[bool, Crossing | None]:
        """The relay says where a node comes from.

        Returns whether to tell that node where we come from, and whom to connect to now.
        """
        pair = self._pairs.get(node_id)
        if pair is None or pair.crosses or not self._may_dial(other):
            return False, None
        pair.seen, pair.seen_s = other, now_s
        return True, self._cross(node_id, pair, now_s)

    def on_said(self, node_id: NodeId, at: Endpoint, now_s: float) -> Crossing | None:
        """A node says where it comes from; returns whom to connect to now."""
        pair = self._pairs.get(node_id)
        if pair is None or pair.crosses:
            return None
        pair.said, pair.said_s = at, now_s
        return self._cross(node_id, pair, now_s)

    def ended(self, node_id: NodeId, now_s: float) -> None:
        """We do not connect to a node any more, whatever came of it."""
        self._pairs.pop(node_id, None)
        self._rests_until_s[node_id] = now_s + PUNCH_REST_S

    def gone(self, node_id: NodeId) -> None:
        """The circuit to a node ended: what was said by way of it counts no more."""
        pair = self._pairs.get(node_id)
        if pair is not None and not pair.crosses:
            del self._pairs[node_id]

    # --- inside ---

    def _cross(self, node_id: NodeId, pair: _Pair, now_s: float) -> Crossing | None:
        """Connect, if both words agree and are fresh."""
        far = pair.seen
        said_ago_s = now_s - pair.said_s
        if far is None or far != pair.said or said_ago_s > PUNCH_TOGETHER_S:
            return None
        if pair.is_stale(now_s):
            return None
        at_once = sum(each.crosses for each in self._pairs.values())
        if at_once >= PUNCHES_AT_ONCE or not self._has_try(node_id, now_s):
            return None
        self._tries[node_id] = self._tries.get(node_id, 0) + 1
        pair.crosses = True
        return Crossing(far=far, dials=self._own < node_id)

    def _has_try(self, node_id: NodeId, now_s: float) -> bool:
        if self._day != (day := int(now_s // _DAY_S)):
            self._day = day
            self._tries.clear()
            self._rests_until_s.clear()
        return (
            self._rests_until_s.get(node_id, 0) <= now_s
            and self._tries.get(node_id, 0) < PUNCHES_OF_PAIR_A_DAY
            and self.tries_today < PUNCHES_A_DAY
        )
