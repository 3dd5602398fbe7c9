"""No page scrolls sideways in a real browser; all is legible, large enough, and named."""

import pytest
from playwright.sync_api import expect
from street.fakes.desk import FakeDesk
from street.fakes.samples import key
from street.fakes.webfeeds import read_the_web
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.base.address import format_address, format_author

from tests.web.browsing import MakeVisit, browser, make_visit, node
from tests.web.test_alarms import ALARM

__all__ = ["browser", "make_visit", "node"]  # fixtures


pytestmark = pytest.mark.e2e


def paths(desk: FakeDesk) -> list[str]:
    read_the_web(desk)
    post = next(post for post in desk.posts if post.text == "Hello, swarm.")
    feed, aoi = format_address(post.ref.feed_id), format_author(key("山田 葵"))
    return [
        "/",
        "/follow",
        f"/follow?link=swarmfeed:{aoi}",
        "/search?q=libtorrent",
        "/search?q=zebra",
        "/network",
        "/notifications",
        "/history",
        "/alarms",
        "/me",
        "/settings",
        "/keys",
        "/circles",
        "/web",
        "/web/sites",
        f"/authors/{aoi}",
        f"/posts/{post.id}",
        *(f"/posts/{ref_text(post.ref)}/{each}" for each in ("edit", "withdraw", "versions")),
        f"/feeds/{feed}/torrents",
    ]


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_no_page_scrolls_sideways(make_visit: MakeVisit, language: str) -> None:
    """German has long words, and Arabic begins at the other side."""
    visit = make_visit()
    visit.page.set_extra_http_headers({"Accept-Language": language})
    desk = visit.node.desk
    desk.add_post(desk.me, "W" * 300 + " https://a.example/" + "x" * 300)
    others = [each for each in desk.authors if each != desk.me]
    desk.circles.people, desk.circles.waiting = {"W" * 64: others, "Work": []}, others
    for path in paths(desk):
        visit.go(path)
        for look in visit.looks(320, 640, 1280):
            wide = visit.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= look.width, f"{path}, {look}, is {wide} pixels wide"


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


def test_text_is_legible_and_targets_are_large_enough(make_visit: MakeVisit) -> None:
    visit = make_visit()
    visit.node.desk.alarms = (ALARM,)
    for path in paths(visit.node.desk):
        visit.go(path)
        for look in visit.looks(1280):
            assert visit.page.evaluate(CONTRAST) == [], f"{path}, {look}"
            assert visit.page.evaluate(SMALL) == [], f"{path}, {look}"


def test_every_page_has_its_landmarks(make_visit: MakeVisit) -> None:
    visit = make_visit()
    for path in paths(visit.node.desk):
        visit.go(path)
        page = visit.page
        expect(page.get_by_role("main")).to_have_count(1)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        expect(page.get_by_role("navigation", name="Pages", exact=True)).to_have_count(1)
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


BEGINNING = """(line) => {
  const words = [...line.querySelectorAll("bdi")].at(-1).firstChild;
  const range = document.createRange();
  range.setStart(words, 0); range.setEnd(words, 3);
  const one = range.getBoundingClientRect(), box = line.getBoundingClientRect();
  return [one.left >= box.left - 1, one.right <= box.right + 1, box.height];
}"""
"""Whether the first letters of what is answered are in the line, and how high that is."""


@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_a_post_answers_is_one_line_with_its_beginning(
    make_visit: MakeVisit, language: str
) -> None:
    """Also where the page reads from right to left, and the words from left to right."""
    visit = make_visit()
    visit.page.set_extra_http_headers({"Accept-Language": language})
    desk = visit.node.desk
    asked = desk.add_post(desk.me, "The library has a scanner for slides now. " * 9)
    desk.add_post(desk.me, "In the third box.", reply_to=asked.ref)
    visit.go("/")
    line = visit.page.locator(".answers").first
    for look in visit.looks(320, 1280):
        starts, ends, height = line.evaluate(BEGINNING)
        assert starts and ends and height < 32, (look, starts, ends, height)
