"""Whom the node cares for: from now on, no more, and again after a restart."""

from collections.abc import Sequence

from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId
from swarmfeed.errors import MendingError, PassingError
from swarmfeed.node.feeds.asking import Asking
from swarmfeed.node.feeds.fetcher import Fetcher
from swarmfeed.node.feeds.finder import Finder
from swarmfeed.node.feeds.seeder import Seeder
from swarmfeed.node.feeds.showing import Showing
from swarmfeed.node.feeds.writer import Writer
from swarmfeed.node.ground.events import Indexed, InterestRose, Relieved, Strained, Unfollowed
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.interests import (
    FETCHED,
    FOLLOWED,
    FRIEND_OF_FRIEND,
    OWN,
    Interest,
)
from swarmfeed.node.ground.tasks import in_turns
from swarmfeed.ports import KnownAuthor


class Carer:
    """Raises and lowers interests, and does what follows from it."""

    def __init__(
        self,
        ground: Ground,
        writer: Writer,
        asking: Asking,
        fetcher: Fetcher,
        seeder: Seeder,
        finder: Finder,
        showing: Showing,
    ) -> None:
        self._ground = ground
        self._writer = writer
        self._asking = asking
        self._fetcher = fetcher
        self._seeder = seeder
        self._finder = finder
        self._showing = showing

    # --- for the person ---

    async def care(self, author_id: AuthorId, interest: Interest) -> None:
        """Care for an author from now on: ask all peers, look in the DHT, fetch."""
        await self._care_for([author_id], interest)

    async def ask_around(self, author_id: AuthorId) -> None:
        """Ask everybody once more for an author, who is fetched from now on."""
        if self._ground.interests.raise_to(author_id, FETCHED):
            await self._heed([author_id])
            return
        self._take_in(author_id)
        self._ask([author_id])

    async def follow(self, author_id: AuthorId) -> None:
        await self._writer.set_follow(author_id, on=True)
        await self.care(author_id, FOLLOWED)

    async def follow_all(self, author_ids: Sequence[AuthorId]) -> list[AuthorId]:
        """Follow many; returns those who were not followed before."""
        new = await self._writer.follow_all(author_ids)
        await self._care_for(author_ids, FOLLOWED)
        return new

    async def unfollow(self, author_id: AuthorId) -> None:
        """Stop following; what is here stays readable, as far as the budget goes."""
        await self._writer.set_follow(author_id, on=False)
        self._ground.interests.lower_to(author_id, FETCHED)
        self._ground.events.tell(Unfollowed(author_id))

    def on_indexed(self, event: Indexed) -> None:
        """Another device of the person may have followed somebody, or no longer."""
        ground = self._ground
        own = ground.identity.author_id
        if event.author_id == own and len(ground.shelf.feeds_of(own)) > 1:
            ground.beside.spawn(self._heed_other_devices())

    async def _heed_other_devices(self) -> None:
        ground = self._ground
        try:
            ground.indexer.require_open()
            # What this device said itself is in the index before anybody cares.
            follows = set(ground.shells.index.follows_of(ground.identity.author_id))
        except (PassingError, MendingError):
            return  # it is looked at again at the next entry, and at the start
        cared = set(ground.interests.with_interest(FOLLOWED))
        for author_id in cared - follows:
            ground.interests.lower_to(author_id, FETCHED)
            ground.events.tell(Unfollowed(author_id))
        await self._care_for(sorted(follows - cared), FOLLOWED)

    async def _care_for(self, author_ids: Sequence[AuthorId], interest: Interest) -> None:
        ground = self._ground
        rose = [each for each in author_ids if ground.interests.raise_to(each, interest)]
        if rose:
            await self._heed(rose)

    async def _heed(self, rose: Sequence[AuthorId]) -> None:
        """Authors are cared for more than before."""
        self._ground.events.tell(InterestRose(tuple(rose)))
        async for author_id in in_turns(rose):
            self._take_in(author_id)
        self._ask(rose)

    def _ask(self, authors: Sequence[AuthorId]) -> None:
        if self._ground.settings.network:
            self._asking.ask_all(authors)
            self._ground.beside.spawn(self._finder.search_now())

    def _take_in(self, author_id: AuthorId) -> None:
        """Show and seed what is here of an author, and fetch the rest of what we know of."""
        ground = self._ground
        for feed_id in ground.shelf.feeds_of(author_id):
            self._showing.catch_up(feed_id)
            if ground.settings.network:
                self._seeder.seed_held(feed_id)
            if ground.settings.network and not ground.shelf.is_complete(feed_id):
                self._fetcher.want(feed_id)

    # --- for others ---

    def take_up(self, author_id: AuthorId, interest: Interest, sources: list[Endpoint]) -> None:
        """Fetch an author's feeds to hold them, from these nodes among others."""
        ground = self._ground
        ground.interests.raise_to(author_id, interest)
        self._finder.heard(sources)
        for feed_id in ground.shelf.feeds_of(author_id):
            if not ground.shelf.is_complete(feed_id):
                self._fetcher.want(feed_id)
        # Also of those who told us before: what they said of a feed we had let go is gone.
        self._asking.ask_all([author_id])
        ground.beside.spawn(self._finder.connect())

    def let_go(self, feed_id: FeedId) -> None:
        """Delete a feed, and fetch no more of it."""
        shelf = self._ground.shelf
        author_id = shelf.author_of(feed_id)
        self._fetcher.forget(feed_id)
        self._seeder.forget(feed_id)
        shelf.drop_feed(feed_id)
        if author_id is not None and not shelf.feeds_of(author_id):
            self._ground.interests.forget(author_id)

    # --- after a machine refused something ---

    def on_relieved(self, _: Relieved) -> None:
        """The disk takes everything again: take up what was left."""
        self._ground.beside.spawn(self._take_up_again())

    async def _take_up_again(self) -> None:
        ground = self._ground
        await self._showing.make_anew()
        try:
            ground.shelf.load_again()
        except PassingError as error:
            ground.events.tell(Strained(error))
        self.recall_others(index_is_new=False)
        ground.inventory.save()
        await self._showing.save_own_author()
        await self._showing.catch_up_all(index_is_new=False)
        self._asking.ask_all(ground.interests.all())
        if ground.settings.network:
            self.go_on()
            self._fetcher.plan()

    # --- after a restart ---

    def recall_own(self) -> None:
        self._ground.interests.raise_to(self._ground.identity.author_id, OWN)

    async def recall_followed(self) -> bool:
        """Read whom we follow out of our own feed; returns whether the index was empty of it.

        It stands in our own feed alone: after the loss of an index that goes first.
        """
        ground, own = self._ground, self._ground.identity.author_id
        own_feeds, index = ground.shelf.feeds_of(own), ground.shells.index
        index_is_new = not any(index.indexed_ranges(each) for each in own_feeds)
        for feed_id in own_feeds:
            self._showing.catch_up(feed_id)
        await ground.indexer.drain()
        for author_id in index.follows_of(own):
            ground.interests.raise_to(author_id, FOLLOWED)
        return index_is_new

    def recall_others(self, *, index_is_new: bool) -> None:
        """Find a reason for whatever else is on disk."""
        ground, remembered = self._ground, self._ground.inventory.read_before()
        for author_id in ground.shelf.author_ids() | ground.inventory.lost_authors():
            if ground.interests.of(author_id) is None:
                was_read = remembered.get(author_id)
                if was_read is None:
                    was_read = self._is_readable(author_id, index_is_new=index_is_new)
                interest = FETCHED if was_read else FRIEND_OF_FRIEND
                ground.interests.raise_to(author_id, interest)

    def go_on(self) -> None:
        """Seed what is held, and fetch what is missing, of everything on the shelf."""
        shelf, interests = self._ground.shelf, self._ground.interests
        for feed_id in shelf.feed_ids():
            self._seeder.seed_held(feed_id)
            author_id = shelf.author_of(feed_id)
            may_fetch = author_id is not None and interests.may_fetch(author_id, feed_id)
            if may_fetch and not shelf.is_complete(feed_id):
                self._fetcher.want(feed_id)

    def _is_readable(self, author_id: AuthorId, *, index_is_new: bool) -> bool:
        """Whether an author was fetched to be read, not only held for friends.

        If the ledger does not say, only the index knows that; a new one takes all that is here
        whole for fetched, because what could be read before its loss has to stay readable.
        """
        shelf = self._ground.shelf
        if index_is_new:
            return all(shelf.is_complete(each) for each in shelf.feeds_of(author_id))
        known = self._ground.shells.index.author(author_id) or KnownAuthor()
        return known.post_count > 0
