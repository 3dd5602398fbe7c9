"""Readers of feeds read posts without a session, each feed by a key of its own."""

import json
import re

import feedparser
import mf2py
import pytest
from msgspec.structs import replace
from street.fakes.samples import key
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId

from tests.web.conftest import URL, Site

INES, MIRA = AuthorId(key("Ines Okafor")), AuthorId(key("Mira Lindqvist"))


def addresses(site: Site, path: str) -> dict[str, str]:
    """The feeds that a page names, by their endings."""
    page = site.get(path).text
    found = re.findall(r'<link rel="alternate"[^>]* href="([^"]+)"', page)
    return {
        each.partition("?")[0].rpartition(".")[2]: each.replace("&amp;", "&") for each in found
    }


def test_a_person_is_read_in_three_forms_without_a_session(site: Site) -> None:
    site.desk.add_post(MIRA, "Fish & <chips> #moss")
    feeds = addresses(site, f"/authors/{format_author(MIRA)}")
    assert feeds.keys() == {"atom", "rss", "json"}
    client = site.browser(logged_in=False)
    for form, address in feeds.items():
        answer = client.get(address)
        assert answer.status_code == 200
        if form == "json":
            texts = [each["content_text"] for each in json.loads(answer.text)["items"]]
        else:
            found = feedparser.parse(answer.data)
            assert not found.bozo
            texts = [re.sub("<[^>]+>", "", each.summary) for each in found.entries]
        assert "Fish &" in texts[0]


def test_nothing_new_is_not_sent_again(site: Site) -> None:
    address = addresses(site, f"/authors/{format_author(MIRA)}")["atom"]
    client = site.browser(logged_in=False)
    tag = client.get(address).headers["ETag"]
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    site.desk.add_post(MIRA, "something new")
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.attack("A284")
def test_a_key_opens_one_feed_alone(site: Site) -> None:
    address = addresses(site, f"/authors/{format_author(MIRA)}")["atom"]
    client = site.browser(logged_in=False)
    other = address.replace(format_author(MIRA), format_author(INES))
    home = re.sub(r"/feeds/\w+/", "/feeds/home/", address)
    tag = re.sub(r"/feeds/\w+/", "/feeds/tags/moss/", address)
    for each in (other, home, tag, address.partition("?")[0], f"{address}0", f"{URL}/"):
        assert client.get(each).status_code == 401


@pytest.mark.attack("A284")
def test_what_is_for_some_people_only_is_in_no_feed(site: Site) -> None:
    site.desk.add_post(MIRA, "for all #moss")
    hidden = site.desk.add_post(MIRA, "for few #moss")
    posts = site.desk.posts
    posts[posts.index(hidden)] = replace(hidden, audience="Family")
    paths = (f"/authors/{format_author(MIRA)}", "/tags/moss", "/")
    for path in paths:
        for address in addresses(site, path).values():
            text = site.browser(logged_in=False).get(address).text
            assert "for all" in text
            assert "for few" not in text


def test_pages_are_h_feeds(site: Site) -> None:
    site.desk.add_post(MIRA, "Hello, world")
    for path in ("/", f"/authors/{format_author(MIRA)}"):
        page = site.get(path).text
        feeds = [each for each in mf2py.parse(doc=page)["items"] if each["type"] == ["h-feed"]]
        (feed,) = feeds
        entries = [each for each in feed["children"] if each["type"] == ["h-entry"]]
        said = next(
            each["properties"]
            for each in entries
            if "Hello, world" in each["properties"]["content"][0]["value"]
        )
        assert said["published"][0].startswith("2026-")
        assert said["url"]
        assert said["author"]
