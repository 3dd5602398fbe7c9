"""The page in a real browser: with and without script, small, dark, by keyboard, attacked."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Route,
    expect,
    sync_playwright,
)
from street.fakes.desk import FakeDesk, key
from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.asks.troubles import FULL
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.base.address import format_author
from webui.access import Address, OwnerOf
from webui.asgi import PageServer

pytestmark = pytest.mark.e2e

PATIENCE_MS = 60_000
"""How long a browser may take, on a machine that is very busy with others too."""

LOOK_EVERY_MS = 20

HEIGHT = 800
"""Of a window, in pixels."""

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

expect.set_options(timeout=PATIENCE_MS)

CHROMIUM = Path("/usr/bin/chromium")
LEFT_ALONE = (
    "Autofocus processing was blocked because a document already has a focused element."
)
"""What Chromium says where somebody is in a field before a page is drawn: it leaves them there,
as it should.  A test may be that fast."""

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP evil.test 127.0.0.1",
]


def nobody_tells(client: Address, server: Address) -> None:
    """As on a system that does not know whose connection it is."""


class Node:
    """A page server in a loop of its own, as in a real node."""

    def __init__(self, folder: Path, port: int = 0, owner_of: OwnerOf = nobody_tells) -> None:
        self.desk = FakeDesk()
        self._folder, self._owner_of = folder, owner_of
        self.server = PageServer(self.desk, folder, port, owner_of=owner_of)
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.server.start(), self.loop).result(
            PATIENCE_MS / 1000
        )

    @property
    def url(self) -> str:
        """Where browsers are logged in."""
        return self.server.login_link().partition("/login?")[0]

    def announce(self, name: str, **fields: str | int) -> None:
        self.loop.call_soon_threadsafe(lambda: self.desk.announce(name, **fields))

    def stream_count(self) -> int:
        """Open streams of events."""
        return self.server.stream_count

    def wait_for_streams(self, page: Page, count: int = 1) -> None:
        """Wait until so many streams are open: who listens later asks for what it missed."""
        for _ in range(PATIENCE_MS // LOOK_EVERY_MS):
            if self.stream_count() >= count:
                return
            page.wait_for_timeout(LOOK_EVERY_MS)
        raise AssertionError(f"{self.stream_count()} streams are open, not {count}")

    def restart(self) -> None:
        """The page goes away, and comes back on the same port."""
        self.go_away()
        self.come_back()

    def go_away(self) -> None:
        """Nothing answers on its port."""
        asyncio.run_coroutine_threadsafe(self.server.stop(), self.loop).result(
            PATIENCE_MS / 1000
        )

    def come_back(self) -> None:
        """On the same port; whoever was logged in still is."""
        port = int(self.server.url.rpartition(":")[2])
        self.server = PageServer(self.desk, self._folder, port, owner_of=self._owner_of)
        asyncio.run_coroutine_threadsafe(self.server.start(), self.loop).result(
            PATIENCE_MS / 1000
        )

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self.server.stop(), self.loop).result(
            PATIENCE_MS / 1000
        )
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE_MS / 1000)
        self.loop.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a window looks at a page: how wide it is in pixels, and how light."""

    width: int
    scheme: Literal["light", "dark"]


@dataclass
class Visit:
    """A logged-in browser window, and everything it complained about."""

    node: Node
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.node.url + path)

    def looks(self, *widths: int) -> Iterator[Look]:
        """Look at the page that is open from windows of all these widths, light and dark."""
        for scheme in SCHEMES:
            self.page.emulate_media(color_scheme=scheme)
            for width in widths:
                self.page.set_viewport_size({"width": width, "height": HEIGHT})
                yield Look(width=width, scheme=scheme)

    def hear(self, message: ConsoleMessage) -> None:
        """Keep what the browser says, but for what is no fault of a page."""
        if message.text != LEFT_ALONE:
            self.complaints.append(message.text)

    @contextmanager
    def refused(self, status: str) -> Iterator[None]:
        """What happens within is refused once, which the browser tells of when it likes."""
        with self.page.expect_console_message(lambda told: status in told.text) as message:
            yield
        self.complaints.remove(message.value.text)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing; install it with: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    node = Node(tmp_path)
    yield node
    node.stop()


