"""Pictures that mean harm, published by a changed node, in a real browser of a follower."""

import time
from base64 import b64encode
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.e2e.nodes import PATIENCE_S, Neighbourhood, Node
from tests.shell.media.pictures import CANARY, drawing, hostile, photograph
from tests.web.browsing import browser

__all__ = ["browser"]  # fixture

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SCRIPT: Final = b"<script>document.title='taken over';alert(1)</script>"
SVG: Final = (
    b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(2)"><script>alert(3)</script>'
)
ELSEWHERE: Final = (
    b'<svg xmlns="http://www.w3.org/2000/svg"><image href="http://evil.test/a"/></svg>'
)


def pictures() -> dict[str, bytes]:
    """What a browser should not be given as it is, by what it is."""
    honest = {
        "a photograph with a place": photograph((400, 300)),
        "a drawing with a place": drawing(),
        "a gif with a place": drawing("GIF", (40, 30)),
        "a webp with a place": drawing("WEBP"),
        "a jpeg that is a page too": photograph((400, 300)) + SCRIPT,
        "a page in the comment of a gif": drawing("GIF", (20, 20)) + b"<html>" + SCRIPT,
    }
    worse = {
        "a page": b"<!doctype html>" + SCRIPT,
        "an svg that runs": SVG,
        "an svg that asks elsewhere": ELSEWHERE,
        "a script that begins like a gif": b"GIF89a/*" + bytes(20) + b"*/=1;alert(4)//",
    }
    return {**honest, **worse, **{k: v for k, v in hostile().items() if v}}


def publish(by: Node, contents: dict[str, bytes]) -> None:
    """Four to a post, the name of each in its description."""
    named = list(contents.items())
    for at in range(0, len(named), 4):
        media = []
        for name, content in named[at : at + 4]:
            upload = by.post("upload", data=b64encode(content).decode())["upload"]
            media.append({"upload": upload, "alt": name})
        by.post("post", text=f"look, {at}", media=media)


def shown(at: Node) -> dict[str, dict[str, Any]]:
    """All pictures that somebody reads, by their descriptions."""
    posts = at.get("timeline", limit=50)["posts"]
    return {each["alt"]: each for post in posts for each in post.get("media", ())}


class Window:
    """A window at the page of a node, and all it asked for and said."""

    def __init__(self, page: Page, node: Node) -> None:
        self.page, self.asked, self.told = page, set[str](), list[str]()
        self.given: list[Response] = []
        page.on("request", lambda each: self.asked.add(urlsplit(each.url).netloc))
        page.on("dialog", lambda each: self.told.append(each.message))
        page.on("pageerror", lambda each: self.told.append(str(each)))
        page.on("response", self._note)
        page.goto(node.post("login-link")["url"])

    def _note(self, response: Response) -> None:
        if "/media/" in response.url:
            self.given.append(response)

    def see_all(self) -> None:
        """Scroll to the end until every picture was drawn or was none."""
        settled = "[...document.images].every(each => each.complete)"
        until_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < until_s:
            self.page.mouse.wheel(0, 600)
            self.page.wait_for_timeout(100)
            at_end = "scrollY + innerHeight >= document.body.scrollHeight - 2"
            if self.page.evaluate(at_end) and self.page.evaluate(settled):
                return
        raise AssertionError("not every picture came to an end")


@pytest.fixture
def window(browser: Browser, neighbourhood: Neighbourhood) -> Iterator[tuple[Node, Node, Page]]:
    mallory = neighbourhood.add("mallory", "--no-dht", program="tests.e2e.careless").start()
    ends = ("--no-dht", "--peer", mallory.link_endpoint())
    ben = neighbourhood.add("ben", *ends).start()
    context = browser.new_context(viewport={"width": 1000, "height": 700})
    context.set_default_timeout(PATIENCE_S * 1000)
    yield mallory, ben, context.new_page()
    context.close()


@pytest.mark.attack("A242")
def test_no_picture_does_anything_in_a_browser_but_be_seen(
    window: tuple[Node, Node, Page],
) -> None:
    mallory, ben, page = window
    ben.post("follow", who=mallory.get("whoami")["link"])
    ben.wait_for("mallory's feed", lambda: ben.feed_of(mallory.author))
    contents = pictures()
    publish(mallory, contents)
    ben.wait_for(
        "all of it",
        lambda: (
            len(shown(ben)) == len(contents)
            and all(each["state"] == "here" for each in shown(ben).values())
        ),
    )
    seen = Window(page, ben)
    seen.see_all()
    expect(page).not_to_have_title("taken over")
    assert seen.told == []
    assert seen.asked == {urlsplit(page.url).netloc}, "nobody else was asked for anything"
    assert len(seen.given) >= len(contents)
    for response in seen.given:
        check_given(response)
    states = {alt: each["state"] for alt, each in shown(ben).items()}
    honest = {name for name, state in states.items() if state == "here"}
    assert {name for name in contents if "place" in name} <= honest
    assert {"a png of 900 million pixels", "a cut jpeg", "an itxt bomb"} <= set(states) - honest
    # The next page says of each what it is instead.
    page.reload()
    wrong = page.get_by_text("This cannot be shown: it is no picture that can be read.")
    expect(wrong).to_have_count(len(states) - len(honest))


def check_given(response: Response) -> None:
    """Whatever a browser is given is a picture of our own making, or a file to be saved."""
    headers = response.headers
    if response.status != 200:
        assert response.status in (304, 404), response.status
        return
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["x-content-type-options"] == "nosniff"
    if headers["content-disposition"] == "inline":
        assert headers["content-type"] in ("image/jpeg", "image/webp")
        body = response.body()
        assert not any(each in body for each in (CANARY, SCRIPT, b"<svg", b"Exif"))
