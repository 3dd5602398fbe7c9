"""The same by the keyboard alone: nothing is pointed at."""

from typing import Final

from playwright.sync_api import Locator, expect

from ordeals.page.stage import Scene, Stage
from ordeals.page.stories import post_with
from ordeals.page.town import ANNA, BEN

STOPS_MAX: Final = 150
"""As often as somebody would press Tab at the very most."""

IS_FOCUSED: Final = "element => element === document.activeElement"


def reach(stage: Stage, wanted: Locator, key: str = "Tab") -> None:
    """Press Tab, or the key that goes back, until something has the focus; it can be seen."""
    page = stage.window.page
    for _ in range(STOPS_MAX):
        if wanted.evaluate(IS_FOCUSED):
            expect(wanted).to_be_in_viewport()
            return
        page.keyboard.press(key)
    raise AssertionError(f"{wanted}: not reached by Tab")


def use_keyboard(stage: Stage) -> None:
    """Write, open, answer, search, follow a link: by Tab, Enter and letters."""
    page, window, word = stage.window.page, stage.window, stage.word
    stage.town.say(BEN, f"{word}: to be answered")
    stage.town.reads(ANNA, f"{word}: to be answered")
    window.go("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    reach(stage, page.get_by_label("New post"))
    page.keyboard.type(f"{word}: typed")
    reach(stage, page.get_by_role("button", name="Post", exact=True))
    page.keyboard.press("Enter")
    expect(post_with(page, f"{word}: typed")).to_be_visible()
    asked = post_with(page, f"{word}: to be answered")
    reach(stage, asked.get_by_role("button", name="Like"))
    page.keyboard.press("Enter")
    liked = asked.get_by_role("button", name="Like")
    expect(liked).to_have_attribute("aria-pressed", "true")
    # Without script the page came anew, and what is next is what the post begins with.
    reach(stage, asked.locator(".reply-link"), "Shift+Tab" if stage.variant.script else "Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/posts/**")
    expect(page.get_by_label("Reply", exact=True)).to_be_focused()
    page.keyboard.type(f"{word}: an answer")
    reach(stage, page.get_by_role("button", name="Reply", exact=True))
    page.keyboard.press("Enter")
    expect(post_with(page, f"{word}: an answer")).to_be_visible()
    window.go("/settings")
    reach(stage, page.get_by_role("link", name="Search", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Words to find")).to_be_focused()
    page.keyboard.type(word)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Found posts").get_by_role("article")).to_have_count(3)
    if stage.variant.script:
        use_letters(stage)


def use_letters(stage: Stage) -> None:
    """The keys that the legend names."""
    page, window = stage.window.page, stage.window
    window.go("/")
    page.keyboard.press("j")
    expect(page.get_by_role("article").first).to_be_focused()
    page.keyboard.press("r")
    page.wait_for_url("**/posts/**")
    expect(page.get_by_label("Reply", exact=True)).to_be_focused()
    leave(stage)
    page.keyboard.press("/")
    expect(page.get_by_label("Words to find")).to_be_focused()
    leave(stage)
    page.keyboard.press("n")
    expect(page.get_by_label("New post")).to_be_focused()
    leave(stage)
    page.keyboard.press("?")
    legend = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(legend).to_be_visible()
    page.keyboard.press("Escape")
    expect(legend).to_be_hidden()


def leave(stage: Stage) -> None:
    """Leave a field; a page that still loads would stop at that key."""
    stage.window.page.wait_for_load_state()
    stage.window.page.keyboard.press("Escape")


KEYBOARD: Final = Scene(name="keyboard", play=use_keyboard, at=ANNA)
