"""Pictures that come while somebody reads: nothing of the page moves."""

import re
from io import BytesIO

import pytest
from msgspec.structs import replace
from PIL import Image
from playwright.sync_api import Route, expect
from swarmfeed.core.asks.media import COMING, HERE, MediumFile, MediumView, ShowMedium
from swarmfeed.core.base.types import Hash
from swarmfeed.core.media import sentences
from swarmfeed.errors import UserError

from tests.web.browsing import MakeVisit, Node, browser, make_visit, node, wait_until

__all__ = ["browser", "make_visit", "node"]  # fixtures

pytestmark = pytest.mark.e2e

POSTS, PICTURES = 50, 30
SIDES = ((1_200, 900), (900, 1_200), (1_600, 500))

WATCH = """
    window.moved = 0;
    const add = (each) => (window.moved += each.hadRecentInput ? 0 : each.value);
    const watch = new PerformanceObserver((list) => list.getEntries().forEach(add));
    watch.observe({ type: "layout-shift", buffered: true });
"""
"""Sums up what moved that was seen, as a share of the window.
Source: https://wicg.github.io/layout-instability/"""


def jpeg(width: int, height: int) -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize((width, height)).save(out, "JPEG")
    return out.getvalue()


def medium(number: int) -> MediumView:
    width, height = SIDES[number % len(SIDES)]
    return MediumView(
        id=Hash(bytes([number + 1]) * 32),
        type="image/jpeg",
        size_bytes=90_000,
        state=COMING,
        alt=f"Picture {number}.",
        width=width,
        height=height,
    )


def fill(node: Node) -> list[MediumView]:
    """Fill the timeline; 30 of its posts have pictures, some of them two or three."""
    media = [medium(number) for number in range(PICTURES)]
    waiting, desk = list(media), node.desk
    for number in range(POSTS):
        post = desk.add_post(desk.me, f"post {number} " + "with a few words " * (number % 9))
        if number % 2 == 0 and waiting:
            count = 1 + number // 2 % 3 if len(waiting) > PICTURES // 2 else 1
            taken, waiting = tuple(waiting[:count]), waiting[count:]
            desk.posts[desk.posts.index(post)] = replace(post, media=taken)
    drawn = {each.id: jpeg(each.width, each.height) for each in media}

    def show(_: object, ask: ShowMedium) -> MediumFile:
        shown = (each for post in desk.posts for each in post.media if each.id == ask.id)
        if any(each.state == HERE for each in shown):
            return MediumFile(type="image/jpeg", path="", data=drawn[ask.id])
        raise UserError(sentences.NOT_HERE())

    desk.rows[ShowMedium] = show
    return media


def here(node: Node, came: MediumView) -> None:
    """A picture is here from now on, and open pages are told."""
    keep(node, came)
    node.announce("media", id=came.id.hex())


def keep(node: Node, came: MediumView) -> None:
    """A picture is here from now on."""
    desk = node.desk
    for post in list(desk.posts):
        media = tuple(
            replace(each, state=HERE) if each.id == came.id else each for each in post.media
        )
        desk.posts[desk.posts.index(post)] = replace(post, media=media)


@pytest.mark.parametrize("width", [1280, 320])
def test_nothing_moves_when_pictures_come_while_somebody_scrolls(
    make_visit: MakeVisit, node: Node, width: int
) -> None:
    media = fill(node)
    visit = make_visit(width=width)
    page = visit.page
    page.add_init_script(WATCH)
    page.reload()
    node.wait_for_streams(page)
    boxes = page.locator("figure[data-medium]")
    expect(boxes).to_have_count(PICTURES)
    before = boxes.evaluate_all("all => all.map(each => each.getBoundingClientRect().height)")
    for came in media:
        here(node, came)
        page.mouse.wheel(0, 400)
    for _ in range(PICTURES):
        page.mouse.wheel(0, 900)
        page.wait_for_timeout(50)
    pictures = page.locator("figure[data-medium] img")

    def all_are_there() -> bool:
        # Again: what was told first was heard, perhaps, by the page before, which went.
        for came in media:
            here(node, came)
        return pictures.count() == PICTURES

    wait_until(page, all_are_there, "every picture")
    for each in page.locator("figure[data-medium] img").all():
        each.scroll_into_view_if_needed()
    shown = "[...document.images].every(each => each.complete)"
    wait_until(page, lambda: page.evaluate(shown) is True, "every picture whole")
    after = boxes.evaluate_all("all => all.map(each => each.getBoundingClientRect().height)")
    assert [round(each) for each in after] == [round(each) for each in before]
    assert page.evaluate("moved") < 0.02


def test_what_came_while_nobody_listened_is_shown(make_visit: MakeVisit, node: Node) -> None:
    first, second, *_ = fill(node)
    page = make_visit().page

    def come_late(route: Route) -> None:
        """The page was made; it does not listen before it has its scripts."""
        keep(node, second)
        route.continue_()

    page.route("**/media.js*", come_late)
    for post in list(node.desk.posts):
        media = tuple(
            replace(each, alt="") if each.id == second.id else each for each in post.media
        )
        node.desk.posts[node.desk.posts.index(post)] = replace(post, media=media)
    page.reload()
    expect(page.locator(f'figure[data-medium="{second.id.hex()}"] img')).to_be_visible()
    expect(page.locator(f'figure[data-medium="{first.id.hex()}"] .medium-away')).to_be_visible()
    link = page.locator(f'figure[data-medium="{second.id.hex()}"] a')
    expect(link).to_have_accessible_name(re.compile("^picture, "))
