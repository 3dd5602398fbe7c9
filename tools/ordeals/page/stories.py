"""What people do on the page, once around: reading, writing, people, network, settings."""

import re
from contextlib import suppress
from typing import Any, Final

from playwright.sync_api import FilePayload, Locator, Page, expect

from ordeals.page.stage import Scene, Stage
from ordeals.page.town import ANNA, BEN, CLEO, photograph
from ordeals.page.windows import FIREFOX
from ordeals.strangers.besieged import Refused

NEW: Final = re.compile("new post")
ALT: Final = "A harbour in the morning."


def read(stage: Stage) -> None:
    """Somebody they follow posts a picture: it is seen, liked, kept, found."""
    page, word = stage.window.page, stage.word
    stage.town.show(BEN, f"{word} over the harbour #{word}", ALT)
    if stage.variant.script:
        page.get_by_role("link", name=NEW).click()
        expect(post_with(page, word)).to_be_visible()
    else:
        stage.window.until("/", lambda: post_with(page, word).count() > 0)
    see_picture(stage, "/")
    for name in ("Like", "Boost", "Save for later"):
        post_with(page, word).get_by_role("button", name=name).click()
        expect(post_with(page, word).get_by_role("button", name=name)).to_have_attribute(
            "aria-pressed", "true"
        )
    stage.window.go("/saved")
    expect(post_with(page, word)).to_be_visible()
    page.get_by_role("link", name="Search", exact=True).click()
    page.get_by_label("Words to find").fill(f"{word} from:ben has:media")
    stage.window.press("Search")
    expect(page.get_by_label("Found posts").get_by_role("article")).to_have_count(1)
    post_with(page, word).get_by_role("link", name=f"#{word}").click()
    expect(page.get_by_label("Words to find")).to_have_value(f"#{word}")
    post_with(page, word).locator("a.when").first.click()
    expect(page.get_by_role("heading", name="Thread", exact=True)).to_be_visible()
    expect(page.get_by_text(ALT, exact=True).first).to_be_visible()
    heard(stage, BEN, "likes", word)


def write(stage: Stage) -> None:
    """A post with a picture, looked at before it is signed; answered, edited, taken back."""
    page, word = stage.window.page, stage.word
    page.get_by_label("New post").fill(f"{word}: written on the page")
    page.get_by_text("Pictures and files", exact=True).click()
    file = FilePayload(name="harbour.jpg", mimeType="image/jpeg", buffer=photograph())
    page.locator("input[name=file1]").set_input_files(file)
    page.get_by_label("What picture 1 shows").fill(ALT)
    stage.window.press("Look at it first")
    expect(page.get_by_role("heading", name="Before you sign")).to_be_visible()
    expect(page.get_by_text(ALT)).to_be_visible()
    with page.expect_navigation(url="**/"):  # what is looked at has the picture too
        stage.window.press("Sign and post")
    see_picture(stage, "/")
    came = stage.town.reads(BEN, f"{word}: written")
    stage.town.say(BEN, f"{word}: answered", reply_to=came["id"])
    is_told = page.get_by_role("article").filter(has_text=f"{word}: answered")
    stage.window.until("/notifications", lambda: is_told.count() > 0)
    is_told.first.locator("a.snippet").click()
    reply = page.get_by_label("Reply", exact=True)
    reply.fill(f"{word}: thanks")
    stage.window.press("Reply")
    expect(post_with(page, f"{word}: thanks")).to_be_visible()
    change(stage, f"{word}: thanks")
    stage.town.reads(BEN, f"{word}: thanks a lot")
    withdraw(stage)


def change(stage: Stage, text: str) -> None:
    """The post with this text says more than before."""
    page = stage.window.page
    post_with(page, text).last.locator("a.when").first.click()
    expect(page.locator(".post.focus")).to_contain_text(text)
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Your text").fill(f"{text} a lot")
    stage.window.press("Save")
    expect(page.locator(".post.focus")).to_contain_text(f"{text} a lot")
    expect(page.locator(".post.focus").get_by_role("link", name="edited")).to_be_visible()


