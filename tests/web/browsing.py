"""Real browsers at a page of its own: what tests drive, and how they look at it."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from msgspec import Struct
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)
from street.fakes.desk import FakeDesk
from webui.access import Address, OwnerOf
from webui.asgi import PageServer, Surroundings

PATIENCE_MS = 60_000
"""How long a browser may take, on a machine that is very busy with others too."""


LOOK_EVERY_MS = 20


HEIGHT = 800
"""Of a window, in pixels."""


SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


expect.set_options(timeout=PATIENCE_MS)

SHELL = Path("/usr/bin/chromium-headless-shell")
CHROMIUM = SHELL if SHELL.exists() else Path("/usr/bin/chromium")
"""Of the same version and source; the first has no window around its pages, which costs most
of what a page costs (ADR 136).  Stories of ``tools/torture page`` have the whole one."""


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


def wait_until(page: Page, holds: Callable[[], bool], what: str = "it") -> None:
    """Let a page go on until something holds that is seen elsewhere, as at the desk."""
    for _ in range(PATIENCE_MS // LOOK_EVERY_MS):
        if holds():
            return
        page.wait_for_timeout(LOOK_EVERY_MS)
    raise AssertionError(f"{what} never came to be")


class Node:
    """A page server in a loop of its own, as in a real node."""

    def __init__(self, folder: Path, port: int = 0, owner_of: OwnerOf = nobody_tells) -> None:
        self.desk = FakeDesk()
        self._folder, self._owner_of = folder, owner_of
        self.server = self.new_server(folder, port)
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.server.start(), self.loop).result(
            PATIENCE_MS / 1000
        )

    def new_server(self, folder: Path, port: int) -> PageServer:
        return PageServer(self.desk, folder, port, given=Surroundings(owner_of=self._owner_of))

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
        """Wait until so many streams are open: who listens later asks for what it missed.

        But for pictures and progress, which are announced until they are seen: the stream that
        is open may be that of the page before.
        """
        wait_until(page, lambda: self.stream_count() >= count, f"{count} open streams")

    def wait_for_no_stream(self, page: Page) -> None:
        """Wait until the server has noticed that nobody listens any more."""
        wait_until(page, lambda: self.stream_count() == 0, "no open stream")

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
        self.server = self.new_server(self._folder, port)
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


class Look(Struct, frozen=True, kw_only=True):
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
