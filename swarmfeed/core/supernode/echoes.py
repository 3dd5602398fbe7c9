"""What a node learns of itself from others: who reaches it, where, and what their clocks say.

Nothing of it is believed of one alone: two networks have to reach a node before it serves, a
clock is wrong by the median of several, and where it is reached is what most say who found it
there.
"""

from collections import Counter
from collections.abc import Collection

from msgspec import Struct

from swarmfeed.core.base.limits import DIAL_PORT_MIN
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.net.domain import domain_of
from swarmfeed.core.net.reach import is_everywhere, is_reachable
from swarmfeed.core.supernode.gates import DialledBy, reached_by
from swarmfeed.core.supernode.limits import (
    CLOCKS_KEPT_MAX,
    DIALLED_BY,
    DIALS_KEPT_MAX,
    REACHED_LASTS_S,
)


class _Reached(Struct, frozen=True):
    by: DialledBy
    at_s: int
    host: str
    """Where it found us; empty: it did not say."""


class Echoes:
    """What others tell, knowing it or not; at most DIALS_KEPT_MAX and CLOCKS_KEPT_MAX."""

    def __init__(self, listen_host: str) -> None:
        """Begin knowing nothing.

        Args:
            listen_host: Where links are accepted.  A node that listens at all addresses is
                reached from outside by what is outside its house alone.
        """
        self._listen_host = listen_host
        self._reached: dict[NodeId, _Reached] = {}
        self._ahead_ms: dict[NodeId, int] = {}

    @property
    def dialled_by(self) -> tuple[DialledBy, ...]:
        """Who reached us, the latest last."""
        return tuple(each.by for each in self._reached.values())

    @property
    def clock_offsets_ms(self) -> Collection[int]:
        """What peers' clocks are ahead of ours."""
        return self._ahead_ms.values()

    def reached(
        self, node_id: NodeId, from_host: str, now_s: int, *, chosen: bool, at_host: str = ""
    ) -> None:
        """A node reached us by a link of its own.

        Args:
            node_id: Which one.
            from_host: Where it is.
            now_s: Unix time.
            chosen: The operator named it: it may be in the same house.
            at_host: Where it found us, if it said so.
        """
        if not is_reachable(Endpoint(from_host, DIAL_PORT_MIN), self._listen_host):
            return
        by = DialledBy(node_id=node_id, network=domain_of(from_host), chosen=chosen)
        before = self._reached.pop(node_id, None)
        host = at_host or (before.host if before is not None else "")
        self._reached[node_id] = _Reached(by, now_s, host)
        if len(self._reached) > DIALS_KEPT_MAX:
            del self._reached[next(iter(self._reached))]

    def saw_clock(self, node_id: NodeId, ahead_ms: int) -> None:
        """A peer's clock is so much ahead of ours."""
        self._ahead_ms.pop(node_id, None)
        self._ahead_ms[node_id] = ahead_ms
        if len(self._ahead_ms) > CLOCKS_KEPT_MAX:
            del self._ahead_ms[next(iter(self._ahead_ms))]

    def host(self) -> str:
        """Where most of those found us who said so; empty: nobody did."""
        said = Counter(each.host for each in self._reached.values() if each.host)
        return said.most_common(1)[0][0] if said else ""

    def wants_dial_back(self, now_s: int) -> bool:
        """Whether too few reached us lately: others should be asked to try."""
        # Who listens at one address is reached there; any other has to be told where.
        is_placed = not is_everywhere(self._listen_host)
        fresh = [
            each.by
            for each in self._reached.values()
            if now_s - each.at_s < REACHED_LASTS_S // 2 and (each.host or is_placed)
        ]
        return reached_by(fresh, self._listen_host) < DIALLED_BY

    def forget_old(self, now_s: int) -> None:
        """Whoever reached us long ago might not any more: the machine may have moved."""
        self._reached = {
            node_id: each
            for node_id, each in self._reached.items()
            if now_s - each.at_s < REACHED_LASTS_S
        }
