"""Every page as axe sees it, wide and narrow, light and dark: it keeps nobody out."""

import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from axe_playwright_python.sync_playwright import Axe
from msgspec.structs import replace
from playwright.sync_api import Browser
from showcase.main import pages
from showcase.world import ShownDesk
from street.fakes.beginner import START, StandingStart
from street.fakes.letters import came
from street.fakes.webfeeds import read_the_web
from swarmfeed.core.asks.exports import SiteList, SiteView, WhichSites
from swarmfeed.core.asks.letters import MakeGroup, WriteLetter
from swarmfeed.core.asks.media import AWAY, COMING, HERE, MediumFile, MediumView, ShowMedium
from swarmfeed.core.asks.papers import PapersDue
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.core.base.types import Hash
from swarmfeed.starting import NoDesk
from webui.asgi import PageServer
from webui.pages import login
from webui.pages.start import start_pages

from tests.web.browsing import Look, MakeVisit, Node, Visit, browser, make_visit, node

__all__ = ["browser", "make_visit", "node"]  # fixtures

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PATHS = (
    *("/", "/search", "/search?q=the", "/search?q=from:nobody", "/notifications", "/drafts"),
    *("/search?q=tea&where=network", "/tags/tea"),
    *("/follow", "/follow?link=swarmfeed:{author}", "/authors/{author}", "/posts/{reply}"),
    *("/posts/{own}", "/posts/{own}/edit", "/posts/{own}/withdraw", "/posts/{own}/versions"),
    *("/circles", "/circles?who={author}", "/rising", "/messages", "/messages/private"),
    *("/messages/with/{author}", "/search?q=ines&where=people"),
    *(
        "/network",
        "/alarms",
        "/me",
        "/devices",
        "/lock",
        "/settings",
        "/keys",
        "/history",
        "/history/{author}",
    ),
    *("/saved", "/lists", "/lists?who={author}", "/not-shown"),
    *("/reactions/{own}", "/quote/{own}"),
    *("/posts/{pictured}", *(f"/posts/{{pictured}}/media/{number}" for number in (1, 2, 3))),
    *("/papers", "/papers/practice?sheet=second", "/start/people"),
    *("/feeds/{feed}/torrents", "/nothing"),
    *("/web", "/web?site=https://moss.example/feed", "/web/sites"),
    *("/apps", "/listening"),
    *("/messages?who=nobody", "/messages/with/{stranger}", "/messages/in/{group}"),
)


def correspond(node: Node) -> tuple[str, str]:
    """A conversation with an author of posts; returns who asks to write, and a group."""
    desk = node.desk
    author_id = desk.posts[0].author_id
    came(desk, author_id, "Are you there?", missing=2)
    desk.ask(WriteLetter(talk=format_author(author_id), text="I am."))
    came(desk, author_id, "Good.")
    others = [each for each in desk.authors if each not in (author_id, desk.me)]
    came(desk, others[0], "You do not know me", standing="requested")
    people = (format_author(author_id), format_author(others[1]))
    made = desk.ask(MakeGroup(title="The allotment, and all who dig there", people=people))
    return format_author(others[0]), made.talk.talk.removeprefix("group-")


def chunk(kind: bytes, body: bytes) -> bytes:
    """One part of a PNG."""
    return (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    )


GREEN = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\x00\x20\x80\x40"))
    + chunk(b"IEND", b"")
)
"""A picture of one pixel."""

BEE = MediumView(
    id=Hash(b"b" * 32),
    type="image/png",
    size_bytes=90_000,
    state=HERE,
    alt="A bee on moss.",
    width=400,
    height=300,
)
MEDIA = (
    BEE,
    replace(BEE, state=AWAY),
    replace(BEE, state=COMING, alt=""),
    replace(BEE, type="audio/ogg", alt="A bee, humming.", file_name="bee.ogg"),
)


def picture(node: Node) -> str:
    """A post with pictures and sound, here and not yet; returns its name."""
    desk = node.desk
    shown = MediumFile(type=BEE.type, path="", data=GREEN)
    desk.rows[ShowMedium] = lambda _, ask: shown
    newest = max(desk.posts, key=lambda post: post.cursor)
    desk.posts[desk.posts.index(newest)] = replace(newest, media=MEDIA)
    return ref_text(newest.ref)


