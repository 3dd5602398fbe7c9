"""Another server of this machine, and the real browser of somebody who is logged in."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from swarmfeed.shell.owners import Owners

from tests.web.browsing import ARGUMENTS, CHROMIUM, PATIENCE_MS, Node
from tests.web.neighbour import FLOOD, FLOOD_COUNT, ODD_COOKIES, Neighbour

pytestmark = [pytest.mark.e2e, pytest.mark.attack("A70")]

SHOWN = ("Hello, swarm.", "Mira Lindqvist", "Ada", "form_key")
"""What only who is logged in may see."""

OTHER_USER = 65534


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def window(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    owners = Owners()
    node = Node(tmp_path, owner_of=owners.owner_of)
    yield node
    node.stop()
    owners.close()


@pytest.fixture
def neighbour() -> Iterator[Neighbour]:
    neighbour = Neighbour().start()
    yield neighbour
    neighbour.stop()


def log_in(window: BrowserContext, node: Node) -> None:
    page = window.new_page()
    page.goto(node.server.login_link())
    expect(page.get_by_role("heading", name="Home")).to_be_visible()


def port_of(node: Node) -> int:
    return urlsplit(node.url).port or 0


def machine_names(node: Node) -> list[str]:
    return [f"{host}:{port_of(node)}" for host in ("127.0.0.1", "localhost", "[::1]")]


def test_whatever_others_set_before_one_can_log_in(
    window: BrowserContext, node: Node, neighbour: Neighbour
) -> None:
    neighbour.sets = list(ODD_COOKIES)
    for flood in (0, FLOOD_COUNT):
        for name in ("127.0.0.1", "localhost", "[::1]", "other.localhost"):
            page = window.new_page()
            page.goto(f"http://{name}:{neighbour.port}/")
            page.evaluate(FLOOD, flood)
            page.close()
        log_in(window, node)
    host = urlsplit(node.url).hostname or ""
    # By RFC 6265: without a dot it goes to that host alone.  Playwright asks by the ending.
    ours = {
        cookie.get("name")
        for cookie in window.cookies()
        if (domain := cookie.get("domain", "")) == host
        or (domain.startswith(".") and host.endswith(domain))
    }
    assert len(ours) == 1, "nothing of theirs comes with it"
    theirs = sum(len(str(each.get("value"))) for each in window.cookies("http://127.0.0.1/"))
    assert theirs > 100_000, "more than we, or any server, would take as headers"


def test_a_cookie_of_our_name_set_by_somebody_who_knows_it_hides_nothing(
    window: BrowserContext, node: Node, neighbour: Neighbour
) -> None:
    log_in(window, node)
    name = window.cookies(node.url)[0].get("name")
    host = urlsplit(node.url).hostname
    neighbour.sets = [f"{name}=false; Path=/me", f"{name}=x; Path=/m", *ODD_COOKIES]
    page = window.new_page()
    page.goto(f"http://{host}:{neighbour.port}/me")
    page.goto(f"{node.url}/me")
    expect(page.get_by_role("heading", name="Your link")).to_be_visible()
    neighbour.sets = [f"{name}=false; Path=/"]
    page.goto(f"http://{host}:{neighbour.port}/")
    log_in(window, node)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]", "other.localhost"])
def test_a_server_on_another_port_gets_nothing_it_can_use(
    window: BrowserContext, node: Node, neighbour: Neighbour, name: str
) -> None:
    log_in(window, node)
    [cookie] = window.cookies(node.url)
    neighbour.targets = [f"http://{host}" for host in machine_names(node)]
    visit = window.new_page()
    visit.goto(f"http://{name}:{neighbour.port}/?from=elsewhere")
    expect(visit).to_have_title("done")
    sent = " ".join(f"{each.path} {each.headers}" for each in neighbour.received)
    own_name = str(urlsplit(node.url).hostname).partition(".")[0]
    for secret in (cookie.get("value", "?"), cookie.get("name", "?"), own_name):
        assert secret not in sent
        assert secret not in " ".join(neighbour.reports)
    check_nothing_read(" ".join(neighbour.reports))
    told = neighbour.replay(port_of(node), machine_names(node), None)
    check_refused(told)
    assert own_name not in str(told)
    assert node.desk.changed == []
    still = window.new_page()
    still.goto(node.url)
    expect(still.get_by_role("heading", name="Home")).to_be_visible()


def test_even_on_our_own_name_a_server_can_do_nothing_with_the_cookie(
    window: BrowserContext, node: Node, neighbour: Neighbour
) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can be another user")
    log_in(window, node)
    [cookie] = window.cookies(node.url)
    neighbour.targets = [node.url, *(f"http://{host}" for host in machine_names(node))]
    visit = window.new_page()
    visit.goto(f"http://{urlsplit(node.url).hostname}:{neighbour.port}/")
    expect(visit).to_have_title("done")
    sent = " ".join(str(each.headers) for each in neighbour.received)
    assert cookie.get("value", "?") in sent, "this is what it got, told the name by the test"
    check_nothing_read(" ".join(neighbour.reports))
    check_refused(neighbour.replay(port_of(node), machine_names(node), OTHER_USER))
    assert node.desk.changed == []


def test_who_has_the_other_half_of_the_port_is_not_taken_for_us(node: Node) -> None:
    # Chromium asks ::1 first for a name under .localhost.
    with pytest.raises(OSError, match="in use"):
        Neighbour(port=port_of(node)).start()


def test_a_tab_comes_back_by_itself_after_a_restart(
    window: BrowserContext, tmp_path: Path
) -> None:
    first = Node(tmp_path / "run")
    log_in(window, first)
    [page] = window.pages
    port = port_of(first)
    first.stop()
    second = Node(tmp_path / "run", port)
    try:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(urlsplit(request.url).path))
        for _ in range(60):
            second.announce("new", n=1)
            page.wait_for_timeout(500)
            if "/updates" in asked:
                break
        assert "/updates" in asked, "the stream is back, so the page heard of something new"
        page.get_by_label("New post").fill("Written before and after.")
        page.get_by_role("button", name="Post", exact=True).click()
        expect(page.get_by_role("article").first).to_contain_text("Written before and after.")
        assert second.desk.changed == ["publish_post"]
    finally:
        second.stop()


def test_a_link_from_elsewhere_leads_in_at_once(
    window: BrowserContext, node: Node, neighbour: Neighbour
) -> None:
    log_in(window, node)
    page = window.new_page()
    page.goto(f"http://127.0.0.1:{neighbour.port}/")
    page.evaluate("(url) => { location.href = url; }", f"{node.url}/search?q=swarm")
    expect(page.get_by_label("Words to find")).to_have_value("swarm")


def check_nothing_read(text: str) -> None:
    for shown in SHOWN:
        assert shown not in text


def check_refused(told: list[list[object]]) -> None:
    assert told
    for method, path, host, status, body in told:
        assert status in (400, 401, 403), (method, path, host, body)
        check_nothing_read(str(body))
