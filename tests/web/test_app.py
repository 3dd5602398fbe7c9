"""The route table as a whole: who may ask, from where, and what every answer carries."""

import re
from pathlib import Path
from typing import get_type_hints

import pytest
import webui.app
from flask import render_template
from street.fakes.desk import FakeDesk
from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.asks.posts import Timeline
from webui import routes as site_map
from webui.app import create_app
from webui.current import Running, ask
from webui.pages import PAGES as SITE
from webui.routes import Menu, Page
from werkzeug.routing import Rule

from tests.cases import check_each
from tests.web.conftest import HOST, MACHINE_URL, OWN, SETTINGS, URL, Site, new_access

FOREIGN = [
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:9999"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-origin, cross-site", "Origin": URL},
    {"Sec-Fetch-Site": ""},
    {"Origin": "https://evil.example"},
    {"Origin": "http://127.0.0.1:9999"},
    {"Origin": f"https://{HOST}"},
    {"Origin": MACHINE_URL},
    {"Origin": f"{URL}.evil.example"},
    {"Origin": "null"},
    {},
]


def routes() -> list[Rule]:
    app = create_app(Running(FakeDesk(), new_access(), SETTINGS))
    return list(app.url_map.iter_rules())


CHANGING = [rule for rule in routes() if "POST" in (rule.methods or ())]
ASKING = [rule for rule in routes() if "GET" in (rule.methods or ())]
PAGES = [rule for rule in ASKING if not rule.rule.startswith("/api/")]


WITHOUT_SESSION = {"/welcome", "/login"}
WITH_A_READER_KEY = {
    "/feeds/<author:author_id>/posts.<any(atom,rss,json):form>",
    "/feeds/tags/<tag>/posts.<any(atom,rss,json):form>",
    "/feeds/home/posts.<any(atom,rss,json):form>",
    "/feeds/<address:feed_id>/torrents.rss",
    "/feeds/<address:feed_id>/torrents/list.torrent",
    "/feeds/<address:feed_id>/torrents/<int:level>-<int:position>.torrent",
}
ON_THE_MACHINE = {"/oauth/authorize"}
"""Opened without a session where nobody can have one: it says where to go."""


def name(value: object) -> str:
    return value.rule if isinstance(value, Rule) else repr(value)


@pytest.mark.attack("A01")
@pytest.mark.parametrize("rule", CHANGING, ids=name)
def test_a_foreign_page_changes_nothing(site: Site, rule: Rule) -> None:
    browser = site.browser()
    form = {"text": "forged", "who": site.desk.ask(WhoAreYou()).link}
    form["form_key"] = site.form_key(browser)  # even so

    def post_from(headers: dict[str, str]) -> None:
        answer = browser.post(site.path_of(rule.rule), base_url=URL, headers=headers, data=form)
        assert answer.status_code in (401, 403)
        assert site.desk.changed == []

    check_each(((name(headers), headers) for headers in FOREIGN), post_from)
    assert browser.get("/me", base_url=URL).status_code == 200, "still logged in"


@pytest.mark.attack("A01")
def test_no_change_hides_behind_a_get() -> None:
    assert [rule.rule for rule in CHANGING if "GET" in (rule.methods or ())] == []


@pytest.mark.attack("A01")
@pytest.mark.parametrize("rule", ASKING, ids=name)
def test_a_get_changes_nothing(site: Site, rule: Rule) -> None:
    before = list(site.desk.posts)
    site.get(site.path_of(rule.rule))
    site.ask(rule.rule.removeprefix("/api/1/"))
    assert site.desk.changed == []
    assert site.desk.posts == before


@pytest.mark.parametrize("headers", [OWN, {"Sec-Fetch-Site": "none"}, {"Origin": URL}])
def test_the_own_page_may_post(site: Site, headers: dict[str, str]) -> None:
    browser = site.browser()
    form = {"text": "hi", "form_key": site.form_key(browser)}
    answer = browser.post("/posts", base_url=URL, headers=headers, data=form)
    assert (answer.status_code, answer.location) == (303, "/")
    assert site.desk.changed == ["publish_post"]


