"""Searching this machine or the network, and the page of a tag."""

import pytest
from msgspec.structs import replace
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.network import (
    AnswerOf,
    FarPeople,
    FarPerson,
    RisingTag,
    RisingTags,
    SearchNetwork,
    SearchPeople,
    WhatRises,
)
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.core.base.types import NodeId
from swarmfeed.errors import RetryError

from tests.web.conftest import Site


def found_far(site: Site) -> None:
    """A stranger's post, and one that is here."""
    post = site.desk.posts[0]
    stranger = next(each for each in site.desk.posts if each.author_id != post.author_id)
    far = replace(stranger, text="green tea", author_name="Zoe", far=True, id="")
    site.desk.network = replace(
        site.desk.network,
        posts=(far, replace(post, text="my tea")),
        asked=2,
        answered=2,
        since_ms=far.time_ms,
    )


def test_it_says_where_it_searches_and_leads_to_the_other(site: Site) -> None:
    here = site.get("/search?q=nothingness").text
    assert "nobody learns what you look for" in here
    assert 'href="/search?q=nothingness&amp;where=network"' in here
    far = site.get("/search?q=tea&where=network").text
    assert "Supernodes learn what you look for" in far
    assert "No supernode is known to this machine yet" in far
    assert 'value="network" checked' in far


def test_a_strangers_post_leads_to_its_author_and_can_be_followed(site: Site) -> None:
    found_far(site)
    page = site.get("/search?q=tea&where=network").text
    assert "green <mark>tea</mark>" in page and "my <mark>tea</mark>" in page
    assert "2 supernodes answered. They know what was passed on since" in page
    far = page.partition("green")[0].rpartition("<article")[2] + page.partition("green")[2]
    far = far.partition("</article>")[0]
    address = format_author(site.desk.network.posts[0].author_id)
    assert f'<a class="when u-url" href="/authors/{address}"' in far
    assert "Follow" in far and f"{address}#text" not in far and "Zoe" in far


def test_a_strangers_post_is_kept_to_be_answered(site: Site) -> None:
    found_far(site)
    ref = ref_text(site.desk.network.posts[0].ref)
    site.desk.posts = [each for each in site.desk.posts if ref_text(each.ref) != ref]
    page = site.get("/search?q=tea&where=network").text
    assert page.count('action="/found"') == 1 and f'value="{ref}"' in page
    led = site.post("/found", {"ref": ref})
    assert led.status_code == 303 and led.headers["Location"].endswith("#text")
    place = led.headers["Location"].partition("#")[0]
    thread = site.get(place).text
    assert "green tea" in thread and f'name="reply_to" value="{ref}"' in thread
    assert site.post("/found", {"ref": "nothing/5"}).status_code == 400


def test_what_went_wrong_is_said(site: Site) -> None:
    found_far(site)
    site.desk.network = replace(site.desk.network, answered=1, untrue=1, left_out=1)
    page = site.get("/search?q=tea&where=network").text
    assert "1 of 2 supernodes answered" in page
    assert "The answer of 1 node was false" in page
    assert "1 post was kept back" in page


def test_a_search_that_cannot_be_made_says_why_in_its_place(site: Site) -> None:
    refused = site.get("/search?q=-tea&where=network")
    assert refused.status_code == 400 and 'role="alert"' in refused.text

    def nobody(*_: object) -> None:
        raise RetryError("nobody answered")

    site.desk.rows[SearchNetwork] = nobody
    page = site.get("/search?q=tea&where=network")
    assert page.status_code == 503
    assert "Nobody answered" in page.text and 'value="tea"' in page.text


@pytest.mark.parametrize("where", ["", "?where=network"])
def test_a_tag_has_a_page(site: Site, where: str) -> None:
    found_far(site)
    page = site.get(f"/tags/tea{where}").text
    assert '<h1 class="page-title">#tea</h1>' in page
    assert 'value="#tea"' in page


def test_it_leads_to_those_who_hold_older_posts(site: Site) -> None:
    found_far(site)
    site.desk.network = replace(site.desk.network, goes_further=True)
    page = site.get("/search?q=tea&where=network").text
    link = "/search?q=tea&amp;where=network&amp;older=1"
    assert f'<a href="{link}" rel="nofollow">Ask those who hold older posts</a>' in page
    site.desk.network = replace(
        site.desk.network,
        goes_further=False,
        looked_back=True,
        holders_asked=2,
        next=Cursor(5, 6),
    )
    page = site.get("/search?q=tea&where=network&older=1").text
    assert "2 nodes that hold older posts were asked too" in page
    assert f'href="{link}&amp;before=5-6"' in page.replace("&before", "&amp;before")


def test_people_are_found_by_name_with_their_addresses(site: Site) -> None:
    bert = site.desk.posts[0].author_id
    person = FarPerson(author_id=bert, name="Zoe", bio="paints", followed=False, namesake=False)
    site.desk.rows[SearchPeople] = lambda *_: FarPeople(people=(person,), answered=2, untrue=1)
    page = site.get("/search?q=zoe&where=people").text
    assert "Zoe" in page and "paints" in page and f"/authors/{format_author(bert)}" in page
    assert 'value="people" checked' in page and "Follow" in page
    assert "The answer of 1 node was false" in page
    site.desk.rows[SearchPeople] = lambda *_: FarPeople(people=(), answered=1, untrue=0)
    assert "No supernode that answered has seen" in site.get("/search?q=y&where=people").text


def test_what_rises_has_a_page(site: Site) -> None:
    site.desk.rows[WhatRises] = lambda *_: RisingTags(
        tags=(RisingTag(tag="#tea", authors=7, before=150),), answered=3, untrue=0
    )
    page = site.get("/rising").text
    assert 'href="/tags/tea?where=network"' in page
    assert "7 people since yesterday, 2 a day before" in page
    site.desk.rows[WhatRises] = lambda *_: RisingTags(tags=(), answered=0, untrue=0)
    assert "No supernode is known" in site.get("/rising").text


def test_it_is_said_who_answered(site: Site) -> None:
    found_far(site)
    node = NodeId(bytes(32))
    answers = (
        AnswerOf(node=node, posts=2, is_parent=True, holds=False),
        AnswerOf(node=None, posts=1, is_parent=False, holds=False),
    )
    site.desk.network = replace(site.desk.network, answers=answers)
    page = site.get("/search?q=tea&where=network").text
    assert "Who answered" in page and "this machine: 1 post" in page
    assert f"parent {format_address(node)[:8]}: 2 posts" in page


def test_a_word_finds_people_of_that_name_and_its_tag_too(site: Site) -> None:
    mira = next(each for each in site.desk.authors.values() if each.name.startswith("Mira"))
    site.desk.add_post(mira.author_id, "a cup of #tea, some tea")
    page = site.get("/search?q=tea").text
    assert (
        'href="#found">Posts 1</a>' in page and 'href="/tags/tea"><bdi>#tea</bdi> 1</a>' in page
    )
    assert "People of that name" not in page
    page = site.get(f"/search?q={mira.name}").text
    assert (
        "People of that name" in page
        and f'href="/authors/{format_author(mira.author_id)}"' in page
    )
    # What is more than words is no name; nor is it asked on a further page.
    for words in (
        "from:mira",
        '"mira lindqvist"',
        "%23tea",
        "mira&before=1.1",
        "mira&where=network",
    ):
        assert "People of that name" not in site.get(f"/search?q={words}").text
