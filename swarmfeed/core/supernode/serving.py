"""A supernode's side: its children, whether it is needed, whom it asks to move."""

from collections.abc import Callable, Sequence

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.supernode import sentences
from swarmfeed.core.supernode.deeds import AskLoad, Deed, HandOver, SendAway
from swarmfeed.core.supernode.election import (
    ServerView,
    choose_successor,
    decide_server,
    is_weak,
    may_be_spare,
)
from swarmfeed.core.supernode.formulas import sheds, utility
from swarmfeed.core.supernode.limits import (
    KNOWN_MAX,
    PROBE_EVERY,
    SHED_SHARE,
    SPARE_PROBED,
    SWAP_AFTER_S,
)
from swarmfeed.core.supernode.membership import Hint, ServerTable
from swarmfeed.core.supernode.records import Record
from swarmfeed.core.supernode.sampling import Luck, pick_some


class Serving:
    """The children of one supernode; without a capacity it serves nobody."""

    def __init__(
        self, table: ServerTable, luck: Luck, *, always: Callable[[], bool] = bool
    ) -> None:
        """Begin as none; other supernodes are those of ``table``.

        Args:
            table: Other supernodes.
            luck: Whom of them to ask.
            always: Whether it never steps down, nor yields to a child.
        """
        self._table = table
        self._always = always
        self._luck = luck
        self._capacity = 0
        self._children: dict[NodeId, Record] = {}
        self._tenure = 0
        self._drawn = 1.0
        self._waiting: set[NodeId] = set()
        self._loads: list[Record] = []
        self._successor: NodeId | None = None
        self._yielded_s = 0
        self.why = ""

    @property
    def serves(self) -> bool:
        """Whether this is a supernode."""
        return self._capacity > 0

    @property
    def children(self) -> tuple[NodeId, ...]:
        """Its children, at most its capacity."""
        return tuple(self._children)

    @property
    def load(self) -> float:
        """Children over capacity, 0 to 1; 0 of who does not serve."""
        return len(self._children) / self._capacity if self.serves else 0.0

    def begin(self, capacity: int) -> None:
        """Serve up to ``capacity`` children."""
        self._capacity, self._tenure = capacity, 0

    def end(self, why: str, now_s: int, first: Sequence[Hint] = ()) -> list[Deed]:
        """Serve no longer; each child is named others, those of ``first`` before all."""
        self.why = why
        deeds: list[Deed] = []
        for child in self._children:
            known = [*first, *self._table.choose_told(KNOWN_MAX, now_s, self._luck)]
            deeds.append(SendAway(child, True, tuple(known[:KNOWN_MAX])))
        self._children.clear()
        self._waiting.clear()
        self._loads.clear()
        self._capacity, self._successor = 0, None
        return deeds

    def take(self, child: Record) -> bool:
        """Adopt a child if there is a place."""
        if child.node_id not in self._children and len(self._children) >= self._capacity:
            return False
        self._children[child.node_id] = child
        return True

    def drop(self, node_id: NodeId) -> None:
        """A child is gone."""
        self._children.pop(node_id, None)

    def begin_round(
        self, own: Record, drawn: float, round_number: int, now_s: int
    ) -> list[Deed]:
        """Look whether we are needed, whether we are too full, whether a child is better."""
        self._tenure += 1
        self._drawn = drawn
        deeds = self._shed(now_s)
        if self._always():
            self.why = sentences.TOLD_TO()
            return deeds
        deeds += self._hand_over(own, now_s)
        view = self._view()
        if may_be_spare(view) and round_number % PROBE_EVERY == 0:
            asked = self._table.choose_some(SPARE_PROBED, self._luck)
            self._waiting = {each.node_id for each in asked}
            self._loads = []
            return [*deeds, *map(AskLoad, asked)]
        self.why = decide_server(view, (), True, 1.0).why
        return deeds

    def hear_load(self, server: Record, own: Record, now_s: int) -> list[Deed]:
        """Take an answer to a probe, or the record of the child that took over."""
        if server.node_id == self._successor and server.serving:
            first = (Hint(server, True),)
            return self.end(sentences.YIELDED(), now_s, first)
        if server.node_id not in self._waiting:
            return []
        self._waiting.discard(server.node_id)
        if server.serving:
            self._loads.append(server)
        return self._judge(own)

    def hear_no_load(self, node_id: NodeId, own: Record) -> list[Deed]:
        """A supernode that was asked does not answer."""
        if node_id not in self._waiting:
            return []
        self._waiting.discard(node_id)
        return self._judge(own)

    def _judge(self, own: Record) -> list[Deed]:
        """All that were asked have answered, or are gone: are we needed?"""
        if self._waiting or not self._loads:
            return []
        now_s = own.made_s
        utilities = [utility(each.capacity, each.age_s(now_s)) for each in self._loads]
        weak = is_weak(utility(own.capacity, own.age_s(now_s)), utilities)
        loads = [each.load for each in self._loads]
        decision = decide_server(self._view(), loads, weak, self._drawn)
        self.why, self._loads = decision.why, []
        return self.end(decision.why, now_s) if decision.changes else []

    def _view(self) -> ServerView:
        return ServerView(
            tenure=self._tenure,
            load=self.load,
            known=len(self._table),
            known_load=self._table.mean_load(),
        )

    def _shed(self, now_s: int) -> list[Deed]:
        if not sheds(self.load, self._table.mean_load()):
            return []
        count = max(1, round(SHED_SHARE * len(self._children)))
        known = tuple(self._table.choose_told(KNOWN_MAX, now_s, self._luck))
        moved = pick_some(tuple(self._children), count, self._luck)
        return [SendAway(child, False, known) for child in moved]

    def _hand_over(self, own: Record, now_s: int) -> list[Deed]:
        if now_s - self._yielded_s < SWAP_AFTER_S:
            return []
        successor = choose_successor(own, tuple(self._children.values()), now_s)
        if successor is None:
            return []
        self._yielded_s, self._successor = now_s, successor.node_id
        return [HandOver(successor.node_id)]
