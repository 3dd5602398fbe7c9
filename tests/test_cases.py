"""Every case is asked, and none that fails is hidden behind the first."""

import pytest

from tests.cases import check_each


def even(number: int) -> None:
    assert number % 2 == 0
    if number == 4:
        pytest.fail("four")


def test_every_case_is_asked() -> None:
    asked: list[object] = []
    check_each([("a", 1), ("b", 2)], asked.append)
    assert asked == [1, 2]


def test_each_case_that_fails_is_named_and_the_others_are_asked() -> None:
    with pytest.raises(BaseExceptionGroup, match="3 of 4 cases") as raised:
        check_each([("one", 1), ("two", 2), ("three", 3), ("four", 4)], even)
    assert [error.__notes__ for error in raised.value.exceptions] == [
        ["case: one"],
        ["case: three"],
        ["case: four"],
    ]


def test_no_case_at_all_is_a_failure() -> None:
    with pytest.raises(AssertionError, match="nothing to check"):
        check_each([], even)


def test_who_stops_it_is_obeyed() -> None:
    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_each([("a", 1)], stop)
