"""Takes the pictures: each page of the shown world, in each look, as a PNG."""

import argparse
import asyncio
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import quote

from msgspec import Struct
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from street.fakes.beginner import START, StandingStart
from street.fakes.samples import NOON_MS
from swarmfeed.core.base.address import format_author
from swarmfeed.starting import NoDesk
from webui.asgi import PageServer
from webui.begin import SoFar
from webui.pages import login
from webui.pages.start import start_pages

from showcase.world import ShownDesk

D = TypeVar("D", ShownDesk, NoDesk)

CHECKOUT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = CHECKOUT / "docs" / "img"
CHROMIUM: Final = Path("/usr/bin/chromium")
ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu", "--font-render-hinting=none")
START_S: Final = 30
NARROW: Final = 832
"""Below that, in pixels, the menu is a bar at the lower edge."""

ALL_PICTURES: Final = """Promise.all([...document.images].map(each => {
    each.loading = "eager"; return each.decode();
}))"""

HEIGHT: Final = 900
"""Of the window, in pixels; a picture is as high as its page."""


class Look(Struct, frozen=True, kw_only=True):
    """How a window looks at a page."""

    name: str
    width: int
    scheme: str
    language: str = "en"


LOOKS: Final = tuple(
    Look(name=f"{width}-{scheme}", width=width, scheme=scheme)
    for width in (1280, 320)
    for scheme in ("light", "dark")
)
IN_LANGUAGES: Final = tuple(
    Look(name=f"{language}-{width}-{scheme}", width=width, scheme=scheme, language=language)
    for language in ("de", "ar")
    for width, scheme in ((1280, "light"), (320, "dark"))
)
TRANSLATED: Final = ("home", "notices", "thread", "network", "settings", "start", "start-words")
"""Pages that are shown in other languages, too: whoever reads these has seen how it is."""

START_PAGES: Final = {
    f"start{screen.replace('/', '-')}": (now, f"/start{screen}")
    for now, screens in START
    for screen in screens
}
"""Screens of a first start: where it stands then, and its path."""


def pages(desk: ShownDesk) -> dict[str, str]:
    """Name of each picture, and the page it shows."""
    ada = format_author(desk.people["Ada Lind"])
    thread = next(post for post in desk.posts if post.text.startswith("The library"))
    return {
        "home": "/",
        "thread": f"/posts/{thread.id}",
        "search": "/search?q=light",
        "notices": "/notifications",
        "messages": "/messages",
        "conversation": f"/messages/with/{ada}",
        "people": "/follow",
        "preview": f"/follow?link={quote(desk.near[0].link)}",
        "lists": "/lists",
        "not-shown": "/not-shown",
        "saved": "/saved",
        "drafts": "/drafts",
        "keys": "/keys",
        "lost": "/alarms",
        "circles": "/circles",
        "person": f"/authors/{ada}",
        "network": "/network",
        "history": "/history",
        "profile": "/me",
        "settings": "/settings",
        "web": "/web",
        "export": "/export",
        "import": "/import",
        "log": "/log",
        "start-people": "/start/people",
    }


def main(argv: Sequence[str]) -> int:
    """Make the pictures that are asked for, or all."""
    asked = _parse(argv)
    desk = ShownDesk()
    known, names = pages(desk), [*pages(desk), *START_PAGES]
    if strange := set(asked.names) - set(names):
        print(f"there is no page {', '.join(sorted(strange))}; there are: {', '.join(names)}")
        return 2
    wanted = asked.names or names
    asked.folder.mkdir(parents=True, exist_ok=True)
    with _browser() as browser:
        for look in (*LOOKS, *IN_LANGUAGES):
            shown = [each for each in wanted if look in LOOKS or each in TRANSLATED]
            with _serving(PageServer, desk) as server:
                paths = {name: known[name] for name in shown if name in known}
                _take(browser, server, look, asked.folder, paths)
            for name in shown:
                if name in START_PAGES:
                    now, path = START_PAGES[name]
                    with _serving(partial(_start_server, now), NoDesk()) as server:
                        _take(browser, server, look, asked.folder, {name: path})
    print(f"pictures are in {asked.folder}")
    return 0


def _start_server(now: SoFar, desk: NoDesk, folder: Path) -> PageServer:
    """The pages of a first start, which stands just there."""
    start = StandingStart()  # type: ignore[abstract]  # nothing is sent
    start.now = now
    return PageServer(desk, folder, pages=[start_pages(start), login.PAGE])


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/screenshots", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="a page (default: all)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where they go")
    return parser.parse_args(argv)


@contextmanager
def _serving(serve: Callable[[D, Path], PageServer], desk: D) -> Iterator[PageServer]:
    """The page of the desk, from a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    with tempfile.TemporaryDirectory(prefix="swarmfeed-pictures-") as folder:
        server = serve(desk, Path(folder))
        asyncio.run_coroutine_threadsafe(server.start(), loop).result(START_S)
        try:
            yield server
        finally:
            asyncio.run_coroutine_threadsafe(server.stop(), loop).result(START_S)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(START_S)
            loop.close()


@contextmanager
def _browser() -> Iterator[Browser]:
    path = str(CHROMIUM) if CHROMIUM.exists() else None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


def _take(
    browser: Browser, server: PageServer, look: Look, folder: Path, wanted: dict[str, str]
) -> None:
    context = browser.new_context(
        viewport={"width": look.width, "height": HEIGHT},
        color_scheme="dark" if look.scheme == "dark" else "light",
        reduced_motion="reduce",
        timezone_id="Europe/Lisbon",
        locale=look.language,
    )
    page = context.new_page()
    page.clock.set_fixed_time(NOON_MS / 1000)
    link = server.login_link()
    page.goto(link)
    for name, path in wanted.items():
        page.goto(link.partition("/login?")[0] + path)
        page.wait_for_load_state("load")
        _save(_shot(page, look), folder / f"{name}-{look.name}.png")
    context.close()


def _shot(page: Page, look: Look) -> bytes:
    """The whole page; the bar of a small screen stands at its end, not in its middle.

    Pictures far below the window are fetched when somebody comes near: here nobody does.
    """
    page.evaluate(ALL_PICTURES)
    page.set_viewport_size({"width": look.width, "height": HEIGHT})
    if look.width < NARROW:
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": look.width, "height": max(height, HEIGHT)})
    return page.screenshot(full_page=True)


def _save(png: bytes, path: Path) -> None:
    """Keep it small: flat colours need a table of 256, and take a third of the bytes."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    picture.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
