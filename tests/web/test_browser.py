"""The page in a real browser: with and without script, small, dark, by keyboard, attacked."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from street.fakes.desk import FakeDesk, key
from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.troubles import FULL
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.core.base.types import AuthorId
from webui.access import Address, OwnerOf
from webui.asgi import PageServer

from tests.web.test_alarms import ALARM

pytestmark = pytest.mark.e2e

CHROMIUM = Path("/usr/bin/chromium")
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
        asyncio.run_coroutine_threadsafe(self.server.start(), self.loop).result(10)

    @property
    def url(self) -> str:
        """Where browsers are logged in."""
        return self.server.login_link().partition("/login?")[0]

    def announce(self, name: str, **fields: str | int) -> None:
        self.loop.call_soon_threadsafe(lambda: self.desk.announce(name, **fields))

    def stream_count(self) -> int:
        """Open streams of events."""
        return self.server.stream_count

    def restart(self) -> None:
        """The page goes away, and comes back on the same port."""
        self.go_away()
        self.come_back()

    def go_away(self) -> None:
        """Nothing answers on its port."""
        asyncio.run_coroutine_threadsafe(self.server.stop(), self.loop).result(10)

    def come_back(self) -> None:
        """On the same port; whoever was logged in still is."""
        port = int(self.server.url.rpartition(":")[2])
        self.server = PageServer(self.desk, self._folder, port, owner_of=self._owner_of)
        asyncio.run_coroutine_threadsafe(self.server.start(), self.loop).result(10)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self.server.stop(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


@dataclass
class Visit:
    """A logged-in browser window, and everything it complained about."""

    node: Node
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.node.url + path)

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
            viewport={"width": width, "height": 800},
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
        )
        context.set_default_timeout(8_000)
        visit = Visit(self._node, context, context.new_page())
        visit.page.on("console", lambda message: visit.complaints.append(message.text))
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on("dialog", lambda dialog: visit.complaints.append(dialog.message))
        visit.page.goto(self._node.server.login_link())
        assert visit.page.url == self._node.url + "/", "the token is gone"
        self.visits.append(visit)
        return visit


def paths(desk: FakeDesk) -> list[str]:
    post = next(post for post in desk.posts if post.text == "Hello, swarm.")
    feed, aoi = format_address(post.ref.feed_id), format_author(key("山田 葵"))
    return [
        "/",
        "/follow",
        f"/follow?link=swarmfeed:{aoi}",
        "/search?q=libtorrent",
        "/search?q=zebra",
        "/status",
        "/notifications",
        "/history",
        "/alarms",
        "/me",
        f"/authors/{aoi}",
        f"/posts/{post.id}",
        *(f"/posts/{ref_text(post.ref)}/{each}" for each in ("edit", "withdraw", "versions")),
        f"/feeds/{feed}/torrents",
    ]


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


@pytest.mark.parametrize("width", [320, 640, 1280])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_page_scrolls_sideways(make_visit: MakeVisit, width: int, dark: bool) -> None:
    visit = make_visit(width=width, dark=dark)
    desk = visit.node.desk
    desk.add_post(desk.me, "W" * 300 + " https://a.example/" + "x" * 300)
    for path in paths(desk):
        visit.go(path)
        wide = visit.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} pixels wide"


CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = rgba(getComputedStyle(e).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    const [a, b] = [light(rgba(getComputedStyle(element).color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${walker.currentNode.data.trim()} ${ratio.toFixed(2)}`);
  }
  return poor;
}"""
"""Texts with less than 4.5 to 1 against what is behind them.  Source: WCAG 2.2, 1.4.3."""

SMALL = """() => [...document.querySelectorAll('a, button, input, summary')]
  .filter((e) => e.checkVisibility() && !e.closest('.text, p, li > code, .skip'))
  .map((e) => [e, e.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.width < 24 || box.height < 24))
  .filter(([e]) => !e.closest('td, .bio'))
  .map(([e, box]) => `${e.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)"""
"""Targets under 24 by 24 pixels, but for links in a sentence.  Source: WCAG 2.2, 2.5.8."""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_is_legible_and_targets_are_large_enough(
    make_visit: MakeVisit, dark: bool
) -> None:
    visit = make_visit(dark=dark)
    visit.node.desk.alarms = (ALARM,)
    for path in paths(visit.node.desk):
        visit.go(path)
        assert visit.page.evaluate(CONTRAST) == [], path
        assert visit.page.evaluate(SMALL) == [], path


def test_every_page_has_its_landmarks(make_visit: MakeVisit) -> None:
    visit = make_visit()
    for path in paths(visit.node.desk):
        visit.go(path)
        page = visit.page
        expect(page.get_by_role("main")).to_have_count(1)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        expect(page.get_by_role("navigation", name="Pages")).to_have_count(1)
        unlabelled = page.evaluate(
            "[...document.querySelectorAll('input:not([type=hidden]), textarea, progress')]"
            ".filter((e) => !e.labels?.length && !e.ariaLabel).length"
        )
        assert unlabelled == 0, path
        doubled = page.evaluate(
            "(() => { const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);"
            " return ids.filter((id, at) => ids.indexOf(id) !== at); })()"
        )
        assert doubled == [], path


def test_the_first_tab_stop_skips_to_the_content(make_visit: MakeVisit) -> None:
    page = make_visit().page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


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


