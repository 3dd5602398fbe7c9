"""How far one read, as apps are told and say it, held against the description."""

from typing import Any

import pytest
from street.fakes.desk import FakeDesk
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.notifications import (
    FOLLOWS,
    MarkRead,
    Notification,
    NotificationList,
    Notifications,
    Regard,
    Regarding,
    UnreadCount,
)
from swarmfeed.core.asks.posts import Timeline
from swarmfeed.core.asks.stopping import NOWHERE, StopHere, Stopped, WhereDidIStop

from tests.web.mastodon.conftest import Api
from tests.web.mastodon.schema import check_answer

PATH = "/api/v1/markers"
AT_MS = 1_795_176_000_123


class Reader:
    """What a node remembers of how far its person read."""

    def __init__(self, api: Api) -> None:
        self.stopped = NOWHERE
        self.marked: list[str] = []
        self.notices = NotificationList(notifications=(), next=None, unread_count=0)
        api.desk.rows[WhereDidIStop] = lambda desk, ask: self.stopped
        api.desk.rows[StopHere] = self._stop
        api.desk.rows[Notifications] = lambda desk, ask: self.notices
        api.desk.rows[MarkRead] = self._mark

    def _stop(self, _: FakeDesk, ask: StopHere) -> Stopped:
        known = self.stopped.place
        if known is None or ask.place > known:
            self.stopped = Stopped(place=ask.place, at_ms=AT_MS)
        return self.stopped

    def _mark(self, _: FakeDesk, ask: MarkRead) -> UnreadCount:
        self.marked += ask.refs.split(",")
        return UnreadCount(count=0)


@pytest.fixture
def reader(api: Api) -> Reader:
    return Reader(api)


def told(api: Api, *names: str) -> Any:
    answer = api.get(PATH, **{"timeline[]": list(names)})
    check_answer("GET", PATH, 200, answer)
    return answer


def moved(api: Api, **to: str) -> Any:
    return api.post(PATH, **{name: {"last_read_id": id} for name, id in to.items()})


def test_where_nobody_stopped_there_is_no_marker(api: Api, reader: Reader) -> None:
    assert told(api, "home", "notifications", "nonsense") == {}
    assert told(api) == {}


def test_a_marker_is_the_read_mark_of_the_page_and_goes_on_alone(
    api: Api, reader: Reader
) -> None:
    posts = api.get("/api/v1/timelines/home", limit=3)
    older, newer = posts[2]["id"], posts[1]["id"]
    answer = moved(api, home=newer)
    assert answer == told(api, "home", "notifications")
    assert answer["home"]["last_read_id"] == newer
    assert answer["home"]["updated_at"] == "2026-11-20T12:00:00.123Z"
    assert answer["home"]["version"] == AT_MS // 1_000
    assert moved(api, home=older)["home"]["last_read_id"] == newer, "it does not go back"
    form = api.call("POST", PATH, data={"home[last_read_id]": posts[0]["id"]})
    assert form.get_json()["home"]["last_read_id"] == posts[0]["id"]
    check_answer("POST", PATH, 200, form.get_json())


def test_a_post_that_is_gone_leaves_the_marker_at_the_next_older_one(
    api: Api, reader: Reader
) -> None:
    posts = api.get("/api/v1/timelines/home", limit=2)
    moved(api, home=posts[0]["id"])
    api.desk.posts = [each for each in api.desk.posts if each.id != posts[0]["id"]]
    assert told(api, "home")["home"]["last_read_id"] == posts[1]["id"]


@pytest.mark.attack("A287")
def test_no_app_moves_a_marker_beyond_what_is_here(api: Api, reader: Reader) -> None:
    (newest,) = api.desk.ask(Timeline(limit=1)).posts
    far = str((newest.cursor.time_ms + 10**9) << 16)
    assert moved(api, home=far)["home"]["last_read_id"] == newest.id
    assert reader.stopped.place == newest.cursor


def test_what_is_no_id_moves_nothing(api: Api, reader: Reader) -> None:
    for name in ("home", "notifications"):
        answer = api.call("POST", PATH, json={name: {"last_read_id": "nonsense"}})
        assert answer.status_code == 404
    assert reader.stopped == NOWHERE
    assert moved(api) == moved(api, lists="1") == {}


def notices(api: Api, *unread: bool) -> NotificationList:
    """Three: a mention, who follows since a day, and another mention, newest first."""
    first, middle, second = api.desk.ask(Timeline(limit=3)).posts
    between = Cursor(middle.cursor.time_ms, 3)
    return NotificationList(
        notifications=tuple(
            Notification(post=post, is_answer=True, is_mention=False, unread=is_unread)
            for post, is_unread in ((first, unread[0]), (second, unread[2]))
        ),
        regards=(
            Regard(
                type=FOLLOWS,
                people=(Regarding(author_id=first.author_id, author_name="A"),),
                count=1,
                time_ms=between.time_ms,
                cursor=between,
                name="follows:1@2",
                unread=unread[1],
            ),
        ),
        next=None,
        unread_count=sum(unread),
    )


def test_of_notifications_the_newest_is_told_up_to_which_all_were_read(
    api: Api, reader: Reader
) -> None:
    reader.notices = notices(api, False, False, False)
    ids = [each["id"] for each in api.get("/api/v1/notifications")]
    for unread, marked in (
        ((False, False, False), ids[0]),
        ((True, False, False), ids[1]),
        ((False, True, False), ids[2]),
        ((True, True, True), None),
    ):
        reader.notices = notices(api, *unread)
        answer = told(api, "notifications")
        assert answer.get("notifications", {}).get("last_read_id") == marked, unread


def test_what_was_read_up_to_a_notification_is_read_on_the_page_too(
    api: Api, reader: Reader
) -> None:
    reader.notices = notices(api, True, True, True)
    ids = [each["id"] for each in api.get("/api/v1/notifications")]
    moved(api, notifications=ids[2])
    assert len(reader.marked) == 1
    moved(api, notifications=ids[1])
    assert reader.marked[1:] == ["follows:1@2", reader.marked[0]]
    reader.notices = notices(api, True, False, False)
    moved(api, notifications=ids[1])
    assert len(reader.marked) == 3, "nothing new was read"
