"""Nothing that was typed is lost, and nothing is posted twice: in a real browser.

With script the reason stands beside the text; without, the answer is the form again.
"""

from collections.abc import Callable
from http.client import HTTPConnection

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from street.fakes.desk import FakeDesk
from swarmfeed.core.asks.troubles import FULL
from swarmfeed.core.asks.writing import WritePost

from tests.web.browsing import MakeVisit, Node, Visit, browser, make_visit, node

__all__ = ["browser", "make_visit", "node"]  # fixtures

pytestmark = pytest.mark.e2e

WORDS = "Half a thought, é and 🐝, that nobody shall type again."


def texts(node: Node) -> list[str]:
    """What was posted since the start, oldest first."""
    return (
        [post.text for post in node.desk.posts][-len(node.desk.changed) :]
        if (node.desk.changed)
        else []
    )


def box(page: Page) -> Locator:
    return page.get_by_label("New post")


def send(page: Page) -> Locator:
    return page.get_by_role("button", name="Post", exact=True)


def again(page: Page) -> Locator:
    return page.get_by_role("button", name="Send it again")


def log_out(visit: Visit) -> None:
    """The session ends behind the browser's back, as after thirty days."""
    logins = visit.node.server._access.logins
    for cookie in visit.context.cookies():
        logins.close(cookie["value"])


def log_in(visit: Visit) -> None:
    """As `swarmfeed open` does, in a tab of its own."""
    tab = visit.context.new_page()
    tab.goto(visit.node.server.login_link())
    tab.close()


def refuse(desk: FakeDesk, ask: WritePost) -> None:
    raise FULL.unsaved("the post")


@pytest.fixture
def quiet(make_visit: MakeVisit) -> MakeVisit:
    """The browser tells of each refusal in its console too: that is no fault of the page."""
    make_visit.excused = ("Failed to load resource",)
    return make_visit


# --- nothing is lost -----------------------------------------------------------------------


def test_a_node_that_is_stopped(quiet: MakeVisit) -> None:
    visit = quiet()
    box(visit.page).fill(WORDS)
    visit.node.go_away()
    send(visit.page).click()
    expect(visit.page.get_by_text("Nothing answers on this machine")).to_be_visible()
    expect(box(visit.page)).to_have_value(WORDS)
    visit.node.come_back()
    send(visit.page).click()
    expect(visit.page.get_by_role("article").first).to_contain_text(WORDS)
    expect(box(visit.page)).to_have_value("")
    assert texts(visit.node) == [WORDS]


def test_a_node_that_is_stopped_without_script(quiet: MakeVisit) -> None:
    visit = quiet(script=False)
    box(visit.page).fill(WORDS)
    visit.node.go_away()
    send(visit.page).click()
    visit.page.wait_for_url("chrome-error://**")
    visit.node.come_back()
    visit.page.reload()  # the browser sends the form once more
    expect(visit.page.get_by_role("article").first).to_contain_text(WORDS)
    assert texts(visit.node) == [WORDS]


def test_a_login_that_is_gone(quiet: MakeVisit) -> None:
    visit = quiet()
    box(visit.page).fill(WORDS)
    log_out(visit)
    send(visit.page).click()
    expect(visit.page.get_by_role("alert")).to_contain_text("swarmfeed open")
    expect(box(visit.page)).to_have_value(WORDS)
    log_in(visit)
    send(visit.page).click()
    expect(visit.page.get_by_role("article").first).to_contain_text(WORDS)
    expect(box(visit.page)).to_have_value("")
    assert texts(visit.node) == [WORDS]