def paths(node: Node) -> list[str]:
    desk = node.desk
    due = ("The first sheet is not on paper.", "Nor is the second.")
    desk.papers = PapersDue(first=True, second=True, has_passphrase=True, sentences=due)
    desk.drafts = {"": "begun", "somewhere/1": "an answer"}
    others = [each for each in desk.authors if each != desk.me]
    desk.circles.people = {"Family": others, "Work": []}
    desk.circles.waiting, desk.circles.readable = others[:1], {others[0]: "Neighbours"}
    desk.circles.asked = dict.fromkeys(others, True)
    far = replace(desk.posts[0], far=True)
    desk.network = replace(desk.network, posts=(far, desk.posts[1]), asked=2, answered=2)
    read_the_web(desk)
    stranger, group = correspond(node)
    own = next(each for each in desk.posts if each.author_id == desk.me)
    names = {
        "author": format_author(desk.posts[0].author_id),
        "reply": next(each for each in desk.posts if each.reply_to).id,
        "own": ref_text(own.ref),
        "feed": format_address(own.ref.feed_id),
        "stranger": stranger,
        "group": group,
        "pictured": picture(node),
    }
    return [path.format(**names) for path in PATHS]


ADVICE = "Password forms should have (optionally hidden) username fields"
"""What Chromium says of any passphrase: that of a machine belongs to no name of a user."""


RUN = 'axe.run({"resultTypes": ["violations"]})'
"""As the library says it, which hands over half a megabyte of script each time."""

OPEN_ALL = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
"""What is folded away is looked at, too."""


def faults(visit: Visit, paths: Iterable[str]) -> dict[tuple[str, Look], str]:
    """What axe finds wrong, by page and by how it is looked at."""
    found = {}
    for path in paths:
        visit.go(path)
        visit.page.evaluate(OPEN_ALL)
        visit.page.evaluate(AXE_SCRIPT)
        for look in visit.looks(1280, 320):
            seen = AxeResults(visit.page.evaluate(RUN))
            if seen.violations_count:
                found[path, look] = seen.generate_report()
    return found


def excuse(visit: Visit) -> None:
    """Some of the pages are refusals, as they should be."""
    told = ("404", "400", ADVICE)
    visit.complaints[:] = [
        each for each in visit.complaints if not any(known in each for known in told)
    ]


def test_no_page_keeps_anybody_out(make_visit: MakeVisit) -> None:
    visit = make_visit()
    found = faults(visit, paths(visit.node))
    excuse(visit)
    assert found == {}


def test_no_page_keeps_out_who_reads_from_right_to_left(make_visit: MakeVisit) -> None:
    visit = make_visit()
    visit.page.set_extra_http_headers({"Accept-Language": "ar"})
    some = paths(visit.node)[::3]
    assert faults(visit, some) == {}
    excuse(visit)
    assert visit.page.locator("html").get_attribute("dir") == "rtl"


class Showing(Node):
    """The world of the pictures: notices, suggestions, a log, and a website that is kept."""

    def new_server(self, folder: Path, port: int) -> PageServer:
        desk = self.desk = ShownDesk()
        kept = SiteView(path="/home/you/site", url="", posts=3, written_ms=0, sentence="Full.")
        desk.rows[WhichSites] = lambda _, __: SiteList(sites=(kept,))
        return super().new_server(folder, port)


SHOWN = ("notices", "circles", "people", "log", "export", "import", "settings")
"""What is emptier elsewhere."""


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_page_of_the_shown_world_keeps_anybody_out(
    browser: Browser, tmp_path: Path, language: str
) -> None:
    node = Showing(tmp_path)
    visit = MakeVisit(browser, node)()
    visit.page.set_extra_http_headers({"Accept-Language": language})
    try:
        known = pages(node.desk)  # type: ignore[arg-type]  # it is one
        assert faults(visit, (known[name] for name in SHOWN)) == {}
    finally:
        visit.context.close()
        node.stop()


class Starting(Node):
    """There is no node yet, and a page that makes one."""

    def new_server(self, folder: Path, port: int) -> PageServer:
        self.start = StandingStart()  # type: ignore[abstract]  # nothing is sent
        pages = [start_pages(self.start), login.PAGE]
        return PageServer(NoDesk(), folder, port, pages)


def test_no_screen_of_the_start_keeps_anybody_out(browser: Browser, tmp_path: Path) -> None:
    node = Starting(tmp_path)
    visit, start, found = MakeVisit(browser, node)(), node.start, {}
    try:
        for start.now, screens in START:
            found |= faults(visit, (f"/start{screen}" for screen in screens))
            assert visit.page.url.endswith(screens[-1]), "none leads elsewhere"
    finally:
        visit.context.close()
        node.stop()
    complaints = [each for each in visit.complaints if ADVICE not in each]
    assert (found, complaints) == ({}, [])


def test_a_page_that_does_is_told(make_visit: MakeVisit) -> None:
    visit = make_visit()
    visit.page.evaluate("document.querySelector('#text').labels[0].remove()")
    visit.page.evaluate("document.querySelector('#text').removeAttribute('placeholder')")
    assert "label" in Axe().run(visit.page).generate_report()
