"""Where a post was brought in from, in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.archives.sources import brought_from
from swarmfeed.core.archives.telling import brought_sentence
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.exports.writing import uri_of

from tests.cases import check_each

SAID = [
    ("https://x.com/i/web/status/10", "X", True),
    ("https://bsky.app/profile/did:plc:a/post/3k", "Bluesky", True),
    ("https://mastodon.example/users/anna/statuses/1", "mastodon.example", True),
    ("http://www.blog.example:8080?p=1", "blog.example", True),
    ("HTTPS://Blog.Example", "blog.example", True),
    ("nostr:note1abc", "Nostr", False),
    (uri_of(AuthorId(bytes(32)), FeedId(bytes(32)), 4), "swarmfeed", False),
    ("tag:blog.example,2004:1", "", False),
    ("swarmfeed:nobody?post=none", "", False),
]


def test_places_are_said_as_people_call_them() -> None:
    def check(case: tuple[str, str, bool]) -> None:
        src, place, is_linked = case
        brought = brought_from(src)
        assert brought is not None
        assert (brought.src, brought.place) == (src, place)
        assert brought.url == (src if is_linked else "")

    check_each(((each[0], each) for each in SAID), check)
    assert brought_from("") is None


def test_the_sentence_says_that_the_author_says_so() -> None:
    known, unknown = brought_from("https://x.com/1"), brought_from("tag:a")
    assert known and unknown
    assert brought_sentence(known) == "Brought in from X, as its author says."
    assert brought_sentence(unknown) == "Brought in from elsewhere, as its author says."


HOSTILE = [
    "javascript:alert(1)",
    "data:text/html,<script>",
    "https://x.com@evil.example/",
    "https://x.com\\@evil.example/",
    "https://x.com:80:90/",
    "https://\u0445.com/",
    "https://x.com/\u202egpj.exe",
    "https://x.com/ next",
    " https://x.com/",
    "https://x.com/\n",
    "https:///x.com",
    "//x.com",
]


@pytest.mark.attack("A297")
def test_what_is_no_plain_address_is_no_link() -> None:
    def check(src: str) -> None:
        brought = brought_from(src)
        assert brought is not None
        assert (brought.place, brought.url) == ("", "")

    check_each(((repr(each), each) for each in HOSTILE), check)


@given(st.text(min_size=1, max_size=60))
def test_the_host_that_is_said_is_the_host_that_is_linked(rest: str) -> None:
    brought = brought_from(f"https://{rest}")
    assert brought is not None
    if brought.url:
        assert "@" not in brought.url.partition("//")[2].partition("/")[0].partition("?")[0]
        assert brought.url.isascii()
        assert brought.place