@pytest.fixture
def make_visit(browser: Browser, node: Node) -> Iterator["MakeVisit"]:
    make = MakeVisit(browser, node)
    yield make
    for visit in make.visits:
        visit.context.close()
        assert [each for each in visit.complaints if not each.startswith(make.excused)] == []


class MakeVisit:
    """Opens windows; at the end none of them may have complained."""

    def __init__(self, browser: Browser, node: Node) -> None:
        self._browser = browser
        self._node = node
        self.visits: list[Visit] = []
        self.excused: tuple[str, ...] = ()
        """How complaints begin that are no fault of the page: they may come until the end."""

    def __call__(self, *, width: int = 1280, script: bool = True, dark: bool = False) -> Visit:
        context = self._browser.new_context(
            viewport={"width": width, "height": HEIGHT},
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
        )
        context.set_default_timeout(PATIENCE_MS)
        visit = Visit(self._node, context, context.new_page())
        visit.page.on("console", visit.hear)
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on("dialog", lambda dialog: visit.complaints.append(dialog.message))
        visit.page.goto(self._node.server.login_link())
        assert visit.page.url == self._node.url + "/", "the token is gone"
        self.visits.append(visit)
        return visit


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_write_reply_follow_search(make_visit: MakeVisit, script: bool) -> None:
    visit = make_visit(script=script)
    page = visit.page
    page.get_by_label("New post").fill("A post from a browser.\nSecond line.")
    page.get_by_role("button", name="Post", exact=True).click()
    newest = page.get_by_role("article").first
    expect(newest).to_contain_text("A post from a browser.")
    expect(page.get_by_label("New post")).to_have_value("")
    newest.get_by_role("link", name="Reply").click()
    page.get_by_label("Reply", exact=True).fill("And its reply.")
    page.get_by_role("button", name="Reply", exact=True).click()
    expect(page.get_by_role("article").last).to_contain_text("And its reply.")
    expect(page.get_by_role("heading", name="1 reply")).to_be_visible()

    page.get_by_role("link", name="Follow", exact=True).click()
    ines = format_author(key("Ines Okafor"))
    page.get_by_label("Their link or address").fill(f"swarmfeed:{ines}?name=Ines%20Okafor")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("heading", name="Follow this author?")).to_be_visible()
    page.get_by_role("button", name="Follow Ines Okafor").click()
    expect(page.get_by_text("followed", exact=True)).to_be_visible()
    expect(page.get_by_text("Two nodes, one café")).to_be_visible()
    page.get_by_role("button", name="Unfollow").click()
    expect(page.get_by_role("button", name="Follow")).to_be_visible()

    page.get_by_role("link", name="Search").click()
    page.get_by_label("Words to find").fill("browser")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("article")).to_have_count(1)
    assert visit.node.desk.changed == ["publish_post", "publish_post", "follow", "unfollow"]


def test_the_first_tab_stop_skips_to_the_content(make_visit: MakeVisit) -> None:
    page = make_visit().page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_a_page_that_comes_slowly_takes_nobody_out_of_a_field(make_visit: MakeVisit) -> None:
    visit = make_visit()
    page, kept = visit.page, list[Route]()
    page.route("**/swarmfeed.css*", lambda route: kept.append(route))
    page.goto(visit.node.url + "/search", wait_until="commit")
    link = page.get_by_role("link", name="Skip to the content")
    page.wait_for_selector("#q", state="attached")
    link.evaluate("(link) => link.focus()")
    with page.expect_console_message(lambda told: told.text == LEFT_ALONE):
        kept[0].continue_()
    expect(link).to_be_focused()