def test_a_login_that_is_gone_without_script(quiet: MakeVisit) -> None:
    visit = quiet(script=False)
    kept = visit.page.get_by_label("Your text")
    box(visit.page).fill(WORDS)
    log_out(visit)
    send(visit.page).click()
    expect(visit.page.get_by_role("alert")).to_contain_text("swarmfeed open")
    expect(kept).to_have_value(WORDS)
    again(visit.page).click()
    expect(kept).to_have_value(WORDS)
    log_in(visit)
    again(visit.page).click()
    expect(visit.page.get_by_role("alert")).to_contain_text("logged in anew")
    expect(kept).to_have_value(WORDS)
    again(visit.page).click()
    expect(visit.page.get_by_role("article").first).to_contain_text(WORDS)
    assert texts(visit.node) == [WORDS]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_post_that_is_too_long(quiet: MakeVisit, script: bool) -> None:
    visit = quiet(script=script)
    long = "é" * 4_000 + "!"
    box(visit.page).fill(long)
    if script:
        expect(visit.page.locator("#text-count")).to_have_text("1 byte too long")
    send(visit.page).click()
    alert = visit.page.get_by_role("alert")
    expect(alert).to_contain_text("8,001 bytes long (4,001 characters); at most 8,000 bytes")
    kept = box(visit.page) if script else visit.page.get_by_label("Your text")
    expect(kept).to_have_value(long)
    kept.fill(long[:-1])
    (send if script else again)(visit.page).click()
    expect(visit.page.get_by_role("article").first).to_contain_text("é" * 40)
    assert texts(visit.node) == [long[:-1]]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_disk_that_is_full(quiet: MakeVisit, script: bool) -> None:
    visit = quiet(script=script)
    takes, visit.node.desk.rows[WritePost] = visit.node.desk.rows[WritePost], refuse
    box(visit.page).fill(WORDS)
    send(visit.page).click()
    expect(visit.page.get_by_role("alert")).to_contain_text("the disk is full")
    kept = box(visit.page) if script else visit.page.get_by_label("Your text")
    expect(kept).to_have_value(WORDS)
    visit.node.desk.rows[WritePost] = takes
    (send if script else again)(visit.page).click()
    expect(visit.page.get_by_role("article").first).to_contain_text(WORDS)
    assert texts(visit.node) == [WORDS]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_reply_is_kept_and_goes_where_it_belongs(quiet: MakeVisit, script: bool) -> None:
    visit = quiet(script=script)
    post = next(post for post in visit.node.desk.posts if post.text == "Hello, swarm.")
    visit.go(f"/posts/{post.id}")
    reply = visit.page.get_by_label("Reply", exact=True)
    takes, visit.node.desk.rows[WritePost] = visit.node.desk.rows[WritePost], refuse
    reply.fill(WORDS)
    visit.page.get_by_role("button", name="Reply", exact=True).click()
    expect(visit.page.get_by_role("alert")).to_contain_text("the disk is full")
    visit.node.desk.rows[WritePost] = takes
    if script:
        expect(reply).to_have_value(WORDS)
        visit.page.get_by_role("button", name="Reply", exact=True).click()
    else:
        expect(visit.page.get_by_label("Your text")).to_have_value(WORDS)
        again(visit.page).click()
    expect(visit.page.get_by_role("article").last).to_contain_text(WORDS)
    expect(reply).to_have_value("")
    assert visit.node.desk.posts[-1].reply_to == post.ref


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_numbers_that_were_typed_are_kept_too(quiet: MakeVisit, script: bool) -> None:
    visit = quiet(script=script)
    visit.go("/history")
    disk = visit.page.get_by_label("Disk to give, in gigabytes")
    disk.fill("a lot")
    visit.page.get_by_label("Also anybody who asks").check()
    visit.page.get_by_role("button", name="Become a history server").click()
    expect(visit.page.get_by_role("alert")).to_contain_text("no number of gigabytes")
    expect(disk).to_have_value("a lot")
    disk.fill("12")
    visit.page.get_by_role("button", name="Become a history server").click()
    expect(visit.page.get_by_role("heading", name="What you give")).to_be_visible()
    expect(visit.page.get_by_label("Also anybody who asks")).to_be_checked()


def test_each_box_has_a_draft_of_its_own(quiet: MakeVisit) -> None:
    visit = quiet()
    paths = ["/", *(f"/posts/{post.id}" for post in visit.node.desk.posts[-2:])]
    for path in paths:
        visit.go(path)
        visit.page.locator("#text").fill(f"draft of {path}")
    visit.node.restart()
    tab = visit.context.new_page()
    for page in (visit.page, tab):
        for path in paths:
            page.goto(visit.node.url + path)
            expect(page.locator("#text")).to_have_value(f"draft of {path}")
    visit.page.locator("#text").fill("")
    visit.page.reload()
    expect(visit.page.locator("#text")).to_have_value("")
    visit.go("/")
    expect(visit.page.locator("#text")).to_have_value("draft of /")


def test_nothing_can_be_typed_that_would_not_be_sent(quiet: MakeVisit) -> None:
    visit = quiet()
    page = visit.page
    kept: list[Route] = []
    page.route("**/posts", lambda route: kept.append(route))
    box(page).fill(WORDS)
    box(page).focus()
    with page.expect_request("**/posts"):
        page.keyboard.press("Control+Enter")
    page.keyboard.type(" And more, that would go with it.")
    expect(box(page)).to_have_value(WORDS)
    kept[0].continue_()
    expect(page.get_by_role("article").first).to_contain_text(WORDS)
    expect(box(page)).to_be_editable()
    assert texts(visit.node) == [WORDS]


# --- nothing is posted twice ---------------------------------------------------------------


def twice_by_keys(page: Page) -> None:
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")


