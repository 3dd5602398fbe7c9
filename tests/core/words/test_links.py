"""What a search can ask of the links of a text."""

import pytest
from swarmfeed.core.words.links import LINK_TERM, MEDIA_TERM, link_terms
from swarmfeed.core.words.seeking import seek
from swarmfeed.core.words.terms import index_text, index_texts


@pytest.mark.parametrize(
    "text",
    [
        "look: https://example.org",
        "HTTP://EXAMPLE.ORG/a.html?x=1.png",
        "swarmfeed:abc",
        "日本 https://例え.jp/?a#b.png",
        "(https://a.b/c.png/d)",
    ],
)
def test_a_link_is_one(text: str) -> None:
    assert link_terms(text) == [LINK_TERM]


@pytest.mark.parametrize(
    "text",
    [
        "https://a.b/c.png",
        "https://a.b/c/d.JPEG?w=600#top and more",
        "see (http://a.b/x.mp4), good",
        "http://a.b/x.ogg.",
        "magnet:?xt=urn:btih:0",
        "https://a.b one, https://a.b/two.webm",
    ],
)
def test_a_link_to_a_picture_sound_or_film_is_media_too(text: str) -> None:
    assert link_terms(text) == [LINK_TERM, MEDIA_TERM]


@pytest.mark.parametrize("text", ["", "a: b", "xhttps://a.b", "http:", "https:// x", "a.png"])
def test_none_is_found_where_there_is_none(text: str) -> None:
    assert link_terms(text) == []


def test_the_index_keeps_them_and_nobody_can_type_them() -> None:
    text = "é https://a.b/c.png"
    assert index_text(text).split()[-2:] == [LINK_TERM, MEDIA_TERM]
    rows = [row.split() for row in index_texts(["a https://a.b", "b: c"])]
    assert rows == [["a", "https", "a", "b", LINK_TERM], ["b", "c"]]
    for term in (LINK_TERM, MEDIA_TERM):
        terms = [each for sought in seek(term) for each in sought.terms]
        assert term not in terms
