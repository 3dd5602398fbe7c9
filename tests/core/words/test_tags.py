"""Hashtags: UAX #31, rule D2, as people write them."""

import pytest
from hypothesis import given
from swarmfeed.core.base.limits import TAG_CHARS_MAX
from swarmfeed.core.words.tags import find_tags

from tests.core.words.test_terms import any_text


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("abc#def", []),  # this one and the next two are UAX #31's own examples
        ("abc #def", ["#def"]),
        ("abc.#def", ["#def"]),
        ("#विज्ञान की", ["#विज्ञान"]),
        ("#ภาษาไทย ดี", ["#ภาษาไทย"]),
        ("#മലയാളം", ["#മലയാളം"]),
        ("#می‌خواهم!", ["#می‌خواهم"]),
        ("#ශ්‍රීලංකා", ["#ශ්‍රීලංකා"]),
        ("#कर्ता‍x", ["#कर्ता"]),
        ("＃東京 ﹟京都", ["＃東京", "﹟京都"]),
        ("東京#タグ です", ["#タグ"]),
        ("한국#태그", ["#태그"]),
        ("ไทย#แท็ก", ["#แท็ก"]),
        ("❤️#love 🎉#party🎉", ["#love", "#party"]),
        ("#cafe\u0301s", ["#cafe\u0301s"]),
        ("#col·lectiu", ["#col·lectiu"]),
        ("#a-b #c+d", ["#a", "#c"]),
        ("#1 #2024 #1_000 #_ #٢٠٢٤", []),
        ("#2a #2024年", ["#2a", "#2024年"]),
        ("#a#b ##c", ["#a"]),
        ("&#39; a/#b", []),
        ("https://a.example/#x http://b.example/?q=#y #z", ["#z"]),
        ("https://a.example/。#x magnet:?dn=a,#b", []),
        ("(#one)[#two]\n#three,#four", ["#one", "#two", "#three", "#four"]),
        ("#a\u200db #a\u200c", ["#a", "#a"]),
        ("#" + "a" * TAG_CHARS_MAX, ["#" + "a" * TAG_CHARS_MAX]),
        ("#" + "a" * (TAG_CHARS_MAX + 1), []),
        ("# #\u0301 #", []),
    ],
)
def test_tags_of_a_text(text: str, tags: list[str]) -> None:
    assert [text[tag.start : tag.end] for tag in find_tags(text)] == tags


def test_a_tag_is_found_by_its_fold() -> None:
    terms = [tag.term for tag in find_tags("#Café_Noir ＃ﾀｸﾞ #می‌خواهم #STRASSE #Straße")]
    assert terms == ["#cafe_noir", "#たぐ", "#ميخواهم", "#strasse", "#strasse"]


@given(any_text)
def test_tags_are_apart_and_in_range(text: str) -> None:
    at = 0
    for tag in find_tags(text):
        assert at <= tag.start < tag.end <= len(text)
        assert tag.term[0] == "#" < tag.term
        at = tag.end
