"""One node of the layer, told what happens and asked what it does."""

from collections.abc import Sequence
from random import Random

import pytest
from msgspec.structs import replace
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.supernode.deeds import (
    AskLoad,
    AskRecords,
    AskToAdopt,
    ChangeRole,
    Deed,
    HandOver,
    LeaveParent,
    SendAway,
)
from swarmfeed.core.supernode.gates import Eligibility
from swarmfeed.core.supernode.limits import (
    CAPACITIES,
    KNOWN_MAX,
    PARENTS,
    PULLED_MAX,
    ROUND_S,
    SWAP_AFTER_S,
    TENURE_ROUNDS,
    TOLD_OF_END,
    TRIES,
)
from swarmfeed.core.supernode.member import Member
from swarmfeed.core.supernode.membership import Hint, Teller

from tests.core.supernode.nodes import NOW_S, leaf, member, node_id, record

MAY = Eligibility(eligible=True, why="it may")
MAY_NOT = Eligibility(eligible=False, why="its connection is metered")
WAY_IN = Endpoint("9.9.9.9", 9)


def told(*numbers: int, load: float = 0.5, made_s: int = NOW_S) -> list[Hint]:
    return [Hint(record(each, load=load, made_s=made_s), True) for each in numbers]


def asked(deeds: Sequence[Deed]) -> list[int]:
    """Whom it asks to be a parent."""
    parents = (deed.parent for deed in deeds if isinstance(deed, AskToAdopt))
    return [int.from_bytes(each.node_id) for each in parents]


def leaf_with(*numbers: int) -> Member:
    """A leaf that may not serve and knows these supernodes."""
    one = member(0, Random(1).random, ways_in=(WAY_IN,))
    one.tick(MAY_NOT, NOW_S)
    one.hear_answer([], told(*numbers), NOW_S)
    return one


def attached() -> Member:
    one = leaf_with(1, 2, 3, 4, 5, 6)
    for deed in one.tick(MAY_NOT, NOW_S + ROUND_S):
        if isinstance(deed, AskToAdopt):
            one.hear_adopted(deed.parent, NOW_S + ROUND_S)
    assert one.parents.missing == 0
    return one


def server(size_class: int = 0) -> Member:
    """A supernode, promoted because it starved."""
    one = member(0, Random(1).random, size_class=size_class)
    for number in range(60):
        deeds = one.tick(MAY, NOW_S + number * ROUND_S)
        if any(isinstance(deed, ChangeRole) for deed in deeds):
            assert one.serving.serves
            return one
    raise AssertionError("nobody else serves, and it does not either")


def test_a_node_that_knows_nobody_asks_a_way_in() -> None:
    one = member(0, Random(1).random, ways_in=(WAY_IN,))
    assert one.tick(MAY_NOT, NOW_S) == [AskRecords(WAY_IN, None, ())]


def test_a_leaf_asks_two_supernodes_of_different_networks() -> None:
    one = member(0, Random(1).random)
    one.tick(MAY_NOT, NOW_S)
    near = replace(record(9), endpoint=record(1).endpoint)
    deeds = one.hear_answer([], [*told(1, 2), Hint(near, True)], NOW_S)
    assert sorted(asked(deeds)) == [1, 2]
    assert one.hear_adopted(record(1), NOW_S) == one.hear_adopted(record(2), NOW_S) == []
    assert {each.node_id for each in one.parents.records} == {node_id(1), node_id(2)}


def test_with_two_parents_it_asks_a_node_and_a_parent_every_sixth_round_only() -> None:
    one = attached()
    one.sampling.hear_push(leaf(77), Random(1).random)
    parents = {each.node_id for each in one.parents.records}
    rounds = [one.tick(MAY_NOT, NOW_S + (2 + number) * ROUND_S) for number in range(12)]
    assert sorted(map(len, rounds)) == [0] * 10 + [2] * 2
    for deeds in filter(None, rounds):
        asked_for_records = [each.node_id for each in deeds if isinstance(each, AskRecords)]
        assert asked_for_records[0] == node_id(77) and asked_for_records[1] in parents
    assert one.why == "both supernodes that this machine needs are there"


