"""Letters to who is in a circle: the keys of their leaf, and of the epoch that is now.

A leaf is given out first, and its letter follows; whom none can be written to now is owed one,
and it is tried again.  A power cut in between sends one letter twice, which does no harm.
"""

from collections.abc import Iterable
from itertools import islice

from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.circles.letters import WELCOME, Admission, write_welcome
from swarmfeed.core.circles.limits import WELCOME_AGAIN_MS, WELCOMES_AT_ONCE
from swarmfeed.core.circles.rows import OwnCircle, Tree
from swarmfeed.core.circles.tree import path_keys
from swarmfeed.errors import RetryError, UserError
from swarmfeed.node.circles.book import Book
from swarmfeed.node.circles.rekeying import Rekeying
from swarmfeed.node.ground.ground import Ground


class Welcoming:
    """Writes to people of own circles; belongs to the node's loop."""

    def __init__(self, ground: Ground, book: Book, rekeying: Rekeying) -> None:
        self._clock = ground.shells.clock
        self._letters = ground.letters
        self._book = book
        self._rekeying = rekeying
        self._again_ms: dict[AuthorId, int] = {}

    async def welcome_due(self, most: int = WELCOMES_AT_ONCE) -> int:
        """Write to who is owed a letter by this device; returns how many it wrote to."""
        count = 0
        for circle in self._book.all():
            for tree in circle.live:
                if tree.row.device == self._book.device and count < most:
                    count += await self._welcome(circle, tree, most - count)
        return count

    async def welcome_again(self, author_id: AuthorId) -> bool:
        """Send somebody who is in circles their keys again, once an hour; returns whether they
        were sent.

        Raises:
            UserError, PassingError: Not now.
        """
        now_ms, done = self._clock.monotonic_ms(), set[int]()
        if now_ms - self._again_ms.get(author_id, -WELCOME_AGAIN_MS) < WELCOME_AGAIN_MS:
            return False
        for circle in self._book.all():
            for tree, leaf in circle.leaves_of(author_id):
                done |= await self._write(circle, tree, [leaf])
        if done:
            self._again_ms[author_id] = now_ms
        return bool(done)

    async def _welcome(self, circle: OwnCircle, tree: Tree, most: int) -> int:
        new = range(tree.welcomed, len(tree.people))
        due = [leaf for leaf in (*new, *sorted(tree.owed)) if leaf not in tree.removed]
        chosen = list(islice(due, most))
        if not due and not new:
            return 0
        done = await self._write(circle, tree, chosen)
        looked_at = max([leaf + 1 for leaf in chosen if leaf >= tree.welcomed], default=0)
        count = len(tree.people) if len(chosen) == len(due) else max(tree.welcomed, looked_at)
        owed = frozenset({*tree.owed, *chosen} - done - tree.removed)
        if (count, owed) != (tree.welcomed, tree.owed):
            self._book.note_welcomed(circle, tree, count, owed)
        return len(done)

    async def _write(self, circle: OwnCircle, tree: Tree, leaves: Iterable[int]) -> set[int]:
        """Write to the people with these leaves; returns those that took a letter."""
        epoch = await self._rekeying.make_ready(circle)
        done = set()
        for leaf in leaves:
            admission = Admission(
                circle_id=circle.circle_id,
                epoch=epoch.epoch,
                tree_id=tree.tree_id,
                key=epoch.key,
                leaf=leaf,
                name=circle.name,
                path=b"".join(path_keys(tree.row.seed, leaf)),
            )
            try:
                await self._letters.send(tree.people[leaf], WELCOME, write_welcome(admission))
            except (RetryError, UserError):
                continue  # nothing is known yet to write to them
            done.add(leaf)
        return done
