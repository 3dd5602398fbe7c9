"""Whoever wrote a link does not learn that it was seen: its name is looked up by a click alone.

Firefox looks names of links up when a page is drawn, unless the page says not to; who answers
for a name then knows when a message with it was read, and from which network.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import sync_playwright as start_playwright

from tests.web.browsing import PATIENCE_MS, Node, wait_until
from tests.web.test_cursor import open_firefox

pytestmark = pytest.mark.e2e

SHOWN = "c2sp.org"
"""Where a link leads that stands on the timeline."""
ELSEWHERE = "another-page.invalid"


class OfOthers(BaseHTTPRequestHandler):
    """A page that says nothing of names."""

    def do_GET(self) -> None:
        body = f"<!doctype html><title>x</title><a href='http://{ELSEWHERE}/'>x</a>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def page_of_others() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), OfOthers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    running = Node(tmp_path)
    yield running
    running.stop()


@pytest.fixture
def looked_up(tmp_path: Path) -> Path:
    """Where Firefox writes which names it looks up."""
    return tmp_path / "names"


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, looked_up: Path) -> Iterator[Page]:
    monkeypatch.setenv("MOZ_LOG", "nsHostResolver:5")
    monkeypatch.setenv("MOZ_LOG_FILE", str(looked_up))
    with start_playwright() as playwright:
        browser = open_firefox(playwright)
        yield browser.new_page()
        browser.close()


def names_in(folder: Path) -> str:
    """All that Firefox wrote, in a file for each of its processes."""
    return "".join(each.read_text(errors="replace") for each in folder.glob("names*"))


@pytest.mark.attack("A335")
def test_the_name_of_a_link_is_not_looked_up_before_it_is_followed(
    page: Page, node: Node, looked_up: Path
) -> None:
    page.set_default_timeout(PATIENCE_MS)
    page.goto(node.server.login_link())
    expect(page.locator(f"a[href*='{SHOWN}']").first).to_be_attached()
    with page_of_others() as url:
        page.goto(url)
        said = "a word of what this Firefox looks up"
        wait_until(page, lambda: ELSEWHERE in names_in(looked_up.parent), said)
    assert SHOWN not in names_in(looked_up.parent)
