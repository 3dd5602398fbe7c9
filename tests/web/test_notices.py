"""The page of answers and mentions, and how many are new beside the entry of every menu."""

from dataclasses import replace

import pytest
from street.fakes.desk import FakeDesk, key
from swarmfeed.core.asks.notifications import (
    CountUnread,
    MarkRead,
    Notification,
    NotificationList,
    Notifications,
    UnreadCount,
)
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.base.types import AuthorId

from tests.web.conftest import Site

MIRA = AuthorId(key("Mira Lindqvist"))


class Heard:
    """A desk that was written to: what it answers, and what it was told."""

    def __init__(self, desk: FakeDesk) -> None:
        self.desk = desk
        post = desk.add_post(MIRA, "line one\nline two <b>bold</b>")
        mention = desk.add_post(MIRA, "you there", post.time_ms - 1)
        both = desk.add_post(MIRA, "x" * 900, post.time_ms - 2)
        self.all = [
            Notification(post=post, is_answer=True, is_mention=False, unread=True),
            Notification(post=mention, is_answer=False, is_mention=True),
            Notification(post=both, is_answer=True, is_mention=True, unread=True),
        ]
        self.marked: list[MarkRead] = []
        rows = desk.rows
        rows[Notifications] = lambda _, ask: self.list_all(ask)
        rows[CountUnread] = lambda _, ask: UnreadCount(count=self.unread)
        rows[MarkRead] = lambda _, ask: self.mark(ask)

    @property
    def unread(self) -> int:
        return sum(each.unread for each in self.all)

    def list_all(self, ask: Notifications) -> NotificationList:
        found = [
            each
            for each in self.all
            if (each.unread or not ask.unread)
            and (ask.before is None or each.post.cursor < ask.before)
        ][: ask.limit]
        return NotificationList(notifications=tuple(found), next=None, unread_count=self.unread)

    def mark(self, ask: MarkRead) -> UnreadCount:
        self.marked.append(ask)
        self.all = [replace(each, unread=False) for each in self.all]
        return UnreadCount(count=0)


@pytest.fixture
def heard(site: Site) -> Heard:
    return Heard(site.desk)


def test_new_ones_stand_first_and_each_once(site: Site, heard: Heard) -> None:
    page = site.get("/notifications").text
    new, earlier = page.split('aria-label="Earlier"')
    assert new.count('class="notice unread"') == 2 and earlier.count('class="notice"') == 1
    assert "answered you" in new and "answered and mentioned you" in new
    assert "mentioned you" in earlier and "you there" in earlier
    assert "line one line two &lt;b&gt;bold" in new
    assert "x" * 300 not in page, "long posts are told by their beginning"
    assert "<title>(2) Notices" in page


@pytest.mark.parametrize("path", ["/", "/search", "/notifications", "/me"])
def test_every_menu_says_in_words_how_many_are_new(site: Site, heard: Heard, path: str) -> None:
    badge = '<span>2</span><span class="unseen"> new</span></span></a>'
    assert badge in site.get(path).text
    heard.mark(MarkRead())
    page = site.get(path).text
    assert 'id="unread" hidden><span>0</span>' in page


def test_a_button_marks_what_was_shown_as_read(site: Site, heard: Heard) -> None:
    refs = ",".join(ref_text(heard.all[at].post.ref) for at in (0, 2))
    assert f'name="refs" value="{refs}"' in site.get("/notifications").text
    answer = site.post("/notifications/read", {"refs": refs})
    assert answer.status_code == 303 and answer.location == "/notifications"
    assert [each.refs for each in heard.marked] == [refs]
    page = site.get("/notifications").text
    assert "Mark all as read" not in page and 'class="notice unread"' not in page


def test_a_form_that_names_none_marks_nothing(site: Site, heard: Heard) -> None:
    assert site.post("/notifications/read", {}).status_code == 303
    assert heard.marked == []


def test_an_open_page_asks_for_the_number(site: Site, heard: Heard) -> None:
    assert site.get("/notifications/unread").json == {
        "count": 2,
        "number": "2",
        "label": "2 new notices",
    }


def test_a_warning_covers_what_it_warns_of(site: Site, heard: Heard) -> None:
    first = heard.all[0]
    heard.all[0] = replace(first, post=replace(first.post, cw="spiders"))
    page = site.get("/notifications").text
    assert "spiders" in page and "line one" not in page


def test_where_nothing_was_written_to_me_it_says_what_will_be_here(site: Site) -> None:
    page = site.get("/notifications").text
    assert "No notices yet" in page and "Share your link" in page
