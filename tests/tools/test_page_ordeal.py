"""What the ordeal of the page plays, and what it takes for harm."""

import json
import re
import socket
import sys
import threading
from collections import Counter
from html import escape
from pathlib import Path
from typing import cast
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import pytest
import webui
from ordeals.ordeal import Plan
from ordeals.page import main, windows
from ordeals.page.fields import Field, sent
from ordeals.page.forms import forms_of
from ordeals.page.links import PARAMETERS, read_by
from ordeals.page.main import PAGE, PARTS, PLAIN, Case, cases
from ordeals.page.markup import PRODUCT, TEXTS, careful, harmless, markup_of
from ordeals.page.sheltered import look_up_numbers
from ordeals.page.site import json_of, rss_of
from ordeals.page.stage import Scene, Stage, Variant
from ordeals.page.town import IDA, Town
from ordeals.page.windows import CHROMIUM, FIREFOX, PROGRAMS, Browsers, Window
from ordeals.strangers.besieged import FORM_KEY, Besieged, Login
from playwright.sync_api import Browser
from webui.pages.apps import ASKED as APP_ASKS

from tests.web.browsing import Node, browser, node

__all__ = ["browser", "node"]

PAGE_PARTS = {each.name: each for each in PAGE.parts}

NO_TAGS = {
    "javascript:window.xss=1//https://a.example/",
    "{{ 8191*8191 }}${8191*8191}<%= 8191*8191 %>",
}
QUOTES = {"https://a.example/'onmouseover='window.xss=1'data-xss='"}


def test_texts_that_became_markup_are_found_and_escaped_ones_are_not() -> None:
    for text in TEXTS:
        assert markup_of(f'<p>{escape(text)}</p><a title="{escape(text)}">x</a>') == []
        if text.startswith("&lt;") or text in NO_TAGS | QUOTES:
            continue
        raw = f'<p title="{text}">{text}</p>'
        assert markup_of(raw), text
    for text in QUOTES:
        assert markup_of(f"<a href='{text}'>x</a>")


def test_an_address_that_runs_is_found() -> None:
    for address in ("javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x"):
        assert markup_of(f'<a href="{address}">x</a>'), address
    assert markup_of('<a href="/search?q=javascript:1">x</a>') == []


FORMS = """<input name=lone>
<form action=/a method=POST><input type=hidden name=form_key value=k><input name=who value=me>
<input type=search name=q><input type=checkbox name=no><input type=checkbox name=yes checked>
<input type=radio name=one value=1><input type=radio name=one value=2 checked>
<select name=way><option value=a>A<option value=b selected>B</select><input type=file name=file>
<select name=other><option value=c>C<option value=d>D</select><button name=go>Go</button>
<textarea name=text required>said &amp; done</textarea><input type=password name=secret>
</form><form action=/b><input type=text name=who maxlength=3><input type=text name=as required>
</form>"""


def test_forms_are_found_with_what_they_send_and_where_somebody_types() -> None:
    first, second = forms_of(FORMS)
    assert (first.action, first.method) == ("/a", "post")
    assert first.typed == ["who", "q", "text", "secret"]
    assert first.sends == [
        *(("form_key", "k"), ("who", "me"), ("q", ""), ("yes", "on"), ("one", "2")),
        *(("way", "b"), ("other", "c"), ("text", "said & done"), ("secret", "")),
    ]
    assert (second.action, second.method) == ("/b", "get")
    assert second.filled("who", "a text", "needed") == [("who", "a text"), ("as", "needed")]
    assert second.filled("as", "a text", "needed") == [("who", ""), ("as", "a text")]


@pytest.mark.e2e
def test_what_a_careless_page_does_with_a_text_is_noticed_in_a_browser(
    browser: Browser,
) -> None:
    page = browser.new_page()
    for text in TEXTS:
        place = escape(text)
        page.goto("about:blank")  # what ran is forgotten
        page.set_content(f'<title>{place}</title><main title="{place}">{place}</main>')
        harmless(page, "a page that is careful")
        if text not in NO_TAGS | QUOTES and not text.startswith("&lt;"):
            page.set_content(f'<main title="{text}">{text}</main>')
            with pytest.raises(AssertionError, match=r"it ran|a part of the page"):
                harmless(page, "a careless one")
    page.set_content(f"<title>{PRODUCT}</title><main></main>")
    with pytest.raises(AssertionError, match="a template"):
        harmless(page, "one that counts")
    page.set_content("gone")
    with pytest.raises(AssertionError, match="no page of ours"):
        harmless(page, "a word of a server")
    page.close()


