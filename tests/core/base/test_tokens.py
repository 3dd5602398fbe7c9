from hypothesis import given, settings
from hypothesis import strategies as st
from swarmfeed.core.base.tokens import TokenBucket

from tests.examples import at_most


def test_a_burst_of_the_whole_capacity_passes_and_no_more() -> None:
    bucket = TokenBucket(10, 1, 100.0)
    assert bucket.take(10, 100.0)
    assert not bucket.take(1, 100.0)


def test_tokens_come_back_with_time() -> None:
    bucket = TokenBucket(10, 2, 0.0)
    assert bucket.take(10, 0.0)
    assert not bucket.take(3, 1.0)
    assert bucket.take(2, 1.0)
    assert bucket.take(10, 60.0)
    assert not bucket.take(1, 60.0)


def test_a_bucket_without_a_rate_is_a_plain_total() -> None:
    bucket = TokenBucket(3, 0, 0.0)
    assert bucket.take(2, 0.0)
    assert not bucket.take(2, 10**9)
    assert bucket.take(1, 10**9)


def test_a_clock_that_runs_backwards_gives_nothing() -> None:
    bucket = TokenBucket(10, 1, 50.0)
    assert bucket.take(10, 50.0)
    assert not bucket.take(1, 40.0)
    assert not bucket.take(1, 50.0)
    assert bucket.take(1, 51.0)


def test_a_debt_is_paid_off_as_tokens_come_back() -> None:
    bucket = TokenBucket(2, 0.5, 0.0)
    bucket.owe(3, 0.0)
    assert bucket.left(0.0) == -1
    assert bucket.paid_off_in_s(0.0) == 2.0
    assert not bucket.take(0.1, 1.0)
    assert bucket.paid_off_in_s(1.5) == 0.5
    assert bucket.paid_off_in_s(2.0) == 0.0
    assert not bucket.is_full(5.0)
    assert bucket.is_full(6.0)
    assert bucket.left(60.0) == 2.0


def test_what_is_given_back_pays_off_debts_and_never_overflows() -> None:
    bucket = TokenBucket(2, 0.5, 0.0)
    bucket.owe(3, 0.0)
    bucket.give(1.5, 0.0)
    assert bucket.left(0.0) == 0.5
    bucket.give(60, 1.0)
    assert bucket.left(1.0) == 2.0
    bucket.give(0, 1.0)
    assert bucket.left(1.0) == 2.0


@settings(max_examples=at_most(50))
@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 30))))
def test_never_more_passes_than_the_capacity_and_the_rate_allow(
    steps: list[tuple[float, float]],
) -> None:
    bucket = TokenBucket(20, 3, 0.0)
    now_s = passed = 0.0
    for wait_s, tokens in steps:
        now_s += wait_s
        if bucket.take(tokens, now_s):
            passed += tokens
        assert passed <= 20 + 3 * now_s + 1e-6
