"""A site: pages and feeds of own posts that lead to each other, and to nothing else."""

import json
import re
from html.parser import HTMLParser
from posixpath import dirname, join, normpath
from urllib.parse import unquote

import feedparser
import jsonschema
import mf2py
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.exports.limits import FEED_POSTS, SITE_PAGE_THREADS
from swarmfeed.core.exports.site.names import is_of_site
from swarmfeed.core.feed.profile_field import ProfileField

from tests.core.exports.site.samples import (
    LINK,
    OTHER,
    answering,
    medium,
    own,
    ref,
    site_of,
)
from tests.core.exports.test_syndication import JSON_FEED
from tests.examples import at_most

FIRST = own(1, "a walk in the #Moss")
MORE = answering(FIRST, own(2, "and back #home"))
THREAD = [FIRST, MORE, answering(MORE, own(4, "the end"))]
ALONE = own(3, "alone #moss")


class Tags(HTMLParser):
    """All elements of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def leads_to(site: dict[str, str], page: str) -> set[str]:
    """The files of the site that a page names, one that is not there among them."""
    named = [
        values.get("href") or values.get("src") or ""
        for tag, values in Tags(site[page]).found
        if tag in ("a", "link", "img")
    ]
    inside = (each.partition("#")[0] for each in named if ":" not in each)
    return {normpath(join(dirname(page), unquote(each))) for each in inside if each}


def many(count: int) -> dict[str, str]:
    return site_of([own(at, f"post {at} #all") for at in range(count)])


def test_a_post_stands_with_all_that_its_author_answered_to_it() -> None:
    site = site_of([*THREAD, ALONE])
    pages = sorted(each for each in site if each.startswith("posts/"))
    assert len(pages) == 2
    entries = mf2py.parse(doc=site[pages[0]])["items"][0]["children"]
    texts = [each["properties"]["content"][0]["value"] for each in entries]
    assert texts == ["a walk in the #Moss", "and back #home", "the end"]
    assert "2 more posts" in site["index.html"]
    assert "and back" not in site["index.html"]


def test_every_address_leads_somewhere_and_every_page_is_reached() -> None:
    shown = replace(own(5, "look"), media=(medium("image/png", 1, alt="A blue field"),))
    site = site_of([*THREAD, ALONE, shown, *(own(at) for at in range(10, 110))])
    reached, todo = {"index.html"}, ["index.html"]
    while todo:
        for name in leads_to(site, todo.pop()):
            assert name in site, name
            if name.endswith(".html") and name not in reached:
                todo.append(name)
            reached.add(name)
    assert reached == set(site)


def test_a_full_page_never_changes_when_a_post_comes() -> None:
    before, after = many(10 * SITE_PAGE_THREADS + 3), many(10 * SITE_PAGE_THREADS + 4)
    changed = {name for name in after if before.get(name) != after[name]}
    (new,) = after.keys() - before.keys()
    lists = {"index.html", "tags.html", "tags/all/index.html"}
    assert changed == {new, *lists, "feed.atom", "feed.rss", "feed.json"}
    sizes = [before[f"older/{at}.html"].count("<article") for at in range(1, 10)]
    assert sizes == [SITE_PAGE_THREADS] * 9
    assert before["index.html"].count("<article") == SITE_PAGE_THREADS + 3


@pytest.mark.parametrize("count", [0, 1, 31, 32, 63, 64, 65, 96, 127, 128])
def test_every_thread_stands_in_the_list_once_the_newest_first(count: int) -> None:
    site, page, texts = many(count), "index.html", []
    while page:
        texts += re.findall(r">post (\d+) ", site[page])
        older = re.search(r'<a href="([^"]+)">Older</a>', site[page])
        page = normpath(join(dirname(page), older[1])) if older else ""
    assert texts == [str(at) for at in reversed(range(count))]


def test_tags_are_those_that_a_search_finds() -> None:
    site = site_of([*THREAD, ALONE, own(9, "#Größe und #日本")])
    assert {name for name in site if name.startswith("tags")} == {
        "tags.html",
        *(f"tags/{tag}/index.html" for tag in ("moss", "home", "grosse", "日本")),
    }
    assert site["tags/moss/index.html"].count("<article") == 2
    assert all(is_of_site(name) for name in site)


def test_others_read_its_feeds() -> None:
    site = site_of([*THREAD, ALONE], "https://anna.example/")
    for name in ("feed.atom", "feed.rss"):
        found = feedparser.parse(site[name].encode())
        assert (found.bozo, found.feed.link) == (False, "https://anna.example/")
        assert [each.title for each in found.entries] == [
            "the end", "alone #moss", "and back #home", "a walk in the #Moss",
        ]  # fmt: skip
        page, _, anchor = found.entries[0].link.partition("#")
        assert page.removeprefix("https://anna.example/") in site
        assert f'id="{anchor}"' in site[page.removeprefix("https://anna.example/")]
    told = json.loads(site["feed.json"])
    jsonschema.validate(told, JSON_FEED)
    assert told["feed_url"] == "https://anna.example/feed.json"
    many_posts = json.loads(site_of([own(at) for at in range(80)])["feed.json"])
    assert len(many_posts["items"]) == FEED_POSTS
    assert many_posts["items"][0]["content_text"] == "post 79"


def test_the_index_is_an_h_feed() -> None:
    (feed,) = mf2py.parse(doc=site_of([*THREAD, ALONE])["index.html"])["items"]
    assert (feed["type"], feed["properties"]["name"]) == (["h-feed"], ["Anna <b>"])
    author = feed["properties"]["author"][0]["properties"]
    assert author == {"name": [LINK], "url": [LINK]}
    newest = feed["children"][0]["properties"]
    assert newest["published"] == ["2023-11-14T22:16:20Z"]
    assert newest["uid"][0].startswith("swarmfeed:")
    assert newest["url"][0].startswith("posts/")


def test_an_edit_a_cover_a_quote_and_what_is_not_here_are_said() -> None:
    told = [
        replace(own(1, "new words"), edited_ms=1_700_000_999_000),
        replace(own(2, "behind it"), cw="Spoiler"),
        replace(own(3), quote=ref(own(1))),
        replace(own(4), reply=ref(own(0, feed_id=OTHER))),
        replace(own(6), reply=ref(own(0))),
        replace(own(5), media=(medium("image/png", 7), medium("image/png", 8))),
    ]
    index = site_of(told, is_here=lambda each: each.v2[0] == 7)["index.html"]
    assert 'edited <time class="dt-updated" datetime="2023-11-14T22:29:59Z">' in index
    assert "<details><summary>Spoiler</summary><p>behind it</p></details>" in index
    assert re.search(r'It quotes <a class="u-quotation-of" href="posts/\S+-1.html">', index)
    assert "It answers somebody else." in index
    assert "It answers a post that is gone." in index
    assert "Pictures or files that are not here: 1" in index
    assert index.count("<img ") == 1


HOSTILE = "<img src=x onerror=alert(1)>\"'><script>alert(1)</script> javascript:alert(1)"


@pytest.mark.attack("A296")
@pytest.mark.attack("A335")
def test_whatever_is_written_no_page_acts_or_asks_anybody_else() -> None:
    posts = [
        replace(own(1, HOSTILE), cw=HOSTILE, lang='en" onload="alert(1)'),
        replace(own(2, HOSTILE), media=(medium("image/png", 1, alt=HOSTILE),)),
        own(3, "https://evil.example/x.js?<script> #a/../../b #.. #%2e%2e"),
    ]
    for name, page in site_of(posts).items():
        assert is_of_site(name)
        if not name.endswith(".html"):
            continue
        assert page.count('<meta http-equiv="x-dns-prefetch-control" content="off">') == 1
        for tag, values in Tags(page).found:
            assert tag not in ("script", "style", "iframe", "object", "base", "form")
            assert not any(each == "style" or each.startswith("on") for each in values)
            asked = values.get("src") or (values.get("href") if tag == "link" else None)
            assert not asked or ":" not in asked
            if tag == "a":
                address = values.get("href") or ""
                assert address.startswith(("https://", "swarmfeed:")) or ":" not in address


@pytest.mark.attack("A298")
@pytest.mark.parametrize(
    "kind", ["text/html", "image/svg+xml", "application/xml", "text/javascript", "a/b"]
)
def test_a_file_that_would_act_on_a_web_space_has_an_ending_that_does_not(kind: str) -> None:
    site = site_of([replace(own(1), media=(medium(kind),))])
    (name,) = (each for each in site if each.startswith("media/"))
    assert name.endswith(".bin")
    assert is_of_site(name)


@settings(max_examples=at_most(20))
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8))
def test_whoever_answers_whom_each_post_stands_once(answers: list[tuple[int, int]]) -> None:
    posts = {at: own(at, time_ms=1_000 + (at * 5) % 6) for at in range(6)}
    for which, to in answers:
        posts[which] = answering(posts[to], posts[which])
    pages = [page for name, page in site_of(list(posts.values())).items() if "posts/" in name]
    texts = re.findall(r"<p>post (\d+)</p>", "".join(pages))
    assert sorted(map(int, texts)) == list(range(6))


def test_names_that_lead_elsewhere_are_none() -> None:
    for name in (
        "../index.html", "/index.html", "posts/../x.html", "tags/../index.html",
        "tags/./index.html", "tags/a/b/index.html", "index.html\n", "CNAME", ".git/config",
        "media/a.png", "tags/a\0/index.html", "swarmfeed-site.json", "tags/a\\b/index.html",
    ):  # fmt: skip
        assert not is_of_site(name), name


def test_details_of_the_author_stand_on_the_index_and_their_links_are_their_own() -> None:
    fields = (
        ProfileField("Website", "https://anna.example/?a=b&c=d"),
        ProfileField("<b>Town</b>", "Łódź"),
    )
    pages = site_of([FIRST], fields=fields)
    parsed = mf2py.parse(doc=pages["index.html"])
    assert parsed["rels"]["me"] == ["https://anna.example/?a=b&c=d"]
    assert 'rel="me nofollow noopener"' in pages["index.html"]
    assert "<dt>&lt;b&gt;Town&lt;/b&gt;</dt><dd>Łódź</dd>" in pages["index.html"]
    others = [name for name in pages if name.endswith(".html") and name != "index.html"]
    assert others
    assert not any("<dt>" in pages[name] for name in others)
