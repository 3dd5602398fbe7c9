"""New epochs of own circles: at each removal, weekly anyway, and before a newcomer reads.

The order that no power cut turns round: who was removed is written down, then the rekey is in
the log, then it counts.  In between nothing is written for the circle, and at the next start
the digest of who was removed says that an epoch is due.
"""

import asyncio

from swarmfeed.core.base.limits import KEY_BYTES
from swarmfeed.core.circles.keyring import EpochKey, Keyring
from swarmfeed.core.circles.limits import REKEY_EVERY_MS
from swarmfeed.core.circles.rekey import seal_epoch
from swarmfeed.core.circles.rows import EpochRow, OwnCircle
from swarmfeed.node.circles.book import Book
from swarmfeed.node.feeds.writer import Writer
from swarmfeed.node.ground.ground import Ground


class Rekeying:
    """Begins epochs; belongs to the node's loop."""

    def __init__(self, ground: Ground, writer: Writer, book: Book, keyring: Keyring) -> None:
        self._device = ground.identity.feed_id
        self._clock = ground.shells.clock
        self._dice = ground.shells.dice
        self._writer = writer
        self._book = book
        self._keyring = keyring
        self._beginning = asyncio.Lock()

    async def make_ready(self, circle: OwnCircle) -> EpochRow:
        """Return the epoch that is written under now; a new one if somebody was removed since.

        Raises:
            UserError: Nothing may be signed.
            PassingError: Not now.
        """
        async with self._beginning:
            circle = self._book.with_tree(self._book.get(circle.circle_id) or circle)
            return circle.newest() or await self._begin(circle)

    async def begin(self, circle: OwnCircle) -> EpochRow:
        """Begin an epoch, whether one is due or not.  Raises as ``make_ready``."""
        async with self._beginning:
            circle = self._book.with_tree(self._book.get(circle.circle_id) or circle)
            return await self._begin(circle)

    async def begin_due(self) -> int:
        """Begin those that are due; returns how many.  Raises as ``make_ready``."""
        due = [circle for circle in self._book.all() if self._is_due(circle)]
        for circle in due:
            await self.begin(circle)
        return len(due)

    def _is_due(self, circle: OwnCircle) -> bool:
        if not circle.epochs:
            return False  # nothing was written for it yet
        newest = circle.newest()
        if newest is None or self._book.is_known_to_ended(circle):
            return True
        return not 0 <= self._clock.now_ms() - newest.time_ms < REKEY_EVERY_MS

    async def _begin(self, circle: OwnCircle) -> EpochRow:
        name, key = self._book.name_of(circle), self._dice(KEY_BYTES)
        before = self._keyring.newest(name)
        epoch = max(circle.next_epoch(), before.epoch + 1 if before else 0)
        bodies = seal_epoch(
            self._device,
            epoch,
            key,
            circle.node_keys(),
            before=before.key if before is not None and circle.reads_back else None,
            dice=self._dice,
        )
        await self._writer.publish_all(bodies)
        row = EpochRow(
            epoch=epoch,
            key=key,
            removed=circle.removed_digest(),
            time_ms=self._clock.now_ms(),
        )
        self._book.note_epoch(circle, row)
        self._keyring.add(EpochKey(circle=name, epoch=epoch, key=key))
        return row