def held_down(page: Page) -> None:
    page.keyboard.down("Control")
    for _ in range(8):
        page.keyboard.down("Enter")  # held: the browser says that it repeats
    page.keyboard.up("Enter")
    page.keyboard.up("Control")


def by_two_clicks(page: Page) -> None:
    send(page).dblclick()


def by_key_and_click(page: Page) -> None:
    page.evaluate("""() => {
      const {form} = document.getElementById("text");
      form.requestSubmit();
      form.querySelector("button.primary").click();
      form.submit();
    }""")


WAYS = {
    "Ctrl+Enter twice": twice_by_keys,
    "Ctrl+Enter held down": held_down,
    "a double click": by_two_clicks,
    "a key, a click, and past the script": by_key_and_click,
}


def slow(route: Route) -> None:
    route.request.frame.page.wait_for_timeout(300)
    route.continue_()


@pytest.mark.parametrize("slowly", [False, True], ids=["at once", "slowly"])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_twice_is_once(quiet: MakeVisit, way: Callable[[Page], None], slowly: bool) -> None:
    visit = quiet()
    if slowly:
        visit.page.route("**/posts", slow)
    box(visit.page).fill(WORDS)
    box(visit.page).focus()
    way(visit.page)
    expect(visit.page.get_by_role("article").first).to_contain_text(WORDS)
    expect(box(visit.page)).to_have_value("")
    visit.page.reload()
    expect(visit.page.get_by_role("article").nth(1)).not_to_contain_text(WORDS)
    assert texts(visit.node) == [WORDS]


def test_a_double_click_without_script(quiet: MakeVisit) -> None:
    visit = quiet(script=False)
    box(visit.page).fill(WORDS)
    send(visit.page).dblclick(no_wait_after=True)
    expect(visit.page.get_by_role("article").first).to_contain_text(WORDS)
    assert texts(visit.node) == [WORDS]


def test_an_answer_that_never_came_is_asked_for_again(quiet: MakeVisit) -> None:
    visit = quiet()

    def lose(route: Route) -> None:
        # The node hears it, and the browser hears nothing.
        asked = route.request
        host = asked.url.split("/")[2]
        connection = HTTPConnection("127.0.0.1", int(host.rpartition(":")[2]), timeout=60)
        headers = {**asked.all_headers(), "host": host}
        connection.request("POST", "/posts", asked.post_data, headers)
        assert connection.getresponse().status == 200
        connection.close()
        route.abort()

    # Had the node kept the draft by then, it would know, too, that it was posted.
    visit.page.route("**/drafts", lambda route: route.abort())
    visit.page.route("**/posts", lose, times=1)
    box(visit.page).fill(WORDS)
    send(visit.page).click()
    expect(visit.page.get_by_role("alert")).to_contain_text("Nothing answers")
    # Nobody here can know that: it was.
    expect(visit.page.get_by_role("alert")).not_to_contain_text("nothing was sent")
    assert texts(visit.node) == [WORDS]
    visit.page.reload()  # even so: the draft knows its key
    expect(box(visit.page)).to_have_value(WORDS)
    send(visit.page).click()
    expect(visit.page.get_by_role("article").first).to_contain_text(WORDS)
    expect(box(visit.page)).to_have_value("")
    assert texts(visit.node) == [WORDS]


def test_back_and_forward_bring_nothing_back(quiet: MakeVisit) -> None:
    visit = quiet()
    visit.go("/network")
    visit.go("/")
    box(visit.page).fill(WORDS)
    send(visit.page).click()
    expect(visit.page.get_by_role("article").first).to_contain_text(WORDS)
    for step in ("go_back", "go_forward", "go_back", "go_forward"):
        getattr(visit.page, step)()
    expect(visit.page.get_by_role("article").first).to_contain_text(WORDS)
    expect(box(visit.page)).to_have_value("")
    assert texts(visit.node) == [WORDS]


def test_back_and_the_button_without_script_ask_before_they_post(quiet: MakeVisit) -> None:
    visit = quiet(script=False)
    box(visit.page).fill(WORDS)
    send(visit.page).click()
    expect(visit.page.get_by_role("article").first).to_contain_text(WORDS)
    visit.go("/")
    box(visit.page).fill(WORDS)  # as the browser brings it back, under a new key
    send(visit.page).click()
    expect(visit.page.get_by_role("alert")).to_contain_text("the same words a moment ago")
    expect(visit.page.get_by_label("Your text")).to_have_value(WORDS)
    assert texts(visit.node) == [WORDS]
    again(visit.page).click()
    expect(visit.page.get_by_role("article").nth(1)).to_contain_text(WORDS)
    assert texts(visit.node) == [WORDS, WORDS]
