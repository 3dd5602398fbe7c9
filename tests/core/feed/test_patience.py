"""How long holders are waited for: literal times, and what liars can make of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.limits import CHUNKS_IN_FLIGHT_MAX
from swarmfeed.core.feed.limits import (
    PACE_BYTES_PER_S,
    PAROLE_MS,
    RACE_MS_FIRST,
    RACE_MS_MAX,
    RACE_MS_MIN,
    UNPROVEN_CHUNKS,
)
from swarmfeed.core.feed.patience import Repute, Wait, keeps_pace, race_size


def learned(*samples_ms: int) -> Wait:
    wait = Wait()
    for sample_ms in samples_ms:
        wait = wait.learn(sample_ms)
    return wait


def test_the_wait_is_estimated_as_rfc_6298_says() -> None:
    assert Wait().patience_ms() == RACE_MS_FIRST == 500
    first = learned(300)
    assert (first.mean_ms, first.deviation_ms) == (300, 150)
    assert first.patience_ms() == 900
    second = first.learn(700)
    assert (second.mean_ms, second.deviation_ms) == (350, 212.5)
    assert second.patience_ms() == 1_200


def test_a_quick_and_steady_holder_is_waited_for_shortly_but_never_too_shortly() -> None:
    assert learned(*[20] * 50).patience_ms() == RACE_MS_MIN


@pytest.mark.attack("A44")
@given(st.lists(st.integers(0, 10**6), max_size=30))
def test_however_late_bytes_come_nobody_is_waited_for_longer_than_two_seconds(
    samples_ms: list[int],
) -> None:
    assert RACE_MS_MIN <= learned(*samples_ms).patience_ms() <= RACE_MS_MAX == 2_000


def test_who_delivers_is_asked_for_twice_as_much_each_time() -> None:
    repute, windows = Repute(), []
    for _ in range(6):
        windows.append(repute.window())
        repute = repute.delivered_chunk()
    assert windows == [
        UNPROVEN_CHUNKS,
        16,
        32,
        64,
        CHUNKS_IN_FLIGHT_MAX,
        CHUNKS_IN_FLIGHT_MAX,
    ]


def test_who_keeps_us_waiting_is_demoted_for_a_minute_then_two_then_four() -> None:
    repute, now_ms, pauses = Repute(delivered=9), 1_000, []
    for _ in range(9):
        repute = repute.kept_waiting(now_ms)
        assert repute.demoted_until_ms is not None
        pauses.append((repute.demoted_until_ms - now_ms) // PAROLE_MS)
        assert repute.is_demoted(now_ms) and repute.window() == 1
        now_ms = repute.demoted_until_ms
        assert not repute.is_demoted(now_ms)
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 64, 64]


def test_a_wait_on_many_chunks_at_once_counts_once() -> None:
    once = Repute().kept_waiting(1_000)
    assert once.kept_waiting(1_001) is once


def test_a_delivery_makes_good() -> None:
    again = Repute().kept_waiting(0).kept_waiting(PAROLE_MS).delivered_chunk()
    assert not again.is_demoted(PAROLE_MS)
    assert again.window() == 2 * UNPROVEN_CHUNKS


def test_pace_is_a_block_a_second_or_a_thirty_second_of_the_fastest() -> None:
    assert keeps_pace(PACE_BYTES_PER_S, 1_000, 0)
    assert not keeps_pace(PACE_BYTES_PER_S - 1, 1_000, 0)
    assert keeps_pace(PACE_BYTES_PER_S // 4, 250, 0)
    assert not keeps_pace(0, 0, 0)
    fast = 32_000_000
    assert keeps_pace(1_000_000, 1_000, fast)
    assert not keeps_pace(999_999, 1_000, fast)


@pytest.mark.attack("A44")
def test_a_race_grows_so_that_liars_cost_the_logarithm_of_their_number() -> None:
    asked, rounds = 1, 0
    while asked < 200:
        asked += race_size(asked)
        rounds += 1
    assert (race_size(0), race_size(1), race_size(3), rounds) == (1, 2, 6, 5)
