"""Notifications, one by one and in groups, and how far they were read.

What somebody wrote is one notification; what several did with one post, or on one day, is a
group of several.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Final

from msgspec import Struct
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.notifications import (
    ASKS,
    BOOSTS,
    FOLLOWS,
    LIKES,
    Approach,
    CountUnread,
    MarkRead,
    Notification,
    NotificationList,
    Notifications,
    Regard,
)
from swarmfeed.core.asks.posts import PostView, ref_text
from swarmfeed.core.asks.reactions import WhoReacted
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.public_id import TAG_BITS

from webui.current import ask
from webui.mastodon.endpoint import ApiAnswer, ApiCall, Json, MissingError, get, params, post
from webui.mastodon.entities import account, accounts, people, statuses
from webui.mastodon.ids import post_id
from webui.mastodon.limits import NOTICES_LOOKED_AT
from webui.mastodon.paging import Paged, turn
from webui.mastodon.times import iso

MENTION: Final = "mention"
QUOTE: Final = "quote"
FOLLOW_REQUEST: Final = "follow_request"
_DONE: Final = {LIKES: "favourite", BOOSTS: "reblog", FOLLOWS: "follow"}

PAGE_MAX: Final = 80


class NoticeGroup(Struct, frozen=True, kw_only=True):
    """What is told together."""

    id: str
    type: str
    cursor: Cursor
    time_ms: int
    authors: tuple[AuthorId, ...]
    """The newest of them first."""
    count: int
    post: PostView | None
    name: str
    """As ``mark-read`` takes it."""
    unread: bool


def grouped(page: NotificationList) -> list[NoticeGroup]:
    """Return all of a page in its order that apps know: a first message is a conversation to
    them, and who let the person into a circle has no type."""
    asks = (each for each in page.approaches if each.type == ASKS)
    found = [*map(_written, page.notifications), *map(_done, page.regards), *map(_asked, asks)]
    return sorted(found, key=lambda each: each.cursor, reverse=True)


def _written(each: Notification) -> NoticeGroup:
    """An answer is a mention, as with Mastodon; a quote alone is one."""
    return NoticeGroup(
        id=post_id(each.post),
        type=MENTION if each.is_answer or each.is_mention else QUOTE,
        cursor=each.post.cursor,
        time_ms=each.post.time_ms,
        authors=(each.post.author_id,),
        count=1,
        post=each.post,
        name=ref_text(each.post.ref),
        unread=each.unread,
    )


def _done(each: Regard) -> NoticeGroup:
    return NoticeGroup(
        id=_id_of(each, each.name),
        type=_DONE[each.type],
        cursor=each.cursor,
        time_ms=each.time_ms,
        authors=tuple(one.author_id for one in each.people),
        count=each.count,
        post=each.post,
        name=each.name,
        unread=each.unread,
    )


def _asked(each: Approach) -> NoticeGroup:
    """Who asks to be let into a circle asks what Mastodon calls to follow a locked account."""
    return NoticeGroup(
        id=_id_of(each, each.mark),
        type=FOLLOW_REQUEST,
        cursor=each.cursor,
        time_ms=each.time_ms,
        authors=(each.author_id,),
        count=1,
        post=None,
        name=each.mark,
        unread=each.unread,
    )


def _id_of(each: Regard | Approach, said: str) -> str:
    """An id like that of a post, of when it was."""
    digest = sha256(f"{each.type} {said}".encode()).digest()
    return str(each.cursor.time_ms << TAG_BITS | int.from_bytes(digest[:2], "big"))


def _found() -> tuple[list[NoticeGroup], dict[str, str]]:
    asked = params()

    def read(limit: int, before: Any) -> Any:
        page = ask(Notifications(limit=limit, before=before))
        return grouped(page), page.next

    listed = Paged(read=read, place=lambda each: each.cursor, id=lambda each: each.id)
    found, headers = turn(listed, most=PAGE_MAX)
    types, without = asked.many("types"), asked.many("exclude_types")
    wanted = [
        each for each in found if (not types or each.type in types) and each.type not in without
    ]
    return wanted, headers


class _Told:
    """Statuses and people of some notices, asked for at once."""

    def __init__(self, notices: Iterable[NoticeGroup]) -> None:
        notices = list(notices)
        posts = {each.post.ref: each.post for each in notices if each.post is not None}
        self.statuses = dict(zip(posts, statuses(list(posts.values())), strict=True))
        known = people(one for each in notices for one in each.authors)
        self.accounts = {one: account(who) for one, who in known.items()}

    def entities(self, each: NoticeGroup) -> list[Json]:
        """A Notification for each of the people that are named."""
        return [
            {
                "id": each.id if number == 0 else f"{each.id}-{number}",
                "type": each.type,
                "created_at": iso(each.time_ms),
                "group_key": _group_key(each),
                "account": self.accounts[author_id],
                **({"status": self.statuses[each.post.ref]} if each.post else {}),
            }
            for number, author_id in enumerate(each.authors)
        ]


def _group_key(each: NoticeGroup) -> str:
    if each.type in (MENTION, QUOTE, FOLLOW_REQUEST):
        return f"ungrouped-{each.id}"
    return f"{each.type}-{each.id}"


def newest(limit: int) -> list[Json]:
    """The newest notifications, as a stream tells them."""
    return _entities(grouped(ask(Notifications(limit=limit))))


def _entities(notices: Sequence[NoticeGroup]) -> list[Json]:
    told = _Told(notices)
    return [one for each in notices for one in told.entities(each)]


def show_list() -> ApiAnswer:
    """GET /api/v1/notifications"""
    found, headers = _found()
    return ApiAnswer(_entities(found), headers=headers)


def show_groups() -> ApiAnswer:
    """GET /api/v2/notifications"""
    found, headers = _found()
    return ApiAnswer(_in_groups(found), headers=headers)


def show_group(key: str) -> Json:
    """GET /api/v2/notifications/:group_key"""
    return _in_groups([_find_group(key)])


def show_accounts(key: str) -> list[Json]:
    """GET /api/v2/notifications/:group_key/accounts: all who did the same with one post; of
    those who began to follow on one day the newest."""
    found = _find_group(key)
    authors = found.authors
    if found.post is not None and found.type in (_DONE[LIKES], _DONE[BOOSTS]):
        reacted = ask(WhoReacted(ref=ref_text(found.post.ref))).people
        boosts = found.type == _DONE[BOOSTS]
        authors = tuple(each.author_id for each in reacted if each.boosts == boosts)
    return accounts(authors)


def dismiss_group(key: str) -> Json:
    """POST /api/v2/notifications/:group_key/dismiss"""
    ask(MarkRead(refs=_find_group(key).name))
    return {}


def _in_groups(found: Sequence[NoticeGroup]) -> Json:
    """A GroupedNotificationsResults."""
    told = _Told(found)
    return {
        "accounts": list(told.accounts.values()),
        "statuses": list(told.statuses.values()),
        "notification_groups": list(map(_group, found)),
    }


def _group(each: NoticeGroup) -> Json:
    return {
        "group_key": _group_key(each),
        "notifications_count": each.count,
        "type": each.type,
        "most_recent_notification_id": _number(each),
        "page_min_id": each.id,
        "page_max_id": each.id,
        "latest_page_notification_at": iso(each.time_ms),
        "sample_account_ids": list(map(format_author, each.authors)),
        **({"status_id": post_id(each.post)} if each.post else {}),
    }


def _number(each: NoticeGroup) -> int:
    """The id as Mastodon writes it at this one place: a number."""
    return int(each.id) if each.id.isdecimal() else each.cursor.time_ms << TAG_BITS


def _find(id: str) -> NoticeGroup:
    wanted = id.partition("-")[0]
    for each in grouped(ask(Notifications(limit=NOTICES_LOOKED_AT))):
        if each.id in (id, wanted):
            return each
    raise MissingError(id)


def _find_group(key: str) -> NoticeGroup:
    """Raises MissingError."""
    found = _find(key.partition("-")[2])
    if _group_key(found) != key:
        raise MissingError(key)
    return found


def show_one(id: str) -> Json:
    """GET /api/v1/notifications/:id"""
    told = _entities([_find(id)])
    return next((each for each in told if each["id"] == id), told[0])


def clear() -> Json:
    """POST /api/v1/notifications/clear: all are read; what others wrote stays written."""
    ask(MarkRead())
    return {}


def dismiss(id: str) -> Json:
    """POST /api/v1/notifications/:id/dismiss: this one is read."""
    ask(MarkRead(refs=_find(id).name))
    return {}


def count_unread() -> Json:
    return {"count": ask(CountUnread()).count}


def policy() -> Json:
    """GET /api/v2/notifications/policy: nothing is held back but what was muted."""
    return {
        "for_not_following": "accept",
        "for_not_followers": "accept",
        "for_new_accounts": "accept",
        "for_private_mentions": "accept",
        "for_limited_accounts": "accept",
        "summary": {"pending_requests_count": 0, "pending_notifications_count": 0},
    }


_READ: Final = "read:notifications"
_WRITE: Final = "write:notifications"

CALLS: Final[tuple[ApiCall, ...]] = (
    get("/api/v1/notifications", show_list, _READ),
    get("/api/v1/notifications/unread_count", count_unread, _READ),
    get("/api/v1/notifications/<id>", show_one, _READ),
    post("/api/v1/notifications/clear", clear, _WRITE),
    post("/api/v1/notifications/<id>/dismiss", dismiss, _WRITE),
    get("/api/v2/notifications", show_groups, _READ),
    get("/api/v2/notifications/unread_count", count_unread, _READ),
    get("/api/v2/notifications/policy", policy, _READ),
    get("/api/v2/notifications/<key>", show_group, _READ),
    get("/api/v2/notifications/<key>/accounts", show_accounts, _READ),
    post("/api/v2/notifications/<key>/dismiss", dismiss_group, _WRITE),
)
