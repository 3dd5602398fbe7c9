"""Pictures of drafts in a real browser: handed over once, seen before they are signed."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect
from swarmfeed.core.asks.media import Attached
from swarmfeed.core.asks.writing import WritePost

from tests.web.browsing import MakeVisit, Node, browser, make_visit, node, wait_until
from tests.web.test_typing import WORDS, box, send

__all__ = ["browser", "make_visit", "node"]  # fixtures

pytestmark = pytest.mark.e2e

BOTH = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


def picture(name: str = "bee.jpg") -> FilePayload:
    out = BytesIO()
    Image.linear_gradient("L").resize((40, 30)).save(out, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


def wait_for(page: Page, node: Node, *files: tuple[str, str]) -> list[str]:
    """Wait until the draft of new posts has these files, by name and description."""

    def named() -> list[tuple[str, str]]:
        return [(each.file_name, each.alt) for each in node.desk.files.of_drafts.get("", ())]

    wait_until(page, lambda: named() == [*files], f"a draft with {files}")
    return [each.upload for each in node.desk.files.of_drafts.get("", ())]


def choose(page: Page, number: int, alt: str = "") -> None:
    page.get_by_text("Pictures and files").click()
    page.get_by_label(f"What picture {number} shows").fill(alt)
    page.get_by_label(f"Picture or file {number}").set_input_files(picture())


def is_drawn(shown: Locator) -> None:
    expect(shown).to_be_visible()
    assert shown.evaluate("async (each) => { await each.decode(); return each.naturalWidth; }")


def posted(node: Node) -> list[tuple[Attached, ...]]:
    takes, found = node.desk.rows[WritePost], []

    def write(desk: object, ask: WritePost) -> object:
        found.append(ask.media)
        return takes(desk, ask)

    node.desk.rows[WritePost] = write
    return found


def test_a_picture_is_handed_over_once_and_stays_until_it_is_posted(
    make_visit: MakeVisit,
) -> None:
    visit = make_visit()
    page, node = visit.page, visit.node
    choose(page, 1, "A bee.")
    (name,) = wait_for(page, node, ("bee.jpg", "A bee."))
    is_drawn(page.locator("img.going"))
    expect(page.get_by_text("Leave out bee.jpg")).to_be_visible()
    box(page).fill(WORDS)
    page.reload()
    is_drawn(page.locator("img.going"))
    expect(box(page)).to_have_value(WORDS)
    page.get_by_label("What picture 1 shows").fill("A bee on moss.")
    assert wait_for(page, node, ("bee.jpg", "A bee on moss.")) == [name]
    media = posted(node)
    send(page).click()
    expect(page.get_by_role("article").first).to_contain_text(WORDS.splitlines()[0])
    assert [[each.upload for each in one] for one in media] == [[name]]
    assert (len(node.desk.files.handed), node.desk.files.of_drafts) == (1, {})
    expect(page.locator("img.going")).to_have_count(0)


def test_pictures_that_are_chosen_one_after_the_other_all_stay(make_visit: MakeVisit) -> None:
    visit = make_visit()
    names = [f"bee {number}.jpg" for number in range(1, 5)]
    visit.page.get_by_text("Pictures and files").click()
    for number, name in enumerate(names, 1):
        place = visit.page.get_by_label(f"Picture or file {number}")
        place.set_input_files(picture(name))
    wait_for(visit.page, visit.node, *((name, "") for name in names))
    expect(visit.page.locator("img.going")).to_have_count(4)
    assert len(visit.node.desk.files.handed) == 4


def test_what_is_left_out_leaves_the_draft(make_visit: MakeVisit) -> None:
    visit = make_visit()
    box(visit.page).fill(WORDS)
    choose(visit.page, 1)
    wait_for(visit.page, visit.node, ("bee.jpg", ""))
    expect(visit.page.locator(".undescribed")).to_have_count(1)
    visit.page.get_by_label("Leave out bee.jpg").check()
    wait_for(visit.page, visit.node)
    visit.page.reload()
    expect(visit.page.locator("img.going")).to_have_count(0)
    expect(box(visit.page)).to_have_value(WORDS)


def test_an_open_page_of_the_same_person_shows_it_too(make_visit: MakeVisit) -> None:
    one, other = make_visit(), make_visit()
    one.node.wait_for_streams(one.page, 2)
    choose(one.page, 1, "A bee.")
    wait_for(one.page, one.node, ("bee.jpg", "A bee."))
    one.node.announce("drafts", n=1)
    is_drawn(other.page.locator("img.going"))


@BOTH
def test_the_look_before_signing_shows_it_with_its_description(
    make_visit: MakeVisit, script: bool, tmp_path: Path
) -> None:
    visit = make_visit(script=script)
    page, node = visit.page, visit.node
    box(page).fill(WORDS)
    choose(page, 2, "A bee.")
    page.get_by_role("button", name="Look at it first").click()
    expect(page.get_by_role("heading", name="Before you sign")).to_be_visible()
    is_drawn(page.get_by_role("img", name="A bee."))
    expect(page.get_by_text("A bee.", exact=True)).to_be_visible()
    page.get_by_role("button", name="Go on writing").click()
    expect(page.get_by_text("Leave out bee.jpg")).to_be_visible()
    visit.go("/")
    is_drawn(page.locator("img.going"))
    page.get_by_role("button", name="Look at it first").click()
    media = posted(node)
    with page.expect_navigation(url="**/"):
        page.get_by_role("button", name="Sign and post").click()
    assert [[each.alt for each in one] for one in media] == [["A bee."]]
    assert (len(node.desk.files.handed), node.desk.files.of_drafts) == (1, {})
