"""The page in a real browser: with and without script, small, dark, by keyboard, attacked."""

import pytest
from playwright.sync_api import Route, expect
from street.fakes.desk import FakeDesk
from street.fakes.samples import key
from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.asks.troubles import FULL
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.base.address import format_author

from tests.web.browsing import LEFT_ALONE, MakeVisit, browser, make_visit, node

__all__ = ["browser", "make_visit", "node"]  # fixtures

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_write_reply_follow_search(make_visit: MakeVisit, script: bool) -> None:
    visit = make_visit(script=script)
    page = visit.page
    page.get_by_label("New post").fill("A post from a browser.\nSecond line.")
    page.get_by_role("button", name="Post", exact=True).click()
    newest = page.get_by_role("article").first
    expect(newest).to_contain_text("A post from a browser.")
    expect(page.get_by_label("New post")).to_have_value("")
    newest.get_by_role("link", name="Reply").click()
    page.get_by_label("Reply", exact=True).fill("And its reply.")
    page.get_by_role("button", name="Reply", exact=True).click()
    expect(page.get_by_role("article").last).to_contain_text("And its reply.")
    expect(page.get_by_role("heading", name="1 reply")).to_be_visible()

    page.get_by_role("link", name="People", exact=True).click()
    ines = format_author(key("Ines Okafor"))
    page.get_by_label("Their link or address").fill(f"swarmfeed:{ines}?name=Ines%20Okafor")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("heading", name="Follow this author?")).to_be_visible()
    page.get_by_role("button", name="Follow Ines Okafor").click()
    expect(page.get_by_text("followed", exact=True)).to_be_visible()
    expect(page.get_by_text("Two nodes, one café")).to_be_visible()
    page.get_by_role("button", name="Unfollow").click()
    expect(page.get_by_role("button", name="Follow Ines Okafor", exact=True)).to_be_visible()

    page.get_by_role("link", name="Search").click()
    page.get_by_label("Words to find").fill("browser")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("article")).to_have_count(1)
    assert visit.node.desk.changed == ["publish_post", "publish_post", "follow", "unfollow"]


def test_the_first_tab_stop_skips_to_the_content(make_visit: MakeVisit) -> None:
    page = make_visit().page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_a_page_that_comes_slowly_takes_nobody_out_of_a_field(make_visit: MakeVisit) -> None:
    visit = make_visit()
    page, kept = visit.page, list[Route]()
    page.route("**/swarmfeed.css*", lambda route: kept.append(route))
    page.goto(visit.node.url + "/search", wait_until="commit")
    link = page.get_by_role("link", name="Skip to the content")
    page.wait_for_selector("#q", state="attached")
    link.evaluate("(link) => link.focus()")
    with page.expect_console_message(lambda told: told.text == LEFT_ALONE):
        kept[0].continue_()
    expect(link).to_be_focused()