def test_new_posts_are_announced_and_never_push_in(make_visit: MakeVisit) -> None:
    visit = make_visit()
    page, desk = visit.page, visit.node.desk
    bar = page.get_by_role("link", name="new post")
    expect(bar).to_be_hidden()
    page.wait_for_timeout(300)
    first = page.get_by_role("article").first.inner_text()
    for number in range(2):
        desk.add_post(AuthorId(key("Mira Lindqvist")), f"late {number}")
    visit.node.announce("new", n=2)
    expect(page.get_by_role("link", name="Show 2 new posts")).to_be_visible()
    assert page.title() == "(2) Home · swarmfeed"
    assert page.get_by_role("article").first.inner_text() == first
    expect(page.get_by_role("status")).to_have_text("Show 2 new posts")
    page.keyboard.press(".")
    expect(page.get_by_role("article").first).to_contain_text("late 1")
    expect(bar).to_be_hidden()


def test_new_replies_are_announced_in_an_open_thread_and_move_nothing(
    make_visit: MakeVisit,
) -> None:
    visit = make_visit()
    page, desk = visit.page, visit.node.desk
    asked = next(post for post in desk.posts if post.text == "Hello, swarm.")
    answer = next(post for post in desk.posts if post.text.startswith("Welcome!"))
    visit.go(f"/posts/{asked.id}")
    page.wait_for_timeout(300)
    shown = page.get_by_role("article").last.bounding_box()
    for number in range(60):
        desk.add_post(AuthorId(key("Ines Okafor")), f"late {number}", reply_to=asked.ref)
    desk.add_post(AuthorId(key("Ines Okafor")), "to the answer", reply_to=answer.ref)
    visit.node.announce("new", n=61)
    bar = page.get_by_role("link", name="Show 61 new replies")
    expect(bar).to_be_visible()
    expect(page.get_by_role("article").last.get_by_text("1 reply")).to_be_visible()
    assert page.get_by_role("article").count() == 2
    after = page.get_by_role("article").last.bounding_box()
    assert shown is not None and after is not None
    assert abs(after["y"] - shown["y"]) < 1, "the line lies over what is read"
    bar.click()
    expect(page.get_by_text("to the answer", exact=True)).to_be_in_viewport()
    expect(page.locator("#new-replies")).to_be_hidden()


@pytest.mark.parametrize("script", [True, False])
def test_a_long_post_opens_where_it_stands(make_visit: MakeVisit, script: bool) -> None:
    visit = make_visit(script=script, width=320)
    page, desk = visit.page, visit.node.desk
    text = "\n".join(f"line {number}" for number in range(200)) + "\nhttps://example.org/end"
    desk.add_post(AuthorId(key("Mira Lindqvist")), text)
    visit.go("/")
    article = page.get_by_role("article").first
    box = article.bounding_box()
    assert box is not None and box["height"] < 500
    article.get_by_text("Show more").click()
    expect(article.get_by_text("Show less")).to_be_visible()
    box = article.bounding_box()
    assert box is not None and box["height"] > 4_000
    article.get_by_text("Show less").click()
    # Whoever comes to a link in the rest by keyboard sees it.
    article.get_by_role("link", name="example.org/end").focus()
    expect(article.get_by_role("link", name="example.org/end")).to_be_in_viewport()


def test_all_new_posts_are_counted_where_there_was_none(make_visit: MakeVisit) -> None:
    visit = make_visit()
    desk = visit.node.desk
    desk.posts.clear()
    visit.go("/")
    expect(visit.page.get_by_text("It is quiet here")).to_be_visible()
    visit.page.wait_for_timeout(300)
    for number in range(3):
        desk.add_post(AuthorId(key("Mira Lindqvist")), f"late {number}")
    visit.node.announce("new", n=3)
    expect(visit.page.get_by_role("link", name="Show 3 new posts")).to_be_visible()


def test_who_has_a_post_is_said_while_one_looks(make_visit: MakeVisit) -> None:
    visit = make_visit()
    desk = visit.node.desk
    post = desk.add_post(desk.me, "just now")
    visit.go("/")
    held = visit.page.get_by_role("article").first.locator(".held")
    expect(held).to_have_text("On this machine only, going out")
    visit.page.wait_for_timeout(300)
    desk.posts[desk.posts.index(post)] = replace(post, held_by=2)
    visit.node.announce("receipt", size=1)
    expect(held).to_have_text("2 others have it")
    expect(held).not_to_have_class(re.compile("nobody"))


def test_progress_moves_while_one_looks(make_visit: MakeVisit) -> None:
    visit = make_visit()
    aoi = AuthorId(key("山田 葵"))
    visit.go(f"/authors/{format_author(aoi)}")
    expect(visit.page.get_by_role("progressbar")).to_have_attribute("value", "8200")
    visit.page.wait_for_timeout(300)
    visit.node.announce("progress", feed=visit.node.desk.feed_of(aoi).hex(), held=15_000)
    expect(visit.page.get_by_text("15,000 of 20,000")).to_be_visible()


def test_the_sentence_follows_the_node(make_visit: MakeVisit) -> None:
    visit = make_visit()
    expect(visit.page.get_by_text("Well connected: linked to 2 nodes.")).to_be_visible()
    visit.page.wait_for_timeout(300)
    visit.node.desk.sentence = "Alone: no other node is linked right now."
    visit.node.announce("status", peers=0)
    expect(visit.page.get_by_text("Alone: no other node")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/search"])
def test_what_the_machine_refuses_comes_and_goes_while_a_page_is_open(
    make_visit: MakeVisit, path: str
) -> None:
    visit = make_visit()
    visit.go(path)
    visit.page.wait_for_timeout(300)
    refused = visit.page.locator(".refused")
    expect(refused).to_have_count(0)
    visit.node.desk.refused = ("The disk is full.",)
    visit.node.announce("status", refused=1)
    expect(refused).to_have_text("The disk is full.")
    visit.node.desk.refused = ()
    visit.node.announce("status", refused=0)
    expect(refused).to_have_count(0)


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
