"""/circles, and who can read a post: all of it works without script."""

import re

import pytest
from street.fakes.samples import key
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId

from tests.web.conftest import Site

INES, MIRA = AuthorId(key("Ines Okafor")), AuthorId(key("Mira Lindqvist"))
TO_INES = format_author(INES)


def make(site: Site, *names: str) -> None:
    for name in names:
        assert site.post("/circles", {"called": name}).headers["Location"] == "/circles"


def chosen(page: str) -> str:
    """The circle for which the box of a page writes, if any."""
    found = re.search(r'<option value="([^"]*)" selected>', page)
    return found[1] if found else ""


def test_the_page_is_led_to_from_where_people_look(site: Site) -> None:
    profile = f"/authors/{TO_INES}"
    for path in ("/", "/me", "/messages", "/messages/private", profile):
        assert 'href="/circles' in site.get(path).text.partition("</header>")[2], path
    for path in ("/follow", "/listening"):
        assert '<a href="/circles">Circles</a>' in site.get(path).text, "beside the others"
    assert f'href="/circles?who={TO_INES}#who"' in site.get(profile).text
    make(site, "Family")
    assert f'value="{TO_INES}"' in site.get(f"/circles?who={TO_INES}").text


def test_a_circle_is_made_with_people_in_it_and_one_is_removed(site: Site) -> None:
    assert "Make a circle" in site.get("/circles").text
    site.post("/circles", {"called": "Family", "reads_back": "yes"})
    assert "Nobody is in it yet" in site.get("/circles").text
    assert site.desk.circles.read_back == {"Family"}
    site.post("/circles/in", {"who": TO_INES, "circle": "Family"})
    page = site.get("/circles").text
    assert "Ines Okafor" in page and "1 person" in page
    site.post("/circles/out", {"who": TO_INES, "circle": "Family"})
    assert site.desk.circles.people == {"Family": []}


def test_who_asks_is_let_in_or_declined(site: Site) -> None:
    site.desk.circles.waiting = [INES, MIRA]
    page = site.get("/circles").text
    assert "2 people ask to be let in" in page and "Make a circle first" in page
    make(site, "Family")
    site.post("/circles/in", {"who": TO_INES, "circle": "Family"})
    site.post("/circles/declined", {"who": format_author(MIRA)})
    assert site.desk.circles.people == {"Family": [INES]}
    assert "to be let in</h2>" not in site.get("/circles").text
    again = site.post("/circles/declined", {"who": format_author(MIRA)})
    assert again.status_code == 400 and "has not asked" in again.text


def test_one_asks_somebody_and_sees_that_they_did_not_answer(site: Site) -> None:
    site.post("/circles/asked", {"whom": TO_INES})
    assert "has not answered yet" in site.get("/circles").text
    site.desk.circles.asked[INES] = True
    assert "declined" in site.get("/circles").text
    site.desk.circles.readable[MIRA] = "Neighbours <b>"
    page = site.get("/circles").text
    assert "You were let in" in page and "Neighbours &lt;b&gt;" in page


def test_what_was_refused_stays_with_its_circle_and_why(site: Site) -> None:
    make(site, "Family", "Work")
    answer = site.post("/circles/in", {"who": "nobody", "circle": "Work"})
    assert answer.status_code == 400
    assert 'value="nobody"' in answer.text and "<option selected>Work" in answer.text
    assert 'aria-invalid="true" aria-describedby="who-why"' in answer.text
    answer = site.post("/circles", {"called": "Work", "reads_back": "yes"})
    assert answer.status_code == 400 and "already" in answer.text
    assert 'value="Work"' in answer.text and 'value="yes" checked' in answer.text


@pytest.mark.slow
def test_a_post_is_for_a_circle_and_says_so(site: Site) -> None:
    assert 'name="to"' not in site.get("/").text, "there is only everybody"
    make(site, "Family")
    assert chosen(site.get("/").text) == ""
    site.post("/posts", {"text": "Only us", "to": "Family"})
    assert "Only you can read this" in site.get("/").text
    site.post("/circles/in", {"who": TO_INES, "circle": "Family"})
    site.post("/posts", {"text": "Us two", "to": "Family"})
    page = site.get("/").text
    assert "Only the one person in your circle “Family” can read this" in page
    reply = site.get(f"/posts/{site.desk.posts[-1].id}").text
    assert "and your reply; others keep copies they cannot read" in reply
    assert 'name="to"' not in reply, "a reply is for those who can read the post"


def draft(site: Site, text: str, to: str) -> None:
    site.post("/drafts", {"text": text, "to": to})


def test_a_draft_for_a_circle_stays_for_it(site: Site) -> None:
    make(site, "Family", "Work")
    draft(site, "half a thought", "Work")
    page = site.get("/").text
    assert chosen(page) == "Work" and 'name="begun_to" value="Work"' in page
    assert site.get("/drafts/text").json == {
        "text": "half a thought",
        "to": "Work",
        "files": [],
    }
    assert "only for your circle “<bdi>Work</bdi>”" in site.get("/drafts").text
    site.post("/posts", {"text": "half a thought", "to": "Work"})
    assert chosen(site.get("/").text) == "", "what was said is said"


def test_a_draft_for_a_circle_that_is_gone_is_not_for_everybody(site: Site) -> None:
    make(site, "Family")
    draft(site, "for us", "Family")
    del site.desk.circles.people["Family"]
    page = site.get("/").text
    assert chosen(page) == "Family" and "that circle is not here" in page
    refused = site.post("/posts", {"text": "for us", "to": "Family"})
    assert refused.status_code == 400 and chosen(refused.text) == "Family"
    assert "for us" not in [each.text for each in site.desk.posts]


def test_a_post_that_was_refused_is_for_the_same_circle_the_next_time(site: Site) -> None:
    make(site, "Family", "Work")
    refused = site.post("/posts", {"text": "x" * 9_000, "to": "Work"})
    assert refused.status_code == 400
    assert "Who can read it" in refused.text and chosen(refused.text) == "Work"
    assert "Who can read it" not in site.post("/posts", {"text": " "}).text
