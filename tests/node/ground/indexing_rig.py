"""An indexer with an index that remembers what it was given."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from street.fakes.clock import FakeClock
from street.fakes.index import FakeIndex
from street.fakes.ledger import FakeLedger
from street.fakes.logs import FakeLogs
from swarmfeed.core.base.types import AuthorId, FeedId, Hash
from swarmfeed.core.feed.sightings import PLAIN, Reckoning
from swarmfeed.errors import FatalError, PassingError
from swarmfeed.node.ground.almanac import Almanac
from swarmfeed.node.ground.events import Events, Fatal, Indexed, Strained, listens
from swarmfeed.node.ground.extents import Extents
from swarmfeed.node.ground.indexer import Indexer
from swarmfeed.node.ground.interests import Interests
from swarmfeed.node.ground.memory import Bookkeeper

from tests.node.rig import Scribe, new_shelf

NOTHING = (FeedId(bytes(32)), AuthorId(bytes(32)), 0, (), ())


class NotedIndex(FakeIndex):
    """Remembers which ranges it was given, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[tuple[int, int]] = []
        self.without_posts: list[tuple[int, int]] = []
        self.error: Exception | None = None
        self.room = 1_000
        """How many ranges it takes, until the disk is full."""

    def add_entries(
        self,
        feed_id: FeedId,
        author_id: AuthorId,
        start: int,
        stored: Sequence[bytes],
        hashes: Sequence[Hash],
        *,
        reckoning: Reckoning = PLAIN,
        with_posts: bool = True,
    ) -> int:
        if self.error is not None:
            raise self.error
        if len(self.given) == self.room:
            raise PassingError("the disk is full", "full")
        self.given.append((start, start + len(stored)))
        if not with_posts:
            self.without_posts.append((start, start + len(stored)))
        return len(stored)


class Rig:
    def __init__(
        self, tmp_path: Path, size: int, *, budget_bytes: int = 10**9, text: str = ""
    ) -> None:
        shelf, self.logs = new_shelf(tmp_path)
        self.shelf = shelf
        self.budget_bytes = budget_bytes
        self.anna = Scribe(1)
        self.anna.grow_to(size, text)
        shelf.accept_offer(self.anna.offer())
        self.anna.give_all(self.logs)
        self.index = NotedIndex()
        self.told: list[int] = []
        self.end: int | None = None
        self.fatal: list[FatalError] = []
        self.strained: list[str] = []
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self.events = Events()
        self.events.connect(
            [
                listens(Indexed, lambda event: self.told.append(event.added)),
                listens(Fatal, lambda event: self.fatal.append(event.error)),
                listens(Strained, lambda event: self.strained.append(event.error.trouble)),
            ]
        )
        self.indexer = self.new(self.logs, self.index)

    def new(self, logs: FakeLogs, index: FakeIndex) -> Indexer:
        return Indexer(
            logs,
            index,
            Almanac(Bookkeeper(FakeLedger()), FakeClock()),
            lambda _: self.end,
            self.events,
            self.may_go_on.wait,
            Extents(logs, self.shelf, Interests(), AuthorId(bytes(32)), self.budget_bytes),
        )

    def add(self, start: int, end: int) -> None:
        self.indexer.add(self.anna.feed_id, self.anna.author_id, start, end)

    def note_transactions(self) -> list[int]:
        """How many ranges went in by each transaction of several, from now on."""
        counts: list[int] = []
        together = self.index.together

        @contextmanager
        def noted(*, in_order: bool = False) -> Iterator[None]:
            before = len(self.index.given)
            with together(in_order=in_order):
                yield
            if not in_order:
                counts.append(len(self.index.given) - before)

        self.index.together = noted  # type: ignore[method-assign]  # to be asked how often
        return counts

    def drain(self) -> None:
        async def work() -> None:
            self.indexer.start()
            await self.indexer.drain()
            await self.indexer.stop()

        asyncio.run(work())
