"""By what time an entry is sorted, from what was seen of its feed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.limits import POST_AHEAD_MS_MAX
from swarmfeed.core.feed.entry import encode_entry, time_of
from swarmfeed.core.feed.limits import LEAPS_MAX, SIGHTINGS_FINE, SIGHTINGS_MAX
from swarmfeed.core.feed.sightings import (
    PLAIN,
    Leap,
    Reckoning,
    Sighting,
    add_leap,
    add_sighting,
    plain_reckoning,
    reckoning_of,
    still_true,
)

NOW_MS = 1_700_000_000_000
YEAR_MS = 365 * 24 * 3600 * 1000
SOON_MS = NOW_MS + POST_AHEAD_MS_MAX


def seen(start: int, stop: int, at_ms: int = NOW_MS) -> Sighting:
    return Sighting(start=start, stop=stop, at_ms=at_ms)


@given(st.integers(0, 10**15 - 1), st.binary(max_size=40))
def test_the_time_of_an_entry_is_read_from_its_end(time_ms: int, body: bytes) -> None:
    assert time_of(encode_entry("post", time_ms, body)) == time_ms


@pytest.mark.parametrize("time_ms", [0, NOW_MS, SOON_MS])
def test_what_is_not_dated_ahead_is_sorted_by_what_it_claims(time_ms: int) -> None:
    assert Reckoning(sightings=(seen(0, 9),)).sort_ms(3, time_ms) == time_ms
    assert PLAIN.sort_ms(3, time_ms + YEAR_MS) == time_ms + YEAR_MS


@pytest.mark.parametrize(
    ("index", "sort_ms"),
    [(2, SOON_MS + 1), (3, NOW_MS), (4, NOW_MS), (5, SOON_MS + 1)],
)
def test_what_is_dated_ahead_is_sorted_by_when_it_was_first_seen(
    index: int, sort_ms: int
) -> None:
    known = Reckoning(sightings=(seen(3, 5, NOW_MS + 1000), seen(3, 5), seen(9, 10, 0)))
    assert known.sort_ms(index, SOON_MS + 1) == sort_ms


def test_a_leap_lifts_what_only_a_slow_clock_saw_ahead() -> None:
    slow_ms = NOW_MS - YEAR_MS
    leap = Leap(from_ms=slow_ms + 1000, to_ms=NOW_MS)
    known = Reckoning(sightings=(seen(0, 9, slow_ms), seen(0, 9, NOW_MS)), leaps=(leap,))
    assert known.sort_ms(0, NOW_MS) == NOW_MS
    assert known.sort_ms(0, SOON_MS) == SOON_MS
    # Ahead of the right clock too, and so it stays where the slow one had put it.
    assert known.sort_ms(0, SOON_MS + 1) == slow_ms
    # A true sighting of long before the leap, of what is no longer ahead.
    old = Reckoning(sightings=(seen(0, 9, slow_ms - YEAR_MS),), leaps=(leap,))
    assert old.sort_ms(0, slow_ms - 1000) == slow_ms - YEAR_MS


def test_only_sightings_that_overlap_count_within_a_range() -> None:
    known = Reckoning(sightings=(seen(0, 3), seen(3, 6), seen(6, 9)))
    assert known.within(3, 6).sightings == (seen(3, 6),)
    assert known.within(2, 7).sightings == known.sightings
    assert known.within(9, 99).sightings == ()


def test_the_latest_of_many_is_the_one_that_is_sorted_last() -> None:
    known = Reckoning(sightings=(seen(4, 5),))
    assert known.latest_ms(3, [5, NOW_MS + YEAR_MS, 7]) == NOW_MS
    assert known.latest_ms(3, [NOW_MS + 1, NOW_MS + YEAR_MS]) == NOW_MS + 1
    assert known.latest_ms(3, []) == 0


def test_what_is_seen_soon_after_is_seen_together() -> None:
    first = add_sighting((), seen(0, 3))
    assert add_sighting(first, seen(3, 4, SOON_MS - 1)) == (seen(0, 4),)
    assert add_sighting(first, seen(3, 4, SOON_MS)) == (*first, seen(3, 4, SOON_MS))
    # The clock was set back: joined, the new ones would be seen in the future.
    assert add_sighting(first, seen(0, 4, NOW_MS - 1)) == (*first, seen(0, 4, NOW_MS - 1))


def test_sightings_of_a_feed_are_bounded_and_the_newest_stay_near() -> None:
    known: tuple[Sighting, ...] = ()
    hour_ms = 3600 * 1000
    for number in range(2 * 365):
        at_ms = NOW_MS + number * 24 * hour_ms
        known = add_sighting(known, seen(number, number + 1, at_ms))
        late_ms = at_ms - known[-1].at_ms
        assert late_ms < 2 * POST_AHEAD_MS_MAX << (len(known) // SIGHTINGS_FINE)
    assert len(known) < SIGHTINGS_MAX / 1.5
    full = tuple(seen(at, at + 1, NOW_MS + at) for at in range(SIGHTINGS_MAX))
    more = add_sighting(full, seen(5000, 5001, NOW_MS + YEAR_MS))
    assert len(more) == SIGHTINGS_MAX
    assert more[-1] == seen(SIGHTINGS_MAX - 1, 5001, NOW_MS + SIGHTINGS_MAX - 1)


def test_a_leap_takes_the_place_of_those_within_it_and_they_are_bounded() -> None:
    small, large = Leap(from_ms=20, to_ms=90), Leap(from_ms=10, to_ms=90)
    assert add_leap((small,), large) == (large,)
    assert add_leap((large,), Leap(from_ms=95, to_ms=99)) == (large, Leap(from_ms=95, to_ms=99))
    many = tuple(Leap(from_ms=at, to_ms=at + 1) for at in range(LEAPS_MAX))
    assert add_leap(many, Leap(from_ms=900, to_ms=901)) == many


def test_a_leap_beyond_our_time_was_none() -> None:
    leaps = (Leap(from_ms=0, to_ms=SOON_MS), Leap(from_ms=0, to_ms=SOON_MS + 1))
    assert still_true(leaps, NOW_MS) == leaps[:1]


def test_a_reckoning_is_the_same_after_it_was_told_in_plain_values() -> None:
    leaps = (Leap(from_ms=1, to_ms=NOW_MS), Leap(from_ms=2, to_ms=SOON_MS))
    for known in (PLAIN, Reckoning(sightings=(seen(3, 6), seen(9, 10, 0)), leaps=leaps)):
        assert reckoning_of(plain_reckoning(known)) == known