def test_keys(make_visit: MakeVisit) -> None:
    page = make_visit().page
    articles = page.get_by_role("article")
    page.keyboard.press("j")
    expect(articles.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(articles.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(articles.nth(0)).to_be_focused()
    page.keyboard.press("n")
    text = page.get_by_label("New post")
    expect(text).to_be_focused()
    page.keyboard.type("jk?n")
    expect(text).to_have_value("jk?n")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    legend = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(legend).to_be_visible()
    legend.get_by_label("Use these shortcuts").uncheck()
    legend.get_by_role("button", name="Close").click()
    expect(legend).to_be_hidden()
    page.keyboard.press("n")
    expect(text).not_to_be_focused()
    page.reload()
    page.keyboard.press("?")
    legend.get_by_label("Use these shortcuts").check()
    page.keyboard.press("Escape")
    expect(legend).to_be_hidden()
    page.keyboard.press("j")
    expect(articles.nth(0)).to_be_focused()
    page.keyboard.press("o")
    page.wait_for_url("**/posts/**")


def test_the_draft_survives_a_visit_elsewhere(make_visit: MakeVisit) -> None:
    visit = make_visit()
    visit.page.get_by_label("New post").fill("👩‍👩‍👧é, half a thought")
    expect(visit.page.locator("#text-count")).to_have_text("7,964 bytes left")
    visit.go("/status")
    visit.go("/")
    expect(visit.page.get_by_label("New post")).to_have_value("👩‍👩‍👧é, half a thought")


def test_a_post_that_was_refused_is_still_in_the_box(make_visit: MakeVisit) -> None:
    visit = make_visit()
    box = visit.page.get_by_label("New post")
    send = visit.page.get_by_role("button", name="Post")

    def refuse(desk: FakeDesk, ask: WritePost) -> None:
        raise FULL.unsaved("the post")

    takes, visit.node.desk.rows[WritePost] = visit.node.desk.rows[WritePost], refuse
    box.fill("not now")
    with visit.refused("503 (Service Unavailable)"):
        send.click()
    expect(visit.page.get_by_text("the disk is full")).to_be_visible()
    expect(box).to_have_value("not now")
    visit.node.desk.rows[WritePost] = takes
    visit.go("/")
    expect(box).to_have_value("not now")
    send.click()
    expect(visit.page.locator(".post").first).to_contain_text("not now")
    expect(box).to_have_value("")
    visit.go("/")
    expect(box).to_have_value("")


def test_copying_the_own_link(make_visit: MakeVisit) -> None:
    visit = make_visit()
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.go("/me")
    visit.page.get_by_role("button", name="Copy link").click()
    expect(visit.page.get_by_text("Copied").first).to_be_visible()
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert copied == visit.node.desk.ask(WhoAreYou()).link


@pytest.mark.attack("A05")
def test_hostile_posts_run_nothing(make_visit: MakeVisit) -> None:
    visit = make_visit()
    desk = visit.node.desk
    mallory = desk.add_author("<img src=x onerror=alert(1)>", followed=True)
    for text in (
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "https://evil.example/'onmouseover='alert(1)",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    ):
        desk.add_post(mallory, text)
    for path in ("/", f"/authors/{format_author(mallory)}", "/search?q=<script>alert(1)"):
        visit.go(path)
        visit.page.wait_for_timeout(100)
        assert visit.page.locator("main :is(script, iframe, img)").count() == 0


@pytest.mark.attack("A01")
def test_a_page_on_another_port_posts_nothing(make_visit: MakeVisit) -> None:
    visit = make_visit()
    url = visit.node.url
    html = f"<form method=post action={url}/posts><input name=text value=forged></form>"
    visit.page.route(
        "http://127.0.0.1:9/", lambda route: route.fulfill(body=html, content_type="text/html")
    )
    visit.page.goto("http://127.0.0.1:9/")
    with visit.refused("403 (Forbidden)"):
        visit.page.evaluate("document.forms[0].submit()")
    expect(visit.page.get_by_text("Another page sent this request")).to_be_visible()
    assert visit.node.desk.changed == []


@pytest.mark.attack("A02")
def test_a_rebound_name_is_refused(make_visit: MakeVisit) -> None:
    visit = make_visit()
    port = visit.node.server.url.rsplit(":", 1)[1]
    # The browser tells of the 403, of the one for the icon, and that such a page has no rights.
    make_visit.excused = ("Failed to load resource", "The Cross-Origin-Opener-Policy header")
    answer = visit.page.goto(f"http://evil.test:{port}/")
    assert answer is not None and answer.status == 403
    assert "Open yours: swarmfeed open" in visit.page.content()
