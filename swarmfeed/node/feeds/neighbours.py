"""The machines around this one: those that are linked, and those that signed what they hold."""

from collections.abc import Mapping, Sequence

from swarmfeed.core.asks.neighbours import (
    NEIGHBOURS_SHOWN,
    Neighbour,
    Neighbourhood,
    WhoIsAround,
)
from swarmfeed.core.asks.upkeep import is_history_server
from swarmfeed.core.base.types import NodeId
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session


class AboutNeighbours:
    """Says who is around; costs as much as there are links and receipts for one feed."""

    def __init__(self, ground: Ground) -> None:
        self._feed_id = ground.identity.feed_id
        self._shelf = ground.shelf
        self._sessions = ground.sessions
        self._index = ground.shells.index

    def rows(self) -> tuple[Answers, ...]:
        return (in_loop(WhoIsAround, self.who_is_around),)

    def who_is_around(self, _: WhoIsAround) -> Neighbourhood:
        own = self._shelf.replica(self._feed_id)
        entries = own.size if own is not None else 0
        receipts = self._index.receipts(self._feed_id)
        found = around(self._sessions.all(), receipts, entries)
        shown = tuple(found[:NEIGHBOURS_SHOWN])
        return Neighbourhood(entries=entries, neighbours=shown, total=len(found))


def around(
    sessions: Sequence[Session], receipts: Mapping[NodeId, int], entries: int
) -> list[Neighbour]:
    """Return all machines of links and receipts: who has most first, then who is here longest.

    Args:
        receipts: Entries of the own feed that each signed to hold; of a history that was given
            up it may be more than there is.
    """
    linked = {each.node_id: each for each in sessions}
    found = [
        Neighbour(
            node_id=node_id,
            is_history_server=session is not None
            and is_history_server(session.peer.hello.roles),
            since_ms=session.since_ms if session is not None else None,
            has=min(receipts.get(node_id, 0), entries),
        )
        for node_id in {**linked, **receipts}
        if (session := linked.get(node_id)) is not None or receipts[node_id] > 0
    ]
    found.sort(key=_rank)
    return found


def _rank(each: Neighbour) -> tuple[int, bool, int, NodeId]:
    return -each.has, each.since_ms is None, each.since_ms or 0, each.node_id
