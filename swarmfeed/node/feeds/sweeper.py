"""Sees to it that texts that are gone leave nothing behind: in the index, and beside the feeds.

Looked for every few seconds, so that many withdrawals in a row are one sweep.  The index is
never swept in the loop: a step waits its turn in the thread that writes, among new posts.
"""

import asyncio
from contextlib import suppress
from typing import Final

from swarmfeed.core.asks.withdrawal_sentences import NOTHING_TO_SWEEP, SWEPT
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.feed.withdrawal import named_in
from swarmfeed.errors import MendingError
from swarmfeed.node.ground.events import ChunkKept, HeadGrew
from swarmfeed.node.ground.ground import Ground
from swarmfeed.ports import Job

SWEEP_EVERY_S: Final = 5.0
"""A text is to be gone 20 s after its withdrawal came: a look, a second of merging, the log."""


class Sweeper:
    """Sweeps the index, and the folders of feeds that took something back."""

    def __init__(self, ground: Ground) -> None:
        self._index = ground.shells.index
        self._logs = ground.shells.logs
        self._shelf = ground.shelf
        self._indexer = ground.indexer
        self._feeds: set[FeedId] = set()
        """Whose folders are to be swept."""
        self._is_begun = False

    def job(self) -> Job:
        return Job(name="sweep", run=self.sweep, every_s=SWEEP_EVERY_S)

    def on_head(self, event: HeadGrew) -> None:
        """A feed grew: it may have taken something back."""
        if takes_back(event.before, event.after):
            self._feeds.add(event.after.feed_id)

    def on_chunk(self, event: ChunkKept) -> None:
        """A chunk was fetched: what it took the place of may hold what it does not."""
        replica = self._shelf.replica(event.feed_id)
        if replica and not self._logs.held(event.feed_id) <= replica.chunks().keys():
            self._feeds.add(event.feed_id)

    async def sweep(self) -> str:
        """Sweep until nothing is left.  PassingError: not now, and the next time goes on."""
        # An index that is damaged is set aside and made anew, and then there is more to sweep.
        with suppress(MendingError):
            if not self._is_begun:
                # Beside feeds that took something back before, a crash may have left something.
                before = await asyncio.to_thread(self._index.feeds_with_withdrawals)
                self._feeds.update(before)
                self._is_begun = True
            feeds = await self._sweep_feeds()
            steps = await self._sweep_index()
            if feeds or steps:
                return SWEPT(feeds=feeds, steps=steps)
        return NOTHING_TO_SWEEP()

    async def _sweep_feeds(self) -> int:
        swept = 0
        for feed_id in sorted(self._feeds):
            if self._shelf.replica(feed_id) is not None:
                self._logs.erase(feed_id)
                swept += 1
            self._feeds.discard(feed_id)
            await asyncio.sleep(0)  # it waited for the disk: others first, then the next
        return swept

    async def _sweep_index(self) -> int:
        if not await asyncio.to_thread(self._index.is_to_sweep):
            return 0
        self._indexer.require_open()
        steps = 1
        while await self._indexer.run_in_thread(self._index.sweep):
            steps += 1
        return steps


def takes_back(before: Replica | None, after: Replica) -> bool:
    """Whether a newer replica lacks bodies that an older one may have."""
    if before is None:
        return False
    if before.chunk_list != after.chunk_list:
        known, newest = before.chunks(), after.chunks()
        if any(known[span] != newest[span] for span in known.keys() & newest.keys()):
            return True
    new = max(before.size - after.tail_start, 0)
    return bool(named_in(after.tail[new:], after.tail_start + new))
