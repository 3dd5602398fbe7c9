"""Who owns which drawer, by a list of supernodes; what changes when the list does.

The rule is that of ``core.supernode.placement``: four owners of each drawer, in different
networks, by rendezvous hashing.  Here its answers are kept, for it costs a hash for each
supernode; of a list that changed only those drawers are looked at again that may be another's.
"""

from collections.abc import Collection, Iterable, Sequence

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.partition.limits import DRAWERS, TAKEN_FROM
from swarmfeed.core.supernode.limits import OWNERS
from swarmfeed.core.supernode.placement import Keeper, owners_of, score_of


class DrawerOwners:
    """The owners of all drawers; may be read while another thread changes them."""

    def __init__(self, me: NodeId) -> None:
        self._me = me
        self._keepers: dict[NodeId, Keeper] = {}
        self._owners: list[Sequence[Keeper]] = [()] * DRAWERS
        self.owned: frozenset[int] = frozenset()
        """Drawers of this node."""

    def of(self, drawer: int) -> Sequence[Keeper]:
        """Return who owns a drawer, the first owner first."""
        return self._owners[drawer]

    def others_of(self, drawers: Iterable[int]) -> list[NodeId]:
        """Return who owns any of these beside this node, each once."""
        found = {each.node_id: None for drawer in drawers for each in self._owners[drawer]}
        return [node_id for node_id in found if node_id != self._me]

    def called_to(self, drawer: int) -> list[NodeId]:
        """Return whom the posts of a drawer are taken over from: who owns it, and who did
        before others came."""
        called = owners_of(drawer, list(self._keepers.values()), TAKEN_FROM)
        return [each.node_id for each in called if each.node_id != self._me]

    def change(self, keepers: Collection[Keeper]) -> frozenset[int]:
        """These are the supernodes from now on; returns drawers that came to this node."""
        now = {each.node_id: each for each in keepers}
        came = [each for each in keepers if self._keepers.get(each.node_id) != each]
        gone = {each for each, keeper in self._keepers.items() if now.get(each) != keeper}
        if not came and not gone:
            return frozenset()
        self._keepers = now
        for drawer in range(DRAWERS):
            if self._may_change(drawer, came, gone):
                self._owners[drawer] = owners_of(drawer, keepers)
        before = self.owned
        self.owned = frozenset(
            drawer
            for drawer in range(DRAWERS)
            if any(each.node_id == self._me for each in self._owners[drawer])
        )
        return self.owned - before

    def _may_change(self, drawer: int, came: Sequence[Keeper], gone: set[NodeId]) -> bool:
        owners = self._owners[drawer]
        if len({each.network for each in owners}) < OWNERS:
            return True
        if any(each.node_id in gone for each in owners):
            return True
        last = min(score_of(drawer, each) for each in owners)
        return any(score_of(drawer, each) > last for each in came)
