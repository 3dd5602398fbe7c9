"""What a node does for its history part: take an author up, let a feed go."""

from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId
from swarmfeed.node.feeds.fetcher import Fetcher
from swarmfeed.node.feeds.finder import Finder
from swarmfeed.node.feeds.follower import Follower
from swarmfeed.node.feeds.seeder import Seeder
from swarmfeed.node.ground.interests import Interest, Interests
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.node.ground.tasks import Tasks


class NodeHands:
    """Implements ``history.custodian.Hands``."""

    def __init__(
        self,
        shelf: Shelf,
        interests: Interests,
        finder: Finder,
        follower: Follower,
        fetcher: Fetcher,
        seeder: Seeder,
        beside: Tasks,
    ) -> None:
        self._shelf = shelf
        self._interests = interests
        self._finder = finder
        self._follower = follower
        self._fetcher = fetcher
        self._seeder = seeder
        self._beside = beside

    def take_up(self, author_id: AuthorId, sources: list[Endpoint]) -> None:
        self._interests.raise_to(author_id, Interest.HISTORY)
        self._finder.hint(sources)
        for feed_id in self._shelf.feeds_of(author_id):
            if not self._shelf.is_complete(feed_id):
                self._fetcher.want(feed_id)
        # Also of those who told us before: what they said of a feed we had let go is gone.
        self._follower.ask_all([author_id])
        self._beside.spawn(self._dial())

    def let_go(self, feed_id: FeedId) -> None:
        author_id = self._shelf.author_of(feed_id)
        self._fetcher.forget(feed_id)
        self._seeder.forget(feed_id)
        self._shelf.drop_feed(feed_id)
        if author_id is not None and not self._shelf.feeds_of(author_id):
            self._interests.forget(author_id)

    async def _dial(self) -> None:
        await self._finder.connect()
