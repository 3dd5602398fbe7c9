"""What is to be written down soon, and nobody waits for: all that waits goes in together.

put --> waits --> one transaction --> ``then`` of each

A thing stands here once, in its newest form.  Its loss can be borne: it is heard again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Final

from swarmfeed.ports import Index

NOTES_MAX: Final = 10_000
"""Most things that wait, a few hundred bytes each; those beyond are passed over."""

Call = Callable[[], object]


class Notes:
    """Things to write, each under a key; belongs to the node's loop."""

    def __init__(
        self,
        index: Index,
        write: Callable[[Call], Awaitable[bool]],
        turn: Callable[[], Awaitable[object]],
    ) -> None:
        """``write`` runs a call in the thread that may write, and returns whether it was done;
        ``turn`` is waited for before, while others come."""
        self._index = index
        self._write = write
        self._turn = turn
        self._waiting: dict[Hashable, tuple[Call, Call]] = {}
        self._changed = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def put(self, key: Hashable, call: Call, then: Call) -> None:
        """Write something soon, in the place of what waits under the same key.

        Args:
            call: Writes it.
            then: Called in the loop, once it is written.
        """
        if key in self._waiting or len(self._waiting) < NOTES_MAX:
            self._waiting[key] = call, then
            self._changed.set()
            self._idle.clear()

    async def drain(self) -> None:
        """Return when nothing waits."""
        await self._idle.wait()

    async def run(self) -> None:
        """Write what comes, until cancelled."""
        while True:
            await self._changed.wait()
            await self._turn()
            self._changed.clear()
            notes, self._waiting = list(self._waiting.values()), {}
            if await self._write(lambda: self._write_all([call for call, _ in notes])):  # noqa: B023  # waited for
                for _, then in notes:
                    then()
            if not self._waiting:
                self._idle.set()

    def _write_all(self, calls: list[Call]) -> None:
        with self._index.together():
            for call in calls:
                call()
