"""The page of settings; how one browser shows all pages, and nobody else's."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.asks.starting import HowItWasStarted
from webui.look import CHOICES, COOKIE, Appearance, look_in, look_of
from webui.machine import WORDS, rows

from tests.web.conftest import OWN, URL, Site

DARK = {"theme": "dark", "contrast": "more", "motion": "less", "keys": "off"}


def choose(site: Site, form: dict[str, str]) -> str:
    """Return a page as the browser that chose so gets it."""
    browser = site.browser()
    data = {**form, "form_key": site.form_key(browser)}
    answer = browser.post("/settings/look", base_url=URL, headers=OWN, data=data)
    assert (answer.status_code, answer.location) == (303, "/settings")
    return browser.get("/search", base_url=URL).text


def test_what_was_chosen_is_on_every_page_of_this_browser_alone(site: Site) -> None:
    page = choose(site, DARK)
    marks = 'data-theme="dark" data-contrast="more" data-motion="less" data-keys="off"'
    assert f'<html lang="en" {marks}>' in page
    assert '<meta name="color-scheme" content="dark">' in page
    other = site.get("/search").text
    assert '<html lang="en">' in other and 'content="light dark"' in other


@pytest.mark.parametrize("form", [{}, {"theme": "pink"}, {"theme": 'x" onload="y', "keys": ""}])
def test_what_is_no_choice_changes_nothing(site: Site, form: dict[str, str]) -> None:
    assert '<html lang="en">' in choose(site, form)


def test_the_form_shows_what_is_chosen(site: Site) -> None:
    browser = site.browser()
    browser.set_cookie(COOKIE, "light.system.less.on", domain=URL.split("/")[2].split(":")[0])
    page = browser.get("/settings", base_url=URL).text
    checked = re.findall(r'name="(\w+)" value="(\w+)" checked', page)
    assert checked[:2] == [("theme", "light"), ("motion", "less")]


LOOKS = st.fixed_dictionaries({name: st.sampled_from(each) for name, each in CHOICES.items()})


@given(LOOKS, st.text())
def test_each_look_is_read_as_it_was_written(chosen: dict[str, str], before: str) -> None:
    look = look_of(chosen)
    assert look_in(f"{COOKIE}=x; {COOKIE}={look.text}") == look
    assert isinstance(look_in(f"{before}; {COOKIE}={before}"), Appearance)


@pytest.mark.attack("A70")
@given(st.text())
def test_what_another_server_set_never_gets_into_the_page(value: str) -> None:
    marks = look_in(f"{COOKIE}={value}").marks
    assert re.fullmatch(r'( data-[a-z]+="[a-z]+")*', str(marks))


def test_the_options_of_this_run_are_all_there(site: Site) -> None:
    options = site.desk.ask(HowItWasStarted()).options
    page = site.get("/settings").text
    assert len(options) > 10
    for option in options:
        assert f"<code>{option.flag}</code>" in page


def save(site: Site, when: str, **typed: str) -> int:
    """Send half of the form of the machine as a browser does: all of it, some otherwise."""
    shown = rows(site.desk.ask(HowItWasStarted()).options, restart=when == "later")
    form = {each.name: each.shown for each in shown if not each.is_switch}
    form |= {each.name: "on" for each in shown if each.is_switch and each.shown == "on"}
    form |= {name.replace("_", "-"): value for name, value in typed.items()}
    sent = {name: value for name, value in form.items() if value != "unchecked"}
    return site.post("/settings/machine", {"when": when, **sent}).status_code


def test_what_the_form_says_otherwise_is_chosen_and_nothing_else(site: Site) -> None:
    assert save(site, "now", disk="5 GB", supernode="off", hole_punching="unchecked") == 303
    assert site.desk.machine.kept == {
        "--disk": "5 GB",
        "--supernode": "off",
        "--hole-punching/--no-hole-punching": "off",
    }
    assert save(site, "now", disk="", download_limit="500 kB", metered="on") == 303
    assert site.desk.machine.kept == {
        "--supernode": "off",
        "--hole-punching/--no-hole-punching": "off",
        "--download-limit": "500 kB",
        "--metered/--not-metered": "on",
    }


def test_who_changes_nothing_keeps_nothing(site: Site) -> None:
    assert save(site, "now") == save(site, "later") == 303
    assert site.desk.machine.kept == {}


def test_what_waits_for_a_restart_says_so(site: Site) -> None:
    assert "from the next start on</span>" not in site.get("/settings").text
    assert save(site, "later", dht="unchecked", link_port="4711") == 303
    page = site.get("/settings").text
    assert page.count("from the next start on</span>") == 2
    assert (
        'name="link-port" type="text" dir="ltr" maxlength="100" autocomplete="off" value="4711"'
        in page
    )


def test_what_is_nothing_until_the_restart_says_so_too(site: Site) -> None:
    proxy = "socks5://127.0.0.1:9050"
    site.desk.machine.now = replace(site.desk.machine.now, lan=False, told=())
    assert save(site, "later", proxy=proxy, tls_port="4443") == 303
    page = site.get("/settings").text
    assert page.count("from the next start on</span>") == 3, "nor does a proxy carry the DHT"


def test_a_field_that_is_emptied_shows_what_counts_at_the_next_start(site: Site) -> None:
    machine = site.desk.machine
    machine.now = replace(machine.now, link_port=4711, dht=False)
    assert save(site, "later", link_port="") == 303
    (port,) = [row for row in rows(machine.options().options, restart=True)
               if row.flag == "--link-port"]  # fmt: skip
    assert (port.shown, port.waits, machine.kept) == ("", True, {})
    assert 'value="4711"' not in site.get("/settings").text
    machine.now = replace(machine.now, told=("--link-port",))
    assert 'value="4711"' in site.get("/settings").text, "the command says it again"


def test_what_the_command_says_too_is_said(site: Site) -> None:
    site.desk.machine.now = replace(site.desk.machine.now, told=("--disk",))
    assert site.get("/settings").text.count("it counts again at the next start") == 1


def test_a_setting_that_is_wrong_changes_nothing_and_comes_back(site: Site) -> None:
    form = {"when": "now", "disk": "much", "upload-limit": "1 MB"}
    answer = site.post("/settings/machine", form)
    assert answer.status_code == 400 and site.desk.machine.kept == {}
    assert "is not a size such as 500M or 20G" in answer.text.replace("&#39;", "'")
    assert 'value="much"' in answer.text and 'value="1 MB"' in answer.text


def test_every_setting_that_can_be_chosen_has_words(site: Site) -> None:
    options = site.desk.ask(HowItWasStarted()).options
    assert {each.flag for each in options if each.chosen} == set(WORDS)


def test_the_keys_are_told_without_script_too(site: Site) -> None:
    assert '<a class="plain" id="show-legend" href="/keys">' in site.get("/").text
    assert "next and previous post" in site.get("/keys").text.partition("</main>")[0]
