"""Tasks that run beside the rest, and end with the node."""

import asyncio
from collections.abc import Coroutine


class Tasks:
    """Keeps hold of running tasks: the loop itself would let them be collected."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[object]] = set()

    def __len__(self) -> int:
        return len(self._running)

    def spawn(self, work: Coroutine[None, None, object]) -> None:
        """Run something beside until it ends, or ``stop`` is called; what it returns is lost."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def stop(self) -> None:
        """Cancel what runs, and return when all has ended."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
