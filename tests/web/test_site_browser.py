"""A site on a web space, in a browser: without script, under a strict policy, by itself."""

import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from msgspec.structs import replace
from playwright.sync_api import Browser, expect

from tests.core.exports.site.samples import answering, medium, own, site_of
from tests.made_archives import picture
from tests.web.browsing import browser

__all__ = ["browser"]  # fixture

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

POLICY = "default-src 'none'; img-src 'self'; style-src 'self'"


class Space(SimpleHTTPRequestHandler):
    """A web space that allows pages nothing but pictures and style sheets of its own."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    first = own(0, "a walk #moss")
    posts = [first, answering(first, own(1, "and back"))]
    posts += [own(at, f"post {at} #all https://elsewhere.example/") for at in range(2, 70)]
    shown = medium("image/png", 1, alt="A blue field")
    posts += [replace(own(70, "look"), media=(shown,)), replace(own(71), cw="covered")]
    for name, content in site_of(posts).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture() if name.endswith(".png") else content.encode())
    space = ThreadingHTTPServer(("127.0.0.1", 0), partial(Space, directory=str(tmp_path)))
    serving = Thread(target=space.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{space.server_port}"
    space.shutdown()
    serving.join()
    space.server_close()


@pytest.mark.attack("A296")
def test_it_is_read_from_page_to_page_and_asks_nobody_else(browser: Browser, url: str) -> None:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 700}
    )
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    lost: list[str] = []
    page.on("response", lambda each: lost.append(each.url) if each.status == 404 else None)
    page.goto(f"{url}/")
    expect(page.locator("article")).to_have_count(39)
    drawn = "async each => { await each.decode(); return each.naturalWidth; }"
    assert page.locator("img").evaluate(drawn) == 8
    page.get_by_text("Older").click()
    page.get_by_text("1 more post").click()
    expect(page.locator("article")).to_have_count(2)
    expect(page).to_have_title(re.compile("^a walk #moss"))
    page.get_by_role("link", name="#moss").click()
    page.get_by_text("All tags").click()
    page.get_by_role("link", name="#all").click()
    page.get_by_text("Older").click()
    page.get_by_text("Newer").click()
    page.get_by_text("All posts").click()
    expect(page).to_have_url(f"{url}/index.html")
    page.get_by_text("covered").click()
    expect(page.get_by_text("post 71")).to_be_visible()
    assert [each for each in asked if not each.startswith(f"{url}/")] == []
    assert set(lost) <= {f"{url}/favicon.ico"}, "a browser looks for an icon by itself"
    assert [each for each in said if "404" not in each] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_keeps_nobody_out(browser: Browser, url: str, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
    page = context.new_page()
    for path in ("index.html", "tags.html", "older/1.html", "tags/moss/index.html"):
        page.goto(f"{url}/{path}")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    context.close()
