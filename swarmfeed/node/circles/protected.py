"""Which feeds have protected entries: most have none, and there is nothing to look for."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.circles.limits import FEEDS_AT_ONCE
from swarmfeed.core.feed.sealed_kinds import ProtectedBody
from swarmfeed.errors import MendingError, PassingError
from swarmfeed.ports import Index


class ProtectedFeeds:
    """Asks the index, and remembers which have none until something comes that may be one.

    Belongs to the node's loop: a post is no reason to ask a thread whether it was another.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._without: set[FeedId] = set()
        self._forgotten = 0
        """How often something was forgotten: what was asked before says nothing of that."""

    def forget(self, feed_ids: Iterable[FeedId]) -> None:
        """Something came of these feeds, or they go."""
        self._without.difference_update(feed_ids)
        self._forgotten += 1

    async def among(self, feed_ids: Sequence[FeedId]) -> set[FeedId]:
        """Those that have any; where the index cannot say it now, it is asked again later."""
        found = set[FeedId]()
        unknown = [each for each in feed_ids if each not in self._without]
        for at in range(0, len(unknown), FEEDS_AT_ONCE):
            some, before = unknown[at : at + FEEDS_AT_ONCE], self._forgotten
            with suppress(PassingError, MendingError):
                having = await asyncio.to_thread(
                    self._index.feeds_with, ProtectedBody.kind, some
                )
                found |= having
                if self._forgotten == before:
                    self._without.update(each for each in some if each not in having)
        return found
