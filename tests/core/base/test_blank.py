"""Names of which nothing can be seen."""

import pytest
from swarmfeed.core.base.blank import is_blank, seen_name


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
