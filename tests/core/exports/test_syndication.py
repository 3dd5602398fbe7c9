"""Feeds that others read: Atom, RSS, JSON Feed and a page, checked by what others wrote."""

import json

import feedparser
import jsonschema
import mf2py
import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.exports.page import PAGE_END, article, page_head
from swarmfeed.core.exports.syndication import (
    FeedFile,
    FeedOf,
    FeedPost,
    atom,
    html_of,
    json_feed,
    rss,
)

FEED = FeedOf(
    id="swarmfeed:anna",
    title="Posts of <Anna> & co",
    home_url="http://127.0.0.1:7007/authors/a?x=1&y=2",
    own_url="http://127.0.0.1:7007/feeds/a/posts.atom?key=0",
    description="Moss & more",
    author="<Anna>",
    author_url="swarmfeed:anna",
)
FILE = FeedFile(url="media/a.jpg?x&y", type="image/jpeg", size_bytes=12, alt='A "blue" field')
POSTS = [
    FeedPost(
        id="swarmfeed:anna?post=f/2",
        time_ms=1_737_418_911_000,
        text="Fish & <chips>\n<script>alert(1)</script>\n\nhttps://example.org/?a=1&b=2.",
        url="http://127.0.0.1:7007/posts/2",
        author="Anna",
        lang="en",
        edited_ms=1_737_418_999_000,
        files=(FILE,),
    ),
    FeedPost(id="swarmfeed:anna?post=f/1", time_ms=1_000, text="covered", cw='Spoiler " <b>'),
]
JSON_FEED = {
    "type": "object",
    "required": ["version", "title", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string", "minLength": 1},
        "home_page_url": {"type": "string", "format": "uri"},
        "feed_url": {"type": "string", "format": "uri"},
        "description": {"type": "string"},
        "authors": {"$ref": "#/$defs/authors"},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id"],
                "anyOf": [{"required": ["content_html"]}, {"required": ["content_text"]}],
                "properties": {
                    "id": {"type": "string", "minLength": 1},
                    "url": {"type": "string"},
                    "content_html": {"type": "string"},
                    "content_text": {"type": "string"},
                    "summary": {"type": "string"},
                    "language": {"type": "string"},
                    "date_published": {"type": "string", "pattern": "^\\d{4}-.*Z$"},
                    "date_modified": {"type": "string", "pattern": "^\\d{4}-.*Z$"},
                    "authors": {"$ref": "#/$defs/authors"},
                    "attachments": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["url", "mime_type"],
                            "properties": {"size_in_bytes": {"type": "integer"}},
                        },
                    },
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
    "$defs": {
        "authors": {
            "type": "array",
            "items": {"type": "object", "minProperties": 1, "maxProperties": 3},
        }
    },
}
"""Our own schema of JSON Feed 1.1, of what we write; https://www.jsonfeed.org/version/1.1/."""


@pytest.mark.parametrize("write", [atom, rss])
def test_a_parser_of_others_finds_what_was_written(write: object) -> None:
    found = feedparser.parse(write(FEED, POSTS).encode())
    assert not found.bozo
    assert found.feed.title == "Posts of <Anna> & co"
    assert found.feed.link == FEED.home_url
    first, second = found.entries
    assert (first.id, second.id) == (POSTS[0].id, POSTS[1].id)
    assert first.link == POSTS[0].url
    assert first.published_parsed[:6] == (2025, 1, 21, 0, 21, 51)
    assert first.author == "Anna"
    assert [each.href for each in first.enclosures] == ["media/a.jpg?x&y"]
    content = first.content[0].value if "content" in first else first.summary
    assert "Fish &amp; &lt;chips&gt;" in content
    assert "<script" not in content


def test_a_json_feed_is_one() -> None:
    told = json.loads(json_feed(FEED, POSTS))
    jsonschema.validate(told, JSON_FEED)
    assert [each["content_text"] for each in told["items"]] == [post.text for post in POSTS]
    assert told["items"][0]["attachments"][0]["title"] == 'A "blue" field'
    jsonschema.validate(json.loads(json_feed(FEED, [])), JSON_FEED)


@pytest.mark.attack("A335")
def test_the_page_is_an_h_feed() -> None:
    html = page_head(FEED) + "".join(map(article, POSTS)) + PAGE_END
    (feed,) = mf2py.parse(doc=html)["items"]
    assert feed["type"] == ["h-feed"]
    assert feed["properties"]["name"] == ["Posts of <Anna> & co"]
    first, second = feed["children"]
    assert (first["type"], second["type"]) == (["h-entry"], ["h-entry"])
    assert first["properties"]["published"] == ["2025-01-21T00:21:51Z"]
    assert first["properties"]["uid"] == [POSTS[0].id]
    assert "alert(1)" in first["properties"]["content"][0]["value"]
    assert "<script" not in html
    assert '<meta http-equiv="x-dns-prefetch-control" content="off">' in html


@pytest.mark.attack("A283")
def test_no_text_becomes_markup() -> None:
    hostile = "<img src=x onerror=alert(1)>\"'><script>"
    post = FeedPost(
        id=hostile, time_ms=0, text=hostile, cw=hostile, url=hostile, author=hostile,
        lang=hostile, files=(FeedFile(url=hostile, type=hostile, size_bytes=1, alt=hostile),),
    )  # fmt: skip
    for text in (html_of(post), article(post), atom(FEED, [post]), rss(FEED, [post])):
        assert "<img src=x" not in text
        assert "<script" not in text


@given(st.text(max_size=60))
def test_whatever_a_text_is_a_feed_of_it_is_well_formed(text: str) -> None:
    post = FeedPost(id="x", time_ms=0, text=text, cw=text[:5], author=text)
    for write in (atom, rss):
        assert not feedparser.parse(write(FEED, [post]).encode()).bozo
    jsonschema.validate(json.loads(json_feed(FEED, [post])), JSON_FEED)
