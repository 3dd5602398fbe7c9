"""What others did in the person's name stands on every page, without script."""

from html import unescape

import pytest
from msgspec.structs import replace
from street.fakes.samples import NOON_MS
from swarmfeed.core.asks.alarms import AlarmView
from swarmfeed.core.base.address import format_author

from tests.web.conftest import Site

ALARM = AlarmView(
    id="ab" * 32,
    what="joined",
    sentence="A device that was not added from here writes in your name: history abcdefgh.",
    advice="If not, take your second sheet: swarmfeed move-to-second-sheet.",
    seen_ms=NOON_MS - 120_000,
    source="192.0.2.7",
)
PATHS = ["/", "/me", "/network", "/search?q=post", "/follow", "/notifications", "/history"]


@pytest.mark.attack("A49")
@pytest.mark.parametrize("path", [*PATHS, "/alarms"])
def test_every_page_says_what_happened_when_from_whom_and_what_to_do(
    site: Site, path: str
) -> None:
    assert "alarm" not in site.get(path).text.split("<main")[1].split("</main>")[0].replace(
        "/alarms", ""
    )
    site.desk.alarms = (ALARM,)
    page = unescape(site.get(path).text)
    told = page.split('<section class="warning alarm" role="alert">')
    assert len(told) == 2, "once"
    for part in (ALARM.sentence, ALARM.advice, "the machine at 192.0.2.7", "<time"):
        assert part in told[1].split("</section>")[0]


def test_who_did_it_says_so_and_it_is_gone(site: Site) -> None:
    site.desk.alarms = (ALARM, replace(ALARM, id="cd" * 32))
    answer = site.post("/alarms/mine", {"alarm": ALARM.id})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/alarms")
    assert [each.id for each in site.desk.alarms] == ["cd" * 32]
    assert site.post("/alarms/mine", {}).status_code == 400


def test_of_many_three_are_on_every_page_and_all_on_one(site: Site) -> None:
    site.desk.alarms = tuple(replace(ALARM, id=f"{n:064x}") for n in range(64))
    page = site.get("/").text
    assert page.count('class="warning alarm"') == 3
    assert "There are 61 more like this." in page
    assert site.get("/alarms").text.count('class="warning alarm"') == 64


def test_a_page_that_is_open_is_told(site: Site) -> None:
    assert site.get("/sentence").json["alarms"] == []  # type: ignore[index]  # it is JSON
    site.desk.alarms = (ALARM,)
    assert site.get("/sentence").json["alarms"] == [ALARM.sentence]  # type: ignore[index]


def test_who_is_not_logged_in_reads_nothing_of_it(site: Site) -> None:
    site.desk.alarms = (ALARM,)
    stranger = site.browser(logged_in=False).get("/welcome")
    assert ALARM.sentence not in unescape(stranger.text)


@pytest.mark.attack("A84")
def test_who_opens_somebody_whose_sheets_were_stolen_is_told(site: Site) -> None:
    author = next(each for each in site.desk.authors.values() if not each.is_self)
    path = f"/authors/{format_author(author.author_id)}"
    assert "two different ones" not in site.get(path).text
    site.desk.authors[author.author_id] = replace(author, disputed=True)
    assert f"A key of {author.name} named two different ones" in site.get(path).text


def test_it_is_said_plainly_what_helps_and_what_does_not(site: Site) -> None:
    assert 'href="/alarms"' in site.get("/me").text
    page = unescape(site.get("/alarms").text)
    for said in ("nobody has to follow you anew", "Nothing helps: whoever has both is you."):
        assert said in page
