"""Many tabs of one browser: they share one stream of events, whatever the browser can do."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright
from street.fakes.samples import key
from swarmfeed.core.base.types import AuthorId

from tests.web.browsing import ARGUMENTS, CHROMIUM, PATIENCE_MS, Node

pytestmark = pytest.mark.e2e

TABS = 12
"""Twice as many connections as a browser opens to one host."""

WITHOUT = {
    "shared worker": "",
    "one tab for all": "delete self.SharedWorker;",
    "workers of an older kind": "self.SharedWorker = class extends SharedWorker {"
    " constructor(url, options) { super(url, {...options, type: 'classic'}); } };",
}
"""What is taken away from the browser before a page is shown."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    running = Node(tmp_path)
    yield running
    running.stop()


@pytest.fixture(params=list(WITHOUT))
def context(
    request: pytest.FixtureRequest, browser: Browser, node: Node
) -> Iterator[BrowserContext]:
    """A browser that is logged in."""
    opened = browser.new_context()
    opened.set_default_timeout(PATIENCE_MS)
    opened.add_init_script(WITHOUT[request.param])
    page = opened.new_page()
    page.goto(node.server.login_link())
    page.close()
    yield opened
    opened.close()


def open_tabs(context: BrowserContext, node: Node, count: int = TABS) -> list[Page]:
    tabs = []
    for _ in range(count):
        tabs.append(context.new_page())
        tabs[-1].goto(node.url)
    return tabs


def post(node: Node, text: str) -> None:
    node.desk.add_post(AuthorId(key("Mira Lindqvist")), text)
    node.announce("new", n=1)


def wait_until_heard(tabs: list[Page], count: int) -> None:
    named = f"{count} new post{'s' if count > 1 else ''}"
    for tab in tabs:
        expect(tab.get_by_role("link", name=named)).to_be_visible()


@pytest.mark.attack("A32")
def test_a_dozen_tabs_hear_of_a_post_over_one_connection_and_go_on(
    context: BrowserContext, node: Node
) -> None:
    tabs = open_tabs(context, node)
    node.wait_for_streams(tabs[0])
    post(node, "for a dozen")
    wait_until_heard(tabs, 1)
    assert node.stream_count() == 1
    for tab in tabs:
        tab.get_by_role("link", name="Search").click()
        expect(tab.get_by_label("Words to find")).to_be_visible()
    for tab in tabs:
        tab.go_back()
        expect(tab.get_by_role("article").first).to_contain_text("for a dozen")
    post(node, "and another")
    wait_until_heard(tabs, 1)


def test_when_the_tab_that_listens_is_closed_the_others_go_on(
    context: BrowserContext, node: Node
) -> None:
    tabs = open_tabs(context, node, 4)
    node.wait_for_streams(tabs[0])
    while tabs:
        post(node, "one more")
        wait_until_heard(tabs, 5 - len(tabs))
        tabs.pop(0).close()
        if tabs:
            node.wait_for_streams(tabs[0])


def test_logging_out_ends_it_for_all_tabs(context: BrowserContext, node: Node) -> None:
    tabs = open_tabs(context, node, 3)
    node.wait_for_streams(tabs[0])
    leaver = context.new_page()
    leaver.goto(f"{node.url}/me")
    with leaver.expect_navigation(url="**/welcome"):
        leaver.get_by_role("button", name="Log out").click()
    for tab in tabs:
        expect(tab.locator("#ended")).to_contain_text("logged out")
    node.wait_for_no_stream(tabs[0])


def test_after_the_node_was_away_every_tab_hears_again(
    context: BrowserContext, node: Node
) -> None:
    tabs = open_tabs(context, node, 3)
    node.wait_for_streams(tabs[0])
    for tab in tabs:
        expect(tab.locator(".state-link .nodes[data-full='2']")).to_be_visible()
    node.restart()
    # Whether sessions outlive the restart or not: one tab logs in, and all are up to date.
    tabs[0].goto(node.server.login_link())
    node.wait_for_streams(tabs[0])
    post(node, "after the pause")
    wait_until_heard(tabs[1:], 1)


def test_a_browser_that_shares_nothing_listens_in_each_tab(
    browser: Browser, node: Node
) -> None:
    context = browser.new_context()
    context.add_init_script(
        "delete self.SharedWorker; Object.defineProperty(navigator, 'locks', {value: null});"
    )
    context.new_page().goto(node.server.login_link())
    tabs = open_tabs(context, node, 2)
    node.wait_for_streams(tabs[0], 3)
    post(node, "each for itself")
    wait_until_heard(tabs, 1)
    context.close()


AWAY = re.compile(r"^Not connected since \d\d:\d\d$")


def say_away(tabs: list[Page]) -> None:
    for tab in tabs:
        expect(tab.locator(".state-link")).to_have_text(AWAY)
        expect(tab.locator(".nodes[data-full='0']").first).to_be_visible()


def say_well(tabs: list[Page]) -> None:
    for tab in tabs:
        expect(tab.locator(".state-link")).to_contain_text("Well connected")
        expect(tab.locator(".nodes[data-full='2']").first).to_be_visible()


def test_a_node_that_is_away_is_said_on_every_tab_and_so_is_its_return(
    context: BrowserContext, node: Node
) -> None:
    tabs = [context.new_page() for _ in range(4)]
    for tab, path in zip(tabs, ("/", "/search", "/me", "/network"), strict=True):
        tab.goto(node.url + path)
    node.wait_for_streams(tabs[0])
    say_well(tabs)
    # One is not looked at meanwhile, and looked at again when the stream is gone already.
    tabs[3].evaluate("dispatchEvent(new Event('pagehide'))")
    node.go_away()
    say_away(tabs[:3])
    tabs[3].evaluate("dispatchEvent(new Event('pageshow'))")
    say_away(tabs)
    node.come_back()
    say_well(tabs)
    expect(tabs[0].locator("#say")).to_have_text("Connected again")
    node.go_away()
    say_away(tabs)
    node.come_back()
    say_well(tabs)
    post(node, "after all that")
    wait_until_heard(tabs[:1], 1)


def test_a_node_that_hangs_is_away(browser: Browser, node: Node) -> None:
    """It closes nothing; it only says nothing any more."""
    context = browser.new_context()
    context.add_init_script("delete self.SharedWorker; delete self.BroadcastChannel;")
    tab = context.new_page()
    tab.clock.install()
    tab.goto(node.server.login_link())
    node.wait_for_streams(tab)
    say_well([tab])
    held: list[Route] = []
    tab.route("**/events", lambda route: held.append(route))
    tab.clock.run_for(60_000)
    say_away([tab])
    context.close()
