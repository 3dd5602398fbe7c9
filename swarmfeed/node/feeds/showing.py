"""What of the held feeds a person can read: the index, filled from the logs and cut again."""

from swarmfeed.core.base.ranges import subtract
from swarmfeed.core.base.types import FeedId
from swarmfeed.node.ground.events import CertificatesGrew, FeedCut
from swarmfeed.node.ground.ground import Ground


class Showing:
    """Sees to it that the index has what is held, and nothing that its author has left."""

    def __init__(self, ground: Ground) -> None:
        self._identity = ground.identity
        self._shelf = ground.shelf
        self._index = ground.shells.index
        self._indexer = ground.indexer
        self._interests = ground.interests
        self._events = ground.events
        self._beside = ground.beside

    async def save_own_author(self) -> None:
        """Tell the index who we are: the person's follows are those of that author."""
        own = self._identity.author_id
        await self._indexer.note(lambda: self._index.save_own_author(own))

    def catch_up(self, feed_id: FeedId) -> None:
        """Index what is held and not indexed yet, newest first."""
        author_id = self._shelf.author_of(feed_id)
        if author_id is None or not self._interests.is_read(author_id):
            return
        done = self._index.indexed_ranges(feed_id)
        for start, end in self._shelf.held_ranges(feed_id):
            for first, stop in subtract(start, end, done):
                self._indexer.add(feed_id, author_id, first, stop)

    async def catch_up_all(self) -> None:
        """Cut and fill the index for everything that is on the shelf."""
        for feed_id in self._shelf.feed_ids():
            await self.cut(feed_id)
            self.catch_up(feed_id)

    async def cut(self, feed_id: FeedId) -> None:
        """See to it that nothing is shown of a feed that its author has left by then."""
        author_id = self._shelf.author_of(feed_id)
        if author_id is not None and await self._indexer.cut(feed_id, author_id):
            self.catch_up(feed_id)
            self._events.tell(FeedCut(feed_id))

    def on_certificates(self, event: CertificatesGrew) -> None:
        """An author said more about their feeds: show what is theirs."""
        for feed_id in self._shelf.feeds_of(event.author_id):
            if self._shelf.end_of(feed_id) is not None:
                self._beside.spawn(self.cut(feed_id))

    async def reindex(self) -> int:
        """Empty the index and fill it from the logs; returns the number of entries."""
        await self._indexer.drain()
        await self._indexer.run_in_thread(self._index.clear)
        await self.save_own_author()
        for feed_id in self._shelf.feed_ids():
            self.catch_up(feed_id)
        await self._indexer.drain()
        return sum(self._shelf.entries_held(each) for each in self._shelf.feed_ids())
