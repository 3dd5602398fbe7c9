"""What others wrote to the person, or did with their posts, and who follows them."""

from collections.abc import Iterable
from typing import Annotated, Final

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import Limit, PostView, ref_text
from swarmfeed.core.asks.shape import Flat, Spare
from swarmfeed.core.base.limits import PAGE_POSTS
from swarmfeed.core.base.types import AuthorId

REPLIES: Final = "replies"
MENTIONS: Final = "mentions"
QUOTES: Final = "quotes"
WRITTEN: Final = (REPLIES, MENTIONS, QUOTES)
"""Of what a post is that concerns the person; it may be of several."""

LIKES: Final = "likes"
BOOSTS: Final = "boosts"
FOLLOWS: Final = "follows"
DONE: Final = (LIKES, BOOSTS, FOLLOWS)
"""Of what a regard is, of one alone."""

REQUESTS: Final = "requests"
ASKS: Final = "asks"
ADMISSIONS: Final = "admissions"
APPROACHES: Final = (REQUESTS, ASKS, ADMISSIONS)
"""Of what an approach is: a first message of a stranger, somebody who asks to be let into a
circle, and somebody who let the person into one."""

TYPES: Final = (*WRITTEN, *DONE, *APPROACHES)


class Notification(Struct, frozen=True, kw_only=True):
    """One post of somebody else that answers the person, quotes or mentions them."""

    post: Annotated[PostView, Flat()]
    is_answer: bool
    """Whether it answers a post of the person."""
    is_mention: bool
    """Whether it holds the person's address, or names them as mentioned."""
    is_quote: bool = False
    """Whether it quotes a post of the person."""
    unread: bool = False
    """Whether it was not marked as read on this machine, and is one of the newest
    NOTIFICATIONS_COUNTED."""


class Regarding(Struct, frozen=True, kw_only=True):
    """Somebody who likes or boosted a post of the person, or follows them."""

    author_id: AuthorId
    author_name: str
    """Empty when unknown."""


class Regard(Struct, frozen=True, kw_only=True):
    """What people did, together: who likes one post of the person, who boosted it, or who began
    to follow them on one day.  Only those whose feeds are here, and who are heard."""

    type: str
    """One of DONE."""
    people: tuple[Regarding, ...]
    """The newest of them, at most REGARDING_NAMED."""
    count: int
    """How many they are; at most REGARDING_COUNTED."""
    time_ms: int
    """When the newest did it, by which it is sorted."""
    cursor: Cursor
    """Where it stands among notifications."""
    post: Annotated[PostView | None, Spare()] = None
    """The post of the person; left out where they are followed."""
    name: str
    """What marks it as read, as far as it goes now."""
    unread: bool = False
    """Whether somebody did it since it was marked as read."""


class Approach(Struct, frozen=True, kw_only=True):
    """What somebody wants of the person, or let them do: nobody else knows of it.  Who writes
    or asks stands here until the person answers."""

    type: str
    """One of APPROACHES."""
    author_id: AuthorId
    author_name: str
    """Empty when unknown."""
    time_ms: int
    """When it came, by which it is sorted."""
    cursor: Cursor
    """Where it stands among notifications."""
    words: Annotated[str, Spare()] = ""
    """The first words of the message, or the name of their circle; left out when there are
    none."""
    mark: str
    """What marks it as read."""
    unread: bool = False


AnyNotification = Notification | Regard | Approach


class NotificationList(Struct, frozen=True, kw_only=True):
    """A page of notifications, those sorted latest first."""

    notifications: tuple[Notification, ...]
    regards: tuple[Regard, ...] = ()
    """What of the page people did and did not write."""
    approaches: tuple[Approach, ...] = ()
    """What of the page is between somebody and the person alone."""
    next: Cursor | None
    """What ``before`` takes to go on; null when the list ended."""
    unread_count: int
    """Of all there are, not of this page alone; at most NOTIFICATIONS_COUNTED."""


class UnreadCount(Struct, frozen=True, kw_only=True):
    """How many notifications are unread."""

    count: int
    """At most NOTIFICATIONS_COUNTED."""


class Notifications(Ask[NotificationList], frozen=True, kw_only=True):
    """Answers to the person's posts, quotes of them, posts that mention the person, who likes
    or boosted a post of theirs, and who follows them, in all that is held here; and who wants
    to write to them, asks to be let into a circle, or let them into one."""

    name = "notifications"

    limit: Limit = PAGE_POSTS
    """At most so many, of all kinds together."""
    before: Cursor | None = None
    """Only those after this place."""
    unread: bool = False
    """Only those that are unread."""
    type: str = ""
    """Only those of one of TYPES; empty: all."""


class CountUnread(Ask[UnreadCount], frozen=True, kw_only=True):
    """How many notifications are unread."""

    name = "unread-notifications"


class MarkRead(Ask[UnreadCount], frozen=True, kw_only=True):
    """Mark notifications as read, on this machine; answers how many are still unread."""

    name = "mark-read"
    changes = True

    refs: str = ""
    """Which, with commas between: posts as FEED/INDEX, what people did by its ``name``,
    what somebody wants by its ``mark``; empty: all there are, seen or not."""


def in_order(found: NotificationList) -> list[AnyNotification]:
    """Return all kinds of a page, the latest first."""
    listed: Iterable[AnyNotification]
    listed = (*found.notifications, *found.regards, *found.approaches)
    return sorted(listed, key=_cursor_of, reverse=True)


def unread_of(listed: Iterable[AnyNotification]) -> str:
    """Return what ``MarkRead`` takes to mark those of them as read that are not."""
    return ",".join(_name_of(each) for each in listed if each.unread)


def _cursor_of(each: AnyNotification) -> Cursor:
    return each.post.cursor if isinstance(each, Notification) else each.cursor


def _name_of(each: AnyNotification) -> str:
    if isinstance(each, Approach):
        return each.mark
    return ref_text(each.post.ref) if isinstance(each, Notification) else each.name
