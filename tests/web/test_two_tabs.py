"""Two tabs of one browser: what is begun in one, and what another one posts."""

import pytest
from playwright.sync_api import Page, expect

from tests.web.browsing import MakeVisit, browser, make_visit, node, wait_until
from tests.web.test_typing import WORDS, box, quiet, send, texts

__all__ = ["browser", "make_visit", "node", "quiet"]  # fixtures

pytestmark = pytest.mark.e2e


def in_browser(page: Page) -> str:
    """What lies in the browser of the draft of a new post; empty: nothing."""
    return str(page.evaluate("localStorage.getItem('swarmfeed draft new') ?? ''"))


def test_a_draft_outlives_what_another_tab_posts(quiet: MakeVisit) -> None:
    visit = quiet()
    tab = visit.context.new_page()
    tab.goto(visit.node.url + "/")
    expect(box(tab)).to_have_value("")
    box(visit.page).fill(WORDS)
    box(tab).fill("Something short.")
    send(tab).click()
    expect(tab.get_by_role("article").first).to_contain_text("Something short.")
    expect(box(visit.page)).to_have_value(WORDS)
    expect(box(visit.page)).to_be_editable()
    wait_until(visit.page, lambda: in_browser(visit.page) != "", "the draft in the browser")
    visit.page.close()
    tab.goto(visit.node.url + "/")
    expect(box(tab)).to_have_value(WORDS)
    assert texts(visit.node) == ["Something short."]


def test_it_outlives_that_also_where_it_was_kept_since(quiet: MakeVisit) -> None:
    """What lies in the browser when the other tab posts is the draft of this one."""
    visit = quiet()
    tab = visit.context.new_page()
    tab.goto(visit.node.url + "/")
    box(visit.page).fill(WORDS)
    box(tab).fill("Something short.")
    box(visit.page).dispatch_event("input")
    wait_until(tab, lambda: "Half" in in_browser(tab), "the draft in the browser")
    heard = hear_of_no_draft(visit.page)
    send(tab).click()
    expect(tab.get_by_role("article").first).to_contain_text("Something short.")
    visit.page.evaluate(heard)
    expect(box(visit.page)).to_have_value(WORDS)
    wait_until(tab, lambda: visit.node.desk.drafts == {"": WORDS}, "its draft")
    visit.page.reload()
    expect(box(visit.page)).to_have_value(WORDS)


def test_a_draft_outlives_that_another_tab_takes_its_own_back(quiet: MakeVisit) -> None:
    visit = quiet()
    visit.node.desk.circles.people = {"Family": []}
    tab = visit.context.new_page()
    tab.goto(visit.node.url + "/")
    visit.go("/")
    box(visit.page).fill(WORDS)
    heard = hear_of_no_draft(visit.page)
    tab.get_by_label("Who can read it").select_option("Family")
    visit.page.evaluate(heard)
    expect(box(visit.page)).to_have_value(WORDS)


def hear_of_no_draft(page: Page) -> str:
    """Begin to listen; returns what waits until the browser has told that its draft is gone."""
    page.evaluate("""() => {
      self.heard = new Promise((resolve) => addEventListener("storage", ({ key, newValue }) => {
        if (key === "swarmfeed draft new" && newValue === null) resolve();
      }));
    }""")
    return "self.heard"


def test_what_another_tab_posted_is_not_left_to_be_posted_here(quiet: MakeVisit) -> None:
    visit = quiet()
    box(visit.page).fill(WORDS)
    tab = visit.context.new_page()
    tab.goto(visit.node.url + "/")
    expect(box(tab)).to_have_value(WORDS)
    send(visit.page).click()
    expect(visit.page.get_by_role("article").first).to_contain_text(WORDS)
    expect(box(tab)).to_have_value("")
    assert texts(visit.node) == [WORDS]
