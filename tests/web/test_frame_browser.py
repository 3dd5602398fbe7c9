"""The frame of every page in a real browser: the menu of a small screen, the chosen look."""

import pytest
from playwright.sync_api import Browser, Page, expect
from webui.look import COOKIE
from webui.tongues import TONGUES

from tests.web.browsing import Node, browser, make_visit, node

__all__ = ["browser", "make_visit", "node"]  # fixtures

pytestmark = pytest.mark.e2e

GROUND = "getComputedStyle(document.body).backgroundColor"
LINE = "getComputedStyle(document.querySelector('.posts')).borderTopColor"
WORDS_OF_BAR = """[...document.querySelectorAll(".pages a > span:not(.badge)")]
    .map(each => each.getBoundingClientRect()).filter(each => each.width)
    .map(each => [each.left, each.right])"""
ELSEWHERE = ["/follow", "/saved", "/network", "/me", "/settings"]


def without_script(browser: Browser, node: Node, width: int) -> Page:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": width, "height": 700}
    )
    page = context.new_page()
    page.goto(node.server.login_link())
    return page


def test_every_page_of_the_menu_is_reached_on_a_small_screen_without_script(
    browser: Browser, node: Node
) -> None:
    page = without_script(browser, node, 320)
    bar = page.get_by_role("navigation", name="Pages", exact=True)
    names = ["Home", "Search", "Notices", "Messages", "Write"]
    expect(bar.get_by_role("link")).to_have_text(names, use_inner_text=True)
    more = page.get_by_role("navigation", name="More pages")
    expect(more).to_be_hidden()
    page.get_by_role("button", name="More pages").click()
    expect(more).to_be_visible()
    for path in ELSEWHERE:
        expect(more.locator(f"a[href='{path}']")).to_be_visible()
    more.get_by_role("link", name="Network").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Network")
    page.context.close()


@pytest.mark.parametrize("language", TONGUES)
def test_no_word_of_the_bar_touches_another_in_any_language(
    browser: Browser, node: Node, language: str
) -> None:
    context = browser.new_context(locale=language, viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.goto(node.server.login_link())
    expect(page.locator("html")).to_have_attribute("lang", language)
    spans = sorted(page.evaluate(WORDS_OF_BAR))
    assert len(spans) == 5
    edges = [0.0, *(edge for span in spans for edge in span), 320.0]
    assert edges == sorted(edges), "they stand side by side, within the window"
    context.close()


def test_what_is_chosen_is_seen_without_script(browser: Browser, node: Node) -> None:
    page = without_script(browser, node, 1280)
    light = page.locator("body").evaluate(GROUND)
    soft = page.locator("body").evaluate(LINE)
    page.goto(f"{node.url}/settings")
    page.get_by_role("radio", name="Dark").check()
    page.get_by_role("checkbox", name="More contrast").check()
    page.get_by_label("Appearance and keys").get_by_role("button", name="Save").click()
    expect(page.get_by_role("radio", name="Dark")).to_be_checked()
    page.goto(node.url)
    assert page.locator("body").evaluate(GROUND) != light
    assert page.locator("body").evaluate(LINE) != soft
    (kept,) = [each for each in page.context.cookies() if each["name"] == COOKIE]
    assert kept["httpOnly"] and kept["sameSite"] == "Strict"
    page.context.close()
