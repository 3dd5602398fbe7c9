"""Suggestions on the page: with their reason, to be followed, or dismissed."""

from street.fakes.desk import FakeDesk
from street.fakes.samples import key
from swarmfeed.core.asks.people import AboutAuthor
from swarmfeed.core.asks.suggesting import Suggestion
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId

from tests.web.conftest import Site

RUI = AuthorId(key("Rui"))
EVIL = "<b onclick=alert(1)>"


def suggest(site: Site, *names: str) -> None:
    site.desk.suggested = tuple(
        Suggestion(
            author_id=AuthorId(key(name)),
            name=name,
            bio="",
            reason=f"Followed by {EVIL} and Ada",
            count=2,
        )
        for name in names
    )


def test_whom_to_follow_is_said_with_the_reason_on_two_pages(site: Site) -> None:
    assert "Whom your people follow" not in site.get("/follow").text + site.get("/").text
    suggest(site, "Rui", "Bo", "Cy", "Di")
    for path, count in (("/follow", 4), ("/", 3)):
        page = site.get(path).text
        assert "Whom your people follow" in page and page.count("and Ada") == count
        assert EVIL not in page and "&lt;b onclick" in page


def test_an_empty_timeline_says_once_whom_to_follow(site: Site) -> None:
    site.desk.__dict__.update(FakeDesk(samples=False).__dict__)
    suggest(site, "Rui")
    page = site.get("/").text
    assert "It is quiet here" in page and page.count("Whom your people follow") == 1


def test_somebody_is_followed_or_dismissed_from_there(site: Site) -> None:
    suggest(site, "Rui", "Bo")
    form = {"who": format_author(RUI)}
    assert site.post("/suggestions/dismiss", form).status_code == 303
    assert [each.name for each in site.desk.suggested] == ["Bo"]
    bo = AuthorId(key("Bo"))
    assert f'name="who" value="{format_author(bo)}"' in site.get("/follow").text
    site.desk.add_author("Bo")
    assert site.post("/follow", {"who": format_author(bo)}).status_code == 303
    assert site.desk.ask(AboutAuthor(author=bo)).followed


def test_who_cannot_be_dismissed_is_said(site: Site) -> None:
    assert site.post("/suggestions/dismiss", {"who": "nobody"}).status_code == 400
