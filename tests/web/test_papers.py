"""The page of words that are still to be written down, and the reminder of them."""

import re

import pytest
from msgspec.structs import replace
from swarmfeed.core.asks.papers import PapersDue, PaperWords

from tests.web.conftest import Site

WORDS = " ".join(["abandon", *["ability"] * 22, "zoo"])
LINK = "swarmfeed:someone"
ALL_DUE = PapersDue(
    first=True, second=True, has_passphrase=True, sentences=("The first is due.", "And two.")
)


def test_nothing_reminds_of_words_that_are_on_paper(site: Site) -> None:
    assert "reminder" not in site.get("/").text
    assert "Nothing is left to be written down" in site.get("/papers").text


def test_home_reminds_of_what_is_due_and_leads_there(site: Site) -> None:
    site.desk.papers = ALL_DUE
    home = site.get("/").text
    assert "The first is due." in home and 'href="/papers"' in home
    page = site.get("/papers").text
    assert page.count('action="/papers/words"') == 2
    assert page.count('type="password"') == 2
    site.desk.papers = replace(ALL_DUE, first=False, has_passphrase=False, sentences=("Two.",))
    page = site.get("/papers").text
    assert page.count('action="/papers/words"') == 1 and "password" not in page
    assert "Two." in page and "Second sheet" in page


@pytest.mark.attack("A240")
def test_words_stand_in_the_answer_to_a_form_alone(site: Site) -> None:
    site.desk.papers, site.desk.paper = ALL_DUE, PaperWords(words=WORDS, link=LINK)
    answer = site.post("/papers/words", {"sheet": "second", "passphrase": "x"})
    assert re.findall(r"<li>([a-z]+)</li>", answer.text) == WORDS.split()
    assert answer.headers["Cache-Control"] == "no-store"
    assert LINK in answer.text and "/papers/practice?sheet=second" in answer.text
    assert site.get("/papers/words").status_code == 405


def test_four_words_are_asked_and_what_is_wrong_stands_beside_them(site: Site) -> None:
    site.desk.papers = ALL_DUE
    page = site.get("/papers/practice?sheet=second").text
    numbers = re.findall(r'name="word(\d+)"', page)
    assert len(set(numbers)) == 4 and 'value="second"' in page
    form = {"sheet": "second", "passphrase": "x"}
    form |= {f"word{number}": f"<i>{number}" for number in numbers}
    site.desk.wrong_words = ("", "Another word.", "", "")
    answer = site.post("/papers/practice", form)
    assert (answer.status_code, answer.text.count("error-note")) == (400, 1)
    assert f"&lt;i&gt;{numbers[0]}" in answer.text and "<i>" not in answer.text
    assert 'value="x"' not in answer.text
    site.desk.wrong_words = ("",) * 4
    answer = site.post("/papers/practice", form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/papers")
