"""What others wrote to the person: answers to their posts, and posts that mention them."""

from dataclasses import dataclass
from typing import Annotated

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import Limit, PostView
from swarmfeed.core.asks.shape import Flat
from swarmfeed.core.base.limits import PAGE_POSTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One post of somebody else that answers the person or mentions them, or both."""

    post: Annotated[PostView, Flat()]
    is_answer: bool
    """Whether it answers a post of the person."""
    is_mention: bool
    """Whether it holds the person's address, or names them as mentioned."""
    unread: bool = False
    """Whether it was not marked as read on this machine, and is one of the newest
    NOTIFICATIONS_COUNTED."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationList:
    """A page of notifications, those sorted latest first."""

    notifications: tuple[Notification, ...]
    next: Cursor | None
    """What ``before`` takes to go on; null when the list ended."""
    unread_count: int
    """Of all there are, not of this page alone; at most NOTIFICATIONS_COUNTED."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadCount:
    """How many notifications are unread."""

    count: int
    """At most NOTIFICATIONS_COUNTED."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifications(Ask[NotificationList]):
    """Answers to the person's posts and posts that mention them, in all that is held here."""

    name = "notifications"

    limit: Limit = PAGE_POSTS
    """At most so many."""
    before: Cursor | None = None
    """Only those after this place."""
    unread: bool = False
    """Only those that are unread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountUnread(Ask[UnreadCount]):
    """How many notifications are unread."""

    name = "unread-notifications"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRead(Ask[UnreadCount]):
    """Mark notifications as read, on this machine; answers how many are still unread."""

    name = "mark-read"
    changes = True

    refs: str = ""
    """Which, as FEED/INDEX with commas between; empty: all there are, seen or not."""
