"""People in the same network, on the pages where somebody looks for people."""

import re
from urllib.parse import quote

import pytest
from street.fakes.samples import key
from swarmfeed.core.asks.near import PersonNear
from swarmfeed.core.asks.people import AboutAuthor
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId

from tests.web.conftest import Site

RUI = AuthorId(key("Rui"))
EVIL = "<b onclick=alert(1)>"
LINK = f"swarmfeed:{format_author(RUI)}?name=Rui&at=192.168.1.5:7001"


def there(site: Site, name: str = "Rui", *, followed: bool = False) -> None:
    site.desk.near = (PersonNear(author_id=RUI, name=name, link=LINK, followed=followed),)


@pytest.mark.parametrize("path", ["/follow", "/start/people"])
def test_a_press_shows_oneself_and_who_does_the_same(site: Site, path: str) -> None:
    there(site)
    page = site.get(path).text
    assert "Show me to people here" in page and "Rui" not in page
    answer = site.post("/near/show", {"back": path})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}#near")
    page = site.get(path).text
    assert "Everybody in this network can see that you are here, as Ada" in page
    again = rf'href="{path}" data-near="{format_author(RUI)}">Look again'
    assert re.search(again, page), "looking is no press for a longer time"
    assert "Rui" in page and LINK.replace("&", "&amp;") in page
    assert site.post("/near/hide", {"back": path}).status_code == 303
    assert "Rui" not in site.get(path).text


@pytest.mark.attack("A328")
def test_a_name_is_text_and_stands_beside_what_proves_who_it_is(site: Site) -> None:
    there(site, EVIL)
    site.post("/near/show", {})
    page = site.get("/follow").text
    assert EVIL not in page and "&lt;b onclick" in page
    assert "Anybody can choose any name" in page
    assert page.count(format_author(RUI)[:8]) >= 2


def test_who_is_found_is_followed_by_the_link_that_leads_to_them(site: Site) -> None:
    site.desk.add_author("Rui")
    there(site)
    site.post("/near/show", {})
    assert site.post("/follow", {"who": LINK}).status_code == 303
    assert site.desk.ask(AboutAuthor(author=RUI)).followed
    there(site, followed=True)
    assert 'action="/unfollow"' in site.get("/follow").text


def asked_later(site: Site, page: str) -> tuple[str, str]:
    """What the node tells a page that was shown before: how one is shown, and the way on."""
    (seen,) = re.findall(r'data-near="([^"]*)"', page)
    answer = site.get(f"/near?seen={quote(seen)}").json
    assert answer is not None
    return answer["sentence"], answer["label"]


def test_a_page_that_stays_open_hears_who_came_and_who_left(site: Site) -> None:
    site.post("/near/show", {})
    alone = site.get("/follow").text
    assert asked_later(site, alone)[1] == "Look again"
    there(site)
    assert asked_later(site, alone)[1] == "1 person came: see who"
    together = site.get("/follow").text
    assert asked_later(site, together)[1] == "Look again"
    site.desk.near = ()
    assert asked_later(site, together)[1] == "1 person left: look again"
    site.post("/near/hide", {})
    assert asked_later(site, together)[0] == "You are shown to nobody in this network."


def test_why_nobody_can_be_found_is_said_in_place_of_nobody(site: Site) -> None:
    site.post("/near/show", {})
    assert "Nobody else shows themselves here yet" in site.get("/follow").text
    site.desk.near_trouble = "This network is silent."
    page = site.get("/follow").text
    assert "This network is silent." in page and "here yet" not in page
