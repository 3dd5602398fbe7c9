"""Half-open ranges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.ranges import joined, subtract, widest


@pytest.mark.parametrize(
    ("done", "left"),
    [
        ([], [(3, 9)]),
        ([(0, 3), (9, 12)], [(3, 9)]),
        ([(3, 9)], []),
        ([(0, 20)], []),
        ([(0, 4)], [(4, 9)]),
        ([(8, 30)], [(3, 8)]),
        ([(4, 5), (6, 7)], [(3, 4), (5, 6), (7, 9)]),
    ],
)
def test_what_is_done_is_cut_out(
    done: list[tuple[int, int]], left: list[tuple[int, int]]
) -> None:
    assert subtract(3, 9, done) == left


def test_nothing_is_left_of_nothing() -> None:
    assert subtract(5, 5, []) == []


@given(st.sets(st.integers(0, 40)), st.integers(0, 40), st.integers(0, 40))
def test_exactly_the_entries_that_are_not_done_are_left(
    done: set[int], start: int, end: int
) -> None:
    left = subtract(start, end, [(each, each + 1) for each in sorted(done)])
    entries = [each for first, stop in left for each in range(first, stop)]
    assert entries == [each for each in range(start, end) if each not in done]


def test_what_lies_within_another_range_is_left_out() -> None:
    assert widest([]) == []
    assert widest([(5, 9), (0, 4), (1, 3), (0, 2), (6, 7), (4, 8)]) == [(0, 4), (4, 8), (5, 9)]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40))))
def test_joined_ranges_hold_the_same_entries_with_gaps_in_between(
    ranges: list[tuple[int, int]],
) -> None:
    found = joined(ranges)
    numbers = {each for start, end in ranges for each in range(start, end)}
    assert [each for start, end in found for each in range(start, end)] == sorted(numbers)
    ends = [each for pair in found for each in pair]
    assert ends == sorted(set(ends)), "none is empty, and none touches the next"
