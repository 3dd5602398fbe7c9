"""What is shown of a long post among others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.asks.excerpt import (
    LONG_LINES,
    SHOWN_LINES,
    columns_of,
    excerpt,
    is_long,
    reading_minutes,
)


@pytest.mark.parametrize(
    ("text", "long"),
    [
        ("", False),
        ("word " * 150, False),
        ("word " * 200, True),
        ("line\n" * (LONG_LINES - 1), False),
        ("line\n" * LONG_LINES, True),
        ("字" * (LONG_LINES * 25), False),
        ("字" * (LONG_LINES * 25 + 1), True),
        ("é" * 700, False),
        ("e\u0301" * 700, False),
    ],
)
def test_which_posts_are_long(text: str, long: bool) -> None:
    assert is_long(text) is long
    assert (excerpt(text)[1] > 0) is long


@given(st.text("ab \n\u0301漢", max_size=1_500), st.integers(2, 60))
def test_a_post_is_long_as_its_lines_are_counted(text: str, columns: int) -> None:
    """However few of its characters are looked at."""
    _, more = excerpt(text, columns)
    assert is_long(text, columns) == (more > 0)


def test_the_first_lines_are_shown_and_the_others_counted() -> None:
    text = "\n".join(f"line {number}" for number in range(200))
    shown, more = excerpt(text)
    assert shown.splitlines() == text.splitlines()[:SHOWN_LINES]
    assert more == 200 - SHOWN_LINES


@given(st.text(st.sampled_from("ab \n字e\u0301"), max_size=3000), st.integers(2, 90))
def test_a_part_is_the_beginning_and_a_whole_is_whole(text: str, columns: int) -> None:
    shown, more = excerpt(text, columns)
    assert text.startswith(shown)
    assert shown == text if more == 0 else more > LONG_LINES - SHOWN_LINES


@given(st.text("ab \n", max_size=3_000), st.integers(2, 90))
def test_a_text_of_ascii_breaks_where_any_of_the_same_widths_does(
    text: str, columns: int
) -> None:
    """None of its characters is looked at."""
    shown, more = excerpt(text.replace("a", "é"), columns)
    assert excerpt(text, columns) == (shown.replace("é", "a"), more)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("", 1),
        ("word " * 200, 1),
        ("words " * 800, 4),
        ("字" * 2_400, 4),
        ("e\u0301" * 4_800, 4),
    ],
)
def test_how_long_a_text_takes_to_read(text: str, minutes: int) -> None:
    assert reading_minutes(text) == minutes


@given(st.text("ab \n字e\u0301"))
def test_a_text_takes_the_columns_of_its_characters(text: str) -> None:
    assert columns_of(text) == sum({"字": 2, "\u0301": 0}.get(each, 1) for each in text)
