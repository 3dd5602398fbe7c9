"""Our clock is looked at now and then: what it got wrong is put right, and stays so.

Three things happen to clocks.  One that runs ahead and is set back leaves entries behind that
lie ahead of it, own ones too: they are seen now.  One that was slow made everything look dated
ahead: what it did is undone once it is right.  And a wrong one is not believed against several
authors that one follows.
"""

from swarmfeed.core.asks.sentences import PUT_IN_ORDER
from swarmfeed.core.base.limits import POST_AHEAD_MS_MAX
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.limits import AUTHORS_AGREEING
from swarmfeed.core.feed.sightings import Sighting
from swarmfeed.node.ground.ground import Ground
from swarmfeed.ports import Job

CHECK_EVERY_S = 60
"""How soon after a clock was set everything stands where it belongs."""


class Timekeeper:
    """Sees to it that nothing stands ahead of our time, and nothing behind it for our fault."""

    def __init__(self, ground: Ground) -> None:
        self._index = ground.shells.index
        self._indexer = ground.indexer
        self._almanac = ground.almanac
        self._shelf = ground.shelf
        self._own_feed = ground.identity.feed_id

    def job(self) -> Job:
        return Job(name="clock", run=self.check, every_s=CHECK_EVERY_S, at_start=False)

    async def check(self) -> str:
        """Look at the clock.  PassingError: not now, and the order stays as it is."""
        own = self._shelf.replica(self._own_feed)
        own_size = own.size if own else 0
        feeds = await self._indexer.run_in_thread(lambda: self._put_in_order(own_size))
        return PUT_IN_ORDER(feeds=feeds)

    def _put_in_order(self, own_size: int) -> int:
        """Returns how many feeds were sorted anew."""
        almanac, index = self._almanac, self._index
        agreed_ms = self._agreed_ms(own_size)
        changed = set(almanac.feeds_seen()) if almanac.look(agreed_ms) else set[FeedId]()
        now_ms = almanac.now_ms()
        for feed_id in index.feeds_later_than(now_ms + POST_AHEAD_MS_MAX):
            almanac.note(feed_id, Sighting(start=0, stop=self._size(feed_id), at_ms=now_ms))
            changed.add(feed_id)
        for feed_id in changed:
            index.resort(feed_id, 0, self._size(feed_id), almanac.reckoning(feed_id))
        return len(changed)

    def _agreed_ms(self, own_size: int) -> int | None:
        """None while the index is being filled: too few would be heard, or nobody followed."""
        if self._indexer.waiting or self._size(self._own_feed) < own_size:
            return None
        return self._index.time_agreed_on(AUTHORS_AGREEING)

    def _size(self, feed_id: FeedId) -> int:
        """Entries of a feed up to the last one that is in the index."""
        ranges = self._index.indexed_ranges(feed_id)
        return ranges[-1][1] if ranges else 0