def test_refused_it_asks_those_that_were_named_four_in_a_round_for_each_parent() -> None:
    one = leaf_with(1)
    assert asked(one.tick(MAY_NOT, NOW_S + ROUND_S)) == [1]
    tried = [1]
    for number in range(2, 40):
        deeds = one.hear_refused(node_id(tried[-1]), told(number), NOW_S + ROUND_S)
        if not asked(deeds):
            break
        tried += asked(deeds)
    assert len(tried) == TRIES * PARENTS
    assert len({*tried}) == len(tried), "nobody twice"
    assert asked(one.hear_refused(node_id(500), told(60), NOW_S + ROUND_S)) == []


def test_when_its_table_is_dry_it_asks_the_parent_it_has() -> None:
    one = leaf_with(1)
    now_s = NOW_S + ROUND_S
    one.tick(MAY_NOT, now_s)
    one.hear_adopted(record(1), now_s)
    deeds = one.tick(MAY_NOT, now_s + ROUND_S)
    asks = [deed for deed in deeds if isinstance(deed, AskRecords)]
    assert node_id(1) in {each.node_id for each in asks}
    assert asked(one.hear_answer([record(1)], told(7), now_s + ROUND_S)) == [7]


@pytest.mark.attack("A154")
def test_told_of_one_who_is_not_there_it_asks_the_parent_it_has_once_a_round() -> None:
    one = leaf_with(1, 2, 3, 4)
    one.tick(MAY_NOT, NOW_S + ROUND_S)
    first, second = (each.node_id for each, _ in one.parents._asked.values())
    one.hear_adopted(record(int.from_bytes(first)), NOW_S + ROUND_S)
    (deed,) = one.hear_lost(second, NOW_S + ROUND_S)
    assert isinstance(deed, AskRecords) and deed.node_id == first
    (next_one,) = asked(one.hear_answer([record(int.from_bytes(first))], [], NOW_S + ROUND_S))
    assert asked(one.hear_lost(node_id(next_one), NOW_S + ROUND_S)), "not again"


def test_what_a_parent_names_is_asked_before_what_others_do() -> None:
    one = leaf_with(1)
    one.tick(MAY_NOT, NOW_S + ROUND_S)
    one.hear_adopted(record(1), NOW_S + ROUND_S)
    one.tick(MAY_NOT, NOW_S + 2 * ROUND_S)
    liars = [leaf(70), record(1)]  # a parent's record in another one's answer
    now_s = NOW_S + 2 * ROUND_S
    one.table.hear(told(20, load=0.0), Teller.ASKED, now_s)
    one.table.hear(told(21, load=0.9), one._teller([record(1)]), now_s)
    one.table.hear(told(22, load=0.0), one._teller(liars[:1]), now_s)
    assert asked(one.parents.attach(now_s)) == [21]


def test_whom_a_caller_names_is_asked_when_nobody_better_known_is_there() -> None:
    one = leaf_with()
    one.hear_ask(leaf(70), told(6, load=0.0), NOW_S)
    one.hear_answer([leaf(71)], told(7, 8, load=0.9), NOW_S)
    assert asked(one.tick(MAY_NOT, NOW_S + ROUND_S)) in ([7, 8], [8, 7])


def test_a_lost_parent_is_replaced_at_once_and_not_asked_again() -> None:
    one = attached()
    lost = one.parents.records[0].node_id
    deeds = one.hear_lost(lost, NOW_S + ROUND_S)
    assert len(asked(deeds)) == 1
    assert node_id(asked(deeds)[0]) not in {lost, one.parents.records[0].node_id}


def test_a_parent_that_is_full_is_left_only_when_another_is_found() -> None:
    one = attached()
    old, now_s = one.parents.records[0].node_id, NOW_S + ROUND_S
    (found,) = asked(one.hear_send_away(old, False, told(8, 9), now_s))
    assert old in {each.node_id for each in one.parents.records}
    assert one.hear_adopted(record(found), now_s) == [LeaveParent(old)]
    parents = {each.node_id for each in one.parents.records}
    assert node_id(found) in parents and old not in parents


