"""In which order news go into the index: a person sees the newest posts before all the rest.

first 50 feeds told: their newest posts at once --> then what is left of them, and all others
"""

from collections.abc import Iterator, Sequence

import structlog

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.catchup.limits import FIRST_FEEDS, FIRST_POSTS
from swarmfeed.core.catchup.news import newest
from swarmfeed.core.feed.grown import Grown
from swarmfeed.errors import DamageError, PassingError
from swarmfeed.node.ground.events import Strained
from swarmfeed.node.ground.ground import Ground

logger = structlog.get_logger()

Range = tuple[FeedId, AuthorId, int, int]
"""Entries of a feed, with its author: start and end."""


class NewestFirst:
    """Puts the news of one answer into the index."""

    def __init__(self, ground: Ground) -> None:
        self._shelf = ground.shelf
        self._interests = ground.interests
        self._indexer = ground.indexer
        self._events = ground.events
        self._first_left = FIRST_FEEDS
        self._later: list[Range] = []
        self._has_ended = False

    async def show(self, kept: Sequence[tuple[Grown, Sequence[bytes]]]) -> None:
        """Show the newest of these entries, which are on disk, and soon the others."""
        first: dict[FeedId, int] = {}
        if self._first_left > 0:
            first = newest(kept, FIRST_POSTS)
        self._first_left -= len(kept)
        now = list[Range]()
        for each, _ in kept:
            middle = first.get(each.feed_id, each.after.size)
            for feed_id, author_id, start, end in self._held(each):
                if max(start, middle) < end:
                    now.append((feed_id, author_id, max(start, middle), end))
                if start < min(middle, end):
                    self._later.append((feed_id, author_id, start, min(middle, end)))
        await self._show_now(now)
        if self._first_left <= 0 or self._has_ended:
            self._show_later()

    def end(self) -> None:
        """Nothing newer comes: show what waits."""
        self._has_ended = True
        self._show_later()

    # --- inside ---

    async def _show_now(self, ranges: Sequence[Range]) -> None:
        try:
            await self._indexer.index_all_now(ranges)
        except PassingError as error:
            # They are saved all the same, and indexed when the node is relieved.
            self._events.tell(Strained(error))
        except DamageError as error:
            logger.debug("entries not indexed yet", reason=str(error))

    def _show_later(self) -> None:
        later, self._later = self._later, []
        for entries in later:
            self._indexer.add(*entries)

    def _held(self, grown: Grown) -> Iterator[Range]:
        """Yield the new entries that are on disk, of an author who is shown.

        A chunk that was sealed meanwhile may be missing: the swarm brings it.
        """
        feed_id, author_id = grown.feed_id, self._shelf.author_of(grown.feed_id)
        if author_id is None or not self._interests.is_indexed(author_id):
            return
        for start, end in self._shelf.held_ranges(feed_id):
            if end > grown.start:
                yield feed_id, author_id, max(start, grown.start), min(end, grown.after.size)
