"""Whether one of two who are asked the same stays behind the other, again and again.

A question that nobody answers blames nobody: our own line may be down.  One that the other
one answered counts against who did not, and each answer that is given takes one off.
"""

from collections.abc import Collection

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.net.limits import LATE_BORNE


class Lateness:
    """What is remembered of a few nodes that are asked one kind of thing."""

    def __init__(self) -> None:
        self._late: dict[NodeId, int] = {}

    def keep(self, nodes: Collection[NodeId]) -> None:
        """Forget all others."""
        self._late = {each: count for each, count in self._late.items() if each in nodes}

    def compare(self, asked: Collection[NodeId], answered: Collection[NodeId]) -> list[NodeId]:
        """Note who answered of those who were asked; return who did not too often by now."""
        if not any(each in answered for each in asked):
            return []
        for each in asked:
            step = -1 if each in answered else 1
            self._late[each] = max(0, self._late.get(each, 0) + step)
        return [each for each in asked if self._late[each] > LATE_BORNE]
