"""What a person types into the search box, taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.asks.search import SearchQuery, parse_search
from swarmfeed.core.base.limits import SEARCH_CHARS_MAX, SEARCH_TERMS_MAX
from swarmfeed.core.words.seeking import Sought
from swarmfeed.errors import UserError


def words(*each: str) -> tuple[tuple[Sought, ...], ...]:
    """One word or phrase for each; a star at its end is the beginning of a word."""
    return tuple(
        (Sought(terms=tuple(one.strip("*").split()), is_prefix=one.endswith("*")),)
        for one in each
    )


@pytest.mark.parametrize(
    ("typed", "wanted", "without", "authors", "without_authors"),
    [
        ("one Two", ("one", "two"), (), (), ()),
        ('"one two" three', ("one two", "three"), (), (), ()),
        ("“one two” „three four”", ("one two", "three four"), (), (), ()),
        ('"one two', ("one two",), (), (), ()),
        ("one -two", ("one",), ("two",), (), ()),
        ('one -"two three"', ("one",), ("two three",), (), ()),
        ("one -two*", ("one",), ("two*",), (), ()),
        ("from:ann", (), (), ("ann",), ()),
        ('From:"Ann B" x', ("x",), (), ("Ann B",), ()),
        ("x -from:ann", ("x",), (), (), ("ann",)),
        ("from:🎉", (), (), ("🎉",), ()),
        ("from: ann", ("from", "ann"), (), (), ()),
        ("well-known", ("well known",), (), (), ()),
        ("one ! - * two", ("one", "two"), (), (), ()),
        ("one\x00two", ("one", "two"), (), (), ()),
        ("日本 ٣", ("日本", "3"), (), (), ()),
        ("日", ("日*",), (), (), ()),
        ("wor*", ("wor*",), (), (), ()),
        ('"two wor"* "three wor*"', ("two wor*", "three wor*"), (), (), ()),
        ("#Tag #t* #2024", ("#tag", "#t*", "2024"), (), (), ()),
        ("-#Tag C++", ("c++",), ("#tag",), (), ()),
        ("🎉 ❤️", ("🎉", "❤"), (), (), ()),
        ('צה"ל', ("צה ל",), (), (), ()),
    ],
)
def test_a_search_is_taken_apart(
    typed: str,
    wanted: tuple[str, ...],
    without: tuple[str, ...],
    authors: tuple[str, ...],
    without_authors: tuple[str, ...],
) -> None:
    query = SearchQuery(words(*wanted), words(*without), authors, without_authors)
    assert parse_search(typed) == query


def test_a_phrase_with_a_tag_asks_for_both() -> None:
    query = parse_search('"my #tag" -x')
    assert query.words == ((Sought(terms=("my", "tag")), Sought(terms=("#tag",))),)
    assert query.marked == query.words[0]


@pytest.mark.parametrize(
    "typed",
    ["", " ", '""', "-", "-one", "-from:ann", "!", "*", "#", "\ud800", "\u200d", "from:\u3164"],
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
    sought = [each for one in (*query.words, *query.without) for each in one]
    terms = [term for each in sought for term in each.terms]
    assert all(sought and each.terms for each in sought)
    assert not any(set(term) & {'"', " ", "\n", "\x00"} or not term for term in terms)
    "".join((*terms, *query.authors, *query.without_authors)).encode()
