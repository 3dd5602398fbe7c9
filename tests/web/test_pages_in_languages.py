"""Every page in every language: the same page, with other words, and none left in English."""

import json
from html.parser import HTMLParser

import pytest
from swarmfeed.core.asks.starting import HowItWasStarted
from webui.pages import PAGES
from webui.tongues import SOURCE, TONGUES, Tongue

from tests.web.conftest import OWN, URL, Site

OTHERS = [each for each in TONGUES.values() if each.code != SOURCE]
RULES = sorted({route.rule for page in PAGES for route in page.routes if route.method == "GET"})


class Read(HTMLParser):
    """The tags of a page, and what is read on it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if ("id", "texts") not in attrs:
            self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.add(" ".join(data.split()))


@pytest.mark.parametrize("tongue", OTHERS, ids=lambda each: each.code)
@pytest.mark.parametrize("rule", RULES)
def test_a_page_is_the_same_in_another_language(site: Site, rule: str, tongue: Tongue) -> None:
    path = site.path_of(rule)
    english = site.get(path)
    other = site.get(path, **{"Accept-Language": tongue.code})
    assert other.status_code == english.status_code
    if english.mimetype != "text/html" or 300 <= english.status_code < 400:
        return
    direction = ' dir="rtl"' if tongue.is_rtl else ""
    assert f'<html lang="{tongue.code}"{direction}>' in other.text
    ours, theirs = Read(english.text), Read(other.text)
    assert sorted(ours.tags) == sorted(theirs.tags)
    changed = theirs.texts - ours.texts
    assert len(changed) > 10, "the menu at least has other words"


@pytest.mark.parametrize("tongue", OTHERS, ids=lambda each: each.code)
def test_what_each_option_does_is_told_in_the_language_of_the_page(
    site: Site, tongue: Tongue
) -> None:
    told = {each.help for each in site.desk.ask(HowItWasStarted()).options}
    assert told <= Read(site.get("/settings").text).texts
    page = site.get("/settings", **{"Accept-Language": tongue.code}).text
    assert told.isdisjoint(Read(page).texts)


def test_the_script_gets_its_words_with_the_page(site: Site) -> None:
    assert 'id="texts"' not in site.get("/").text, "English is in the script"
    page = site.get("/", **{"Accept-Language": "de"}).text
    words = json.loads(page.partition('id="texts">')[2].partition("</script>")[0])
    assert words["Copied"] == "Kopiert"
    assert "Settings" not in words, "of a template alone"
    answer = site.get("/notifications/unread", **{"Accept-Language": "de"}).json
    assert answer is not None and "Meldung" in answer["notices"]["label"]


def test_a_refusal_is_said_in_the_language_of_the_person(site: Site) -> None:
    browser = site.browser()
    form = {"text": "x" * 70_000, "form_key": site.form_key(browser)}
    headers = {**OWN, "Accept-Language": "de"}
    answer = browser.post("/posts", base_url=URL, headers=headers, data=form)
    assert answer.status_code == 400
    assert "Das hat nicht geklappt" in answer.text
