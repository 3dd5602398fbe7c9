"""The page of answers and mentions, and how many are new beside the entry of every menu."""

import re
from html import unescape

import pytest
from msgspec.structs import replace
from street.fakes.desk import FakeDesk
from street.fakes.samples import key
from swarmfeed.core.asks.filter_sentences import FILTERED
from swarmfeed.core.asks.notifications import (
    ADMISSIONS,
    ASKS,
    FOLLOWS,
    LIKES,
    REQUESTS,
    Approach,
    CountUnread,
    MarkRead,
    Notification,
    NotificationList,
    Notifications,
    Regard,
    Regarding,
    UnreadCount,
)
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.limits import PAGE_POSTS
from swarmfeed.core.base.types import AuthorId

from tests.web.conftest import Site

MIRA = AuthorId(key("Mira Lindqvist"))


_FIELDS = {"replies": "is_answer", "mentions": "is_mention", "quotes": "is_quote"}


class Heard:
    """A desk that was written to: what it answers, and what it was told."""

    def __init__(self, desk: FakeDesk) -> None:
        self.desk = desk
        post = desk.add_post(MIRA, "line one\nline two <b>bold</b>")
        mention = desk.add_post(MIRA, "you there", post.time_ms - 1)
        both = desk.add_post(MIRA, "x" * 900, post.time_ms - 2)
        quote = desk.add_post(MIRA, "see this", post.time_ms - 3)
        self.all = [
            Notification(post=post, is_answer=True, is_mention=False, unread=True),
            Notification(post=mention, is_answer=False, is_mention=True),
            Notification(post=both, is_answer=True, is_mention=True, unread=True),
            Notification(post=quote, is_answer=False, is_mention=False, is_quote=True),
        ]
        self.counted = 0
        """How often it was worked out how many are unread."""
        self.marked: list[MarkRead] = []
        self.done: list[Regard] = []
        self.came: list[Approach] = []
        rows = desk.rows
        rows[Notifications] = lambda _, ask: self.list_all(ask)
        rows[CountUnread] = lambda _, ask: UnreadCount(count=self.unread)
        rows[MarkRead] = lambda _, ask: self.mark(ask)

    @property
    def unread(self) -> int:
        self.counted += 1
        everything = (*self.all, *self.done, *self.came)
        return sum(each.unread for each in everything)

    def list_all(self, ask: Notifications) -> NotificationList:
        found = [
            each
            for each in self.all
            if (each.unread or not ask.unread)
            and (not ask.type or getattr(each, _FIELDS[ask.type]))
            and (ask.before is None or each.post.cursor < ask.before)
        ][: ask.limit]
        done = [each for each in self.done if each.unread or not ask.unread]
        return NotificationList(
            notifications=tuple(found),
            regards=tuple(done),
            approaches=tuple(self.came),
            next=found[-1].post.cursor if len(found) == ask.limit else None,
            unread_count=self.unread,
        )

    def fill(self, unread: int, read: int = 0) -> None:
        """As many posts that answered, those that were read the newest."""
        now_ms = self.all[0].post.time_ms
        self.all = [
            Notification(
                post=self.desk.add_post(MIRA, f"answer {at}", now_ms - at),
                is_answer=True,
                is_mention=False,
                unread=at >= read,
            )
            for at in range(read + unread)
        ]

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
    assert new.count('class="notice unread"') == 2 and earlier.count('class="notice"') == 2
    assert "answered you" in new and "answered and mentioned you" in new
    assert "mentioned you" in earlier and "you there" in earlier
    assert "quoted your post" in earlier
    assert "line one line two &lt;b&gt;bold" in new
    assert "x" * 300 not in page, "long posts are told by their beginning"
    assert "<title>(2) Notices" in page


def test_a_post_with_filtered_words_says_so_instead(site: Site, heard: Heard) -> None:
    first = heard.all[0]
    heard.all[0] = replace(first, post=replace(first.post, filtered="bold"))
    page = site.get("/notifications").text
    assert "line one" not in page and FILTERED(words="bold") in unescape(page)
    heard.all[0] = replace(first, post=replace(first.post, filtered="bold", cw="A film"))
    assert "A film" in site.get("/notifications").text


@pytest.mark.attack("A320")
def test_who_writes_asks_or_lets_in_stands_among_them(site: Site, heard: Heard) -> None:
    heard.came = [
        Approach(
            type=kind,
            author_id=MIRA,
            author_name="Mira <b>",
            time_ms=heard.all[0].post.time_ms,
            cursor=heard.all[0].post.cursor,
            words=words,
            mark=f"{kind}:x@1",
            unread=True,
        )
        for kind, words in ((REQUESTS, "hello <i>"), (ASKS, ""), (ADMISSIONS, "Friends"))
    ]
    page = site.get("/notifications").text
    assert "wrote to you for the first time" in page and "hello &lt;i&gt;" in page
    assert "asks to be let into a circle of yours" in page and 'href="/circles"' in page
    assert "let you into their circle" in page and "Friends" in page
    assert f'href="/messages/with/{format_author(MIRA)}"' in page
    for kind in (REQUESTS, ASKS, ADMISSIONS):
        assert f"{kind}:x@1" in page, "the button marks it"
        assert f'href="/notifications?type={kind}"' in page


