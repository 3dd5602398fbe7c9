"""What changes on an open page in a real browser, and what is typed there."""

import re

import pytest
from msgspec.structs import replace
from playwright.sync_api import expect
from street.fakes.samples import key
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId

from tests.web.browsing import MakeVisit, browser, make_visit, node, wait_until

__all__ = ["browser", "make_visit", "node"]  # fixtures


pytestmark = pytest.mark.e2e


def test_new_posts_are_announced_and_never_push_in(make_visit: MakeVisit) -> None:
    visit = make_visit()
    page, desk = visit.page, visit.node.desk
    bar = page.get_by_role("link", name="new post")
    expect(bar).to_be_hidden()
    visit.node.wait_for_streams(page)
    first = page.get_by_role("article").first.inner_text()
    for number in range(2):
        desk.add_post(AuthorId(key("Mira Lindqvist")), f"late {number}")
    visit.node.announce("new", n=2)
    expect(page.get_by_role("link", name="Show 2 new posts")).to_be_visible()
    expect(page).to_have_title("(2) Home · swarmfeed")
    expect(page.get_by_role("article").first).to_have_text(first, use_inner_text=True)
    expect(page.get_by_role("status")).to_have_text("Show 2 new posts")
    page.keyboard.press(".")
    expect(page.get_by_role("article").first).to_contain_text("late 1")
    expect(bar).to_be_hidden()


def test_new_posts_of_one_person_are_announced_on_their_page(make_visit: MakeVisit) -> None:
    visit = make_visit()
    page, desk = visit.page, visit.node.desk
    mira, ines = (AuthorId(key(each)) for each in ("Mira Lindqvist", "Ines Okafor"))
    visit.go(f"/authors/{format_author(ines)}")
    visit.node.wait_for_streams(page)
    desk.add_post(mira, "of another")
    desk.add_post(ines, "late")
    visit.node.announce("new", n=2)
    page.get_by_role("link", name="Show 1 new post").click()
    expect(page.get_by_role("article").first).to_contain_text("late")
    expect(page.get_by_role("link", name="new post")).to_be_hidden()


