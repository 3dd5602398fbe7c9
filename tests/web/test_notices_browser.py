"""The notices in a real browser: counted while a page stays open, read, and marked."""

import pytest
from playwright.sync_api import expect

from tests.web.browsing import MakeVisit, Node, browser, make_visit, node
from tests.web.test_notices import Heard

pytestmark = pytest.mark.e2e

__all__ = ["browser", "make_visit", "node"]


@pytest.fixture
def heard(node: Node) -> Heard:  # the fixture
    return Heard(node.desk)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_new_ones_are_read_answered_and_marked(
    make_visit: MakeVisit,  # the fixture
    heard: Heard,
    script: bool,
) -> None:
    visit = make_visit(script=script)
    page = visit.page
    page.get_by_role("link", name="Notices").click()
    page.get_by_role("link", name="Reply").first.click()
    expect(page.get_by_label("Reply", exact=True)).to_be_focused()
    page.go_back()
    expect(page.get_by_role("region", name="New").get_by_role("article")).to_have_count(2)
    expect(page.get_by_role("region", name="Earlier").get_by_role("article")).to_have_count(2)
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_role("region", name="New")).to_have_count(0)
    expect(page.get_by_role("region", name="Earlier").get_by_role("article")).to_have_count(4)
    expect(page.locator("#unread")).to_be_hidden()
    page.get_by_role("link", name="you there").click()
    expect(page.get_by_role("article").first).to_contain_text("you there")


def test_the_number_in_the_menu_is_live_and_said(
    make_visit: MakeVisit,  # the fixture
    heard: Heard,
) -> None:
    heard.all, kept = [], heard.all
    visit = make_visit()
    page = visit.page
    visit.go("/me")
    expect(page.locator("#unread")).to_be_hidden()
    heard.all = kept
    visit.node.announce("new", n=2, author="")
    expect(page.locator("#unread")).to_have_text("2 new")
    expect(page.locator("#say")).to_have_text("2 new notices")
    heard.all = []
    visit.node.announce("notifications", unread=0)
    expect(page.locator("#unread")).to_be_hidden()


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_it_fits_any_screen(
    make_visit: MakeVisit,  # the fixture
    heard: Heard,
    width: int,
) -> None:
    heard.desk.add_post(heard.desk.me, "W" * 300)
    visit = make_visit(width=width)
    visit.go("/notifications")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    entries = visit.page.locator("nav[aria-label=Pages] li a").all()
    shown = [each for each in entries if each.is_visible()]
    boxes = [each.bounding_box() for each in shown]
    assert all(box is not None and 0 <= box["x"] <= width - box["width"] for box in boxes)
    elsewhere = {each.get_attribute("href") for each in entries if not each.is_visible()}
    assert len(shown) >= 5 and (width < 1280 or not elsewhere)
    if elsewhere:
        visit.page.get_by_role("button", name="More pages").click()
    for href in elsewhere:
        expect(visit.page.locator(f"#more-pages a[href='{href}']")).to_be_visible()