@pytest.mark.parametrize("path", ["", "?which=new", "?type=quotes"])
def test_what_is_unread_is_counted_once(site: Site, heard: Heard, path: str) -> None:
    site.get(f"/notifications{path}")
    assert heard.counted == 1


@pytest.mark.parametrize(("read", "times"), [(0, 1), (1, 2), (PAGE_POSTS, 2)])
def test_new_ones_are_asked_for_apart_where_the_page_may_not_have_all(
    site: Site, heard: Heard, read: int, times: int
) -> None:
    heard.fill(PAGE_POSTS + 1, read)
    page = site.get("/notifications").text
    assert heard.counted == times
    assert page.count('class="notice unread"') == PAGE_POSTS
    assert page.count('class="notice"') == read
    last = heard.all[read + PAGE_POSTS - 1].post.cursor
    assert f"/notifications?which=new&amp;before={last}" in page


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
        "notices": {"count": 2, "number": "2", "label": "2 new notices"},
        "letters": {"count": 0, "number": "0", "label": "0 new messages"},
    }


def test_a_warning_covers_what_it_warns_of(site: Site, heard: Heard) -> None:
    first = heard.all[0]
    heard.all[0] = replace(first, post=replace(first.post, cw="spiders"))
    page = site.get("/notifications").text
    assert "spiders" in page and "line one" not in page


def test_where_nothing_was_written_to_me_it_says_what_will_be_here(site: Site) -> None:
    page = site.get("/notifications").text
    assert "No notices yet" in page and "Share your link" in page


@pytest.mark.parametrize(
    ("kind", "label", "count"),
    [("replies", "Replies", 2), ("mentions", "Mentions", 2), ("quotes", "Quotes", 1)],
)
def test_links_show_those_of_one_type(
    site: Site, heard: Heard, kind: str, label: str, count: int
) -> None:
    page = site.get(f"/notifications?type={kind}").text
    assert page.count('<article class="notice') == count
    assert f'href="/notifications?type={kind}" aria-current="page">{label}<' in page
    assert '<a class="chip" href="/notifications">All<' in page
    assert "<title>(2) Notices" in page, "the number counts all of them"


def test_a_type_there_is_not_shows_all(site: Site, heard: Heard) -> None:
    page = site.get("/notifications?type=<b>").text
    assert page.count('<article class="notice') == len(heard.all)
    assert '<a class="chip" href="/notifications" aria-current="page">All<' in page


def test_where_there_are_none_of_a_type_it_leads_to_all(site: Site, heard: Heard) -> None:
    heard.all = [each for each in heard.all if not each.is_quote]
    page = site.get("/notifications?type=quotes").text
    assert "None of these yet" in page and "No notices yet" not in page
    assert '<a class="button" href="/notifications">All notices</a>' in page


def people(*names: str) -> tuple[Regarding, ...]:
    return tuple(Regarding(author_id=AuthorId(key(each)), author_name=each) for each in names)


def test_who_likes_and_follows_stands_among_the_others_in_order(
    site: Site, heard: Heard
) -> None:
    newest, *_, oldest = heard.all
    place, last = newest.post.cursor, oldest.post.cursor
    likes = Regard(
        type=LIKES,
        people=people("Ada <i>", "Rui", "Eva"),
        count=7,
        time_ms=place.time_ms + 1,
        cursor=replace(place, time_ms=place.time_ms + 1),
        post=newest.post,
        name="likes:somewhere/1@5",
        unread=True,
    )
    follows = Regard(
        type=FOLLOWS,
        people=people("Bahar"),
        count=1,
        time_ms=1,
        cursor=replace(last, time_ms=1),
        name="follows:1@1",
    )
    heard.done = [likes, follows]
    page = site.get("/notifications").text
    assert "<i>" not in page
    new, earlier = re.sub("</?bdi>", "", page).split('aria-label="Earlier"')
    assert new.index("Ada &lt;i&gt;, Rui and 5 others like your post") < new.index("line one")
    assert "Bahar follows you" in earlier
    assert 'value="likes:somewhere/1@5,' in page, "and it is marked as read with the others"
    assert 'href="/notifications?type=likes"' in page


def test_what_people_did_and_want_is_said_in_the_language_of_the_person(
    site: Site, heard: Heard
) -> None:
    post, at = heard.all[0].post, heard.all[0].post.cursor
    mira = people("Mira Lindqvist")
    heard.done = [
        Regard(type=LIKES, people=mira, count=1, time_ms=1, cursor=at, post=post, name="l")
    ]
    heard.came = [
        Approach(type=ASKS, author_id=MIRA, author_name="Mira", time_ms=1, cursor=at, mark="a")
    ]
    page = site.get("/notifications", **{"Accept-Language": "de"}).text
    assert "</bdi> mag deinen Beitrag" in page
    assert "your post" not in page and "asks to be let" not in page
