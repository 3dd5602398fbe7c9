"""The read mark on the home page: a line between what was seen and what came since."""

from street.fakes.desk import FakeDesk
from street.fakes.samples import key
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.stopping import StopHere, Stopped, WhereDidIStop
from swarmfeed.core.base.types import AuthorId

from tests.web.conftest import Site

MIRA = AuthorId(key("Mira Lindqvist"))
LINE = "You read up to here"


def at(site: Site, place: Cursor | None) -> None:
    site.desk.rows[WhereDidIStop] = lambda _, ask: Stopped(place=place, at_ms=5)


def three(desk: FakeDesk) -> list[Cursor]:
    """Places of three posts, the newest first."""
    newest = desk.add_post(MIRA, "third")
    posts = [
        desk.add_post(MIRA, text, newest.time_ms - n)
        for n, text in ((1, "second"), (2, "first"))
    ]
    return [newest.cursor, *(each.cursor for each in posts)]


def test_the_line_stands_above_the_newest_post_that_was_seen(site: Site) -> None:
    places = three(site.desk)
    at(site, places[1])
    page = site.get("/").text
    assert page.index("third") < page.index(LINE) < page.index("second")
    assert f'name="place" value="{places[0]}"' in page, "and from here on all above is seen"


def test_who_saw_the_newest_sees_no_line(site: Site) -> None:
    at(site, three(site.desk)[0])
    page = site.get("/").text
    assert "data-stop" not in page


def test_on_an_older_page_it_stands_where_it_belongs(site: Site) -> None:
    places = three(site.desk)
    at(site, places[1])
    page = site.get(f"/?before={places[0]}&seen={places[0]}").text
    assert page.index(LINE) < page.index("second")
    assert f'name="place" value="{places[0]}"' in page
    assert LINE not in site.get(f"/?before={places[1]}").text


def test_who_never_stopped_can_say_so(site: Site) -> None:
    places = three(site.desk)
    at(site, None)
    page = site.get("/").text
    assert LINE not in page and "Remember that I read up to here" in page
    asked: list[StopHere] = []

    def stop(_: FakeDesk, ask: StopHere) -> Stopped:
        asked.append(ask)
        return Stopped(place=ask.place, at_ms=1)

    site.desk.rows[StopHere] = stop
    answer = site.post("/stopped", {"place": str(places[0])})
    assert answer.status_code == 303 and asked == [StopHere(place=places[0])]
    assert site.post("/stopped", {"place": "nowhere"}).status_code == 400
