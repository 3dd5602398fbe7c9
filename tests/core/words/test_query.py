"""The language of searches: what a person types, taken apart."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base.limits import SEARCH_CHARS_MAX, SEARCH_TERMS_MAX
from swarmfeed.core.words.query import TRAITS, Conditions, SearchQuery, parse_query
from swarmfeed.core.words.seeking import Sought
from swarmfeed.errors import UserError

DAY_MS = 86_400_000


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
        ("it is: to: has: lang:", ("it", "is", "to", "has", "lang"), (), (), ()),
        ("well-known", ("well known",), (), (), ()),
        ("one ! - * two", ("one", "two"), (), (), ()),
        ("one\x00two", ("one", "two"), (), (), ()),
        ("日本 ٣", ("日本", "3"), (), (), ()),
        ("日", ("日*",), (), (), ()),
        ("wor*", ("wor*",), (), (), ()),
        ('"two wor*"* "three wor*"', ("two wor*", "three wor*"), (), (), ()),
        ("#Tag #t* #2024", ("#tag", "#t*", "2024"), (), (), ()),
        ("-#Tag C++", ("c++",), ("#tag",), (), ()),
        ("🎉 ❤️", ("🎉", "❤"), (), (), ()),
        ('צה"ל', ("צה ל",), (), (), ()),
        ('"has:milk" https://x.org', ("has milk", "https x org"), (), (), ()),
    ],
)
def test_a_search_is_taken_apart(
    typed: str,
    wanted: tuple[str, ...],
    without: tuple[str, ...],
    authors: tuple[str, ...],
    without_authors: tuple[str, ...],
) -> None:
    assert parse_query(typed) == SearchQuery(
        wanted=Conditions(words=words(*wanted), authors=authors),
        unwanted=Conditions(words=words(*without), authors=without_authors),
    )


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("to:ann", Conditions(to=("ann",))),
        ('TO:"Ann B"', Conditions(to=("Ann B",))),
        ("lang:DE lang:pt-BR", Conditions(langs=("de", "pt-br"))),
        ("has:link HAS:Media", Conditions(traits=("has:link", "has:media"))),
        ("is:reply", Conditions(traits=("is:reply",))),
    ],
)
def test_what_a_post_is_can_be_asked_for(typed: str, wanted: Conditions) -> None:
    assert parse_query(typed) == SearchQuery(wanted=wanted)
    without = " ".join(f"-{each}" for each in typed.replace('n B"', 'n_B"').split())
    same = parse_query(f"word {without.replace('n_B', 'n B')}").unwanted
    assert same == wanted


@pytest.mark.parametrize(
    ("typed", "since_day", "until_day"),
    [
        ("x since:1970-01-02", 1, None),
        ("x until:1970-01-02", 0, 2),
        ("x since:1970-02 until:1970-02", 31, 59),
        ("x since:1971 until:1971", 365, 730),
        ("x since:1972-02-29", 789, None),
        ("x since:1970-2-1", 31, None),
        ("x since:１９７１", 365, None),
        ("x since:1971 since:1972 until:1973 until:1974", 730, 1_461),
        ('x since:"" until:""', 0, None),
    ],
)
def test_days_are_whole_and_both_ends_count(
    typed: str, since_day: int, until_day: int | None
) -> None:
    query = parse_query(typed)
    assert query.since_ms == since_day * DAY_MS
    assert query.until_ms == (None if until_day is None else until_day * DAY_MS)


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("x since:yesterday", "takes a day like 2026-03-15.*not yesterday"),
        ("x until:2026-02-30", "until: takes a day"),
        ("x since:2026-13", "not 2026-13"),
        ("x since:1969", "not 1969"),
        ("x since:0000", "not 0000"),
        ("x -since:2026", "Before since: no dash can stand"),
        ("x has:milk", "has: knows link and media, not milk"),
        ("x is:nice", "is: knows reply, not nice"),
        ("x order:worst", "order: is best or newest, not worst"),
        ("x -order:best", "order: is best or newest"),
        ("x lang:german_", "lang: takes a language like en"),
        ("x lang:" + "a" * 36, "lang: takes a language"),
    ],
)
def test_a_field_with_a_value_it_cannot_have_is_told_of(typed: str, complaint: str) -> None:
    with pytest.raises(UserError, match=complaint):
        parse_query(typed)


def test_the_order_is_asked_for_in_the_search() -> None:
    assert parse_query("x order:BEST").best_first
    assert not parse_query("x order:best order:newest").best_first
    assert parse_query("x order:best") == replace(parse_query("x"), best_first=True)
    with pytest.raises(UserError, match="needs a word"):
        parse_query("order:best")


def test_a_phrase_with_a_tag_asks_for_both() -> None:
    query = parse_query('"my #tag" -x')
    assert query.wanted.words == ((Sought(terms=("my", "tag")), Sought(terms=("#tag",))),)
    assert query.marked == query.wanted.words[0]


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        '""',
        "-",
        "-one",
        "-from:ann",
        "!",
        "*",
        "#",
        "\ud800",
        "\u200d",
        "from:\u3164",
        "since:2026",
        "-is:reply",
        'has:""',
        "-to:ann until:2026",
    ],
)
def test_a_search_for_nothing_is_refused(typed: str) -> None:
    with pytest.raises(UserError, match="needs a word"):
        parse_query(typed)


def test_a_search_is_bounded() -> None:
    assert len(parse_query("a " * SEARCH_TERMS_MAX).wanted.words) == SEARCH_TERMS_MAX
    for more in ("a", "from:a", "-to:a", "is:reply", "lang:de", "since:2026"):
        with pytest.raises(UserError, match=str(SEARCH_TERMS_MAX)):
            parse_query("a " * SEARCH_TERMS_MAX + more)
    assert parse_query("a" * SEARCH_CHARS_MAX)
    with pytest.raises(UserError, match=f"{SEARCH_CHARS_MAX:,}"):
        parse_query("a" * SEARCH_CHARS_MAX + "a")


fields = st.sampled_from(
    ["from:", "to:", "since:", "until:", "lang:", "has:", "is:", "order:", "-", '"']
)
typed_ones = st.lists(st.one_of(fields, st.text(max_size=6)), max_size=8).map("".join)


@pytest.mark.attack("A30")
@given(st.one_of(st.text(), typed_ones))
@example("since:9999-12-31 x until:9999-12-31")
def test_whatever_is_typed_is_a_search_or_a_user_error(typed: str) -> None:
    try:
        query = parse_query(typed)
    except UserError:
        return
    sides = query.wanted, query.unwanted
    sought = [each for side in sides for one in side.words for each in one]
    terms = [term for each in sought for term in each.terms]
    assert all(sought and each.terms for each in sought)
    assert not any(set(term) & {'"', " ", "\n", "\x00"} or not term for term in terms)
    langs = [lang for side in sides for lang in side.langs]
    assert all(lang.isascii() and lang.replace("-", "").isalnum() for lang in langs)
    assert {trait for side in sides for trait in side.traits} <= set(TRAITS)
    "".join((*terms, *query.wanted.names, *query.unwanted.names)).encode()
