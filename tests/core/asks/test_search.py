"""What a person types into the search box, taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.asks.search import SearchQuery, parse_search
from swarmfeed.core.base.limits import SEARCH_CHARS_MAX, SEARCH_TERMS_MAX
from swarmfeed.errors import UserError


@pytest.mark.parametrize(
    ("typed", "words", "without", "authors", "without_authors"),
    [
        ("one two", ("one", "two"), (), (), ()),
        ('"one two" three', ("one two", "three"), (), (), ()),
        ('"one two', ("one two",), (), (), ()),
        ("one -two", ("one",), ("two",), (), ()),
        ('one -"two three"', ("one",), ("two three",), (), ()),
        ("from:ann", (), (), ("ann",), ()),
        ('From:"Ann B" x', ("x",), (), ("Ann B",), ()),
        ("x -from:ann", ("x",), (), (), ("ann",)),
        ("from: ann", ("from:", "ann"), (), (), ()),
        ("well-known", ("well-known",), (), (), ()),
        ("one ! - * two", ("one", "two"), (), (), ()),
        ("one\x00two", ("one", "two"), (), (), ()),
        ("日本 ٣", ("日本", "٣"), (), (), ()),
    ],
)
def test_a_search_is_taken_apart(
    typed: str,
    words: tuple[str, ...],
    without: tuple[str, ...],
    authors: tuple[str, ...],
    without_authors: tuple[str, ...],
) -> None:
    assert parse_search(typed) == SearchQuery(words, without, authors, without_authors)


@pytest.mark.parametrize(
    "typed", ["", " ", '""', "-", "-one", "-from:ann", "!", "🎉", "\ud800"]
)
def test_a_search_for_nothing_is_refused(typed: str) -> None:
    with pytest.raises(UserError, match="needs a word"):
        parse_search(typed)


def test_a_search_is_bounded() -> None:
    assert len(parse_search("a " * SEARCH_TERMS_MAX).words) == SEARCH_TERMS_MAX
    with pytest.raises(UserError, match=str(SEARCH_TERMS_MAX)):
        parse_search("a " * SEARCH_TERMS_MAX + "a")
    assert parse_search("a" * SEARCH_CHARS_MAX)
    with pytest.raises(UserError, match=str(SEARCH_CHARS_MAX)):
        parse_search("a" * SEARCH_CHARS_MAX + "a")


@pytest.mark.attack("A30")
@given(st.text())
def test_whatever_is_typed_is_a_search_or_a_user_error(typed: str) -> None:
    try:
        query = parse_search(typed)
    except UserError:
        return
    terms = query.words + query.without + query.authors + query.without_authors
    assert all(any(c.isalnum() for c in term) for term in terms)
    "".join(terms).encode()
