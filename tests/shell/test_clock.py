"""The real clock and the fake one keep the same promises."""

import time

import pytest
from street.fakes.clock import FakeClock
from swarmfeed.ports import Clock
from swarmfeed.shell.clock import FastClock, SystemClock

YEAR_2020_MS = 1_577_836_800_000
YEAR_2200_MS = 7_258_118_400_000


@pytest.fixture(params=[SystemClock, FakeClock], ids=["system", "fake"])
def clock(request: pytest.FixtureRequest) -> Clock:
    made: Clock = request.param()
    return made


def test_the_time_is_in_milliseconds_of_unix(clock: Clock) -> None:
    assert YEAR_2020_MS < clock.now_ms() < YEAR_2200_MS


def test_monotonic_time_never_runs_backwards(clock: Clock) -> None:
    times = [clock.monotonic_ms() for _ in range(1_000)]
    assert times == sorted(times)


def test_what_a_thread_has_cost_never_becomes_less(clock: Clock) -> None:
    costs = [clock.busy_s() for _ in range(1_000)]
    assert costs == sorted(costs)


def test_the_fake_work_costs_what_a_test_says_and_takes_no_time() -> None:
    clock = FakeClock()
    before_s = clock.busy_s()
    clock.advance(500)
    clock.work(0.25)
    assert clock.busy_s() - before_s == 0.25
    assert clock.monotonic_ms() == 500


def test_only_work_costs_and_not_waiting() -> None:
    clock = SystemClock()
    before_s = clock.busy_s()
    time.sleep(0.02)
    waited_s = clock.busy_s() - before_s
    sum(range(1_000_000))
    assert waited_s < clock.busy_s() - before_s - waited_s


def test_work_costs_no_more_however_fast_the_clock_of_the_policy_runs() -> None:
    clock = FastClock(1_000_000)
    before_s = clock.busy_s()
    assert clock.busy_s() - before_s < 60


def test_the_system_clock_agrees_with_the_machine() -> None:
    assert abs(SystemClock().now_ms() - time.time() * 1_000) < 1_000
    before = SystemClock().monotonic_ms()
    time.sleep(0.02)
    assert 19 <= SystemClock().monotonic_ms() - before < 5_000


def test_the_fake_clock_moves_only_when_told() -> None:
    clock = FakeClock(now_ms=1_000)
    clock.advance(500)
    assert (clock.now_ms(), clock.monotonic_ms()) == (1_500, 500)
    clock.set_wall_clock(10)
    assert (clock.now_ms(), clock.monotonic_ms()) == (10, 500)


def test_a_fast_clock_keeps_its_factor_and_agrees_with_its_like() -> None:
    first, second = FastClock(1_000), FastClock(1_000)
    times = [each.now_ms() for each in (first, second, first)]
    assert times == sorted(times)
    ahead_ms = first.now_ms() - SystemClock().now_ms()
    since_2026_ms = SystemClock().now_ms() - 1_767_225_600_000
    assert ahead_ms / since_2026_ms == pytest.approx(999, rel=0.01)
    assert second.monotonic_ms() >= first.monotonic_ms() - 60_000
