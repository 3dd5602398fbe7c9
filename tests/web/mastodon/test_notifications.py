"""What apps are told of what people did, and of what somebody wants."""

from msgspec.structs import replace
from street.fakes.desk import FakeDesk
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.notifications import (
    ASKS,
    LIKES,
    REQUESTS,
    Approach,
    MarkRead,
    NotificationList,
    Notifications,
    Regard,
    Regarding,
    UnreadCount,
)
from swarmfeed.core.asks.reactions import Reactor, Reactors, WhoReacted
from swarmfeed.core.base.address import format_author

from tests.web.mastodon.conftest import Api
from tests.web.mastodon.schema import check


def likes_of(api: Api) -> Regard:
    """Seven liked the newest post, of whom two are named."""
    post, (first, second) = api.desk.posts[-1], list(api.desk.authors)[:2]
    return Regard(
        type=LIKES,
        people=(
            Regarding(author_id=first, author_name="A"),
            Regarding(author_id=second, author_name="B"),
        ),
        count=7,
        time_ms=post.time_ms,
        cursor=post.cursor,
        post=post,
        name="likes",
    )


def found_are(*regards: Regard) -> NotificationList:
    return NotificationList(
        notifications=(), regards=regards, next=None, unread_count=len(regards)
    )


def test_what_people_did_with_a_post_is_told_in_groups(api: Api) -> None:
    post, (first, second) = api.desk.posts[-1], list(api.desk.authors)[:2]
    asked: list[Notifications] = []

    def tell(desk: FakeDesk, ask: Notifications) -> NotificationList:
        asked.append(ask)
        return found_are(likes_of(api))

    api.desk.rows[Notifications] = tell
    told = api.get("/api/v1/notifications")
    assert [each["type"] for each in told] == ["favourite", "favourite"]
    assert [each["account"]["id"] for each in told] == [
        format_author(first),
        format_author(second),
    ]
    groups = api.get("/api/v2/notifications")
    (group,) = groups["notification_groups"]
    assert (group["type"], group["notifications_count"]) == ("favourite", 7)
    assert api.get(f"/api/v1/notifications/{told[1]['id']}") == told[1]
    api.get("/api/v1/notifications", max_id=told[1]["id"])
    assert asked[-1].before == Cursor(post.cursor.time_ms, 0), "the next page is another one"
    check("Notification", told)
    check("GroupedNotificationsResults", groups)


def test_one_group_is_told_with_all_who_are_in_it_and_dismissed(api: Api) -> None:
    first = next(iter(api.desk.authors))
    api.desk.rows[Notifications] = lambda *_: found_are(likes_of(api))
    groups = api.get("/api/v2/notifications")
    key = groups["notification_groups"][0]["group_key"]
    assert api.get(f"/api/v2/notifications/{key}") == groups
    api.desk.rows[WhoReacted] = lambda *_: Reactors(
        people=tuple(
            Reactor(author_id=each, author_name="", time_ms=1, boosts=each == first)
            for each in api.desk.authors
        )
    )
    liked = api.get(f"/api/v2/notifications/{key}/accounts")
    assert [each["id"] for each in liked] == [
        format_author(each) for each in api.desk.authors if each != first
    ]
    read: list[str] = []

    def mark(_: FakeDesk, ask: MarkRead) -> UnreadCount:
        read.append(ask.refs)
        return UnreadCount(count=0)

    api.desk.rows[MarkRead] = mark
    assert api.post(f"/api/v2/notifications/{key}/dismiss") == {}
    assert read == ["likes"]
    for wrong in ("reblog" + key.removeprefix("favourite"), "favourite-1", "x"):
        assert api.call("GET", f"/api/v2/notifications/{wrong}").status_code == 404
    check("Account", liked)


def test_who_asks_to_be_let_into_a_circle_is_a_follow_request(api: Api) -> None:
    who = list(api.desk.authors)[1]
    asks = Approach(
        type=ASKS,
        author_id=who,
        author_name="A",
        time_ms=1_795_176_000_000,
        cursor=Cursor(1_795_176_000_000, 5),
        mark="asks:x@1",
    )
    wrote = replace(asks, type=REQUESTS, mark="requests:x@1")
    api.desk.rows[Notifications] = lambda _, __: NotificationList(
        notifications=(), approaches=(asks, wrote), next=None, unread_count=2
    )
    (told,) = api.get("/api/v1/notifications")
    assert (told["type"], told["account"]["id"]) == ("follow_request", format_author(who))
    assert api.get("/api/v1/notifications", **{"types[]": "mention"}) == []
    check("Notification", [told])
    check("GroupedNotificationsResults", api.get("/api/v2/notifications"))
