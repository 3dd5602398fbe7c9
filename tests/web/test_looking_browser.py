"""A look before signing, in a real browser: all is kept on the way there and back."""

import pytest
from playwright.sync_api import Page, expect

from tests.web.browsing import MakeVisit, browser, make_visit, node

__all__ = ["browser", "make_visit", "node"]  # fixtures

pytestmark = pytest.mark.e2e

WORDS = "First line, #bees\n\nand a third, é 🐝."
BOTH = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


@BOTH
def test_there_and_back_and_posted_once(make_visit: MakeVisit, script: bool) -> None:
    visit = make_visit(script=script)
    page = visit.page
    page.locator("#text").fill(WORDS)
    page.get_by_text("Content warning, language").click()
    page.locator("#cw").fill("Insects")
    press(page, "Look at it first")
    expect(page.get_by_role("heading", name="Before you sign")).to_be_visible()
    page.get_by_text("Insects").click()
    expect(page.get_by_role("link", name="#bees")).to_be_visible()
    press(page, "Go on writing")
    expect(page.locator("#text")).to_have_value(WORDS)
    expect(page.locator("#cw")).to_have_value("Insects")
    page.locator("#text").fill(f"{WORDS} More.")
    press(page, "Look at it first")
    with page.expect_navigation(url="**/"):
        press(page, "Sign and post")
    expect(page.get_by_role("article").first).to_contain_text("Insects")
    expect(page.locator("#text")).to_have_value("")
    assert visit.node.desk.changed == ["publish_post"]
    assert visit.node.desk.posts[-1].text == f"{WORDS} More."
    assert visit.node.desk.drafts == {}


@pytest.mark.parametrize("hears", [True, False], ids=["script", "before the script is there"])
def test_what_was_posted_after_a_look_is_no_draft_any_more(
    make_visit: MakeVisit, hears: bool
) -> None:
    visit = make_visit()
    tab = visit.context.new_page()
    visit.page.locator("#text").fill(WORDS)
    with visit.page.expect_navigation(url="**/preview"):
        press(visit.page, "Look at it first")
    with visit.page.expect_navigation(url="**/"):
        if hears:
            press(visit.page, "Sign and post")
        else:
            visit.page.evaluate("document.querySelector('form.signing').submit()")
    for page in (visit.page, tab):
        page.goto(visit.node.url + "/")
        expect(page.locator("#text")).to_have_value("")
    assert visit.node.desk.changed == ["publish_post"]


@BOTH
def test_a_reply_is_looked_at_and_goes_where_it_belongs(
    make_visit: MakeVisit, script: bool
) -> None:
    visit = make_visit(script=script)
    post = next(post for post in visit.node.desk.posts if post.text == "Hello, swarm.")
    visit.go(f"/posts/{post.id}")
    visit.page.locator("#text").fill(WORDS)
    press(visit.page, "Look at it first")
    expect(visit.page.get_by_text("Hello, swarm.")).to_be_visible()
    press(visit.page, "Go on writing")
    press(visit.page, "Look at it first")
    press(visit.page, "Sign and post")
    expect(visit.page.get_by_role("article").last).to_contain_text("and a third")
    assert visit.node.desk.posts[-1].reply_to == post.ref