def test_keys(make_visit: MakeVisit) -> None:
    page = make_visit().page
    articles = page.get_by_role("article")
    page.keyboard.press("j")
    expect(articles.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(articles.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(articles.nth(0)).to_be_focused()
    page.keyboard.press("n")
    text = page.get_by_label("New post")
    expect(text).to_be_focused()
    page.keyboard.type("jk?n")
    expect(text).to_have_value("jk?n")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    legend = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(legend).to_be_visible()
    page.keyboard.press("Escape")
    expect(legend).to_be_hidden()
    page.keyboard.press("j")
    expect(articles.nth(1)).to_be_focused()
    with page.expect_navigation(url="**/posts/**"):
        page.keyboard.press("o")


def test_keys_can_be_turned_off(make_visit: MakeVisit) -> None:
    visit = make_visit()
    page = visit.page
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_role("link", name="Turn them off").click()
    page.get_by_label("No single-key shortcuts").check()
    page.get_by_label("Appearance and keys").get_by_role("button", name="Save").click()
    expect(page.locator("html[data-keys=off]")).to_be_visible()
    visit.go("/")
    page.keyboard.press("n")
    expect(page.get_by_label("New post")).not_to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.get_by_role("link", name="Turn them on").click()
    page.get_by_label("No single-key shortcuts").uncheck()
    page.get_by_label("Appearance and keys").get_by_role("button", name="Save").click()
    expect(page.locator("html[data-keys=off]")).to_have_count(0)
    visit.go("/")
    page.keyboard.press("n")
    expect(page.get_by_label("New post")).to_be_focused()


def test_the_draft_survives_a_visit_elsewhere(make_visit: MakeVisit) -> None:
    visit = make_visit()
    visit.page.get_by_label("New post").fill("👩‍👩‍👧é, half a thought")
    expect(visit.page.locator("#text-count")).to_have_text("18 characters")
    visit.go("/network")
    visit.go("/")
    expect(visit.page.get_by_label("New post")).to_have_value("👩‍👩‍👧é, half a thought")


def test_it_counts_what_people_count_and_bytes_where_they_matter(make_visit: MakeVisit) -> None:
    visit = make_visit()
    box, count = visit.page.get_by_label("New post"), visit.page.locator("#text-count")
    for typed, said in {
        "👩‍👩‍👧": "1 character",
        "e\u0301 🇩🇪  \n": "3 characters",
        "x" * 7_200: "7,200 characters",
        "é" * 3_601: "798 bytes left",
        "é" * 4_000: "0 bytes left",
        "é" * 4_001: "2 bytes too long",
    }.items():
        box.fill(typed)
        expect(count).to_have_text(said)
    box.fill("x" * 2_000)
    expect(count).to_have_attribute("style", "--used: 25%;")
    box.fill(" \n")
    expect(count).to_be_hidden()


def test_a_post_that_was_refused_is_still_in_the_box(make_visit: MakeVisit) -> None:
    visit = make_visit()
    box = visit.page.get_by_label("New post")
    send = visit.page.get_by_role("button", name="Post")

    def refuse(desk: FakeDesk, ask: WritePost) -> None:
        raise FULL.unsaved("the post")

    takes, visit.node.desk.rows[WritePost] = visit.node.desk.rows[WritePost], refuse
    box.fill("not now")
    with visit.refused("503 (Service Unavailable)"):
        send.click()
    expect(visit.page.get_by_text("the disk is full")).to_be_visible()
    expect(box).to_have_value("not now")
    visit.node.desk.rows[WritePost] = takes
    visit.go("/")
    expect(box).to_have_value("not now")
    send.click()
    expect(visit.page.locator(".post").first).to_contain_text("not now")
    expect(box).to_have_value("")
    visit.go("/")
    expect(box).to_have_value("")


def test_copying_the_own_link(make_visit: MakeVisit) -> None:
    visit = make_visit()
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.go("/me")
    visit.page.get_by_role("button", name="Copy link").click()
    expect(visit.page.get_by_text("Copied").first).to_be_visible()
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert copied == visit.node.desk.ask(WhoAreYou()).link


@pytest.mark.attack("A05")
def test_hostile_posts_run_nothing(make_visit: MakeVisit) -> None:
    visit = make_visit()
    desk = visit.node.desk
    mallory = desk.add_author("<img src=x onerror=alert(1)>", followed=True)
    for text in (
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "https://evil.example/'onmouseover='alert(1)",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    ):
        desk.add_post(mallory, text)
    for path in ("/", f"/authors/{format_author(mallory)}", "/search?q=<script>alert(1)"):
        visit.go(path)
        visit.page.wait_for_timeout(100)
        expect(visit.page.locator("main :is(script, iframe, img)")).to_have_count(0)


@pytest.mark.attack("A01")
def test_a_page_on_another_port_posts_nothing(make_visit: MakeVisit) -> None:
    visit = make_visit()
    url = visit.node.url
    html = f"<form method=post action={url}/posts><input name=text value=forged></form>"
    visit.page.route(
        "http://127.0.0.1:9/", lambda route: route.fulfill(body=html, content_type="text/html")
    )
    visit.page.goto("http://127.0.0.1:9/")
    with visit.refused("403 (Forbidden)"):
        visit.page.evaluate("document.forms[0].submit()")
    expect(visit.page.get_by_text("Another page sent this request")).to_be_visible()
    assert visit.node.desk.changed == []


@pytest.mark.attack("A02")
def test_a_rebound_name_is_refused(make_visit: MakeVisit) -> None:
    visit = make_visit()
    port = visit.node.server.url.rsplit(":", 1)[1]
    # The browser tells of the 403, of the one for the icon, and that such a page has no rights.
    make_visit.excused = ("Failed to load resource", "The Cross-Origin-Opener-Policy header")
    answer = visit.page.goto(f"http://evil.test:{port}/")
    assert answer is not None and answer.status == 403
    assert "Open yours: swarmfeed open" in visit.page.content()
