"""Two people at one table, each with a browser on their machine, who meet by the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserType, Locator, Page, expect, sync_playwright

from tests.e2e.test_punching import Housed
from tests.own_network import Machine, machines
from tests.web.browsing import ARGUMENTS, CHROMIUM, PATIENCE_MS, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SHOW, HIDE = "Show me to people here", "Show me no longer"


@contextmanager
def window(kind: BrowserType, at: Housed, folder: Path, told: list[str]) -> Iterator[Page]:
    """A browser on the machine of a node, logged in there; ``told``: what it complains of."""
    browser = kind.launch(executable_path=on(at.machine, folder), args=ARGUMENTS)
    try:
        page = browser.new_page(viewport={"width": 900, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda said: told.append(said.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.goto(at.post("login-link")["url"])
        yield page
    finally:
        browser.close()


def on(machine: Machine, folder: Path) -> Path:
    """A program that starts the browser in the network of a machine."""
    script = folder / f"browser-of-{machine.name}"
    script.write_text(
        f'#!/bin/sh\nexec nsenter --net=/proc/{machine.thread_id}/ns/net {CHROMIUM} "$@"\n'
    )
    script.chmod(0o755)
    return script


def go(page: Page, path: str) -> None:
    page.goto(page.url.partition("/follow")[0].rstrip("/") + path)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def own_letters(page: Page) -> Locator:
    """The first of the own address, beside the own pattern."""
    return near(page).locator(".person .address")


def near(page: Page) -> Locator:
    return page.get_by_role("region", name="People in this network")


def test_two_people_at_one_table_meet_by_the_page(tmp_path: Path) -> None:
    told: list[str] = []
    with machines("anna", "ben") as (one, other), sync_playwright() as playwright:
        one.plug("line", "10.80.0.1/24", other, "line", "10.80.0.2/24")
        anna, ben = (Housed(each, tmp_path, "0.0.0.0") for each in (one, other))
        try:
            anna.start()
            ben.start()
            other.do(lambda: ben.command("post", "Do you read me?"))
            kind = playwright.chromium
            with (
                window(kind, anna, tmp_path, told) as annas,
                window(kind, ben, tmp_path, told) as bens,
            ):
                meet(annas, bens)
                other.do(lambda: ben.command("post", "And now?"))
                # What comes while their page is open is announced there.
                annas.get_by_role("link", name="Show 1 new post").click()
                expect(annas.get_by_role("article").first).to_contain_text("And now?")
                part(annas, bens)
        finally:
            anna.kill()
            ben.kill()
    assert told == []


def meet(annas: Page, bens: Page) -> None:
    """Anna is at the last step of the start, and Ben where he looks for people."""
    go(annas, "/start/people")
    press(annas, SHOW)
    expect(near(annas).get_by_text("Nobody else shows themselves here yet")).to_be_visible()
    go(bens, "/follow")
    press(bens, SHOW)
    expect(near(bens).get_by_role("link", name="anna")).to_be_visible()
    # Anna's page stayed open, and she is told without a press.
    near(annas).get_by_role("link", name="1 person came: see who").click()
    them = near(annas).get_by_role("listitem")
    expect(them.locator(".address")).to_have_text(own_letters(bens).inner_text())
    with annas.expect_navigation():  # opened again before, it would break this off
        them.get_by_role("button", name="Follow").click()
    # The page of somebody says so when it is opened: their posts may take a moment to come.
    wait_until(annas, lambda: reads(annas, "Do you read me?"), "what Ben wrote")


def reads(page: Page, text: str) -> bool:
    page.reload()
    return page.get_by_text(text).count() > 0


def part(annas: Page, bens: Page) -> None:
    """Who shows themselves no longer is gone from the other's page as soon as it looks."""
    annas.goto(annas.url.partition("/authors")[0] + "/follow")
    expect(near(annas).get_by_role("button", name="Unfollow")).to_be_visible()
    press(bens, HIDE)
    expect(near(bens).get_by_role("button", name=SHOW)).to_be_visible()
    near(annas).get_by_role("link", name="1 person left: look again").click()
    expect(near(annas).get_by_text("Nobody else shows themselves here yet")).to_be_visible()
