"""What the soak calls growth."""

import pytest
from ordeals.ordeal import Outcome
from ordeals.soak import GROWTH_BYTES_MAX, STRETCH_MIN, WARM_UP_MIN, judge

MB = 1_000_000


@pytest.mark.parametrize(
    ("minutes", "gave_way"),
    [
        ([100 * MB] * 120, []),
        ([minute * MB for minute in range(WARM_UP_MIN)] + [100 * MB] * 105, []),
        ([100 * MB + minute * 20_000 for minute in range(120)], []),
        ([100 * MB + minute * 40_000 for minute in range(120)], ["ada grew by 3.8 MB"]),
        ([100 * MB] * 60 + [150 * MB] * 2 + [100 * MB] * 58, []),
        ([100 * MB] * 60 + [150 * MB] * STRETCH_MIN + [100 * MB] * 50, ["ada grew by 50.0 MB"]),
        ([100 * MB] * 2, []),
    ],
    ids=["flat", "warming up", "little", "much", "a moment", "and back", "too short to tell"],
)
def test_growth_is_what_stays_for_ten_minutes(minutes: list[int], gave_way: list[str]) -> None:
    outcome = Outcome(cases=len(minutes))
    judge("ada", minutes, outcome)
    assert outcome.gave_way == gave_way
    assert outcome.figures["ada"].endswith("MB more at most")


def test_the_bar_is_three_megabytes() -> None:
    assert GROWTH_BYTES_MAX == 3 * MB