def test_a_careless_page_that_is_read_by_a_parser_is_noticed() -> None:
    careful(f"<main>{escape(TEXTS[0])}</main>", "a page that is careful")
    with pytest.raises(AssertionError, match=r"a careless one: \['<img data-xss"):
        careful(TEXTS[0], "a careless one")
    with pytest.raises(AssertionError, match="a template"):
        careful(f"<p>{PRODUCT}", "one that counts")
    with pytest.raises(AssertionError, match="no page of ours"):
        careful("gone", "a word of a server")


@pytest.mark.e2e
def test_a_form_is_sent_with_a_text_and_with_all_else_that_it_wants(browser: Browser) -> None:
    page = browser.new_page()
    kind = "text/html; charset=utf-8"
    page.route("**/*", lambda route: route.fulfill(body=FORMS, content_type=kind))
    for text in TEXTS:
        page.goto("http://page.test/")
        with page.expect_request("**/b?*") as request:
            assert sent(page, Field(path="/", action="/b", name="who"), text, "needed")
        told = dict(parse_qsl(urlsplit(request.value.url).query))
        assert told == {"who": text, "as": "needed"}
    assert not sent(page, Field(path="/", action="/b", name="q"), "x", "needed")
    page.close()


def test_links_have_every_parameter_that_a_page_reads_alone_where_it_is_read() -> None:
    reads = re.compile(
        r'(?:args\.get\(|place\(|_number\(|part_asked\(.*, |part_of\(.*, )"(\w+)"'
    )
    names = {
        name
        for file in Path(webui.__file__).parent.glob("pages/*.py")
        for name in reads.findall(file.read_text())
    }
    assert names
    assert names <= set(PARAMETERS)
    assert set(APP_ASKS) <= set(read_by("webui.pages.apps"))
    assert read_by("webui.pages.search") == ("q", "where", "before", "older")
    assert read_by("webui.pages.papers") == ()


SEND_WITHOUT_KEY = """() => {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: "/settings" });
  document.body.append(form);
  form.submit();
}"""
"""It is answered by a refusal, at the address of a page."""


@pytest.mark.e2e
def test_a_page_that_a_form_led_to_is_not_opened_anew_but_what_a_form_was_answered_with_is(
    browser: Browser, node: Node
) -> None:
    class Here:
        def post(self, name: str) -> dict[str, str]:
            return {"url": node.server.login_link()}

    window = Window(browser, cast("Besieged", Here()), script=False)
    asked = list[str]()
    window.context.on("request", lambda request: asked.append(request.method))
    window.see("/settings")
    assert asked.count("GET") >= 1
    form = window.page.locator("form", has=window.page.locator("#language"))
    form.get_by_role("button").click()  # and is led back
    window.page.wait_for_load_state()
    assert "POST" in asked
    asked.clear()
    window.see("/settings")
    assert not asked
    with window.page.expect_navigation():
        window.page.evaluate(SEND_WITHOUT_KEY)
    window.page.wait_for_load_state()
    asked.clear()
    window.see("/settings")
    assert "GET" in asked
    window.close()


def test_what_is_played_in_firefox_is_played_beside_the_rest_in_a_town_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    meet, towns = threading.Barrier(2, timeout=60), list[tuple[str, Town]]()

    def play(stage: Stage) -> None:
        meet.wait()
        towns.append((stage.variant.browser, stage.town))

    ways = [Variant(browser=each, script=True) for each in (FIREFOX, FIREFOX, CHROMIUM, "")]
    played = [
        Case(part="odd", scene=Scene(name=f"scene {number}", play=play), variant=way)
        for number, way in enumerate(ways)
    ]
    monkeypatch.setattr(main, "cases", lambda part: played)
    monkeypatch.setattr(windows, "PROGRAMS", dict.fromkeys(PROGRAMS, Path(sys.executable)))
    monkeypatch.setattr(main, "_opened", lambda *_: None)
    monkeypatch.setattr(Town, "at", lambda *_: None)
    outcome = main.play("odd", Plan(seed=1, cases=len(played)))
    assert outcome.held, outcome.gave_way
    assert outcome.cases == len(played)
    assert len({town for browser, town in towns if browser == FIREFOX}) == 1
    assert len({town for _, town in towns}) == 2


