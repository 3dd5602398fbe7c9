from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.supernode.limits import (
    FIRST_HAND_ROUNDS,
    PARENT_TTL_ROUNDS,
    ROUND_S,
    TABLE_MAX,
)
from swarmfeed.core.supernode.membership import Hint, ServerTable, Teller
from swarmfeed.core.supernode.records import Record

from tests.core.supernode.nodes import NOW_S, leaf, node_id, record
from tests.examples import at_most

LUCK = Random(1).random


def table_with(*records: Record, first_hand: bool = False) -> ServerTable:
    table = ServerTable(node_id(0))
    table.hear([Hint(each, first_hand) for each in records], Teller.ASKED, NOW_S)
    return table


def test_only_supernodes_stand_in_it_and_never_the_node_itself() -> None:
    table = table_with(record(1), leaf(2), record(0))
    assert table.records == [record(1)]


def test_who_says_that_it_serves_no_longer_leaves_it() -> None:
    table = table_with(record(1))
    table.contacted(leaf(1, made_s=NOW_S - 1), NOW_S)
    assert len(table) == 1, "that was before"
    table.contacted(leaf(1), NOW_S)
    assert len(table) == 0


def test_of_one_node_the_newest_record_counts() -> None:
    table = table_with(record(1, load=0.1))
    table.hear([Hint(record(1, load=0.9, made_s=NOW_S - 1), True)], Teller.ASKED, NOW_S)
    assert [each.load for each in table.records] == [0.1]
    table.hear([Hint(record(1, load=0.8, made_s=NOW_S + 1), False)], Teller.ASKED, NOW_S)
    assert [each.load for each in table.records] == [0.8]


def test_of_one_network_who_is_known_better_stays() -> None:
    near = replace(record(1), node_id=node_id(9))
    table = table_with(record(1))
    table.hear([Hint(near, False)], Teller.ASKED, NOW_S)
    assert table.records == [record(1)]
    table.hear([Hint(near, True)], Teller.ASKED, NOW_S)
    assert table.records == [near]
    table.hear([Hint(record(1), True)], Teller.ASKED, NOW_S)
    assert table.records == [near], "known as well, and no better"
    table.contacted(record(1), NOW_S)
    assert table.records == [record(1)], "we spoke to it ourselves"
    table.rest(node_id(1), NOW_S)
    table.hear([Hint(near, False)], Teller.ASKED, NOW_S)
    assert table.records == [near]


def test_in_one_house_networks_are_not_told_apart() -> None:
    house = [replace(record(each), endpoint=Endpoint("1.2.3.4", each)) for each in range(1, 9)]
    table = ServerTable(node_id(0), relaxed=True)
    table.hear([Hint(each, False) for each in house], Teller.ASKED, NOW_S)
    assert len(table) == 8
    assert table.choose((), {house[0].network}, NOW_S, LUCK) is not None


def test_in_a_full_table_hearsay_gives_way_to_what_is_known_first_hand() -> None:
    table = table_with(*map(record, range(1, TABLE_MAX + 1)))
    table.hear([Hint(record(99), False)], Teller.ASKED, NOW_S)
    assert record(99) not in table.records, "no worse than those that are there"
    table.hear([Hint(record(99), True)], Teller.ASKED, NOW_S)
    assert record(99) in table.records
    assert len(table) == TABLE_MAX


def test_a_flood_of_hearsay_moves_nobody_who_was_contacted() -> None:
    table = ServerTable(node_id(0))
    known = [record(each) for each in range(1, 11)]
    for each in known:
        table.contacted(each, NOW_S)
    flood = [record(each, made_s=NOW_S + 100) for each in range(100, 5_000)]
    table.hear([Hint(each, True) for each in flood], Teller.ASKED, NOW_S)
    assert {each.node_id for each in known} <= {each.node_id for each in table.records}
    assert len(table.records) == TABLE_MAX


def test_a_contact_counts_for_seven_rounds() -> None:
    table = ServerTable(node_id(0))
    table.contacted(record(1), NOW_S)
    later_s = NOW_S + FIRST_HAND_ROUNDS * ROUND_S
    assert table.choose_told(4, later_s, LUCK) == [Hint(record(1), True)]
    assert table.choose_told(4, later_s + ROUND_S, LUCK) == [Hint(record(1), False)]
    table.touch(node_id(1), later_s + ROUND_S)
    assert table.choose_told(4, later_s + ROUND_S, LUCK) == [Hint(record(1), True)]


def test_who_refused_rests_until_a_newer_record_of_it_comes() -> None:
    table = table_with(record(1))
    table.rest(node_id(1), NOW_S)
    assert table.choose((), (), NOW_S, LUCK) is None
    assert table.choose_told(4, NOW_S, LUCK) == [] and len(table) == 0
    table.hear([Hint(record(1), True)], Teller.ASKED, NOW_S)
    assert table.choose((), (), NOW_S, LUCK) is None, "the old one comes round again"
    newer = record(1, made_s=NOW_S + ROUND_S)
    table.hear([Hint(newer, False)], Teller.ASKED, NOW_S + ROUND_S)
    assert table.choose((), (), NOW_S, LUCK) == newer


