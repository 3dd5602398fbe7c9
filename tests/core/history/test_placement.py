"""Who takes, who lets go, and why: the same on every server."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base.types import FeedId, NodeId
from swarmfeed.core.history.availability import DAY_MS, DAY_PARTS, HOUR_MS, Outlook
from swarmfeed.core.history.placement import (
    RELEASE_STEPS,
    FeedView,
    Memory,
    NoChange,
    Release,
    Take,
    decide,
    needed_servers,
    quantised_room,
    rank_servers,
    score,
    server_weight,
    unit_hash,
)
from swarmfeed.core.history.slack import copies_of, cover, has_slack, unavailability

from tests.examples import at_most

FEED = FeedId(b"f" * 32)


def holder(number: int, up: float, *, server: bool = True, held: float = 1) -> Outlook:
    node_id = NodeId(number.to_bytes(32, "big"))
    return Outlook(node_id, server, None, (up * held,) * DAY_PARTS, held)


def view_of(
    holders: list[Outlook], candidates: list[Outlook], *, allowed: float = 1e-3
) -> FeedView:
    servers = [each for each in (*holders, *candidates) if each.server]
    weights = {each.node_id: server_weight(max(each.up), 1.0) for each in servers}
    return FeedView(
        feed_id=FEED,
        holders=tuple(holders),
        claims=(),
        candidates=tuple(candidates),
        weights=weights,
        target=allowed,
        source_online=True,
        server_online=any(each.server for each in holders),
    )


@st.composite
def views(draw: st.DrawFn) -> FeedView:
    ups = st.floats(0.05, 0.999)
    everyone = [
        holder(number, draw(ups), server=draw(st.booleans()))
        for number in range(draw(st.integers(0, 5)))
    ]
    candidates = [holder(100 + n, draw(ups)) for n in range(draw(st.integers(0, 6)))]
    view = view_of(everyone, candidates, allowed=draw(st.sampled_from([1e-2, 1e-3, 1e-4])))
    return replace(view, source_online=draw(st.booleans()), server_online=True)


def run_until_quiet(view: FeedView, hours: int = 20) -> tuple[FeedView, int]:
    """Every server looks each hour and takes when it decides so; returns who took."""
    memories = {each.node_id: Memory() for each in view.candidates}
    taken = 0
    for hour in range(hours):
        for me in view.candidates:
            decision, memory = decide(me, view, memories[me.node_id], hour * HOUR_MS)
            memories[me.node_id] = memory
            if isinstance(decision, Take):
                taken += 1
                left = tuple(each for each in view.candidates if each is not me)
                view = replace(
                    view,
                    holders=(*view.holders, me),
                    candidates=left,
                    server_online=True,
                )
    return view, taken


def test_a_hash_is_between_zero_and_one_and_known() -> None:
    """Computed once by hand: sha256 of the label and both ids, its first 52 bits."""
    assert unit_hash(NodeId(b"s" * 32), FEED) == 0.8100782570513984


def test_better_servers_are_asked_more_often() -> None:
    good, flaky = NodeId(b"g" * 32), NodeId(b"b" * 32)
    weights = {good: server_weight(0.975, 1), flaky: server_weight(0.55, 1)}
    feeds = [FeedId(number.to_bytes(32, "big")) for number in range(1000)]
    first = sum(rank_servers(feed, weights, weights)[0] == good for feed in feeds)
    assert first / 1000 == pytest.approx(weights[good] / sum(weights.values()), abs=0.03)
    assert server_weight(0.9, 0.0) == 0
    assert score(2.0, 0.5) > score(1.0, 0.5) > 0


def test_room_is_told_in_steps_that_hold_still() -> None:
    assert quantised_room(0.99) == 0.875
    assert quantised_room(0.8, before=0.875) == 0.875
    assert quantised_room(0.7, before=0.875) == 0.625
    assert quantised_room(-1) == 0


def test_the_shortest_list_that_ends_the_slack_is_needed() -> None:
    author = holder(1, 0.3, server=False)
    good = [holder(number, 0.975) for number in (2, 3, 4)]
    assert needed_servers(cover([author], {}), good, 1e-3, {}) == good[:2]
    assert needed_servers(cover([author], {}), good, 1e-9, {}) == good
    assert needed_servers(cover([author, *good], {}), [holder(5, 0.9)], 1e-3, {}) == []


def test_servers_of_another_company_come_first() -> None:
    author = holder(1, 0.3, server=False)
    first, second, third = (
        replace(holder(number, 0.975), domain=domain)
        for number, domain in ((2, "as1"), (3, "as1"), (4, "as2"))
    )
    ranked = [first, second, third]
    assert needed_servers(cover([author], {}), ranked, 1e-2, {}) == [first, third]


@settings(max_examples=at_most(40))
@given(views())
@example(  # 104 has its turn between two looks of 100, which is not needed afterwards
    view_of(
        [],
        [holder(100 + n, up) for n, up in enumerate((0.25, 0.5, 0.75, 0.875, 0.5))],
        allowed=1e-2,
    )
)
def test_as_many_servers_take_a_feed_as_are_needed(view: FeedView) -> None:
    by_id = {each.node_id: each for each in view.candidates}
    ranked = [by_id[each] for each in rank_servers(FEED, by_id, view.weights)]
    needed = needed_servers(cover(view.holders, {}), ranked, view.target, {})
    view = replace(view, source_online=True)
    in_order, taken = run_until_quiet(replace(view, candidates=tuple(ranked)))
    assert taken == len(needed)
    assert set(in_order.holders) == {*view.holders, *needed}
    # Whoever looks when: none too many, and enough.
    after, taken = run_until_quiet(view)
    assert taken <= len(needed)
    assert set(after.holders) <= {*view.holders, *needed}
    covered = cover(after.holders, {})
    enough = not has_slack(unavailability(covered, {}), view.target, copies_of(covered))
    assert enough or taken == len(needed)


@settings(max_examples=at_most(40))
@given(views(), st.integers(0, 10), st.integers(0, 30))
def test_equal_views_give_equal_decisions_with_a_reason(
    view: FeedView, steps: int, days: int
) -> None:
    memory = Memory(None, steps, 0, RELEASE_STEPS)
    for me in (*view.holders, *view.candidates):
        first = decide(me, view, memory, days * DAY_MS)
        reordered = replace(view, holders=view.holders[::-1], candidates=view.candidates[::-1])
        assert decide(me, reordered, memory, days * DAY_MS) == first
        assert first[0].reason


@settings(max_examples=at_most(40))
@given(views(), st.integers(0, 30))
def test_nobody_takes_what_somebody_lets_go(view: FeedView, days: int) -> None:
    memory = Memory(None, 5, 0, RELEASE_STEPS)
    decisions = [
        decide(me, view, memory, days * DAY_MS)[0]
        for me in (*(each for each in view.holders if each.server), *view.candidates)
    ]
    kinds = {type(each) for each in decisions}
    assert not {Take, Release} <= kinds
    assert sum(isinstance(each, Release) for each in decisions) <= 1


def test_the_first_takes_and_the_second_waits_to_see_whether_it_is_still_needed() -> None:
    view = view_of(
        [holder(1, 0.3, server=False), holder(9, 0.5)], [holder(2, 0.975), holder(3, 0.9)]
    )
    order = rank_servers(FEED, [each.node_id for each in view.candidates], view.weights)
    by_id = {each.node_id: each for each in view.candidates}
    first, memory = decide(by_id[order[0]], view, Memory(), 0)
    assert isinstance(first, Take)
    assert first.reason.startswith(
        "too few have it, and we are number 1 to take it: out of reach about 8 hours a day"
    )
    second, memory = decide(by_id[order[1]], view, Memory(), 0)
    assert isinstance(second, NoChange)
    assert second.reason.startswith("too few have it, waiting for 1 server")
    again, _ = decide(by_id[order[1]], view, memory, HOUR_MS)
    assert isinstance(again, Take)


def test_when_no_server_can_be_reached_the_two_first_take_at_once() -> None:
    view = view_of([holder(1, 0.3, server=False)], [holder(n, 0.9) for n in range(2, 8)])
    decisions = [decide(me, view, Memory(), 0)[0] for me in view.candidates]
    assert sum(isinstance(each, Take) for each in decisions) == 2
    assert any("no server has it" in each.reason for each in decisions)


def test_nothing_is_taken_without_a_source_or_against_the_quota() -> None:
    view = view_of([holder(1, 0.3, server=False)], [holder(2, 0.9)])
    me = view.candidates[0]
    unseen, _ = decide(me, replace(view, source_online=False), Memory(), 0)
    assert isinstance(unseen, NoChange)
    assert "nobody to fetch from" in unseen.reason
    refused, _ = decide(me, view, Memory(), 0, refusal="the disk is full")
    assert refused == NoChange("too few have it, but the disk is full")


def test_a_superfluous_copy_is_let_go_by_the_lowest_after_a_day_of_doubt() -> None:
    friends = [holder(number, 0.9, server=False) for number in range(1, 5)]
    servers = [holder(number, 0.9) for number in range(5, 8)]
    view = view_of([*friends, *servers], [])
    order = rank_servers(FEED, [each.node_id for each in servers], view.weights)
    for me in servers:
        memory, released = Memory(), []
        for hour in range(RELEASE_STEPS + 1):
            decision, memory = decide(me, view, memory, hour * HOUR_MS)
            released += [hour] if isinstance(decision, Release) else []
        assert released == ([RELEASE_STEPS - 1] if me.node_id == order[-1] else [])


def test_an_evening_of_need_starts_the_doubt_anew() -> None:
    friends = [holder(number, 0.9, server=False) for number in range(1, 5)]
    me, other = holder(5, 0.9), holder(6, 0.95)
    spare = view_of([*friends, me, other], [])
    needed = view_of([friends[0], me], [])
    memory = Memory(spare_steps=RELEASE_STEPS - 2)
    _, memory = decide(me, needed, memory, HOUR_MS)
    assert memory.spare_steps == 0
    decision, _ = decide(me, spare, memory, HOUR_MS)
    assert isinstance(decision, NoChange)


def merge_view(weak_up: float, others: int) -> FeedView:
    people = [holder(number, 0.9, server=False) for number in range(1, 3)]
    weak = [holder(10 + number, weak_up) for number in range(4)]
    return view_of([*people, *weak], [holder(20 + number, 0.99) for number in range(others)])


def test_one_copy_on_a_better_server_stands_for_two_after_a_day() -> None:
    view = merge_view(0.55, others=3)
    order = rank_servers(FEED, [each.node_id for each in view.candidates], view.weights)
    took = {}
    for me in view.candidates:
        memory = Memory()
        for hour in range(RELEASE_STEPS):
            decision, memory = decide(me, view, memory, hour * HOUR_MS)
        took[me.node_id] = isinstance(decision, Take)
        if took[me.node_id]:
            assert decision.reason.startswith("stands for 2 others on weaker servers")
    assert took == {each: each == order[0] for each in order}


def test_it_does_not_where_a_copy_goes_anyway_or_it_is_refused() -> None:
    view, memory = merge_view(0.8, others=1), Memory(spare_steps=RELEASE_STEPS)
    decision, after = decide(view.candidates[0], view, memory, 0)
    assert "one is about to let go" in decision.reason
    assert after.spare_steps == 0
    view = merge_view(0.55, others=1)
    decision, _ = decide(view.candidates[0], view, memory, 0, refusal="the disk is full")
    assert isinstance(decision, NoChange)
    unseen = replace(view, source_online=False)
    assert isinstance(decide(view.candidates[0], unseen, memory, 0)[0], NoChange)


def test_a_claim_counts_half_of_the_copy_it_announces() -> None:
    view = view_of([holder(1, 0.3, server=False), holder(2, 0.9)], [holder(3, 0.9)])
    claimed = replace(view, claims=(holder(4, 0.999),))
    me = view.candidates[0]
    _, without = decide(me, view, Memory(), 0)
    _, with_claim = decide(me, claimed, Memory(), 0)
    assert without.unavailable == pytest.approx(0.07)
    assert with_claim.unavailable == pytest.approx(0.07 * 0.5005)