def test_a_parent_that_steps_down_is_left_at_once_for_those_it_names() -> None:
    one = attached()
    old = one.parents.records[0].node_id
    deeds = one.hear_send_away(old, True, told(8, 9), NOW_S + ROUND_S)
    assert len(asked(deeds)) == 1
    assert one.parents.missing == 1
    assert one.hear_send_away(node_id(99), True, told(50), NOW_S) == [], "no parent of ours"


def test_who_adopts_without_being_asked_is_thanked() -> None:
    one = attached()
    assert one.hear_adopted(record(50), NOW_S) == [LeaveParent(node_id(50))]
    parent = one.parents.records[0]
    assert one.hear_adopted(parent, NOW_S) == []
    assert one.parents.missing == 0


def test_who_starves_and_may_serve_becomes_a_supernode_and_parts_from_its_parent() -> None:
    one = member(0, Random(1).random, size_class=2)
    one.tick(MAY, NOW_S)
    one.hear_answer([], told(1), NOW_S)
    one.hear_adopted(record(1), NOW_S)
    for number in range(1, 80):
        now_s = NOW_S + number * ROUND_S
        one.hear_refused(node_id(2), [], now_s)
        deeds = one.tick(MAY, now_s)
        if one.serving.serves:
            break
    assert LeaveParent(node_id(1)) in deeds
    (change,) = [deed for deed in deeds if isinstance(deed, ChangeRole)]
    assert change.serving and change.why == one.why and "too few serve" in one.why
    assert one.record(now_s).serving


def test_who_may_not_serve_never_does() -> None:
    one = member(0, Random(1).random, size_class=2)
    for number in range(100):
        one.tick(MAY_NOT, NOW_S + number * ROUND_S)
    assert not one.serving.serves
    assert one.why == "2 supernodes are missing; others have to serve"


def test_a_supernode_takes_as_many_as_its_class_and_names_others_to_the_rest() -> None:
    one = server()
    now_s = NOW_S + 60 * ROUND_S
    one.hear_answer([], told(1, 2, 3, 4, 5, 6, made_s=now_s), now_s)
    for number in range(CAPACITIES[0]):
        assert one.hear_adopt(leaf(1_000 + number, made_s=now_s), now_s) is None
    refusal = one.hear_adopt(leaf(2_000, made_s=now_s), now_s)
    assert refusal is not None and len(refusal) == KNOWN_MAX
    assert one.hear_adopt(leaf(1_000, made_s=now_s), now_s) is None, "a child stays one"
    assert one.serving.load == 1
    one.hear_part(leaf(1_000, made_s=now_s), now_s)
    one.hear_lost(node_id(1_001), now_s)
    assert len(one.serving.children) == CAPACITIES[0] - 2


def test_a_leaf_adopts_nobody() -> None:
    one = attached()
    assert one.hear_adopt(leaf(70), NOW_S) is not None


def test_a_supernode_that_is_not_needed_steps_down_and_names_others() -> None:
    one, deeds = server(), list[Deed]()
    begun_s = NOW_S + 60 * ROUND_S
    one.hear_adopt(leaf(1_000, made_s=begun_s), begun_s)
    for number in range(TENURE_ROUNDS * 20):
        now_s = begun_s + number * ROUND_S
        one.hear_answer([], told(1, 2, 3, 4, 5, 6, load=0.2, made_s=now_s), now_s)
        for deed in one.tick(MAY, now_s):
            if isinstance(deed, AskLoad):
                said = replace(deed.server, load=0.2, made_s=now_s)
                deeds += one.hear_load(said, now_s)
        if not one.serving.serves:
            break
    assert number >= TENURE_ROUNDS - 2
    away = [deed for deed in deeds if isinstance(deed, SendAway)]
    assert [deed.child for deed in away] == [node_id(1_000)]
    assert away[0].at_once and len(away[0].known) == KNOWN_MAX
    assert ChangeRole(serving=False, why=one.why) in deeds
    assert "it stepped down: 20 in a hundred" in one.why
    assert len(asked(deeds)) == PARENTS, "it is a leaf again"
    told_of_it = [deed.node_id for deed in deeds if isinstance(deed, AskRecords)]
    assert len({*told_of_it}) == TOLD_OF_END, "supernodes hear of it from itself"
    assert not one.record(now_s).serving


