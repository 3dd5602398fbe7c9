"""Letting people into own circles, and out of them: what follows from each."""

from collections.abc import Sequence

from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.circles.rows import OwnCircle
from swarmfeed.node.circles.book import Book
from swarmfeed.node.circles.rekeying import Rekeying
from swarmfeed.node.circles.requests import Requests
from swarmfeed.node.circles.welcoming import Welcoming


class Managing:
    """Changes who is in a circle; belongs to the node's loop."""

    def __init__(
        self, book: Book, rekeying: Rekeying, welcoming: Welcoming, requests: Requests
    ) -> None:
        self._book = book
        self._rekeying = rekeying
        self._welcoming = welcoming
        self._requests = requests

    async def let_in(self, circle: OwnCircle, people: Sequence[AuthorId]) -> None:
        """Let people read from now on.

        Where newcomers do not read back an epoch begins: what was posted in the one that is now
        they do not read.

        Raises:
            UserError, PassingError: Not now; who has a leaf already is sent their keys later.
        """
        circle = self._book.let_in(circle, people)
        for who in people:
            self._requests.settle(who)
        if not circle.reads_back:
            await self._rekeying.begin(circle)
        await self._welcoming.welcome_due()

    async def remove(self, circle: OwnCircle, author_id: AuthorId) -> None:
        """Let somebody read no longer.  Raises UserError, PassingError: not now; it is written
        down if it was at all, and then nothing is posted before the next epoch."""
        await self._rekeying.begin(self._book.take_back(circle, author_id))

    def waiting(self) -> list[AuthorId]:
        """Who asked, and waits for the person to say yes or no."""
        return [each for each in self._requests.waiting() if each not in self._book.people()]

    async def answer_people(self) -> None:
        """Send who asked and is in a circle already their keys again.  Raises as ``let_in``."""
        for who in self._book.people() & {*self._requests.waiting()}:
            if await self._welcoming.welcome_again(who):
                self._requests.settle(who)

    async def look_at_devices(self, author_id: AuthorId) -> None:
        """Somebody's certificates grew: one of their devices may have been stolen.

        The keys of their leaf are on it, so that leaf is taken back, and they have a new one.
        """
        for circle in self._book.all():
            is_in = author_id in circle.members()
            if is_in and self._book.ended_of(author_id) > circle.left.get(author_id, 0):
                without = self._book.take_back(circle, author_id)
                await self.let_in(without, [author_id])
