"""How many posts wait above those that a page shows."""

import html
import re

import pytest
from street.fakes.desk import FakeDesk
from street.fakes.samples import NOON_MS, key
from swarmfeed.core.asks.limits import NEWER_COUNTED
from swarmfeed.core.asks.people_lists import ListTimeline
from swarmfeed.core.asks.posts import Posts, PostView, Timeline
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId
from webui.pages.newer import COUNTED_MAX

from tests.web.conftest import Site

MIRA = AuthorId(key("Mira Lindqvist"))
INES = AuthorId(key("Ines Okafor"))


def newest(site: Site) -> PostView:
    return site.desk.ask(Timeline(limit=1)).posts[0]


def ines_alone(desk: FakeDesk, asked: ListTimeline) -> Posts:
    assert asked.called == "Far & near"
    return desk.ask(Timeline(author=INES, before=asked.before, limit=asked.limit))


def said(site: Site, page: str) -> str:
    """What stands above the posts of a page that was opened and stays open."""
    asks = re.search(r'id="new-bar"[^>]*data-asks="([^"]*)"', page)
    assert asks, "the page does not ask"
    answer = site.get(html.unescape(asks[1])).json
    return answer["label"] if answer["count"] else ""


def test_new_posts_are_counted_above_the_newest_seen(site: Site) -> None:
    seen = newest(site).cursor
    assert site.get(f"/updates?seen={seen}").json == {"count": 0, "label": "Show 0 new posts"}
    site.desk.add_post(MIRA, "one", NOON_MS)
    site.desk.add_post(INES, "not followed", NOON_MS)
    assert site.get(f"/updates?seen={seen}").json == {"count": 1, "label": "Show 1 new post"}
    assert site.get("/updates?seen=x").status_code == 400
    for number in range(NEWER_COUNTED):
        site.desk.add_post(site.desk.me, "more", number + 1)
    said = {"count": NEWER_COUNTED, "label": "Show 1,000 new posts or more"}
    assert site.get("/updates").json == said


PLACES = [
    f"/authors/{format_author(INES)}",
    f"/authors/{format_author(INES)}?show=posts",
    "/lists/Far%20%26%20near",
    "/tags/lantern",
    "/search?q=lantern",
]


@pytest.mark.parametrize("path", PLACES)
def test_pages_of_somebody_of_a_list_and_of_words_count_theirs(site: Site, path: str) -> None:
    site.desk.rows[ListTimeline] = ines_alone
    empty = site.get("/lists/Far%20%26%20near" if "lists" in path else "/tags/lantern").text
    site.desk.add_post(INES, "The first #lantern", NOON_MS)
    page = site.get(path).text
    assert said(site, page) == ""
    site.desk.add_post(MIRA, "Of another, without", NOON_MS + 1)
    assert said(site, page) == "", "these are not posts of that page"
    site.desk.add_post(INES, "One more #lantern", NOON_MS + 2)
    assert said(site, page) == "Show 1 new post"
    assert said(site, empty), "nothing was there, and now something is"
    for number in range(COUNTED_MAX):
        site.desk.add_post(INES, f"#lantern {number}", NOON_MS + 3 + number)
    assert said(site, page) == f"Show {COUNTED_MAX} new posts or more"


@pytest.mark.parametrize(
    "path", ["/search?q=hello+order:best", "/search?q=post&before=1795175460000-6", "/search"]
)
def test_a_page_that_new_posts_do_not_lead_has_no_such_line(site: Site, path: str) -> None:
    assert 'id="new-bar"' not in site.get(path).text


@pytest.mark.parametrize(("asks", "status"), [("author=x", 400), ("q=%22", 400), ("q=-x", 400)])
def test_what_cannot_be_counted_is_refused(site: Site, asks: str, status: int) -> None:
    assert site.get(f"/updates?{asks}").status_code == status
