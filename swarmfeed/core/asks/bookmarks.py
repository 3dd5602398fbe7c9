"""Bookmarks: posts that a person wants to find again, which nobody but they know."""

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.posts import Limit, PostView
from swarmfeed.core.base.limits import PAGE_POSTS


class AddBookmark(Ask[PostView], frozen=True, kw_only=True):
    """Keep a post among the bookmarks, on all own devices; nobody hears of it."""

    name = "bookmark"
    changes = True

    ref: str
    """The post, named as ``show`` takes it."""


class RemoveBookmark(Ask[PostView], frozen=True, kw_only=True):
    """Take a post out of the bookmarks."""

    name = "unbookmark"
    changes = True

    ref: str
    """The post, named as ``show`` takes it."""


class BookmarkedPosts(Struct, frozen=True, kw_only=True):
    """A page of bookmarks, the last one first."""

    posts: tuple[PostView, ...]
    count: int
    """Of all, also those that are not here now."""
    missing: int
    """How many of this page are not on this machine, or were withdrawn."""
    next: int | None
    """What ``start`` takes to go on; null when the list ended."""


class Bookmarks(Ask[BookmarkedPosts], frozen=True, kw_only=True):
    """The posts that the person bookmarked, on any of their devices."""

    name = "bookmarks"

    limit: Limit = PAGE_POSTS
    """At most so many."""
    start: int = 0
    """How many of the last ones are left out."""
