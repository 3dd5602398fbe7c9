"""Terms: what the index keeps of a text, and where each stands."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from swarmfeed.core.words.links import link_terms
from swarmfeed.core.words.scripts import graphemes
from swarmfeed.core.words.seeking import find_spans, seek
from swarmfeed.core.words.terms import index_text, terms

from tests.core.words.pairs import PAIRS
from tests.core.words.test_folding import texts

real = st.lists(st.sampled_from([text for _, _, text, _ in PAIRS]), max_size=4).map("".join)
any_text = texts | real


@pytest.mark.parametrize(
    ("text", "indexed"),
    [
        ("Hello, world", "hello world"),
        ("don't", "don t"),
        ("東京都 京", "東京 京都 都 京"),
        ("我的iPhone4坏", "我的 的 iphone4 坏"),
        ("ที่นี่", "ที่'นี่ นี่'"),
        ("I like C++, C#! .NET", "i like c c net c++ c# .net"),
        ("a+b 1+1 a.b x...y 5+", "a b 1 1 a b x y 5 5+"),
        (":.x .5 …x", "x 5 x .x"),
        ("#Tag_1 x #2", "tag 1 x 2 #tag_1"),
        ("#東京", "東京 京 #東京"),
        ("👍🏽 ❤️ 👩‍👧", "👍 🏽 ❤ 👩 \u200d 👧"),
        ("🇫🇷🇩🇪🇫", "🇫🇷 🇩🇪 🇫"),
        ("… — !", ""),
    ],
)
def test_what_is_kept_of_a_text(text: str, indexed: str) -> None:
    assert index_text(text) == indexed


@given(any_text)
@example("\u1100\u0300\u1161")
@example(":.0")
def test_terms_are_what_is_indexed(text: str) -> None:
    found = terms(text)
    kept = [term.text for term in (*found.plain, *found.exact)]
    assert index_text(text).split(" ") == (kept + link_terms(text) or [""])
    assert not any(set(term) & set(' "\n\t\x00') or not term for term in kept)


@given(st.text(st.characters(exclude_categories=["M", "Cf"])))
def test_places_are_the_same_where_each_character_stands_alone(text: str) -> None:
    # A joiner that means nothing makes it go the long way.
    alone, apart = terms(text), terms(text + " \u200d")
    assert alone == apart


@given(any_text)
def test_terms_stand_in_the_text_in_order(text: str) -> None:
    found = terms(text)
    for term in (*found.plain, *found.exact):
        assert 0 <= term.start < term.first_end <= term.end <= len(text)
    assert [term.start for term in found.plain] == sorted(term.start for term in found.plain)


@given(any_text)
def test_a_text_is_found_by_each_of_its_words(text: str) -> None:
    for word in text.split():
        sought = seek(word)
        assert all(find_spans(text, (each,)) for each in sought), (word, sought)


@given(any_text, any_text)
def test_what_is_marked_is_apart_in_range_and_cuts_no_character(text: str, typed: str) -> None:
    edges = {0} | {end for _, end in graphemes(text)}
    spans = find_spans(text, seek(typed, begins=True))
    assert all(start < end for start, end in spans)
    assert all(a[1] < b[0] for a, b in pairwise(spans))
    for start, end in spans:
        assert start in edges
        assert end in edges


@pytest.mark.parametrize(
    ("text", "typed", "marked"),
    [
        ("The Straße, strasse!", "strasse", ["Straße", "strasse"]),
        ("東京都に東京", "東京", ["東京", "東京"]),
        ("東京都", "京", ["京"]),
        ("東京都", "東京都", ["東京都"]),
        ("one two three", '"', []),
        ("one two three", "two three", ["two three"]),
        ("wording words", "wor*", ["wording", "words"]),
        ("go 👍🏽👩‍👧", "👩", ["👩‍👧"]),
        ("go 👍🏽", "👍", ["👍🏽"]),
        ("हिन्दी में", "हिंदी", ["हिन्दी"]),
        ("I #Love C++", "#love", ["#Love"]),
        ("I #Love C++", "C++", ["C++"]),
        ("cafe\u0301s cafe\u0301", "café", ["cafe\u0301"]),
    ],
)
def test_what_is_marked(text: str, typed: str, marked: list[str]) -> None:
    sought = seek(typed, begins=typed.endswith("*"))
    assert [text[start:end] for start, end in find_spans(text, sought)] == marked
