"""Several feeds that grow at once: each as ever, and their syncs side by side."""

from abc import abstractmethod
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Final

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.grown import Grown
from swarmfeed.core.feed.replica import Replica
from swarmfeed.errors import PassingError
from swarmfeed.shell.disk.chunklogs import ChunkLogs

GROWN_AT_ONCE: Final = 8
"""Feeds that are written side by side: a file system brings what is synced at the same time to
the disk in one go, so eight take little longer than two."""


class GrowingLogs(ChunkLogs):
    """Implements ``grow_together`` of ``ports.Logs`` by what it says of one feed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._growers = ThreadPoolExecutor(GROWN_AT_ONCE, "grow")

    @abstractmethod
    def replace(self, replica: Replica) -> None: ...

    @abstractmethod
    def extend(self, replica: Replica, start: int) -> None: ...

    def grow_together(self, grown: Sequence[Grown]) -> dict[FeedId, PassingError]:
        """As in ``ports.Logs``."""
        writing = {each.feed_id: self._growers.submit(self._grow, each) for each in grown}
        assert len(writing) == len(grown), "a feed is written by one thread"
        wait(writing.values())
        refused = {}
        for feed_id, written in writing.items():
            match written.exception():
                case None:
                    continue
                case PassingError() as error:
                    refused[feed_id] = error
                case error:
                    raise error
        return refused

    def _grow(self, grown: Grown) -> None:
        """Touches nothing but one feed: who waits for it touches none meanwhile."""
        if grown.after.chunk_list == grown.before.chunk_list:
            self.extend(grown.after, grown.start)
            return
        self.replace(grown.after)
        for span, chunk in grown.chunks:
            try:
                self.write_chunk(grown.feed_id, span, chunk)
            except PassingError:
                return  # the feed is kept; the swarm brings the chunk
