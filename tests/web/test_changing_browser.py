"""Editing and withdrawing in a real browser: with and without script, small, dark."""

import pytest
from playwright.sync_api import expect
from swarmfeed.core.asks.posts import PostView, ref_text

from tests.web.browsing import MakeVisit, Node, browser, make_visit, node

pytestmark = pytest.mark.e2e

__all__ = ["browser", "make_visit", "node"]


@pytest.fixture
def mine(node: Node) -> PostView:  # the fixture
    return node.desk.add_post(node.desk.me, "The ferry leaves at nine, " + "o" * 80)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_post_is_edited_its_history_read_and_it_is_withdrawn(
    make_visit: MakeVisit,  # the fixture
    mine: PostView,
    script: bool,
) -> None:
    visit = make_visit(script=script)
    page = visit.page
    visit.go(f"/posts/{mine.id}")
    page.get_by_role("link", name="Edit", exact=True).click()
    page.wait_for_load_state()  # with what the script adds, which may come later than the form
    text = page.get_by_label("Your text")
    expect(text).to_have_value(mine.text)
    text.fill("x" * 8_001)
    with visit.refused("(Bad Request)"):
        page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("8,000")
    expect(page.get_by_label("Your text")).to_have_value("x" * 8_001)
    page.get_by_label("Your text").fill("The ferry leaves at ten.")
    page.get_by_role("button", name="Save" if script else "Send it again").click()
    expect(page.get_by_role("article").first).to_contain_text("leaves at ten")
    page.get_by_role("link", name="· edited").click()
    expect(page.get_by_role("article")).to_have_count(2)
    expect(page.get_by_role("article").last).to_contain_text("leaves at nine")
    page.go_back()
    page.get_by_role("link", name="Withdraw", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("leaves at ten")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_role("main")).to_contain_text("You withdrew this post")
    assert visit.node.desk.changed == ["edit", "withdraw"]


def test_its_pages_fit_any_screen(
    make_visit: MakeVisit,  # the fixture
    mine: PostView,
) -> None:
    visit, place = make_visit(), f"/posts/{ref_text(mine.ref)}"
    for path in (place, f"{place}/edit", f"{place}/withdraw", f"{place}/versions"):
        visit.go(path)
        for look in visit.looks(320, 1280):
            wide = visit.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= look.width, f"{path}, {look}"
            for button in visit.page.locator("main .button").all():
                box = button.bounding_box()
                assert box is not None and box["height"] >= 34, f"{path}, {look}"
