"""Words around numbers, in English and in a language that counts otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.texts import (
    ENGLISH,
    Language,
    Text,
    counted,
    format_size,
    said_by,
)

HELD = Text("{who} is held by {nodes:1 node|# nodes} ({share:.1%})")


def polish_form(number: int) -> int:
    """1; 2 to 4, 22 to 24 ...; all others.  Source: gettext manual, "Plural forms"."""
    if number == 1:
        return 0
    few = number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14)
    return 1 if few else 2


POLISH = Language(
    texts={HELD.english: "{nodes:# węzeł ma|# węzły mają|# węzłów ma} {who}"}, form=polish_form
)


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        (0, "0 nodes"),
        (1, "1 node"),
        (2, "2 nodes"),
        (1_200, "1,200 nodes"),
    ],
)
def test_a_number_chooses_its_form(nodes: int, said: str) -> None:
    assert HELD(who="it", nodes=nodes, share=0.5) == f"it is held by {said} (50.0%)"


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        (1, "1 węzeł ma x"),
        (23, "23 węzły mają x"),
        (5, "5 węzłów ma x"),
        (12, "12 węzłów ma x"),
    ],
)
def test_a_translation_has_as_many_forms_as_its_language(nodes: int, said: str) -> None:
    assert POLISH.say(HELD.english, who="x", nodes=nodes, share=1) == said


def test_what_is_not_translated_is_said_in_english() -> None:
    assert POLISH.say("{n:1 post|# posts} of {who}", n=7, who="x") == "7 posts of x"
    assert POLISH.say("{size:,} bytes", size=1_000) == "1,000 bytes"


def test_a_value_is_never_taken_for_a_place() -> None:
    for foreign in ("{who}", "a|b", "{0}", "{", "#"):
        assert Text("of {who}")(who=foreign) == f"of {foreign}"
        assert Text("{n:one|#} of {who}")(n=2, who=foreign) == f"2 of {foreign}"


def test_what_an_error_says_can_be_said_in_another_language() -> None:
    german = Language(texts={"no {what}": "kein {what}"})
    error = ValueError(Text("no {what}")(what="Moos"))
    assert said_by(error) == "no Moos"
    assert german.render(said_by(error)) == german.render(error) == "kein Moos"
    assert said_by(OSError(2, "gone")) == "[Errno 2] gone"
    assert said_by(TimeoutError()) == ""


def test_a_place_without_its_value_is_a_bug() -> None:
    with pytest.raises(KeyError):
        HELD(who="it")
    with pytest.raises(AssertionError, match="plural"):
        ENGLISH.say("{n:one|#}", n="two")


@given(value=st.one_of(st.integers(), st.floats(), st.text(), st.booleans(), st.none()))
def test_all_else_is_said_as_python_formats_it(value: object) -> None:
    assert Text("{{{value}}} is it")(value=value) == f"{{{value}}} is it"
    if isinstance(value, int | float):
        text = "{value:,}, {value:.1f}; {value:+.0%}"
        assert Text(text)(value=value) == text.format(value=value)
    if isinstance(value, str):
        assert Text("{value:>9}|")(value=value) == f"{value:>9}|"


def test_a_conversion_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="conversion"):
        Text("{what!r}")(what="x")


def test_counted_words() -> None:
    assert counted(1, "reply", "replies") == "1 reply"
    assert counted(2_000, "reply", "replies") == "2,000 replies"


@pytest.mark.parametrize(
    ("size_bytes", "two_digits", "three_digits"),
    [
        (999, "999 B", "999 B"),
        (9_999, "10.0 kB", "10.0 kB"),
        (12_340, "12 kB", "12.3 kB"),
        (99_960, "100 kB", "100 kB"),
        (999_499, "999 kB", "999 kB"),
        (999_500, "1.0 MB", "1.0 MB"),
        (10**16, "10000 TB", "10000 TB"),
    ],
)
def test_a_size_has_as_many_digits_as_there_is_room_for(
    size_bytes: int, two_digits: str, three_digits: str
) -> None:
    assert format_size(size_bytes, tenths_below=10) == two_digits
    assert format_size(size_bytes, tenths_below=99.95) == three_digits
