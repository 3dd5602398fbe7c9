"""What a supernode remembers of the network: recent posts, each with what proves it."""

from collections.abc import Collection, Sequence
from typing import Protocol

from msgspec import Struct

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.matching import Called
from swarmfeed.core.feed.proven import Checked, ProvenApart, ProvenPost
from swarmfeed.core.feed.spot import Spot
from swarmfeed.core.words.query import SearchQuery


class RecentPost(Struct, frozen=True, kw_only=True):
    """A post as it is kept."""

    proven: ProvenPost
    checked: Checked
    """What it proves."""


class Looked(Struct, frozen=True, kw_only=True):
    """Entries [start, end) of a feed on disk that were looked through."""

    feed_id: FeedId
    start: int
    end: int
    withdrawn: tuple[int, ...] = ()
    """Posts of the feed that are its author's no more."""
    profile: ProvenApart | None = None
    """How its author is called, where that stands there."""


class RecentHits(Struct, frozen=True, kw_only=True):
    """What a search found."""

    hits: tuple[ProvenPost, ...]
    """Newest first, or the best first where the search asks for that."""
    more: bool
    """Whether there are more than there was room for."""


class Recent(Protocol):
    """Recent posts, searched by their words.  A cache: it may be deleted at any time.

    Writing methods are called from one thread at a time, ``search`` from any.  Each may raise
    PassingError: not now; and MendingError: it was damaged, and is to be begun anew.
    """

    def open(self, bytes_max: int) -> None:
        """Begin to keep posts, so many bytes of them; what was kept before is there again,
        unless it is damaged: then nothing is."""
        ...

    def begin_anew(self) -> None:
        """Look again at what met damage; if it is damaged, or was looked at before, it is
        deleted, and there is nothing."""
        ...

    def release_memory(self) -> None:
        """Let go of what is kept at hand only to be faster; safe while it is closed."""
        ...

    def close(self) -> None:
        """Keep nothing more, until it is opened again.  Safe to call twice."""
        ...

    def add(self, posts: Sequence[RecentPost], today: int, looked: Looked | None = None) -> int:
        """Keep posts of the last WINDOW_DAYS; a known one is replaced by one that was edited.

        Of one author and day only the newest AUTHOR_POSTS_A_DAY stay.  Days that are older, or
        for which there is no room, go whole.

        Args:
            posts: In any order.
            today: Days since 1970.
            looked: What they were found in, if that was a feed on disk; what was withdrawn
                there is forgotten.

        Returns:
            How many were not there.
        """
        ...

    def amend(self, feed_id: FeedId, index: int, edit: ProvenApart) -> bool:
        """Give a post that is kept a text that its author gave it since.

        Returns:
            Whether the post is here; an older text than it has changes nothing.
        """
        ...

    def drop_feed(self, feed_id: FeedId) -> None:
        """Forget all posts of a feed, and that it was looked through."""
        ...

    def looked_through(self) -> dict[FeedId, int]:
        """Of feeds on disk, how many of their first entries were looked through."""
        ...

    def places(
        self, feed_id: FeedId, certificates: Sequence[bytes], start: int, end: int
    ) -> frozenset[int]:
        """Which of the entries [start, end) of a feed are posts that are kept; none where other
        certificates than these prove whose it is: they may say that it ended before."""
        ...

    def first_day(self) -> int:
        """The oldest day there was room for, since 1970; 0: there was for all."""
        ...

    def search(
        self, query: SearchQuery, called: Called, before: Spot | None, limit: int
    ) -> RecentHits:
        """Return posts that a query asks for, behind a place.

        Raises:
            UserError: It takes too long.
        """
        ...

    def newest(self, before: Spot | None, limit: int) -> RecentHits:
        """Return posts behind a place, whatever they say, newest first."""
        ...

    def on_drawers(
        self, drawers: Collection[int], before: Spot | None, limit: int
    ) -> RecentHits:
        """Return posts in any of these drawers (``core.partition.keys``), newest first."""
        ...

    def people(self, typed: str, limit: int) -> tuple[ProvenPost, ...]:
        """Return profiles of authors of posts that are kept, of those who are called so
        (``core.lookup.people``); each stands in a post's place."""
        ...

    def count(self) -> int:
        """How many posts are kept."""
        ...

    def disk_bytes(self) -> int: ...
