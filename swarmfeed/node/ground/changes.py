"""What a live page is told: numbered changes, to any number of listeners."""

import asyncio
from collections.abc import AsyncIterator

from swarmfeed.core.asks.views import Change
from swarmfeed.core.base.limits import EVENT_BACKLOG_MAX


class Changes:
    """Hands every change to every listener; a listener that falls behind loses the oldest."""

    def __init__(self) -> None:
        self._number = 0
        self._listeners: set[asyncio.Queue[Change]] = set()

    def tell(self, name: str, **fields: str | int) -> None:
        """Tell all listeners; called in the node's loop."""
        self._number += 1
        change = Change(name, self._number, fields)
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(change)

    async def listen(self) -> AsyncIterator[Change]:
        """Yield changes from now on, until the listener is closed."""
        queue: asyncio.Queue[Change] = asyncio.Queue(EVENT_BACKLOG_MAX)
        self._listeners.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.discard(queue)
