"""How well a feed is covered, and when that is not enough."""

from math import exp, isclose, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.history.availability import DAY_PARTS, HOUR_MS, Outlook
from swarmfeed.core.history.slack import (
    OUTAGE,
    Coverage,
    copies_of,
    cover,
    has_slack,
    smooth_unavailability,
    target,
    unavailability,
    with_holder,
)

from tests.examples import at_most

probabilities = st.floats(0, 1)


def holder(
    number: int, up: float, *, server: bool = True, domain: str | None = None, held: float = 1
) -> Outlook:
    node_id = NodeId(number.to_bytes(32, "big"))
    return Outlook(node_id, server, domain, (up * held,) * DAY_PARTS, held)


@st.composite
def holders(draw: st.DrawFn, max_size: int = 8) -> list[Outlook]:
    count = draw(st.integers(0, max_size))
    return [
        Outlook(
            NodeId(number.to_bytes(32, "big")),
            draw(st.booleans()),
            draw(st.sampled_from([None, "as1", "as2"])),
            tuple(draw(st.lists(probabilities, min_size=DAY_PARTS, max_size=DAY_PARTS))),
            draw(probabilities),
        )
        for number in range(count)
    ]


def test_independent_holders_miss_together_rarely() -> None:
    both = cover([holder(1, 0.9), holder(2, 0.8)], {})
    assert unavailability(both, {}) == pytest.approx(0.02)
    assert unavailability(cover([], {}), {}) == 1


def test_two_servers_of_one_company_are_hardly_better_than_the_company() -> None:
    apart = cover([holder(1, 0.99), holder(2, 0.99)], {})
    together = cover([holder(1, 0.99, domain="as1"), holder(2, 0.99, domain="as1")], {})
    assert unavailability(apart, {}) == pytest.approx(1e-4)
    assert OUTAGE < unavailability(together, {}) < OUTAGE * 1.1


def test_a_lonely_server_in_a_domain_is_as_good_as_it_was_seen_to_be() -> None:
    assert unavailability(cover([holder(1, 0.9, domain="as1")], {}), {}) == pytest.approx(0.1)


def test_only_the_hours_of_the_readers_count() -> None:
    morning = Outlook(NodeId(b"m" * 32), False, None, (1.0,) * 4 + (0.0,) * 4, 1)
    covered = cover([morning], {})
    assert unavailability(covered, {}) == 0.5
    assert unavailability(covered, {}, (1, 1, 1, 1, 0, 0, 0, 0)) == 0


def test_an_author_and_friends_count_as_one_lasting_copy_at_most() -> None:
    crowd = [holder(number, 0.3, server=False) for number in range(9)]
    assert copies_of(cover(crowd, {})) == 1
    assert copies_of(cover([*crowd, holder(10, 0.9, held=0.5)], {})) == 1.5


@settings(max_examples=at_most(50))
@given(holders(), st.randoms(use_true_random=False))
def test_the_order_of_holders_changes_nothing(all_of: list[Outlook], dice: object) -> None:
    shuffled = list(all_of)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis hides its type
    assert cover(shuffled, {}) == cover(all_of, {})


@settings(max_examples=at_most(50))
@given(holders(), probabilities, probabilities, st.sampled_from([None, "as1", "as2"]))
def test_one_more_holder_never_makes_it_worse(
    before: list[Outlook], up: float, held: float, domain: str | None
) -> None:
    covered = cover(before, {})
    more = with_holder(covered, holder(99, up, domain=domain, held=held), {})
    assert unavailability(more, {}) <= unavailability(covered, {}) + 1e-15
    assert copies_of(more) >= copies_of(covered)
    assert 0 <= unavailability(more, {}) <= 1


@settings(max_examples=at_most(50))
@given(holders(), st.integers(0, 7))
def test_a_goodbye_never_makes_it_better(before: list[Outlook], which: int) -> None:
    if not before:
        return
    leaver = before[which % len(before)]
    gone = Outlook(leaver.node_id, leaver.server, leaver.domain, (0.0,) * DAY_PARTS, 0.0)
    after = [gone if each is leaver else each for each in before]
    assert unavailability(cover(after, {}), {}) >= unavailability(cover(before, {}), {}) - 1e-15
    assert copies_of(cover(after, {})) <= copies_of(cover(before, {}))


@pytest.mark.attack("A18")
@settings(max_examples=at_most(30))
@given(st.integers(1, 300), st.floats(0.001, 0.1))
def test_a_crowd_behind_one_company_cannot_promise_more_than_the_company(
    crowd: int, outage: float
) -> None:
    claims = [holder(number, 1.0, domain="as1", held=0.5) for number in range(crowd)]
    covered = cover(claims, {"as1": outage})
    assert unavailability(covered, {"as1": outage}) >= outage * (1 - 1e-12)
    assert copies_of(covered) <= 1


def test_targets_follow_demand_and_size_within_bounds() -> None:
    assert target(2, 2) == pytest.approx(1e-3)
    assert target(20, 2) == pytest.approx(1e-4)
    assert target(2000, 2) == pytest.approx(1e-4)
    assert target(0, 2) == pytest.approx(1e-2)
    assert target(2, 2, size=5, ordinary_size=1) == pytest.approx(5e-3)


def test_slack_is_too_little_reach_or_too_few_copies() -> None:
    assert not has_slack(1e-4, 1e-3, 3.0)
    assert has_slack(2e-3, 1e-3, 3.0)
    assert has_slack(1e-4, 1e-3, 2.4)


def test_a_short_absence_moves_the_average_little() -> None:
    moved = smooth_unavailability(1e-4, 1e-2, HOUR_MS)
    assert 1e-4 < moved < 1.2e-4
    half = smooth_unavailability(1e-4, 1e-2, 24 * HOUR_MS)
    assert isclose(half, exp((log(1e-4) + log(1e-2)) / 2))
    assert smooth_unavailability(None, 0.25, 0) == 0.25
    assert smooth_unavailability(0.25, 0.0, HOUR_MS) > 0


def test_nothing_covers_an_empty_feed() -> None:
    assert unavailability(Coverage(), {}) == 1
    assert copies_of(Coverage()) == 0
