"""Work beside the rest: tasks that end with the node, and long work that lets others in."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from typing import Any, Final, TypeVar

T = TypeVar("T")

FEEDS_AT_ONCE: Final = 50
"""Feeds looked at before others have their turn: about two milliseconds."""


async def in_turns(feeds: Iterable[T], times: int = 1) -> AsyncIterator[T]:
    """Go over feeds, or what is as long to look at, and let others run after each few.

    Args:
        times: How much sooner each is looked at: so many more are looked at in one go.
    """
    for number, each in enumerate(feeds, start=1):
        yield each
        if number % (FEEDS_AT_ONCE * times) == 0:
            await asyncio.sleep(0)


class Tasks:
    """Keeps hold of running tasks: the loop itself would let them be collected."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._running)

    def spawn(self, work: Coroutine[None, None, T]) -> asyncio.Task[T]:
        """Run something beside until it ends, or ``stop`` is called."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def stop(self) -> None:
        """Cancel what runs, and return when all has ended."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
