"""Drafts in real browsers: two of them are two devices that the same node has told of."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect
from swarmfeed.core.asks.writing import WritePost

from tests.web.browsing import MakeVisit, Node, Visit, browser, make_visit, node, wait_until
from tests.web.test_typing import WORDS, box, quiet, send, texts

__all__ = ["browser", "make_visit", "node", "quiet"]  # fixtures

pytestmark = pytest.mark.e2e

OTHER = "What the other one began."


@pytest.fixture
def two(make_visit: MakeVisit) -> Iterator[tuple[Visit, Visit]]:
    """Two browsers that share nothing but the node, and listen to it."""
    one, other = make_visit(), make_visit()
    one.node.wait_for_streams(one.page, 2)
    yield one, other


def wait_for(page: Page, node: Node, drafts: dict[str, str]) -> None:
    wait_until(page, lambda: node.desk.drafts == drafts, f"{drafts}")


def is_not_kept(page: Page, words: str) -> None:
    """Type while nobody is there; returns when the node was asked in vain to keep it."""
    asked = lambda request: urlsplit(request.url).path == "/drafts"  # noqa: E731
    with page.expect_event("requestfailed", asked):
        box(page).fill(words)


def test_what_one_device_begins_another_one_sends(two: tuple[Visit, Visit]) -> None:
    one, other = two
    box(one.page).fill(WORDS)
    wait_for(one.page, one.node, {"": WORDS})
    other.go("/")
    expect(box(other.page)).to_have_value(WORDS)
    box(other.page).press("Control+End")
    box(other.page).press_sequentially("!")
    send(other.page).click()
    expect(other.page.get_by_role("article").first).to_contain_text(f"{WORDS}!")
    wait_for(other.page, other.node, {})
    one.page.reload()
    expect(box(one.page)).to_have_value("")
    assert texts(one.node) == [f"{WORDS}!"]


def test_an_open_page_hears_of_it(two: tuple[Visit, Visit]) -> None:
    one, other = two
    expect(box(other.page)).to_have_value("")
    box(one.page).fill(WORDS)
    wait_for(one.page, one.node, {"": WORDS})
    one.node.announce("drafts", n=1)
    expect(box(other.page)).to_have_value(WORDS)
    expect(other.page.locator("#text-count")).to_be_visible()
    # What is discarded is gone there, too.
    box(one.page).fill("")
    wait_for(one.page, one.node, {})
    one.node.announce("drafts", n=1)
    expect(box(other.page)).to_have_value("")


def test_an_open_page_asks_for_it_when_the_node_is_back(quiet: MakeVisit) -> None:
    visit = quiet()
    visit.node.wait_for_streams(visit.page)
    visit.node.go_away()
    visit.node.desk.drafts[""] = OTHER
    visit.node.come_back()
    expect(box(visit.page)).to_have_value(OTHER)


def test_what_is_typed_is_not_replaced(two: tuple[Visit, Visit]) -> None:
    one, other = two
    box(other.page).fill(OTHER)
    wait_for(other.page, other.node, {"": OTHER})
    box(one.page).fill(WORDS)
    wait_for(one.page, one.node, {"": WORDS})
    with other.page.expect_response("**/drafts/text?of="):
        one.node.announce("drafts", n=1)
    expect(box(other.page)).to_have_value(OTHER)


def test_two_that_were_begun_apart_are_both_there(quiet: MakeVisit) -> None:
    visit = quiet()
    box(visit.page).fill("Begun.")
    wait_for(visit.page, visit.node, {"": "Begun."})
    visit.node.go_away()
    is_not_kept(visit.page, WORDS)
    visit.node.desk.drafts[""] = OTHER
    visit.node.come_back()
    visit.go("/")
    expect(box(visit.page)).to_have_value(f"{WORDS}\n\n{OTHER}")
    wait_for(visit.page, visit.node, {"": f"{WORDS}\n\n{OTHER}"})


def test_a_draft_is_kept_by_who_leaves_at_once(make_visit: MakeVisit) -> None:
    visit = make_visit()
    box(visit.page).fill(WORDS)
    visit.go("/network")
    wait_for(visit.page, visit.node, {"": WORDS})


def test_a_node_that_was_away_gets_what_was_typed(quiet: MakeVisit) -> None:
    visit = quiet()
    box(visit.page).fill("Begun.")
    wait_for(visit.page, visit.node, {"": "Begun."})
    visit.node.go_away()
    is_not_kept(visit.page, "")
    visit.node.come_back()
    visit.page.reload()
    expect(box(visit.page)).to_have_value("")
    wait_for(visit.page, visit.node, {})


def test_without_script_it_is_kept_by_a_button(make_visit: MakeVisit) -> None:
    visit = make_visit(script=False)
    keep = visit.page.get_by_role("button", name="Keep as draft")
    box(visit.page).fill(WORDS)
    keep.click()
    expect(visit.page.get_by_role("heading", name="Drafts")).to_be_visible()
    visit.page.get_by_role("link", name="Go on").click()
    expect(box(visit.page)).to_have_value(WORDS)
    box(visit.page).fill("")
    keep.click()
    expect(visit.page.get_by_role("heading", name="No drafts")).to_be_visible()
    visit.go("/")
    box(visit.page).fill(WORDS)
    keep.click()
    visit.page.get_by_role("button", name="Discard").click()
    expect(visit.page.get_by_role("heading", name="No drafts")).to_be_visible()
    assert texts(visit.node) == []


def test_what_is_for_a_circle_stays_for_it_and_lies_in_no_browser(
    two: tuple[Visit, Visit],
) -> None:
    one, other = two
    desk = one.node.desk
    desk.circles.people = {"Family": []}
    one.go("/")
    box(one.page).fill(WORDS)
    one.page.get_by_label("Who can read it").select_option("Family")
    wait_for(one.page, one.node, {"": WORDS})
    wait_until(one.page, lambda: desk.drafts_to == {"": "Family"}, "a draft for the family")
    assert one.page.evaluate("JSON.stringify(localStorage)").count("thought") == 0
    other.go("/")
    expect(other.page.get_by_label("Who can read it")).to_have_value("Family")
    send(other.page).click()
    expect(other.page.get_by_role("article").first).to_contain_text("Only you can read this")


def test_a_reply_to_what_is_protected_lies_in_no_browser_and_is_told_no_other_tab(
    make_visit: MakeVisit,
) -> None:
    visit = make_visit()
    page, desk = visit.page, visit.node.desk
    desk.circles.people = {"Family": []}
    post = desk.ask(WritePost(text="Only us", to="Family"))
    visit.go(f"/posts/{post.id}")
    page.evaluate("""() => {
      self.laid = [];
      const lay = Storage.prototype.setItem;
      Storage.prototype.setItem = function (key, value) {
        self.laid.push(value);
        lay.call(this, key, value);
      };
    }""")
    page.locator("#text").fill(WORDS)
    wait_until(page, lambda: WORDS in desk.drafts.values(), "a draft of the reply")
    assert page.evaluate("[...self.laid, JSON.stringify(localStorage)]") == ["{}"]
    with page.expect_navigation():
        page.get_by_role("button", name="Look at it first").click()
    tab = visit.context.new_page()
    tab.goto(visit.node.url + "/")
    tab.evaluate("""() => {
      self.heard = [];
      addEventListener("storage", ({ newValue }) => self.heard.push(newValue));
    }""")
    with page.expect_navigation():
        page.get_by_role("button", name="Sign and post").click()
    expect(page.get_by_text(WORDS).first).to_be_visible()
    assert texts(visit.node) == ["Only us", WORDS]
    page.evaluate("localStorage.setItem('last', 'is heard last')")
    wait_until(tab, lambda: tab.evaluate("self.heard.length") > 0, "what is heard last")
    assert tab.evaluate("self.heard") == ["is heard last"]


def test_a_draft_is_taken_back_also_where_its_answer_was_lost(quiet: MakeVisit) -> None:
    visit = quiet()

    def lose(route: Route) -> None:
        visit.node.desk.drafts[""] = WORDS  # the node keeps it, and nobody hears of that
        route.abort()

    visit.page.route("**/drafts", lose, times=1)
    is_not_kept(visit.page, WORDS)
    box(visit.page).fill("")
    wait_for(visit.page, visit.node, {})