def withdraw(stage: Stage) -> None:
    """The post that is open is taken back."""
    page = stage.window.page
    page.get_by_role("link", name="Withdraw", exact=True).click()
    stage.window.press("Withdraw")
    expect(page.locator(".post.focus .withdrawn, .post .withdrawn").first).to_be_visible()


def meet(stage: Stage) -> None:
    """Somebody new: followed by a link, put in a list, written to, let in, left alone."""
    page, window, word = stage.window.page, stage.window, stage.word
    stage.town.say(CLEO, f"{word}: nobody reads this yet")
    page.get_by_role("link", name="People", exact=True).click()
    page.get_by_label("Follow somebody by their link or address").fill(stage.town.link(CLEO))
    window.press("Look")
    expect(page.get_by_role("heading", name="Follow this author?")).to_be_visible()
    page.get_by_role("button", name="Follow", exact=False).first.click()
    expect(page.get_by_text("followed", exact=True)).to_be_visible()
    profile = page.url.removeprefix(window.url)
    window.until(profile, lambda: post_with(page, word).count() > 0)
    for there, back in (("Mute", "Unmute"), ("Block", "Unblock")):
        button(page, there).click()
        button(page, back).click()
        expect(button(page, there)).to_be_visible()
    button(page, "Follow").click()  # who blocks somebody follows them no longer
    expect(button(page, "Unfollow")).to_be_visible()
    put_in_list(stage, profile)
    correspond(stage, profile)
    filter_words(stage)
    window.go(profile)
    button(page, "Unfollow").click()
    expect(button(page, "Follow")).to_be_visible()


def button(page: Page, word: str) -> Locator:
    """The button that begins with a word: "Unmute" is not "Mute"."""
    return page.get_by_role("button", name=re.compile(f"^{word}\\b"))


def put_in_list(stage: Stage, profile: str) -> None:
    page, window = stage.window.page, stage.window
    window.go(profile)
    page.get_by_role("link", name=re.compile("^Lists ?: put")).click()
    page.get_by_label("A new list").fill(f"list {stage.word}")
    window.press("Make it")
    made = page.get_by_role("link", name=f"list {stage.word}")
    expect(made).to_be_visible()
    window.go("/lists")
    made.click()
    expect(post_with(page, stage.word)).to_be_visible()


def correspond(stage: Stage, profile: str) -> None:
    """A message, and a circle."""
    page, window = stage.window.page, stage.window
    window.go(profile)
    page.get_by_role("link", name="Message", exact=True).click()
    page.get_by_label("Your message").fill(f"{stage.word}: between us")
    window.press("Send")
    expect(page.locator(".letter").last).to_contain_text(f"{stage.word}: between us")
    window.go("/circles")
    page.get_by_label(re.compile("^Make a")).fill(f"circle {stage.word}"[:30])
    window.press("Make it")
    made = page.locator("section.panel", has_text=f"circle {stage.word}"[:30])
    expect(made).to_contain_text("Nobody is in it yet")
    page.get_by_label("Let somebody in").fill(stage.town.who(CLEO))
    if (which := page.locator("#into")).count():
        which.select_option(f"circle {stage.word}"[:30])
    window.page.locator("form", has=page.locator("#who")).get_by_role("button").click()
    expect(made).to_contain_text("1 person")


def filter_words(stage: Stage) -> None:
    """A word that nobody wants to see, for a moment."""
    page, window = stage.window.page, stage.window
    window.go("/")
    expect(post_with(page, stage.word)).to_be_visible()
    window.go("/not-shown")
    page.get_by_label("A word, or words side by side").fill(stage.word)
    window.press("Filter")
    remove = page.get_by_role("button", name=f"Remove {stage.word}")
    expect(remove).to_be_visible()
    window.go("/")
    expect(post_with(page, stage.word)).to_have_count(0)
    window.go("/not-shown")
    remove.click()
    expect(remove).to_have_count(0)
    page.wait_for_load_state()
    window.go("/")
    expect(post_with(page, stage.word)).to_be_visible()


