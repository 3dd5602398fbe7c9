"""Names of which nothing can be seen."""

import pytest
from swarmfeed.core.base.blank import is_blank, is_one_line, seen_name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "\u3164",
        "\u2800\u2800",
        "\u115f\u1160",
        "\uffa0",
        "\u200d",
        "\ufe0f",
        "\u200b\u2060\ufeff",
        "\u00ad",
        "\u3000",
        "\u034f\u0301",
        "\U000e0101\U000e0041",
        "\u17b4",
        "\u2065",
        "\U0001d159",
    ],
)
def test_what_nobody_sees_is_no_name(name: str) -> None:
    assert is_blank(name)
    assert seen_name(name) == ""


@pytest.mark.parametrize(
    "name",
    ["a", "\u3164a", "❤\ufe0f", "👩\u200d🚀", "나", "ក\u17b6", "⠓", "\U0001fae8", ".", "が"],
)
def test_what_somebody_sees_is_a_name(name: str) -> None:
    assert not is_blank(name)
    assert seen_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "Zoë B.",
        "می\u200cخواهم",
        "ශ්\u200dරී",
        "山田\u3000太郎",
        "👩\u200d🚀",
        "\U0001fae8",
        "🏴\U000e0067\U000e007f",
    ],
)
def test_names_of_every_script_are_one_line(name: str) -> None:
    assert is_one_line(name)


@pytest.mark.parametrize(
    "stray", ["\n", "\x1b", "\u2028", "\u202e", "\u2066", "\ud800", "\x85", "\u200f"]
)
def test_what_turns_or_ends_a_line_is_in_no_name(stray: str) -> None:
    assert not is_one_line(f"Zoe{stray}B")