@pytest.mark.attack("A03")
@pytest.mark.parametrize("rule", PAGES, ids=name)
def test_pages_are_for_the_logged_in(site: Site, rule: Rule) -> None:
    answer = site.browser(logged_in=False).get(
        site.path_of(rule.rule), base_url=URL, buffered=True
    )
    if rule.endpoint in ("static", "welcome"):
        assert answer.status_code == 200
    elif rule.endpoint == "login":
        assert answer.status_code == 403
    else:
        assert answer.status_code == 401
        assert "swarmfeed open" in answer.text
        assert "Mira" not in answer.text


HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self';"
        " img-src 'self' data:;"
        " media-src 'self'; connect-src 'self'; font-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script';"
        " trusted-types swarmfeed"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-DNS-Prefetch-Control": "off",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


@pytest.mark.attack("A03")
@pytest.mark.attack("A335")
@pytest.mark.parametrize("logged_in", [True, False])
def test_every_answer_carries_the_headers(site: Site, logged_in: bool) -> None:
    def get(path: str) -> None:
        answer = site.browser(logged_in=logged_in).get(
            site.path_of(path), base_url=URL, buffered=True
        )
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        expected = "no-cache" if path.startswith("/static") else "no-store"
        assert answer.headers["Cache-Control"] == expected

    paths = [*(rule.rule for rule in ASKING), "/nowhere", "/api/1/nowhere"]
    check_each(zip(paths, paths, strict=True), get)


def test_errors_are_pages_with_a_sentence(site: Site) -> None:
    assert site.get("/nowhere").status_code == 404
    assert site.get("/posts").status_code == 405
    refused = site.post("/posts", {"text": "   "})
    assert refused.status_code == 400
    assert "The post is empty." in refused.text


def test_a_bug_is_a_page_without_a_traceback(site: Site) -> None:
    site.desk.rows[Timeline] = lambda desk, ask: None  # a bug, to order
    answer = site.get("/")
    assert answer.status_code == 500
    assert "This is a bug" in answer.text
    assert "NoneType" not in answer.text


@pytest.mark.parametrize("junk", ["xyz", "a" * 56, "A" * 56, "../" * 19])
def test_junk_never_reaches_a_view(site: Site, junk: str) -> None:
    assert site.get(f"/authors/{junk}").status_code == 404


def test_an_oversized_form_is_refused(site: Site) -> None:
    answer = site.post("/posts", {"text": "x" * 600_000})
    assert answer.status_code == 413
    # The text is there, to be made shorter.
    assert "x" * 600_000 in answer.text
    assert site.post("/posts", {"text": "x" * 3_000_000}).status_code == 413
    assert site.desk.changed == []


@pytest.mark.parametrize("path", ["//evil.example/", "/%5Cevil.example/", "/%5C/evil.example/"])
def test_trying_again_never_leads_to_another_site(site: Site, path: str) -> None:
    answer = site.browser(logged_in=False).get(path, base_url=URL)
    assert answer.status_code == 401
    again = answer.text.split('<a class="button" href="')[1].split('"')[0]
    # A browser takes a backslash for a slash, and "//host" for another site.
    assert again[0] == "/" and again[1:2] not in ("/", "\\")


@pytest.mark.attack("A03")
def test_what_needs_no_session_is_known() -> None:
    declared = [route for page in SITE for route in page.routes]
    assert {route.rule for route in declared if route.open_to_all} == WITHOUT_SESSION
    assert {route.rule for route in declared if route.opened_by} == (
        WITH_A_READER_KEY | ON_THE_MACHINE
    )


@pytest.mark.attack("A70")
def test_every_form_that_changes_something_has_its_key() -> None:
    folder = Path(webui.app.__file__).parent / "templates"
    forms = [
        form
        for path in folder.glob("*.html")
        for form in re.findall(r'<form[^>]*method="post"[^>]*>.{16}', path.read_text())
    ]
    assert len(forms) >= 7
    assert [form for form in forms if not form.endswith("{{ form_key() }}")] == []


