"""What an index answers of likes, boosts and quotes."""

from collections.abc import Collection
from typing import Protocol

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.reactions import OwnReaction, Reactor
from swarmfeed.core.base.types import EntryRef, FeedId


class ReactionsIndex(Protocol):
    """A part of ``ports.Index``."""

    def reactors(self, ref: EntryRef) -> list[Reactor]:
        """Who likes a post, and who boosted it, the newest first; at most PAGE_POSTS_MAX."""
        ...

    def own_reactions(self, feed_id: FeedId, index: int) -> list[OwnReaction]:
        """What the own author said of what stands at a place, is said to, or was there."""
        ...

    def reactions_left(self, limit: int, start: int = 0) -> list[OwnReaction]:
        """What the own author said of posts that are not shown here, the newest first."""
        ...

    def quoting(
        self, ref: EntryRef, limit: int, before: Cursor | None = None
    ) -> list[PostView]:
        """Posts that quote a post, newest first."""
        ...

    def quote_counts(
        self, places: Collection[tuple[FeedId, int]]
    ) -> dict[tuple[FeedId, int], int]:
        """How many quote each of these posts, up to REPLY_COUNT_MAX; what nobody quotes is left
        out."""
        ...
