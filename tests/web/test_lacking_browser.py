"""In a real browser: the read mark moves by itself, and what was missing says that it came."""

import pytest
from msgspec.structs import replace
from playwright.sync_api import expect
from street.fakes.desk import FakeDesk
from street.fakes.samples import key
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.gaps import Gap, Gaps, WhatIsMissing
from swarmfeed.core.asks.notifications import FOLLOWS, LIKES, Regard
from swarmfeed.core.asks.posts import ABSENT, Answered, ref_text
from swarmfeed.core.asks.stopping import StopHere, Stopped, WhereDidIStop
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId

from tests.web.browsing import MakeVisit, Node, browser, make_visit, node, wait_until
from tests.web.test_axe import faults
from tests.web.test_notices import Heard, people

pytestmark = pytest.mark.e2e

__all__ = ["browser", "make_visit", "node"]

MIRA = AuthorId(key("Mira Lindqvist"))


class Marked:
    """A desk that remembers where somebody stopped."""

    def __init__(self, desk: FakeDesk, place: Cursor | None) -> None:
        self.place = place
        self.sent: list[Cursor] = []
        desk.rows[WhereDidIStop] = lambda _, ask: Stopped(place=self.place, at_ms=9)
        desk.rows[StopHere] = lambda _, ask: self.stop(ask)

    def stop(self, ask: StopHere) -> Stopped:
        self.sent.append(ask.place)
        self.place = ask.place
        return Stopped(place=ask.place, at_ms=9)


def long_timeline(desk: FakeDesk) -> list[Cursor]:
    newest = desk.add_post(MIRA, "newest")
    older = [desk.add_post(MIRA, f"number {n}\n" * 9, newest.time_ms - n) for n in range(1, 20)]
    return [newest.cursor, *(each.cursor for each in older)]


def test_it_moves_when_the_line_is_reached_and_not_before(
    make_visit: MakeVisit,  # the fixture
    node: Node,
) -> None:
    places = long_timeline(node.desk)
    marked = Marked(node.desk, places[15])
    page = make_visit().page
    line = page.locator(".read-mark")
    expect(line).not_to_be_in_viewport()
    page.wait_for_timeout(1_500)
    assert marked.sent == []
    line.scroll_into_view_if_needed()
    expect(line).to_be_in_viewport()
    expect(line).to_contain_text("You read up to here")
    wait_until(page, lambda: bool(marked.sent), "the mark")
    page.reload()
    expect(line).to_have_count(0)
    assert marked.sent == [places[0]]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_where_nobody_stopped_yet(
    make_visit: MakeVisit,  # the fixture
    node: Node,
    script: bool,
) -> None:
    places = long_timeline(node.desk)
    marked = Marked(node.desk, None)
    page = make_visit(script=script).page
    if script:
        wait_until(page, lambda: bool(marked.sent), "the mark")
        page.reload()
    else:
        page.get_by_role("button", name="Remember that I read up to here").click()
    expect(page.locator(".read-mark")).to_have_count(0)
    assert marked.sent == [places[0]]


def test_what_came_is_said_where_it_was_missing(
    make_visit: MakeVisit,  # the fixture
    node: Node,
) -> None:
    post = node.desk.add_post(MIRA, "newest")
    gaps = [Gap(ref=post.ref, author_id=MIRA, author_name="Mira", count=3)]
    node.desk.rows[WhatIsMissing] = lambda _, ask: Gaps(gaps=tuple(gaps))
    visit = make_visit(width=320)
    gap = visit.page.locator(".gap")
    expect(gap).to_contain_text("More of Mira belongs here")
    assert gap.get_attribute("data-gap") == ref_text(post.ref)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 320
    gaps.clear()
    visit.node.announce("new", n=3, author="")
    expect(gap.get_by_role("link")).to_have_text("It is here now: show it")
    gap.get_by_role("link").click()
    expect(gap).to_have_count(0)


def test_marks_and_gaps_keep_nobody_out(
    make_visit: MakeVisit,  # the fixture
    node: Node,
) -> None:
    post = node.desk.add_post(MIRA, "newest")
    older = node.desk.add_post(MIRA, "older", post.time_ms - 1)
    gap = Gap(ref=post.ref, author_id=MIRA, author_name="Mira", count=3)
    node.desk.rows[WhatIsMissing] = lambda _, ask: Gaps(gaps=(gap,))
    Marked(node.desk, older.cursor)
    node.desk.posts[-1] = replace(
        older, reply_to=post.ref, answers=Answered(state=ABSENT, author_id=MIRA)
    )
    heard = Heard(node.desk)
    heard.done = [
        Regard(
            type=kind,
            people=people("Ada", "Rui"),
            count=4,
            time_ms=post.time_ms,
            cursor=post.cursor,
            post=None if kind == FOLLOWS else post,
            name=f"{kind}:1@1",
            unread=kind == LIKES,
        )
        for kind in (LIKES, FOLLOWS)
    ]
    visit = make_visit(script=True)
    visit.page.route("**/stopped", lambda route: route.fulfill(status=204))
    where = ["/notifications", f"/posts/{older.id}", f"/authors/{format_author(MIRA)}"]
    assert faults(visit, ["/", *where, f"{where[-1]}?show=boosts"]) == {}
