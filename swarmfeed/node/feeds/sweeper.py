"""Sees to it that texts that are gone leave nothing behind in what is derived from the logs.

Looked for every few seconds, so that many withdrawals in a row are one sweep; and never in the
loop: a step waits its turn in the thread that writes into the index, among new posts.
"""

import asyncio
from contextlib import suppress
from typing import Final

from swarmfeed.core.asks.withdrawal_sentences import NOTHING_TO_SWEEP, SWEPT
from swarmfeed.errors import MendingError
from swarmfeed.node.ground.ground import Ground
from swarmfeed.ports import Job

SWEEP_EVERY_S: Final = 5.0
"""A text is to be gone 20 s after its withdrawal came: a look, a second of merging, the log."""


class Sweeper:
    """Sweeps the index."""

    def __init__(self, ground: Ground) -> None:
        self._index = ground.shells.index
        self._indexer = ground.indexer

    def job(self) -> Job:
        return Job(name="sweep", run=self.sweep, every_s=SWEEP_EVERY_S)

    async def sweep(self) -> str:
        """Sweep until nothing is left.  PassingError: not now, and the next time goes on."""
        steps = 0
        # An index that is damaged is set aside and made anew, and then there is more to sweep.
        with suppress(MendingError):
            if not await asyncio.to_thread(self._index.is_to_sweep):
                return NOTHING_TO_SWEEP()
            self._indexer.require_open()
            while await self._indexer.run_in_thread(self._index.sweep):
                steps += 1
        return SWEPT(steps=steps + 1)
