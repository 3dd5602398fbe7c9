"""A dozen tabs of one browser at a real node: all of them hear, and all go on."""

from typing import Final

from playwright.sync_api import Page, expect

from ordeals.page.stage import Scene, Stage
from ordeals.page.stories import NEW, post_with
from ordeals.page.town import ANNA, BEN

TABS: Final = 12
"""Twice as many connections as a browser opens to one host."""

ROUNDS: Final = 2


def open_many(stage: Stage) -> None:
    """Twelve tabs hear of a post by somebody else, and every one can still go elsewhere."""
    window = stage.window
    tabs = [window.page, *(window.context.new_page() for _ in range(TABS - 1))]
    for tab in tabs:
        tab.goto(window.url)
        tab.wait_for_load_state()
    for number in range(ROUNDS):
        word = f"{stage.word}-{number}"
        stage.town.say(BEN, f"{word}: for all tabs")
        stage.town.reads(ANNA, word)
        for tab in tabs:
            see(stage, tab, word)
    for tab in tabs:
        tab.get_by_role("link", name="Search", exact=True).click()
        expect(tab.get_by_label("Words to find")).to_be_visible()


def see(stage: Stage, tab: Page, word: str) -> None:
    if stage.variant.script:
        expect(tab.get_by_role("link", name=NEW)).to_be_visible()
        tab.get_by_role("link", name=NEW).click()
    else:
        tab.reload()
    expect(post_with(tab, word)).to_be_visible()


MANY_TABS: Final = Scene(name="tabs", play=open_many, at=ANNA)