def test_new_replies_are_announced_in_an_open_thread_and_move_nothing(
    make_visit: MakeVisit,
) -> None:
    visit = make_visit()
    page, desk = visit.page, visit.node.desk
    asked = next(post for post in desk.posts if post.text == "Hello, swarm.")
    answer = next(post for post in desk.posts if post.text.startswith("Welcome!"))
    visit.go(f"/posts/{asked.id}")
    visit.node.wait_for_streams(page)
    shown = page.get_by_role("article").last.bounding_box()
    for number in range(60):
        desk.add_post(AuthorId(key("Ines Okafor")), f"late {number}", reply_to=asked.ref)
    desk.add_post(AuthorId(key("Ines Okafor")), "to the answer", reply_to=answer.ref)
    visit.node.announce("new", n=61)
    bar = page.get_by_role("link", name="Show 61 new replies")
    expect(bar).to_be_visible()
    expect(page.get_by_role("article").last.get_by_text("1 reply")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(2)
    after = page.get_by_role("article").last.bounding_box()
    assert shown is not None and after is not None
    assert abs(after["y"] - shown["y"]) < 1, "the line lies over what is read"
    bar.click()
    expect(page.get_by_text("to the answer", exact=True)).to_be_in_viewport()
    expect(page.locator("#new-replies")).to_be_hidden()


@pytest.mark.parametrize("script", [True, False])
def test_a_long_post_opens_where_it_stands(make_visit: MakeVisit, script: bool) -> None:
    visit = make_visit(script=script, width=320)
    page, desk = visit.page, visit.node.desk
    text = "\n".join(f"line {number}" for number in range(200)) + "\nhttps://example.org/end"
    desk.add_post(AuthorId(key("Mira Lindqvist")), text)
    visit.go("/")
    article = page.get_by_role("article").first
    box = article.bounding_box()
    assert box is not None and box["height"] < 500
    article.get_by_text("Show all, 1 minute").click()
    expect(article.get_by_text("Show less")).to_be_visible()
    box = article.bounding_box()
    assert box is not None and box["height"] > 4_000
    article.get_by_text("Show less").click()
    # Whoever comes to a link in the rest by keyboard sees it.
    article.get_by_role("link", name="example.org/end").focus()
    expect(article.get_by_role("link", name="example.org/end")).to_be_in_viewport()


def test_all_new_posts_are_counted_where_there_was_none(make_visit: MakeVisit) -> None:
    visit = make_visit()
    desk = visit.node.desk
    desk.posts.clear()
    visit.go("/")
    expect(visit.page.get_by_text("It is quiet here")).to_be_visible()
    visit.node.wait_for_streams(visit.page)
    for number in range(3):
        desk.add_post(AuthorId(key("Mira Lindqvist")), f"late {number}")
    visit.node.announce("new", n=3)
    expect(visit.page.get_by_role("link", name="Show 3 new posts")).to_be_visible()


def test_who_has_a_post_is_said_while_one_looks(make_visit: MakeVisit) -> None:
    visit = make_visit()
    desk = visit.node.desk
    post = desk.add_post(desk.me, "just now")
    visit.go("/")
    held = visit.page.get_by_role("article").first.locator(".held")
    expect(held).to_have_text("On this machine only, going out")
    visit.node.wait_for_streams(visit.page)
    desk.posts[desk.posts.index(post)] = replace(post, held_by=2)
    visit.node.announce("receipt", size=1)
    expect(held).to_have_text("2 others have it")
    expect(held).not_to_have_class(re.compile("nobody"))


def test_progress_moves_while_one_looks(make_visit: MakeVisit) -> None:
    visit = make_visit()
    aoi = AuthorId(key("山田 葵"))
    visit.go(f"/authors/{format_author(aoi)}")
    expect(visit.page.get_by_role("progressbar")).to_have_attribute("value", "8200")
    visit.node.wait_for_streams(visit.page)
    shown = visit.page.get_by_text("15,000 of 20,000")

    def is_heard() -> bool:
        # Again and again: the stream of the page before may hear it, and go.
        visit.node.announce("progress", feed=visit.node.desk.feed_of(aoi).hex(), held=15_000)
        return shown.is_visible()

    wait_until(visit.page, is_heard)


def test_the_sentence_follows_the_node(make_visit: MakeVisit) -> None:
    visit = make_visit()
    visit.go("/network")
    expect(
        visit.page.get_by_text("Well connected, and 2 others have your newest post.")
    ).to_be_visible()
    visit.node.wait_for_streams(visit.page)
    visit.node.desk.sentence = "Alone: no other node is linked right now."
    visit.node.announce("status", peers=0)
    expect(visit.page.get_by_text("Alone: no other node")).to_be_visible()


def test_an_answer_that_breaks_off_is_none(make_visit: MakeVisit) -> None:
    """As when the page is left meanwhile, of which Firefox tells the page."""
    visit = make_visit()
    page = visit.page
    visit.node.wait_for_streams(page)
    page.route("**/sentence", lambda route: route.fulfill(body='{"sentence": "Half'), times=1)
    with page.expect_request_finished(lambda request: request.url.endswith("/sentence")):
        visit.node.announce("status", sentence="told")
    expect(page.locator(".how").first).not_to_contain_text("Half")


@pytest.mark.parametrize("path", ["/", "/search"])
def test_what_the_machine_refuses_comes_and_goes_while_a_page_is_open(
    make_visit: MakeVisit, path: str
) -> None:
    visit = make_visit()
    visit.go(path)
    visit.node.wait_for_streams(visit.page)
    refused = visit.page.locator(".refused")
    expect(refused).to_have_count(0)
    visit.node.desk.refused = ("The disk is full.",)
    visit.node.announce("status", refused=1)
    expect(refused).to_have_text("The disk is full.")
    visit.node.desk.refused = ()
    visit.node.announce("status", refused=0)
    expect(refused).to_have_count(0)
