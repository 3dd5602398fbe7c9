"""The page of history servers: the switch, what is held, and why."""

import re

import pytest
from msgspec.structs import replace
from street.fakes.desk import FakeDesk
from street.fakes.history import CHOICE, history_status
from street.fakes.machine import DISK
from street.fakes.samples import NOON_MS, key
from swarmfeed.core.asks.history import Explain, Explanations
from swarmfeed.core.asks.upkeep import HowFullIsIt
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.history.choice import HistoryChoice

from tests.web.conftest import OWN, URL, Site

MIRA = AuthorId(key("Mira Lindqvist"))


def serve(desk: FakeDesk, **changes: object) -> None:
    status = history_status(MIRA, "Mira Lindqvist", NOON_MS)
    desk.history_status = replace(status, **changes)  # type: ignore[arg-type]  # as named


def test_who_is_no_server_is_told_what_it_means_and_offered_to_be_one(site: Site) -> None:
    page = site.get("/history").text
    assert "Become a history server" in page and "it can change nothing in them" in page
    assert "Held, and why" not in page and "Hand everything over" not in page


def test_choosing_is_one_form(site: Site) -> None:
    form = {"disk": "1.5", "keep_free": "2", "scope": "friends"}
    answer = site.post("/history", form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/history")
    assert site.desk.history_status.choice == HistoryChoice(
        scope="friends", disk_bytes=1_500_000_000, free_bytes_min=2_000_000_000
    )


@pytest.mark.parametrize(
    "form",
    [
        {"disk": "much", "keep_free": "1", "scope": "open"},
        {"disk": "-1", "keep_free": "1", "scope": "open"},
        {"disk": "0", "keep_free": "1", "scope": "open"},
        {"disk": "0.0001", "keep_free": "1", "scope": "open"},
        {"disk": "nan", "keep_free": "1", "scope": "open"},
        {"disk": "inf", "keep_free": "1", "scope": "open"},
        {"disk": "1e300", "keep_free": "1", "scope": "open"},
        {"disk": "1", "keep_free": "1", "scope": "everybody"},
        {},
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    site: Site, form: dict[str, str]
) -> None:
    before = site.desk.history_status
    answer = site.post("/history", form)
    assert answer.status_code == 400
    assert site.desk.history_status == before
    # In place: the form is there, with what was typed, and why it was refused.
    assert (
        'id="give-wrong" role="alert"' in answer.text and 'aria-invalid="true"' in answer.text
    )
    for typed in (form.get("disk"), form.get("keep_free")):
        assert typed is None or f'value="{typed}"' in answer.text


@pytest.mark.attack("A01")
def test_another_site_cannot_give_the_disk_away(site: Site) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    form = {"disk": "1", "keep_free": "1", "scope": "open"}
    answer = site.browser().post("/history", base_url=URL, headers=foreign, data=form)
    assert answer.status_code == 403
    assert "choose_history" not in site.desk.changed
    assert OWN["Sec-Fetch-Site"] == "same-origin"


def test_what_is_held_stands_there_with_its_reason(site: Site) -> None:
    serve(site.desk)
    page = site.get("/history").text
    for said in ("Mira Lindqvist", "worth keeping", "kept", "95 kB of 20 GB"):
        assert said in page
    explained = site.get(f"/history/{format_author(MIRA)}").text
    for said in (
        "this machine",
        "refused it",
        "the disk is full",
        "93.184.0.0/16",
        "minute",
        "likely",
    ):
        assert said in explained


@pytest.mark.attack("A07")
def test_a_name_cannot_turn_the_words_around_it(site: Site) -> None:
    mira = site.desk.authors[MIRA]
    site.desk.authors[MIRA] = replace(mira, name="Mira \u202edednuof")
    serve(site.desk)
    for path in ("/history", f"/history/{format_author(MIRA)}"):
        page = site.get(path).text
        assert "\u202e" not in page and "Mira " in page


def test_leaving_says_that_it_takes_time(site: Site) -> None:
    serve(site.desk, choice=CHOICE)
    assert site.post("/history/leave", {}).status_code == 303
    page = site.get("/history").text
    assert "each history goes once others hold it well enough" in page


def test_an_author_nobody_spoke_of_has_a_page_too(site: Site) -> None:
    nobody = format_author(AuthorId(b"n" * 32))
    assert site.get(f"/history/{nobody}").status_code in (200, 404)


def test_the_api_gives_and_takes_the_same(site: Site) -> None:
    body = {"scope": "open", "disk_bytes": 10**9, "free_bytes_min": 0}
    answer = site.ask("choose-history", body).get_json()
    assert answer["choice"] == body
    assert site.ask("history").get_json() == answer
    for wrong in ({**body, "disk_bytes": -1}, {**body, "disk_bytes": "1"}, {"scope": "open"}):
        assert site.ask("choose-history", wrong).status_code == 400
    assert site.ask("leave-history", {}).get_json()["leaving"] is True
    explained = site.ask(f"explain?who={format_author(MIRA)}").get_json()
    assert [each["word"] for each in explained["feeds"][0]["holders"]] == [
        "lease",
        "have",
        "refusal",
    ]


def test_a_thousand_histories_come_in_parts(site: Site) -> None:
    serve(site.desk)
    one = site.desk.history_status.feeds[0]
    feeds = tuple(replace(one, author_name=f"Friend {n:04}") for n in range(1_000))
    site.desk.history_status = replace(site.desk.history_status, feeds=feeds)
    url, seen = "/history", []
    while url:
        page = site.get(url).text
        assert len(page) < 100_000
        seen += re.findall(r">(Friend \d+)</a>", page)
        found = re.search(r'rel="next" href="([^"#]*)', page)
        url = found[1] if found else ""
    assert seen == [f"Friend {n:04}" for n in range(1_000)]


@pytest.mark.parametrize(
    ("disk", "keep_free", "wrong"),
    [("5", "-1", "keep-free"), ("5", "", "keep-free"), ("", "1", "disk"), ("0", "1", "disk")],
)
def test_the_field_that_was_wrong_is_the_one_that_is_marked(
    site: Site, disk: str, keep_free: str, wrong: str
) -> None:
    form = {"disk": disk, "keep_free": keep_free, "scope": "open"}
    page = site.post("/history", form).text
    (marked,) = re.findall(r"<input [^>]*aria-invalid[^>]*>", page)
    assert f'id="{wrong}"' in marked and "give-wrong" in marked and "autofocus" in marked
    assert "“”" not in page, "nothing is not quoted"


def test_what_is_kept_anyway_has_no_room_to_fit_into(site: Site) -> None:
    author = format_author(MIRA)
    (each,) = site.desk.ask(Explain(who=author)).feeds
    assert "room for it here" in site.get(f"/history/{author}").text
    for state in ("own", "followed"):
        kept = Explanations(feeds=(replace(each, feed=replace(each.feed, state=state)),))
        site.desk.rows[Explain] = lambda desk, ask, kept=kept: kept
        assert "room for it here" not in site.get(f"/history/{author}").text


def test_a_slider_goes_as_far_as_the_disk(site: Site) -> None:
    serve(site.desk, used_bytes=3 * 10**9)
    site.desk.rows[HowFullIsIt] = lambda desk, ask: replace(DISK, free_bytes=57 * 10**9)
    (slider,) = re.findall(r'<input type="range"[^>]*>', site.get("/history").text)
    assert 'min="1" max="60" data-sets="disk"' in slider and "hidden" in slider
    site.desk.rows[HowFullIsIt] = lambda desk, ask: replace(DISK, free_bytes=0)
    serve(site.desk, used_bytes=0)
    assert 'type="range"' not in site.get("/history").text, "there is nothing to choose"
