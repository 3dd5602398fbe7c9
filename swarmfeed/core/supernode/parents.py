"""A leaf's way to its two parents: whom it asks, whom it has, when it gives up for a round."""

from collections.abc import Sequence

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.supernode.deeds import AskRecords, AskToAdopt, Deed, LeaveParent
from swarmfeed.core.supernode.limits import KNOWN_ASKED_MAX, PARENTS, TRIES
from swarmfeed.core.supernode.membership import Hint, ServerTable, Teller
from swarmfeed.core.supernode.records import Record
from swarmfeed.core.supernode.sampling import Luck
from swarmfeed.core.supernode.shunned import Shunned


class Parents:
    """The parents of one leaf, and those it is asking."""

    def __init__(self, table: ServerTable, luck: Luck, shunned: Shunned) -> None:
        """Begin with none; candidates come from ``table``, without those of ``shunned``."""
        self._table = table
        self._shunned = shunned
        self._luck = luck
        self._parents: dict[NodeId, Record] = {}
        # Whom we asked, and which parent it would replace.
        self._asked: dict[NodeId, tuple[Record, NodeId | None]] = {}
        self._tries = 0
        self._asked_parent = False
        self.starved = -1

    @property
    def records(self) -> tuple[Record, ...]:
        """The parents, PARENTS at most."""
        return tuple(self._parents.values())

    @property
    def missing(self) -> int:
        """Parents that are not there."""
        return PARENTS - len(self._parents)

    def begin_round(self, now_s: int) -> list[Deed]:
        """A round is over: count how long we starve, and try again."""
        self.starved = self.starved + 1 if self.missing else 0
        self._asked.clear()
        self._tries = TRIES * self.missing
        self._asked_parent = False
        for parent in self._parents.values():
            # The link is there, or it would have been lost.
            self._table.touch(parent.node_id, now_s)
        return self.attach(now_s)

    def attach(self, now_s: int) -> list[Deed]:
        """Ask as many supernodes as parents are missing, as long as tries are left."""
        deeds: list[Deed] = []
        wanted = self.missing - sum(old is None for _, old in self._asked.values())
        while wanted > 0 and self._tries > 0:
            found = self._choose(None, now_s)
            if found is None:
                return deeds + self._ask_parent(now_s)
            self._tries -= 1
            wanted -= 1
            self._asked[found.node_id] = found, None
            deeds.append(AskToAdopt(found))
        return deeds

    def move(self, parent_id: NodeId, now_s: int) -> list[Deed]:
        """Look for another parent in place of one that is full; it stays until then."""
        found = self._choose(parent_id, now_s) if parent_id in self._parents else None
        if found is None:
            return []
        self._asked[found.node_id] = found, parent_id
        return [AskToAdopt(found)]

    def hear_adopted(self, parent: Record, now_s: int) -> list[Deed]:
        """Take a parent that we asked; thank those whom we did not, or need no longer."""
        asked = self._asked.pop(parent.node_id, None)
        if asked is None:
            return [] if parent.node_id in self._parents else [LeaveParent(parent.node_id)]
        self._table.contacted(parent, now_s)
        _, old = asked
        if old is not None and self._parents.pop(old, None) is not None:
            self._parents[parent.node_id] = parent
            return [LeaveParent(old)]
        if not self.missing:
            return [LeaveParent(parent.node_id)]
        self._parents[parent.node_id] = parent
        return []

    def hear_refused(self, node_id: NodeId, known: Sequence[Hint], now_s: int) -> list[Deed]:
        """Ask another one, of those that it names too."""
        if self._asked.pop(node_id, None) is None:
            return []
        self._table.rest(node_id, now_s)
        self._table.hear(known, Teller.ASKED, now_s)
        return self.attach(now_s)

    def lose(self, node_id: NodeId, now_s: int) -> list[Deed]:
        """A node is gone, parent or not."""
        was = self._parents.pop(node_id, None)
        if was is not None:
            # That is no failure of this round.
            self._tries += TRIES
        if self._asked.pop(node_id, None) is not None:
            # Somebody named one who is not there; a parent knows who is.
            return self._ask_parent(now_s) or self.attach(now_s)
        return self.attach(now_s) if was is not None else []

    def leave_all(self) -> list[Deed]:
        """Part from everybody: we serve ourselves."""
        left: list[Deed] = [LeaveParent(node_id) for node_id in self._parents]
        self._parents.clear()
        self._asked.clear()
        self.starved, self._tries = -1, 0
        return left

    def _choose(self, replaced: NodeId | None, now_s: int) -> Record | None:
        asked = [record for record, _ in self._asked.values()]
        kept = [each for each in self._parents.values() if each.node_id != replaced]
        near = {each.network for each in (*kept, *asked)}
        avoid = {*self._parents, *self._asked, *self._shunned}
        return self._table.choose(avoid, near, now_s, self._luck)

    def _ask_parent(self, now_s: int) -> list[Deed]:
        """The table is dry, or wrong: the parent that is there knows others."""
        if self._asked_parent or not self._parents:
            return []
        self._asked_parent = True
        parent = next(iter(self._parents.values()))
        known = self._table.choose_told(KNOWN_ASKED_MAX, now_s, self._luck)
        return [AskRecords(parent.endpoint, parent.node_id, tuple(known))]
