"""What is believed of a holder, from what was seen of it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.history.availability import (
    DAY_MS,
    DAY_PARTS,
    FRIEND,
    HOUR_MS,
    SAMPLE_EVERY_MS,
    SERVER,
    WEEK_MS,
    Audits,
    Presence,
    alive,
    audited,
    coming_day,
    faded_audits,
    first_presence,
    hour_of_week,
    mean_up,
    observe,
    outlook,
    posterior,
    say_goodbye,
    survival,
    trust,
    week_profile,
)

ROUNDING = 1e-15
"""A silence that is a billionth of a millisecond longer may seem likelier by one last digit."""

ME = NodeId(b"\x01" * 32)
GOOD = (120 * HOUR_MS, 3 * HOUR_MS, 1 / (200 * DAY_MS))
NAPPER = (3 * HOUR_MS, 8 * HOUR_MS, 1 / (200 * DAY_MS))


def seen_at_hours(hours: range, days: int) -> Presence:
    """Somebody who was online at the same hours of each day."""
    seen = first_presence(FRIEND, -SAMPLE_EVERY_MS)
    for now_ms in range(0, days * DAY_MS, SAMPLE_EVERY_MS):
        seen = observe(seen, now_ms // HOUR_MS % 24 in hours, now_ms)
    return seen


def test_nothing_seen_leaves_the_belief_of_the_role() -> None:
    assert mean_up(first_presence(FRIEND, 0), FRIEND) == FRIEND.up
    assert set(week_profile(first_presence(SERVER, 0), SERVER)) == {SERVER.up}


def test_a_posterior_is_between_what_was_seen_and_what_was_believed() -> None:
    assert posterior(6, 0, 0.5, 2) == 7 / 8
    assert posterior(0, 0, 0.3, 4) == 0.3


@pytest.mark.slow  # two weeks of samples
def test_evening_people_are_expected_in_the_evening() -> None:
    seen = seen_at_hours(range(18, 24), days=14)
    day = coming_day(week_profile(seen, FRIEND), 14 * DAY_MS)
    assert min(day[6:]) > 0.8
    assert max(day[:6]) < 0.1
    assert mean_up(seen, FRIEND) == pytest.approx(0.25, abs=0.01)


def test_the_parts_of_the_day_begin_now() -> None:
    profile = [1.0] * 3 + [0.0] * 165
    assert coming_day(profile, 0) == (1.0,) + (0.0,) * 7
    assert coming_day(profile, WEEK_MS - 4 * HOUR_MS)[:3] == (0.0, pytest.approx(2 / 3), 1 / 3)
    assert hour_of_week(WEEK_MS - 1) == 167


def test_one_missed_sample_is_no_absence_and_two_are() -> None:
    seen = first_presence(FRIEND, 0)
    once = observe(seen, False, SAMPLE_EVERY_MS)
    assert once.online
    assert alive(once, FRIEND, SAMPLE_EVERY_MS) == 1
    twice = observe(once, False, 2 * SAMPLE_EVERY_MS)
    assert not twice.online
    assert twice.since_ms == 0, "it was silent since it was last seen"
    back = observe(twice, True, 3 * SAMPLE_EVERY_MS)
    assert (back.online, back.misses) == (True, 0)
    assert back.down_mean_ms < FRIEND.down_mean_ms


def test_a_sample_of_the_past_changes_nothing() -> None:
    seen = observe(first_presence(FRIEND, 0), True, HOUR_MS)
    assert observe(seen, False, HOUR_MS) is seen


def test_old_samples_fade_to_half_in_four_weeks() -> None:
    seen = observe(first_presence(FRIEND, 0), True, 1)
    later = observe(seen, True, 4 * WEEK_MS + HOUR_MS)
    assert later.ups[0] == pytest.approx(0.5)
    assert later.ups[1] == 1


def test_silence_is_weighed_by_the_holders_own_naps() -> None:
    """The half-way points that take the place of a timeout."""
    assert survival(17 * HOUR_MS, *GOOD) == pytest.approx(0.5, abs=0.05)
    assert survival(17 * HOUR_MS, *NAPPER) > 0.97
    assert survival(0, *GOOD) > 0.97


@example(
    3070327344.3599405, 7.311966400256792e-07, 3.6e6, 6749796972.296875, 7.311966400256792e-07
)
@given(
    st.floats(0, 1e10),
    st.floats(0, 1e10),
    st.floats(HOUR_MS, 1e10),
    st.floats(HOUR_MS, 1e10),
    st.floats(0, 1e-6),
)
def test_hope_falls_with_silence(
    off: float, more: float, up: float, down: float, leaving: float
) -> None:
    sooner, later = (survival(ms, up, down, leaving) for ms in (off, off + more))
    assert 0 <= later <= sooner + ROUNDING
    assert sooner <= 1


def test_a_goodbye_ends_all_hope_until_it_is_seen_again() -> None:
    gone = say_goodbye(first_presence(SERVER, 0))
    assert alive(gone, SERVER, 0) == 0
    assert outlook(ME, gone, Audits(), SERVER, None, 0).up == (0.0,) * DAY_PARTS
    assert alive(observe(gone, True, HOUR_MS), SERVER, HOUR_MS) == 1


def test_a_strangers_claim_counts_half_and_one_failed_audit_nearly_ends_it() -> None:
    assert trust(0, 0, doubt=1) == 0.5
    assert trust(0, 0, doubt=0) == 1
    proven = Audits()
    for _ in range(30):
        proven = audited(proven, True)
    assert trust(proven.passed, proven.failed, proven.doubt) > 0.96
    caught = audited(Audits(passed=1), False)
    assert trust(caught.passed, caught.failed, caught.doubt) == pytest.approx(2 / 13)
    assert faded_audits(proven, 4).passed == pytest.approx(15)


@given(st.lists(st.booleans(), max_size=60), st.integers(0, 10 * WEEK_MS))
def test_an_outlook_is_a_probability_whatever_was_seen(seen: list[bool], start: int) -> None:
    presence, now_ms = first_presence(SERVER, start), start
    for online in seen:
        now_ms += SAMPLE_EVERY_MS
        presence = observe(presence, online, now_ms)
    told = outlook(ME, presence, Audits(), SERVER, "as1", now_ms + DAY_MS)
    assert (told.server, told.domain, len(told.up)) == (True, "as1", DAY_PARTS)
    assert all(0 <= part <= told.held <= 1 for part in told.up)
    assert presence == replace(presence), "equal inputs give equal beliefs"
    assert sum(presence.ups) + sum(presence.downs) <= len(seen)
