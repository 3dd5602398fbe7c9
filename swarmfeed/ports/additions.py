"""What an index is filled with: entries that were prepared, and how they go in."""

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.reading import Packed
from swarmfeed.core.feed.sightings import PLAIN, Reckoning


class Prepared(Protocol):
    """Entries that are about to be indexed, as their index wants them."""

    @property
    def times_ms(self) -> Sequence[int]:
        """What each claims."""
        ...

    @property
    def is_plain(self) -> bool:
        """Whether all are known to be posts of nothing but text."""
        ...


Ahead = Callable[[], Packed | None]
"""Reads the run that is likely to be prepared next, if there is one."""


class Addition(Struct, frozen=True, kw_only=True):
    """Prepared entries of one feed."""

    feed_id: FeedId
    author_id: AuthorId
    start: int
    """Place of the first of them in the feed."""
    prepared: Prepared
    reckoning: Reckoning = PLAIN
    """By what times the feed's entries are sorted."""
    with_posts: bool = True
    """Without, what else was said is kept: names, follows, what was withdrawn."""
    resorted_from: int | None = None
    """From here on the feed is sorted anew: more was seen of it than when these came."""

    @property
    def end(self) -> int:
        return self.start + len(self.prepared.times_ms)