def test_its_parts_are_the_whole() -> None:
    assert sum(part.cases for part in PAGE.parts) == PAGE.cases
    assert len({each.part for each in cases()}) == len(PAGE.parts)


def test_its_sample_has_all_that_no_test_here_plays() -> None:
    sample = cases()[: PAGE.sample]
    assert {each.part for each in sample} == set(PARTS) - {"read", "sent"}
    assert len({each.kind for each in sample}) == len(sample)


def test_what_asks_by_itself_opens_no_browser() -> None:
    for part in PARTS:
        needs_one = part in ("stories", "fields", "said")
        assert {each.variant.browser != "" for each in cases(part)} == {needs_one}
    assert str(cases("links")[0]) == "links: texts 0 to 2, no browser"


@pytest.mark.e2e
@pytest.mark.parametrize("part", ["headers", "read", "sent"])
def test_a_real_node_is_asked_while_no_browser_is_opened(
    monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    opened = list[str]()
    monkeypatch.setattr(Browsers, "window", lambda *_, **__: opened.append("one"))
    outcome = PAGE_PARTS[f"page/{part}"].play(Plan(seed=1, cases=1))
    assert outcome.gave_way == []
    assert outcome.held
    assert not opened


@pytest.mark.e2e
def test_a_case_that_breaks_in_any_way_is_told_and_the_next_one_is_played(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def break_down(stage: Stage) -> None:
        raise KeyError("unforeseen")

    def log_out(stage: Stage) -> None:
        key = FORM_KEY.search(stage.town.read(IDA, "/"))
        assert key
        stage.town.send(IDA, "/logout", "post", [("form_key", key[1])])
        stage.look("/", "x")

    def forget_the_key(stage: Stage) -> None:
        stage.town.send(IDA, "/post", "post", [("text", "x")])

    def come_by_another_host(stage: Stage) -> None:
        ida, told = stage.town.at(IDA), ida_login(stage)
        ida.read(told, Login(host=f"127.0.0.1:{ida.page[1]}", cookie=""))

    def look(stage: Stage) -> None:
        stage.look("/welcome", "x")

    scenes = (break_down, log_out, forget_the_key, come_by_another_host, look)
    played = [
        Case(part="odd", scene=Scene(name=each.__name__, play=each, at=IDA), variant=PLAIN)
        for each in scenes
    ]
    monkeypatch.setattr(main, "cases", lambda part: played)
    outcome = main.play("odd", Plan(seed=1, cases=len(played)))
    assert outcome.cases == len(played)
    told = ["KeyError('unforeseen')", "GET /: 401", "POST /post: 403", "leads to http"]
    for given, words in zip(outcome.gave_way, told, strict=True):
        assert words in given


def ida_login(stage: Stage) -> str:
    """Where a link logs her in, without its host."""
    link = urlsplit(stage.town.at(IDA).post("login-link")["url"])
    return f"{link.path}?{link.query}"


def test_each_text_is_typed_and_said_with_script_and_without_in_two_browsers() -> None:
    for part in ("fields", "said"):
        played = [(each.scene.name, each.variant.script) for each in cases(part)]
        assert set(Counter(played).values()) == {1}
        assert len(played) == 2 * len(TEXTS)
        browsers = Counter((each.scene.name, each.variant.browser) for each in cases(part))
        assert set(browsers.values()) == {1}


def test_a_site_says_each_text_as_it_is() -> None:
    for text in TEXTS:
        channel = ElementTree.fromstring(rss_of(text))[0]
        assert {each.text for each in channel.iter("title")} == {text}
        assert json.loads(json_of(text))["items"][0]["title"] == text


def test_nodes_of_the_ordeal_ask_nobody_for_a_name() -> None:
    with pytest.raises(socket.gaierror):
        look_up_numbers("localhost.", 80)
    assert look_up_numbers("127.0.0.1", 80, type=socket.SOCK_STREAM)
    assert look_up_numbers("localhost", 80)
