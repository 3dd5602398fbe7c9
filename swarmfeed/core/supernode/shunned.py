"""Nodes that told us what is false: neither parents nor children, for a while."""

from collections.abc import Iterator

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.supernode.limits import SHUN_S, SHUNNED_MAX


class Shunned:
    """At most SHUNNED_MAX nodes, the latest."""

    def __init__(self) -> None:
        self._until_s: dict[NodeId, int] = {}

    def __contains__(self, node_id: object) -> bool:
        """Whether it is left alone."""
        return node_id in self._until_s

    def __iter__(self) -> Iterator[NodeId]:
        """All of them."""
        return iter(self._until_s)

    def add(self, node_id: NodeId, now_s: int) -> None:
        """Leave a node alone from now on."""
        self._until_s.pop(node_id, None)
        self._until_s[node_id] = now_s + SHUN_S
        if len(self._until_s) > SHUNNED_MAX:
            del self._until_s[next(iter(self._until_s))]

    def forget_old(self, now_s: int) -> None:
        """Give those another chance who were left alone for long."""
        self._until_s = {node: end for node, end in self._until_s.items() if end > now_s}
