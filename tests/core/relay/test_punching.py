"""When two ends connect to each other, and when neither does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.relay.limits import (
    PUNCH_REST_S,
    PUNCH_TOGETHER_S,
    PUNCHES_A_DAY,
    PUNCHES_AT_ONCE,
    PUNCHES_OF_PAIR_A_DAY,
)
from swarmfeed.core.relay.punching import Crossing, Punching

ANNA, BEN, CLEO = (NodeId(letter * 32) for letter in (b"a", b"b", b"c"))
AT = Endpoint("20.0.0.2", 40_001)
ELSEWHERE = Endpoint("20.0.0.9", 40_001)
INSIDE = Endpoint("192.168.1.1", 8_080)


def may_dial(endpoint: Endpoint) -> bool:
    return endpoint != INSIDE


def wishing(own: NodeId = ANNA, other: NodeId = BEN) -> Punching:
    punching = Punching(own, may_dial)
    assert punching.wish(other, 0)
    return punching


def test_both_words_make_a_crossing_in_either_order_and_the_lower_id_dials() -> None:
    first = wishing()
    assert first.on_seen(BEN, AT, 1) == (True, None)
    assert first.on_said(BEN, AT, 2) == Crossing(far=AT, dials=True)
    other = wishing(BEN, ANNA)
    assert other.on_said(ANNA, AT, 1) is None
    assert other.on_seen(ANNA, AT, 2) == (True, Crossing(far=AT, dials=False))


def test_nothing_is_told_or_done_unasked() -> None:
    punching = Punching(ANNA, may_dial)
    assert punching.on_seen(BEN, AT, 1) == (False, None)
    assert punching.on_said(BEN, AT, 1) is None
    assert punching.wish(BEN, 2) and not punching.wish(BEN, 2)
    assert punching.on_seen(BEN, AT, 3) == (True, None)


@pytest.mark.attack("A220")
def test_a_peer_that_names_somebody_else_has_nobody_dialled() -> None:
    punching = wishing()
    punching.on_seen(BEN, AT, 1)
    assert punching.on_said(BEN, ELSEWHERE, 1) is None


@pytest.mark.attack("A221")
def test_a_relay_that_names_somebody_else_has_nobody_dialled() -> None:
    punching = wishing()
    assert punching.on_said(BEN, AT, 1) is None
    assert punching.on_seen(BEN, ELSEWHERE, 1) == (True, None)


@pytest.mark.attack("A222")
def test_both_together_have_nobody_dialled_where_we_may_not() -> None:
    punching = wishing()
    assert punching.on_seen(BEN, INSIDE, 1) == (False, None)
    assert punching.on_said(BEN, INSIDE, 1) is None


def test_old_words_do_not_count_and_the_pair_rests_before_the_next_try() -> None:
    for late in ("seen", "said"):
        punching = wishing()
        later_s = 1 + PUNCH_TOGETHER_S + 1
        if late == "said":
            punching.on_seen(BEN, AT, 1)
            assert punching.on_said(BEN, AT, later_s) is None
        else:
            punching.on_said(BEN, AT, 1)
            assert punching.on_seen(BEN, AT, later_s) == (True, None)
            later_s += PUNCH_TOGETHER_S + 1
        assert not punching.wish(BEN, later_s)
        assert not punching.wish(BEN, later_s + PUNCH_REST_S - 1)
        assert punching.wish(BEN, later_s + PUNCH_REST_S)


def test_while_one_end_connects_no_word_makes_it_do_so_twice() -> None:
    punching = wishing()
    punching.on_seen(BEN, AT, 1)
    assert punching.on_said(BEN, AT, 1) is not None
    assert punching.on_said(BEN, AT, 1) is None
    assert punching.on_seen(BEN, AT, 1) == (False, None)
    punching.gone(BEN)
    assert not punching.wish(BEN, 2), "it goes on, though the circuit ended"


def test_with_the_circuit_what_was_said_is_forgotten() -> None:
    punching = wishing()
    punching.on_seen(BEN, AT, 1)
    punching.gone(BEN)
    assert punching.on_said(BEN, AT, 1) is None
    assert punching.wish(BEN, 2)


def tried(punching: Punching, node_id: NodeId, now_s: float) -> bool:
    """Have everybody agree; returns whether we connected."""
    punching.wish(node_id, now_s)
    punching.on_seen(node_id, AT, now_s)
    return punching.on_said(node_id, AT, now_s) is not None


@pytest.mark.attack("A223")
def test_one_pair_tries_it_a_few_times_a_day() -> None:
    punching, tries = Punching(ANNA, may_dial), 0
    for round_number in range(2 * PUNCHES_OF_PAIR_A_DAY):
        now_s = round_number * PUNCH_REST_S
        tries += tried(punching, BEN, now_s)
        punching.ended(BEN, now_s)
    assert tries == PUNCHES_OF_PAIR_A_DAY
    assert tried(punching, BEN, 86_400), "another day"


@pytest.mark.attack("A223")
def test_all_together_are_tried_so_often_a_day_and_so_many_at_once() -> None:
    punching = Punching(ANNA, may_dial)
    crowd = [NodeId(number.to_bytes(32)) for number in range(2 * PUNCHES_A_DAY)]
    assert sum(tried(punching, each, 0) for each in crowd) == PUNCHES_AT_ONCE
    tries = PUNCHES_AT_ONCE
    for each in crowd:
        punching.ended(each, 0)
        tries += tried(punching, each, PUNCH_REST_S)
        punching.ended(each, PUNCH_REST_S)
    assert tries == PUNCHES_A_DAY


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("wish", "seen", "said", "ended", "gone")),
        st.sampled_from((BEN, CLEO)),
        st.sampled_from((AT, ELSEWHERE, INSIDE)),
        st.integers(0, 700),
    ),
    max_size=60,
)


@pytest.mark.attack("A220")
@pytest.mark.attack("A221")
@given(STEPS)
def test_whatever_is_said_one_connects_only_where_relay_and_peer_say_so(
    steps: list[tuple[str, NodeId, Endpoint, int]],
) -> None:
    punching, now_s = Punching(ANNA, may_dial), 0
    seen: dict[NodeId, tuple[Endpoint, int]] = {}
    said: dict[NodeId, tuple[Endpoint, int]] = {}
    tries: list[NodeId] = []
    for what, node_id, at, later_s in steps:
        now_s += later_s
        crossing = None
        if what == "wish":
            punching.wish(node_id, now_s)
        elif what == "seen":
            seen[node_id] = at, now_s
            _, crossing = punching.on_seen(node_id, at, now_s)
        elif what == "said":
            said[node_id] = at, now_s
            crossing = punching.on_said(node_id, at, now_s)
        elif what == "ended":
            punching.ended(node_id, now_s)
        else:
            punching.gone(node_id)
        if crossing is not None:
            tries.append(node_id)
            for words in (seen, said):
                named, named_s = words[node_id]
                assert crossing.far == named == at != INSIDE
                assert now_s - named_s <= PUNCH_TOGETHER_S
            assert tries.count(node_id) <= PUNCHES_OF_PAIR_A_DAY * (now_s // 86_400 + 1)
