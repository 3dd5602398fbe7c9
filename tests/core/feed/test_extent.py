"""How much of a feed is shown, the newest first."""

import pytest
from swarmfeed.core.feed.extent import first_within

RUNS = [(768, 100), (512, 300), (256, 200), (0, 400)]
"""First entry and bytes of each run, newest first."""


def test_all_of_a_feed_that_fits_is_shown() -> None:
    assert first_within(RUNS, 1_000) == 0
    assert first_within([], 0) == 0


@pytest.mark.attack("A20")
def test_the_newest_runs_that_fit_are_shown() -> None:
    assert first_within(RUNS, 999) == 256
    assert first_within(RUNS, 600) == 256
    assert first_within(RUNS, 599) == 512
    assert first_within(RUNS, 400) == 512
    assert first_within(RUNS, 399) == 768


def test_the_newest_run_is_shown_whatever_it_takes() -> None:
    assert first_within(RUNS, 0) == 768
    assert first_within([(0, 10**9)], 1) == 0
