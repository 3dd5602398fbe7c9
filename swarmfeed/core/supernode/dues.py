"""When what is due of many things whose times change: found without a walk over all of them."""

import heapq
from collections.abc import Callable

from swarmfeed.core.base.types import Hash


class Dues:
    """The times that were set, the next one first; one that no longer holds is passed over.

    Each costs a tuple until it has come, which is a second at most for what is spread.
    """

    def __init__(self, due_ms: Callable[[Hash], int | None]) -> None:
        """``due_ms`` says when something is due by now; None: no more."""
        self._due_ms = due_ms
        self._heap: list[tuple[int, Hash]] = []

    def set(self, what: Hash, at_ms: int) -> None:
        """Something is due then, if not before."""
        heapq.heappush(self._heap, (at_ms, what))

    def next_ms(self) -> int | None:
        """When the next thing is due; None: nothing is."""
        while self._heap:
            at_ms, what = self._heap[0]
            if self._holds(what, at_ms):
                return at_ms
            heapq.heappop(self._heap)
        return None

    def take(self, now_ms: int) -> Hash | None:
        """What is due by now, longest due first; it is to be seen to, or set anew."""
        at_ms = self.next_ms()
        if at_ms is None or at_ms > now_ms:
            return None
        return heapq.heappop(self._heap)[1]

    def _holds(self, what: Hash, at_ms: int) -> bool:
        due_ms = self._due_ms(what)
        return due_ms is not None and due_ms <= at_ms
