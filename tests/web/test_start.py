"""The pages of a first start: who may see them, and what stands in their answers."""

import asyncio
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.starting import NoDesk, Start
from webui.app import create_app
from webui.begin import Paper, Stage
from webui.current import Running
from webui.pages import login
from webui.pages.start import start_pages
from werkzeug.test import TestResponse

from tests.web.conftest import OWN, SETTINGS, URL, Site, new_access

SCREENS = ("/", "/start", "/start/how", "/start/name", "/start/restore", "/start/device")
FORMS = ("/start/how", "/start/name", "/start/practice", "/start/later", "/start/restore",
         "/start/device", "/start/unlock", "/start/over")  # fmt: skip
WORD = re.compile(r"<li>([a-z]+)</li>")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    loop = asyncio.new_event_loop()
    yield Start(tmp_path / "home", NodeSettings(network=False), loop, lambda: None)
    loop.close()


@pytest.fixture
def site(start: Start) -> Site:
    desk, access = NoDesk(), new_access()
    app = create_app(Running(desk, access, SETTINGS), [start_pages(start), login.PAGE])
    return Site(desk, access, app)  # type: ignore[arg-type]  # there is no node to fake


@pytest.fixture
def browser(site: Site) -> FlaskClient:
    return site.browser()


def get(browser: FlaskClient, path: str) -> TestResponse:
    return browser.get(path, base_url=URL, buffered=True)


def send(site: Site, browser: FlaskClient, path: str, **form: str) -> TestResponse:
    data = {**form, "form_key": site.form_key(browser)}
    return browser.post(path, base_url=URL, headers=OWN, data=data)


def paper(start: Start) -> Paper:
    found = start.so_far().sheet
    assert found is not None
    return found


@pytest.mark.attack("A239")
def test_nobody_sees_anything_without_a_login(site: Site) -> None:
    stranger = site.browser(logged_in=False)
    for path in (*SCREENS, "/start/words", "/start/practice", "/start/unlock", "/start/wait"):
        answer = get(stranger, path)
        assert (answer.status_code, "Welcome to swarmfeed" in answer.text) == (401, True)
    for path in FORMS:
        assert stranger.post(path, base_url=URL, headers=OWN).status_code == 401


@pytest.mark.attack("A239")
def test_another_page_changes_nothing(site: Site, start: Start, browser: FlaskClient) -> None:
    form = {"name": "Ann", "form_key": site.form_key(browser)}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.test"}, {}):
        answer = browser.post("/start/name", base_url=URL, headers=headers, data=form)
        assert answer.status_code == 403
    no_key = browser.post("/start/name", base_url=URL, headers=OWN, data={"name": "Ann"})
    assert no_key.status_code == 403
    assert start.so_far().stage is Stage.NEW


@pytest.mark.attack("A240")
def test_words_are_in_the_page_and_in_nothing_that_stays(
    site: Site, start: Start, browser: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = send(site, browser, "/start/name", name="Ann")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/start/words")
    shown = get(browser, "/start/words")
    words = WORD.findall(shown.text)
    assert words == list(paper(start).words)
    assert shown.headers["Cache-Control"] == "no-store"
    assert unescape(shown.text).count(paper(start).link) == 1
    practice = get(browser, "/start/practice")
    assert not set(WORD.findall(practice.text))
    # Headers have English words too: they are those of a page without any of these.
    said, plain = (
        {name: value for name, value in each.headers if name != "Content-Length"}
        for each in (shown, practice)
    )
    assert said == plain
    assert caplog.text == ""


def test_what_is_wrong_stands_beside_its_word(
    site: Site, start: Start, browser: FlaskClient
) -> None:
    send(site, browser, "/start/name", name="Ann")
    sheet = paper(start)
    form = {f"word{number}": sheet.words[number - 1] for number in sheet.asked}
    form[f"word{sheet.asked[0]}"] = "<b>adwice"
    answer = send(site, browser, "/start/practice", **form)
    assert answer.status_code == 400
    assert answer.text.count("error-note") == 1 and answer.text.count("verified") == 3
    assert "<b>adwice" not in answer.text and "&lt;b&gt;adwice" in answer.text
    form[f"word{sheet.asked[0]}"] = sheet.words[sheet.asked[0] - 1][:4]
    assert send(site, browser, "/start/practice", **form).status_code == 303
    assert "A second sheet" in get(browser, "/start/words").text


def test_what_was_typed_comes_back_but_no_passphrase(
    site: Site, start: Start, browser: FlaskClient
) -> None:
    answer = send(
        site, browser, "/start/name", name='"><script>', passphrase="one", again="two"
    )
    assert answer.status_code == 400
    assert "The two passphrases are not the same" in answer.text
    assert "&#34;&gt;&lt;script&gt;" in answer.text and "<script>" not in answer.text
    assert 'value="one"' not in answer.text
    answer = send(site, browser, "/start/restore", words="one two", link="")
    assert (answer.status_code, "one two</textarea>" in answer.text) == (400, True)
    assert start.so_far().stage is Stage.NEW


def test_each_page_leads_to_where_the_start_is(
    site: Site, start: Start, browser: FlaskClient
) -> None:
    for path in SCREENS:
        assert get(browser, path).status_code == 200
    assert get(browser, "/start/words").headers["Location"] == "/start"
    assert get(browser, "/start/unlock").headers["Location"] == "/start"
    assert get(browser, "/start/wait").headers["Location"] == "/"
    for how, leads_to in (
        ("new", "name"),
        ("words", "restore"),
        ("device", "device"),
        ("", "how"),
    ):
        answer = send(site, browser, "/start/how", how=how)
        assert answer.headers["Location"] == f"/start/{leads_to}"
    send(site, browser, "/start/name", name="Ann")
    for path in SCREENS:
        assert get(browser, path).headers["Location"] == "/start/words"
    send(site, browser, "/start/over")
    assert get(browser, "/").status_code == 200


def test_whoever_is_done_goes_where_the_node_leads_them_on(
    site: Site, start: Start, browser: FlaskClient
) -> None:
    """The node may answer at any moment from there on: at / it would skip the last step."""
    send(site, browser, "/start/name", name="Ann")
    answer = send(site, browser, "/start/later")
    assert answer.headers["Location"] == "/start/words", "there is a second sheet"
    answer = send(site, browser, "/start/later")
    assert start.so_far().stage is Stage.DONE
    assert answer.headers["Location"] == "/start/wait"


def test_pages_of_a_node_are_not_there_yet_and_no_api_has_the_words(
    site: Site, browser: FlaskClient
) -> None:
    for path in ("/search", "/me", "/settings"):
        assert get(browser, path).status_code == 404
    document = site.ask("openapi.json").get_json()
    assert list(document["paths"]) == ["/api/1/login-link"]


def test_every_screen_is_complete_without_script_and_style_of_its_own(
    site: Site, browser: FlaskClient
) -> None:
    texts = [get(browser, path).text for path in SCREENS]
    send(site, browser, "/start/name", name="Ann")
    texts += [get(browser, path).text for path in ("/start/words", "/start/practice")]
    for text in texts:
        assert " style=" not in text and " on" not in re.sub(r">[^<]*<", "><", text)
        assert text.count("<h1") == 1 and re.search(
            r'(<a class="button primary"|<button)', text
        )