def test_a_form_that_is_answered_by_a_page_is_sent_once_by_the_browser_itself() -> None:
    """A script that sent it could show nothing, and the browser would send it once more."""
    answered = {
        route.endpoint
        for page in SITE
        for route in page.routes
        if route.method == "POST" and get_type_hints(route.view)["return"] is str
    }
    assert answered > {"export", "write_site", "stop_node", "preview"}
    folder = Path(webui.app.__file__).parent / "templates"
    text = "".join(path.read_text() for path in sorted(folder.rglob("*.html")))
    for endpoint in answered:
        named = rf"url_for\('{endpoint}'\)"
        forms = re.findall(rf"<form[^>]*{named}.*?</form>", text, re.DOTALL)
        buttons = re.findall(rf"<button[^>]*{named}[^>]*>", text)
        assert forms or buttons, endpoint
        assert [each for each in (*forms, *buttons) if " data-leads" not in each] == []


# --- a page from outside ----------------------------------------------------------------


def show_toy() -> str:
    return render_template("toy.html", name=ask(WhoAreYou()).name)


@pytest.fixture
def with_toy(tmp_path: Path) -> Site:
    """The site with one page more, which brings a template and an entry in the menu."""
    (tmp_path / "toy.html").write_text(
        '{% extends "base.html" %}{% block main %}<p>Toy of {{ name }}</p>{% endblock %}'
    )
    (tmp_path / "search.html").write_text("not the search page")
    toy = Page(
        routes=(
            site_map.get("/toy", "toy", show_toy, menu=Menu(label="Toys")),
            site_map.get("/toy/open", "open_toy", lambda: "for all", open_to_all=True),
            site_map.get("/toy/key", "keyed_toy", lambda: "with a key", opened_by=lambda: True),
            site_map.post("/toy", "change_toy", lambda: "changed"),
        ),
        templates=tmp_path,
    )
    desk, access = FakeDesk(), new_access()
    return Site(desk, access, create_app(Running(desk, access, SETTINGS), pages=(*SITE, toy)))


def test_a_page_brings_routes_a_template_and_its_entry_in_the_menu(with_toy: Site) -> None:
    shown = with_toy.get("/toy").text
    assert f"<p>Toy of {with_toy.desk.ask(WhoAreYou()).name}</p>" in shown
    assert '<a href="/toy" aria-current="page"><span>Toys</span></a>' in shown
    assert '<a href="/toy"><span>Toys</span></a>' in with_toy.get("/").text
    assert with_toy.post("/toy", {}).text == "changed"


def test_a_page_says_what_needs_no_session(with_toy: Site) -> None:
    stranger = with_toy.browser(logged_in=False)
    codes = [
        stranger.get(path, base_url=URL).status_code
        for path in ("/toy", "/toy/open", "/toy/key")
    ]
    assert codes == [401, 200, 200]
    assert stranger.post("/toy", base_url=URL, headers=OWN).status_code == 401


@pytest.mark.attack("A01")
def test_a_foreign_page_changes_nothing_there_either(with_toy: Site) -> None:
    browser = with_toy.browser()
    assert browser.post("/toy", base_url=URL, headers=FOREIGN[0]).status_code == 403


def test_no_template_of_the_site_is_hidden(with_toy: Site) -> None:
    assert "not the search page" not in with_toy.get("/search").text


def test_an_endpoint_is_given_once() -> None:
    twice = Page(routes=(site_map.get("/other", "home", lambda: "other"),))
    with pytest.raises(AssertionError, match="home"):
        create_app(Running(FakeDesk(), new_access(), SETTINGS), pages=(*SITE, twice))


def test_a_path_is_answered_by_one_page() -> None:
    twice = Page(routes=(site_map.get("/search", "other", lambda: "other"),))
    with pytest.raises(ValueError, match="two pages answer GET /search"):
        create_app(Running(FakeDesk(), new_access(), SETTINGS), pages=(*SITE, twice))


def test_the_menu_lists_pages_in_the_order_of_the_site_map() -> None:
    entries = [route.menu for page in SITE for route in page.routes if route.menu]
    labels = ["Home", "Search", "Notices", "Messages", "People", "Saved", "Network"]
    labels += ["Profile", "Settings"]
    assert [menu.label for menu in entries] == labels
