"""What is missing between two entries, and below one."""

from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.feed.gaps import missing_below, missing_between

entries = st.sets(st.integers(0, 30))


def ranges(held: set[int]) -> list[tuple[int, int]]:
    return [(each, each + 1) for each in held]


def test_nothing_is_missing_where_all_is_held() -> None:
    assert missing_between([(0, 9)], 2, 7) == 0 and missing_below([(0, 9)], 7) == 0


def test_ranges_in_any_order_do() -> None:
    assert missing_between([(12, 20), (0, 5)], 3, 15) == 7
    assert missing_below([(12, 20), (0, 5)], 15) == 7


@given(entries, st.integers(0, 30), st.integers(0, 30))
def test_it_is_what_one_counts_by_hand(held: set[int], one: int, other: int) -> None:
    older, newer = sorted((one, other))
    between = [each for each in range(older + 1, newer) if each not in held]
    assert missing_between(ranges(held), older, newer) == len(between)


@given(entries, st.integers(0, 30))
def test_below_one_the_first_run_that_is_met_counts(held: set[int], newer: int) -> None:
    at = newer - 1
    while at >= 0 and at in held:
        at -= 1
    run = 0
    while at >= 0 and at not in held:
        at, run = at - 1, run + 1
    assert missing_below(ranges(held), newer) == run
