"""How many new feeds a witness hears of, so that nobody fills it for all others.

What a witness has cosigned it never forgets, or it could be led back; so its places are given
out slowly: a day's worth to each node and each network, and the last of them a few at a time.
"""

from typing import Final, TypeVar

from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.witness.limits import (
    FIRST_FEEDS_OF_NODE,
    NEW_FEEDS_OF_NETWORK,
    NEW_FEEDS_OF_NODE,
    ROOM_KEPT_MAX,
    WITNESSED_FEEDS_MAX,
    WITNESSED_FEEDS_SPARED,
)

K = TypeVar("K")

DAY_S: Final = 24 * 60 * 60


class Room:
    """What nodes and networks have brought lately, whether they are linked or not."""

    def __init__(self) -> None:
        self._of_node: dict[NodeId, TokenBucket] = {}
        self._of_network: dict[str, TokenBucket] = {}

    def takes(self, node_id: NodeId, network: str, known: int, now_s: float) -> bool:
        """Whether a node of a network may bring one more feed that the witness never heard of.

        Args:
            known: Feeds that it keeps.
            now_s: Any clock that never runs backwards.
        """
        node = _bucket(self._of_node, node_id, NEW_FEEDS_OF_NODE, now_s)
        of_network = _bucket(self._of_network, network, NEW_FEEDS_OF_NETWORK, now_s)
        if node is None or of_network is None or known >= WITNESSED_FEEDS_MAX:
            return False
        brought = NEW_FEEDS_OF_NODE - node.left(now_s)
        is_scarce = known >= WITNESSED_FEEDS_MAX - WITNESSED_FEEDS_SPARED
        if is_scarce and brought >= FIRST_FEEDS_OF_NODE:
            return False
        return of_network.left(now_s) >= 1 and node.take(1, now_s) and of_network.take(1, now_s)


def _bucket(kept: dict[K, TokenBucket], key: K, a_day: int, now_s: float) -> TokenBucket | None:
    """The bucket of a node or network; None: too many brought something lately."""
    found = kept.get(key)
    if found is None:
        if len(kept) >= ROOM_KEPT_MAX:
            for each in [each for each, bucket in kept.items() if bucket.is_full(now_s)]:
                del kept[each]
        if len(kept) >= ROOM_KEPT_MAX:
            return None
        found = kept[key] = TokenBucket(a_day, a_day / DAY_S, now_s)
    return found
