"""JSON Feed, pages that offer feeds, OPML: what is there is read, and no more than may be."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.exports.people import opml
from swarmfeed.core.webfeeds import limits
from swarmfeed.core.webfeeds.found import FoundFeed, decode_found, encode_found
from swarmfeed.core.webfeeds.json_feed import read_json_feed
from swarmfeed.core.webfeeds.opml import Outline, read_opml
from swarmfeed.core.webfeeds.pages import JSON, NOTHING, PAGE, XML, kind_of, read_page
from swarmfeed.errors import BadEncodingError, UserError

AT = "https://example.org/feed.json"


def feed(*items: object, **extra: object) -> bytes:
    said = {"version": "https://jsonfeed.org/version/1.1", "title": "A  blog", "items": items}
    return json.dumps({**said, **extra}).encode()


def test_a_json_feed_becomes_plain_text() -> None:
    (article,) = read_json_feed(
        feed(
            {
                "id": 7,
                "url": "/first",
                "title": "First <b>words</b>",
                "content_html": "<p>Hello</p><script>alert(1)</script><p>there</p>",
                "date_published": "2026-01-02T03:04:05Z",
                "authors": [{"name": "Ada"}],
            }
        ),
        AT,
    ).articles
    assert (article.id, article.url) == ("7", "https://example.org/first")
    assert (article.title, article.text, article.author) == (
        "First words",
        "Hello\n\nthere",
        "Ada",
    )
    assert article.time_ms == 1_767_323_045_000


def test_times_against_the_standard_are_read_and_none_is_zero() -> None:
    items = [
        {"id": "a", "content_text": "x", "date_published": "Fri, 02 Jan 2026 03:04:05 GMT"},
        {"id": "b", "content_text": "x", "date_modified": "2026-01-02"},
        {"id": "c", "content_text": "x", "date_published": "yesterday"},
    ]
    times = [each.time_ms for each in read_json_feed(feed(*items), AT).articles]
    assert times == [1_767_323_045_000, 1_767_312_000_000, 0]


@pytest.mark.attack("A305")
def test_what_is_not_as_the_standard_says_is_not_there_and_all_is_bounded() -> None:
    odd = feed("text", None, [], {"id": {}, "title": 5, "authors": ["x"], "url": "data:,x"})
    assert all(each.url == each.title == "" for each in read_json_feed(odd, AT).articles)
    many = feed(*({"id": str(n), "content_text": "ä" * 9_000} for n in range(200)))
    articles = read_json_feed(many, AT).articles
    assert len(articles) == limits.ARTICLES_MAX
    assert len(articles[0].text.encode()) <= limits.TEXT_BYTES_MAX
    for broken in (b"{", b"[1]", b'{"items": {}}', b"[" * 100_000, b"\xff"):
        with pytest.raises(ValueError, match=r"."):
            read_json_feed(broken, AT)


@pytest.mark.slow
@given(st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner)))
def test_any_items_are_read_and_written_as_they_are(items: object) -> None:
    found = read_json_feed(feed(items, {"id": items, "content_html": str(items)}), AT)
    assert decode_found(encode_found(found)) == found


@given(st.binary())
def test_what_a_process_says_that_was_taken_over_is_read_or_refused(told: bytes) -> None:
    with contextlib.suppress(BadEncodingError):
        assert isinstance(decode_found(told), FoundFeed)


def test_a_file_is_known_by_its_beginning() -> None:
    assert kind_of(feed()) == JSON
    assert kind_of(b"\xef\xbb\xbf <?xml version='1.0'?><rss>") == XML
    assert kind_of(b"<feed xmlns='http://www.w3.org/2005/Atom'/>") == XML
    assert kind_of("<?xml?><rss/>".encode("utf-16")) == XML
    assert kind_of(b"<!DOCTYPE html><title>x</title>") == PAGE
    assert kind_of(b"\x89PNG") == NOTHING
    assert kind_of(b"hello") == NOTHING


def test_a_page_offers_the_feeds_that_its_head_names() -> None:
    page = b"""<!doctype html><head><base href="/blog/"><title> A
        blog </title>
        <link rel="alternate" type="application/json" href="/wp-json/">
        <link rel='ALTERNATE home' type='application/rss+xml; charset=utf-8' href='feed'>
        <link rel="alternate" type="application/atom+xml" href="https://example.net/atom">
        <link rel="alternate" type="application/rss+xml" href="feed">
        <link rel="alternate" type="application/rss+xml" href="javascript:x">
        <link rel="stylesheet" href="x.css">"""
    found = read_page(page, "https://example.org/")
    assert found.offered == ("https://example.org/blog/feed", "https://example.net/atom")
    assert (found.is_page, found.title) == (True, "A blog")


@pytest.mark.attack("A305")
@given(st.text(alphabet="<>!-[]/= \"'abclinkrefty", max_size=400))
def test_whatever_a_page_says_it_is_read(text: str) -> None:
    many = b'<link rel=alternate type="application/rss+xml" href="/%d">'
    body = text.encode() + b"".join(many % n for n in range(50))
    assert len(read_page(body, "https://example.org/").offered) <= limits.OFFERED_MAX


def test_opml_of_others_is_read_with_its_folders_and_so_is_ours() -> None:
    text = """<?xml version="1.0" encoding="ISO-8859-1"?><opml version="1.0"><head/><body>
        <outline text="Folder"><outline text="Bücher" type="rss"
          xmlUrl=" https://a.example/feed "/></outline>
        <outline title="B" XMLURL="b.example"/><outline text="only a word"/></body></opml>"""
    assert read_opml(text) == (
        Outline(url="https://a.example/feed", title="Bücher"),
        Outline(url="b.example", title="B"),
    )
    listed = [("https://a.example/?a=1&b=2", 'A "b" <c>'), ("https://b.example/", "")]
    ours = read_opml(opml("Mine", listed))
    assert [(each.url, each.title) for each in ours] == [
        listed[0],
        ("https://b.example/", "https://b.example/"),
    ]


@pytest.mark.attack("A307")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "<opml>",
        "<html><body/></html>",
        '<!DOCTYPE opml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><opml>&b;</opml>',
        '<!DOCTYPE opml SYSTEM "file:///etc/passwd"><opml/>',
        "<opml>" + "<outline>" * 1_000,
        "<opml>" + "<outline xmlUrl='a.example'/>" * (limits.OUTLINES_MAX + 1) + "</opml>",
        "<opml>" + " " * limits.OPML_BYTES_MAX + "</opml>",
    ],
    ids=lambda text: text[:20],
)
def test_a_list_that_is_none_or_would_swell_is_refused_whole(text: str) -> None:
    with pytest.raises(UserError, match="no OPML"):
        read_opml(text)


@given(st.text())
def test_whatever_a_list_is_it_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(UserError):
        read_opml(f"<opml><body>{text}</body></opml>")
