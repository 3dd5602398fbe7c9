"""The walk through a DHT towards an id: whom to ask next, and when to stop.

    start nodes -> ask the nearest few -> they name nearer ones -> ... -> nobody nearer

Pure: whoever runs a ``Lookup`` sends the questions and brings back the replies.

Source: Maymounkov and Mazieres, "Kademlia", section 2.3; BEP 5.
"""

from collections.abc import Callable, Iterable
from typing import Final

from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.krpc import Reply, distance
from swarmfeed.core.net.limits import LOOKUP_QUERIES_MAX

CLOSEST: Final = 8
"""k: how many of the nearest nodes keep an item."""

AT_ONCE: Final = 8
"""alpha: how many nodes are asked at the same time."""


class Lookup:
    """One walk towards one target."""

    def __init__(
        self, target: bytes, start: Iterable[Endpoint], may_ask: Callable[[Endpoint], bool]
    ) -> None:
        """Begin at nodes whose ids are not known.

        Args:
            target: 20 bytes.
            start: Nodes of our own choice; asked first.
            may_ask: Whether an endpoint named by a stranger may be sent a packet.
        """
        self._target = target
        self._may_ask = may_ask
        # Distance to the target of each endpoint heard of; start nodes count as nearest.
        self._distances = dict.fromkeys(start, -1)
        self._asked: set[Endpoint] = set()
        self._replies: dict[Endpoint, Reply] = {}

    def choose(self, count: int) -> list[Endpoint]:
        """Return up to ``count`` nodes to ask now, nearest first, each only once.

        Nobody is left to ask when the k nearest that answered are nearer than the rest.
        """
        count = min(count, LOOKUP_QUERIES_MAX - len(self._asked))
        horizon = self._horizon()
        unasked = [
            endpoint
            for endpoint, away in self._distances.items()
            if endpoint not in self._asked and (horizon is None or away < horizon)
        ]
        unasked.sort(key=self._distances.__getitem__)
        chosen = unasked[: max(count, 0)]
        self._asked.update(chosen)
        return chosen

    def receive(self, sender: Endpoint, reply: Reply) -> None:
        """Take the answer of a node that was chosen."""
        assert sender in self._asked
        self._distances[sender] = distance(reply.node_id, self._target)
        self._replies[sender] = reply
        for node in reply.nodes:
            if node.endpoint not in self._distances and self._may_ask(node.endpoint):
                self._distances[node.endpoint] = distance(node.node_id, self._target)

    def closest(self) -> list[tuple[Endpoint, Reply]]:
        """The k nearest nodes that answered, nearest first."""
        nearest = sorted(self._replies, key=self._distances.__getitem__)
        return [(endpoint, self._replies[endpoint]) for endpoint in nearest[:CLOSEST]]

    def replies(self) -> list[Reply]:
        """Every answer."""
        return list(self._replies.values())

    def _horizon(self) -> int | None:
        """Distance of the k-th nearest node that answered; None while there are fewer."""
        nearest = sorted(self._distances[endpoint] for endpoint in self._replies)
        return nearest[CLOSEST - 1] if len(nearest) >= CLOSEST else None
