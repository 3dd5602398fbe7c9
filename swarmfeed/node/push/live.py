"""Posts of those whose feeds are kept: by the way of pushes they go into the log, as live ones.

Only what follows on what is held goes in.  A post further ahead is a hint that there is more.
"""

import structlog

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.push.posting import Verified
from swarmfeed.core.talk.words import NewEntries
from swarmfeed.errors import ForkError, PassingError, RemoteError, RetryError
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import Forked, Strained
from swarmfeed.node.ground.ground import Ground

logger = structlog.get_logger()


class Live:
    """Puts them into logs; belongs to the node's loop."""

    def __init__(self, ground: Ground, feeds: Feeds) -> None:
        self._own_feed = ground.identity.feed_id
        self._shelf = ground.shelf
        self._landing = ground.landing
        self._events = ground.events
        self._feeds = feeds

    async def take(self, verified: Verified) -> None:
        """Take an entry of somebody in whom there is interest."""
        feed_id = verified.feed_id
        if feed_id == self._own_feed:
            return
        await self._landing.settled(feed_id)
        known = self._shelf.replica(feed_id)
        if known is not None and known.size >= verified.head_size:
            return
        if known is None or not self._follows_on(verified, known.size):
            self._feeds.asking.ask_all((verified.author_id,))
            return
        told = NewEntries(
            feed_id=feed_id,
            start=verified.index,
            stored=(verified.stored,),
            signed_head=verified.posting.head,
            chunk_list=b"",
        )
        await self._extend(verified, told)

    async def _extend(self, verified: Verified, told: NewEntries) -> None:
        try:
            before, after = self._shelf.accept_entries(told)
        except PassingError as error:
            self._events.tell(Strained(error))
        except RetryError as error:
            logger.debug("head asked for instead", reason=str(error))
            self._feeds.asking.ask_all((verified.author_id,))
        except ForkError:
            self._tell_fork(told.feed_id)
        except RemoteError as error:
            logger.debug("a pushed entry is passed over", reason=str(error))
        else:
            await self._feeds.grower.grew(before, after)

    @staticmethod
    def _follows_on(verified: Verified, size: int) -> bool:
        return verified.index == size == verified.head_size - 1

    def _tell_fork(self, feed_id: FeedId) -> None:
        proof = self._shelf.fork_proof(feed_id)
        if proof is not None:
            self._feeds.fetcher.forget(feed_id)
            self._feeds.holder.tell_fork(proof)
            self._events.tell(Forked(feed_id))