def test_who_was_not_heard_of_for_five_minutes_is_forgotten() -> None:
    table = table_with(record(1))
    late_s = NOW_S + PARENT_TTL_ROUNDS * ROUND_S
    table.forget_old(late_s - 1)
    assert len(table) == 1
    table.forget_old(late_s)
    assert len(table) == 0
    table.hear([Hint(record(1), True)], Teller.ASKED, late_s)
    assert len(table) == 0


def test_the_less_loaded_of_two_is_asked_never_a_full_one_nor_one_to_avoid() -> None:
    table = table_with(record(1, load=0.9), record(2, load=0.1), record(3, load=1.0))
    chosen = [table.choose((), (), NOW_S, LUCK) for _ in range(60)]
    assert {each.load for each in chosen if each} == {0.9, 0.1}
    assert sum(each is not None and each.load == 0.1 for each in chosen) > 30
    assert table.choose({node_id(2)}, (), NOW_S, LUCK) == record(1, load=0.9)
    assert table.choose({node_id(2)}, {record(1).network}, NOW_S, LUCK) is None


def chosen_of(table: ServerTable, now_s: int = NOW_S) -> set[NodeId]:
    """Who is asked first, of all that are there."""
    found = (table.choose((), (), now_s, LUCK) for _ in range(60))
    return {each.node_id for each in found if each is not None}


@pytest.mark.attack("A154")
def test_who_is_known_best_is_asked_first_however_idle_others_say_they_are() -> None:
    table = table_with(record(1, load=0))
    table.hear([Hint(record(2, load=0), True)], Teller.CALLER, NOW_S)
    assert chosen_of(table) == {node_id(1), node_id(2)}, "both are hearsay"
    table.hear([Hint(record(3, load=0.1), True), Hint(record(4), False)], Teller.ASKED, NOW_S)
    assert chosen_of(table) == {node_id(3)}
    table.hear([Hint(record(5, load=0.2), True)], Teller.PARENT, NOW_S)
    assert chosen_of(table) == {node_id(5)}
    table.contacted(record(6, load=0.9), NOW_S)
    assert chosen_of(table) == {node_id(6)}
    table.rest(node_id(6), NOW_S)
    assert chosen_of(table) == {node_id(5)}
    later_s = NOW_S + (FIRST_HAND_ROUNDS + 1) * ROUND_S
    assert chosen_of(table, later_s) == {node_id(3), node_id(5)}, "that was long ago"


def test_what_somebody_said_who_came_to_us_is_not_told_on_as_first_hand() -> None:
    table = ServerTable(node_id(0))
    table.hear([Hint(record(1), True)], Teller.PARENT, NOW_S)
    assert table.choose_told(4, NOW_S, LUCK) == [Hint(record(1), False)]


def test_a_supernode_that_moved_stands_in_it_once() -> None:
    table = table_with(record(1))
    moved = record(1, endpoint=Endpoint("9.9.9.9", 9), made_s=NOW_S + 1)
    table.hear([Hint(moved, False), Hint(record(1), True)], Teller.ASKED, NOW_S)
    assert table.records == [moved]


said = st.builds(
    lambda number, network, serving, made, load: record(
        number,
        endpoint=Endpoint(f"30.{network}.0.{number}", 4_000),
        serving=serving,
        made_s=NOW_S + made,
        load=load if serving else 0.0,
    ),
    st.integers(0, 40),
    st.integers(0, 30),
    st.sampled_from((True, True, True, False)),
    st.integers(-40, 40),
    st.sampled_from((0.0, 0.5, 1.0)),
)
steps = st.one_of(
    st.tuples(st.just("hear"), st.lists(said, max_size=12), st.booleans()),
    st.tuples(st.just("contacted"), said, st.just(True)),
    st.tuples(st.just("rest"), st.integers(0, 40), st.just(True)),
    st.tuples(st.just("later"), st.integers(1, 400), st.just(True)),
)


@settings(max_examples=at_most(100))
@given(st.lists(steps, max_size=60))
def test_whatever_is_said_it_holds_few_each_once_and_one_of_a_network(
    script: list[tuple[str, object, bool]],
) -> None:
    table, now_s = ServerTable(node_id(0)), NOW_S
    for what, value, first_hand in script:
        match what, value:
            case "hear", list(heard):
                table.hear([Hint(each, first_hand) for each in heard], Teller.ASKED, now_s)
            case "contacted", Record() as one:
                table.contacted(one, now_s)
            case "rest", int(number):
                table.rest(node_id(number), now_s)
            case "later", int(seconds):
                now_s += seconds
                table.forget_old(now_s)
        records = table.records
        assert len(records) <= TABLE_MAX
        assert len({each.network for each in records}) == len(records)
        assert len({each.node_id for each in records}) == len(records)
        assert all(each.serving and each.node_id != node_id(0) for each in records)
        chosen = table.choose((), (), now_s, LUCK)
        assert chosen is None or (chosen.load < 1 and chosen in records)