def look_around(stage: Stage) -> None:
    """The network, what it needs, what this machine gives."""
    page, window = stage.window.page, stage.window
    page.get_by_role("link", name="Network", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Network")
    page.get_by_text("The same as a list").click()
    expect(page.get_by_role("table").first).to_be_visible()
    page.get_by_text("A file for who helps you").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save it").click()
    name = stage.folder / "support.txt"
    saved.value.save_as(name)
    # Of Debian's Firefox Playwright hands over empty files, whatever is in them.
    is_told = stage.variant.browser != FIREFOX
    assert not is_told or len(name.read_text().splitlines()) > 10, "the file is empty"
    window.go("/history")
    page.get_by_label("Disk to give, in gigabytes").fill("0.1")
    page.get_by_label("Free space to leave alone").fill("0.1")
    with page.expect_navigation():  # in another browser it was given before
        page.get_by_role(
            "button", name=re.compile("^(Become a history server|Change)$")
        ).click()
    expect(page.get_by_role("heading", name="What you give")).to_be_visible()
    window.go("/network")
    expect(page.locator("#server .badge")).to_have_text("on")
    for path in ("/rising", "/alarms", "/search?q=harbour&where=network", "/listening"):
        window.go(path)
        expect(page.get_by_role("main")).to_be_visible()


def settle_in(stage: Stage) -> None:
    """Colours, language, name, device, an export."""
    page, window, word = stage.window.page, stage.window, stage.word
    window.go("/settings")
    save_look = page.locator("form", has=page.locator("#language")).get_by_role("button")
    page.get_by_text("Dark", exact=True).click()
    save_look.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    for language, direction in (("de", "ltr"), ("ar", "rtl"), ("en", "ltr")):
        page.locator("#language").select_option(language)
        save_look.click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.locator("html")).to_have_css("direction", direction)
    window.go("/me")
    page.get_by_label("About you", exact=True).fill(f"Says {word}.")
    window.press("Save")
    expect(page.locator(".bio").first).to_contain_text(word)
    window.go("/devices")
    page.get_by_label("What it is called; everybody can see it").fill(f"desk {word}"[:60])
    window.press("Call it that")
    expect(page.locator(".device").first).to_contain_text(word)
    window.go("/export")
    page.get_by_label("Where to, on this machine").fill(str(stage.folder / "all.zip"))
    window.press("Export")
    expect(page.get_by_role("main").get_by_role("status")).to_be_visible()
    assert (stage.folder / "all.zip").stat().st_size > 0, "nothing was written"
    for path in ("/apps", "/import", "/papers", "/lock", "/keys", "/drafts", "/start/people"):
        window.go(path)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)


def post_with(page: Page, text: str) -> Locator:
    """The posts with a text, each an article."""
    return page.get_by_role("article").filter(has_text=text).first


def see_picture(stage: Stage, path: str) -> None:
    """The picture of the newest post is drawn, once it is here."""
    page = stage.window.page
    picture = post_with(page, stage.word).locator("img[alt]:not([alt=''])")
    if stage.variant.script:
        expect(picture).to_be_visible()
    else:
        stage.window.until(path, lambda: picture.count() > 0)
    drawn = "image => image.decode().then(() => image.naturalWidth)"
    picture.scroll_into_view_if_needed()
    assert picture.evaluate(drawn) > 0, "a picture that is no picture"


def heard(stage: Stage, name: str, kind: str, word: str) -> None:
    """Somebody is told what was done with a post of theirs."""

    def look() -> bool | None:
        with suppress(Refused):
            told = stage.town.at(name).get("notifications")
            return any(word in str(each) and kind in str(each) for each in _all(told)) or None
        return None

    stage.town.wait(name, f"{kind} of {word}", look)


def _all(told: dict[str, Any]) -> list[Any]:
    return [each for value in told.values() if isinstance(value, list) for each in value]


READING: Final = Scene(name="reading", play=read, at=ANNA)
WRITING: Final = Scene(name="writing", play=write, at=ANNA)
PEOPLE: Final = Scene(name="people", play=meet, at=ANNA)
NETWORK: Final = Scene(name="network", play=look_around, at=ANNA)
SETTINGS: Final = Scene(name="settings", play=settle_in, at=ANNA)