def test_without_an_answer_a_supernode_stays() -> None:
    one = server()
    begun_s = NOW_S + 60 * ROUND_S
    for number in range(TENURE_ROUNDS * 10):
        now_s = begun_s + number * ROUND_S
        one.hear_answer([], told(1, 2, 3, 4, 5, 6, load=0.2, made_s=now_s), now_s)
        for deed in one.tick(MAY, now_s):
            if isinstance(deed, AskLoad):
                one.hear_lost(deed.server.node_id, now_s)
    assert one.serving.serves


def test_a_full_supernode_asks_some_children_to_move() -> None:
    one = server()
    now_s = NOW_S + 60 * ROUND_S
    one.hear_answer([], told(1, 2, 3, load=0.2, made_s=now_s), now_s)
    for number in range(CAPACITIES[0]):
        one.hear_adopt(leaf(1_000 + number, made_s=now_s), now_s)
    moved = [deed for deed in one.tick(MAY, now_s + ROUND_S) if isinstance(deed, SendAway)]
    assert len(moved) == 4 and not any(deed.at_once for deed in moved)
    assert len(one.serving.children) == CAPACITIES[0], "they stay until they have another"


def test_who_may_serve_no_longer_steps_down_and_says_why() -> None:
    one = server()
    deeds = one.tick(MAY_NOT, NOW_S + 70 * ROUND_S)
    assert ChangeRole(serving=False, why=MAY_NOT.why) in deeds
    assert not one.serving.serves


def test_a_better_child_takes_over() -> None:
    one = server()
    now_s = NOW_S + SWAP_AFTER_S
    child = leaf(5, size_class=2, age_minutes=10_000, made_s=now_s)
    one.hear_adopt(child, now_s)
    one.hear_adopt(leaf(6, made_s=now_s), now_s)
    assert HandOver(child.node_id) in one.tick(MAY, now_s)
    assert one.hear_load(child, now_s) == [], "it does not serve yet"
    serves = replace(child, serving=True)
    deeds = one.hear_load(serves, now_s)
    assert not one.serving.serves and "stronger" in one.why
    away = [deed for deed in deeds if isinstance(deed, SendAway)]
    assert {deed.child for deed in away} == {child.node_id, node_id(6)}
    assert all(deed.known[0].record == serves for deed in away)


def test_who_is_asked_to_take_over_does_if_it_may_and_its_parent_asks() -> None:
    now_s = NOW_S + ROUND_S
    one = attached()
    parent = one.parents.records[0].node_id
    assert one.hear_hand_over(parent, now_s) == [], "it may not serve"
    other = attached()
    other.tick(MAY, now_s + ROUND_S)
    assert other.hear_hand_over(node_id(99), now_s) == []
    deeds = other.hear_hand_over(other.parents.records[0].node_id, now_s + ROUND_S)
    assert other.serving.serves
    assert ChangeRole(serving=True, why=other.why) in deeds


def test_its_record_is_the_same_in_a_round_and_new_in_the_next() -> None:
    one = attached()
    first = one.record(NOW_S + ROUND_S)
    assert one.record(NOW_S + ROUND_S + 3) is first
    assert one.record(NOW_S + 2 * ROUND_S).made_s == NOW_S + 2 * ROUND_S


def test_an_answer_has_twelve_records_with_its_own_first_and_four_supernodes() -> None:
    one = leaf_with(*range(1, 20))
    for number in range(100, 200):
        one.sampling.hear_push(leaf(number), Random(number).random)
    records, known = one.hear_ask(leaf(50), told(30), NOW_S)
    assert records[0] == one.record(NOW_S) and len(records) == PULLED_MAX
    assert len(known) == KNOWN_MAX
    assert len(one.hear_ask(record(51), [], NOW_S)[1]) == KNOWN_MAX, "it serves nobody itself"
