"""What an index answers of threads."""

from collections.abc import Collection
from typing import Protocol

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.types import EntryRef, FeedId, Hash


class ThreadsIndex(Protocol):
    """A part of ``ports.Index``."""

    def replies(
        self, answered: EntryRef, limit: int, after: Cursor | None = None
    ) -> list[PostView]:
        """Direct replies to a post, oldest first, those behind a place.  A withdrawn one is
        among them as long as something answers it."""
        ...

    def gone(self, feed_id: FeedId, index: int) -> PostView | None:
        """What is left of a reply that was withdrawn: whose it was, and where it stood."""
        ...

    def count_below(self, answered: EntryRef, limit: int) -> int:
        """Replies to a post, replies to these, and so on; counted up to a limit."""
        ...

    def newest_below(self, answered: EntryRef, limit: int) -> PostView | None:
        """The latest of these by sort time, if there are no more than the limit."""
        ...

    def within(
        self, places: Collection[tuple[FeedId, int]], tops: Collection[Hash]
    ) -> set[tuple[FeedId, int]]:
        """Those of these posts that have one of these hashes or answer what has, at whatever
        depth, as far as all that stands between is here.  Of what was withdrawn its place in
        the thread is enough.
        """
        ...
