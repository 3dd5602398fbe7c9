"""The cursor is in the box that somebody asked for, in two browsers, from every page."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ordeals.page.windows import empty_scripts
from playwright.sync_api import Browser, Page, Playwright, expect
from playwright.sync_api import sync_playwright as start_playwright
from street.fakes.desk import FakeDesk
from swarmfeed.core.asks.people import WhoAreYou

from tests.web.browsing import ARGUMENTS, CHROMIUM, PATIENCE_MS, Node, wait_until
from tests.web.test_browser_shape import paths

pytestmark = pytest.mark.e2e

FIREFOX = Path("/usr/bin/firefox-esr")


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with start_playwright() as started:
        yield started


def open_chromium(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


def open_firefox(playwright: Playwright) -> Browser:
    if not FIREFOX.exists():
        pytest.fail(f"{FIREFOX} is missing; install it with: apt-get install firefox-esr")
    return playwright.firefox.launch(channel="moz-firefox", executable_path=FIREFOX)


@pytest.fixture(scope="module", params=[open_chromium, open_firefox])
def browser(request: pytest.FixtureRequest, playwright: Playwright) -> Iterator[Browser]:
    opened: Browser = request.param(playwright)
    yield opened
    opened.close()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    running = Node(tmp_path)
    yield running
    running.stop()


@contextmanager
def logged_in(browser: Browser, node: Node, *, script: bool = True) -> Iterator[Page]:
    """A page of somebody who has just logged in: the only one, for each costs a process."""
    context = browser.new_context(
        java_script_enabled=script, viewport={"width": 1280, "height": 800}
    )
    context.set_default_timeout(PATIENCE_MS)
    if not script:
        empty_scripts(context)
    page = context.new_page()
    page.goto(node.server.login_link())
    yield page
    context.close()


@pytest.fixture
def page(browser: Browser, node: Node) -> Iterator[Page]:
    with logged_in(browser, node) as opened:
        yield opened


@pytest.fixture
def plain_page(browser: Browser, node: Node) -> Iterator[Page]:
    with logged_in(browser, node, script=False) as opened:
        yield opened


def go(page: Page, node: Node, path: str) -> None:
    """Open a page, as somebody does who has not been on it before."""
    page.goto(node.url + path)


def is_written_in(page: Page, label: str, typed: str = "jk/n") -> None:
    box = page.get_by_label(label, exact=True)
    expect(box).to_be_focused()
    page.keyboard.type(typed)
    expect(box).to_have_value(typed)


def empty_the_box(page: Page, node: Node) -> None:
    """Clear a reply that its node keeps, and wait until it does not: it would come back."""
    is_kept_as(page, node, ["jk/n"])
    page.get_by_label("Reply", exact=True).fill("")
    is_kept_as(page, node, [])


def is_kept_as(page: Page, node: Node, drafts: list[str]) -> None:
    wait_until(page, lambda: list(node.desk.drafts.values()) == drafts, f"{drafts}")


@pytest.mark.parametrize(
    ("key", "box"), [("", "#text"), ("n", "#text"), ("/", "#q")], ids=["write", "n", "slash"]
)
def test_it_leads_into_the_box_from_every_page(
    page: Page, node: Node, key: str, box: str
) -> None:
    for path in paths(node.desk):
        go(page, node, path)
        if key:
            page.keyboard.press(key)
        else:
            page.get_by_role("link", name="Write", exact=True).click()
        expect(page.locator(box)).to_be_focused()
        # In Firefox a page that still loads would stop the next.
        page.wait_for_load_state()


def test_reply_leads_into_the_box(page: Page, node: Node) -> None:
    for path in (path for path in paths(node.desk) if "author" in path or path == "/"):
        go(page, node, path)
        page.locator(".reply-link").first.click()
        is_written_in(page, "Reply")
        empty_the_box(page, node)
        go(page, node, path)
        page.keyboard.press("j")
        page.keyboard.press("r")
        is_written_in(page, "Reply")
        empty_the_box(page, node)
    # And again on the page of the post itself, where one is already.
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("r")
    is_written_in(page, "Reply")


@pytest.mark.parametrize("way", ["/", "n", "r", "link"])
def test_what_is_typed_on_the_way_is_typed_into_the_box(
    page: Page, node: Node, way: str
) -> None:
    go(page, node, "/me" if way != "r" else "/")
    # The next page takes its time, as on a busy machine.
    arrived, go_on = threading.Event(), threading.Event()
    takes = node.desk.rows[WhoAreYou]

    def wait(desk: FakeDesk, ask: WhoAreYou) -> object:
        arrived.set()
        go_on.wait(PATIENCE_MS / 1000)
        return takes(desk, ask)

    node.desk.rows[WhoAreYou] = wait
    if way == "link":
        page.get_by_role("link", name="Write", exact=True).click(no_wait_after=True)
    elif way == "r":
        page.keyboard.press("j")
        page.keyboard.press("r")
    else:
        page.keyboard.press(way)
    assert arrived.wait(PATIENCE_MS / 1000)
    page.keyboard.type("njk/ x")
    page.keyboard.press("Backspace")
    page.keyboard.type("?")
    go_on.set()
    box = page.locator("#q" if way == "/" else "#text")
    expect(box).to_have_value("njk/ ?")
    expect(box).to_be_focused()
    page.keyboard.type("!")
    expect(box).to_have_value("njk/ ?!")
    page.reload()
    if way != "/":
        expect(box).to_have_value("njk/ ?!")  # a draft, once


def test_who_stays_after_all_types_into_the_page_that_is_there(page: Page, node: Node) -> None:
    go(page, node, "/search")
    # As the key does in a window with a frame around it.
    page.evaluate("addEventListener('keydown', ({key}) => key === 'Escape' && stop())")
    arrived, go_on = threading.Event(), threading.Event()
    takes = node.desk.rows[WhoAreYou]

    def wait(desk: FakeDesk, ask: WhoAreYou) -> object:
        arrived.set()
        go_on.wait(PATIENCE_MS / 1000)
        return takes(desk, ask)

    node.desk.rows[WhoAreYou] = wait
    page.get_by_role("link", name="Write", exact=True).click(no_wait_after=True)
    assert arrived.wait(PATIENCE_MS / 1000)
    page.keyboard.type("gone")
    page.keyboard.press("Escape")
    page.get_by_label("Words to find").focus()
    page.keyboard.type("bees")
    expect(page.get_by_label("Words to find")).to_have_value("bees")
    go_on.set()
    node.desk.rows[WhoAreYou] = takes
    go(page, node, "/#text")
    expect(page.get_by_label("New post")).to_have_value("")


def test_without_script_the_links_lead_into_the_boxes(plain_page: Page, node: Node) -> None:
    page = plain_page
    go(page, node, "/me")
    page.get_by_role("link", name="Write", exact=True).click()
    is_written_in(page, "New post")
    expect(page.locator(".count").first).to_be_hidden()  # no script runs
    go(page, node, "/")
    page.locator(".reply-link").first.click()
    is_written_in(page, "Reply")
    go(page, node, "/me")
    page.get_by_role("link", name="Search", exact=True).click()
    is_written_in(page, "Words to find")
