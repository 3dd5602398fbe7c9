"""The roll: who was met, for as long as they say that they serve."""

import pytest
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.partition.limits import (
    COUNTED_LEAST_S,
    COUNTED_S,
    ROLL_LASTS_S,
    ROLL_MAX,
    ROLL_OF_NETWORK_MAX,
    ROLL_RENEWED_S,
    ROLL_TOLD_MAX,
    VISITED_AGAIN_S,
)
from swarmfeed.core.partition.load import PostsADay
from swarmfeed.core.partition.roll import Roll
from swarmfeed.core.supernode.records import Record

NOW_S = 1_700_000_000
ME = NodeId(b"m" * 32)


def record(number: int, *, host: str = "", made_s: int = NOW_S, serving: bool = True) -> Record:
    return Record(
        node_id=NodeId(number.to_bytes(4, "big") * 8),
        endpoint=Endpoint(host or f"8.{number // 250 + 1}.{number % 250}.1", 7000),
        size_class=0,
        eligible=True,
        serving=serving,
        load=0.0,
        age_minutes=5,
        made_s=made_s,
        signature=SigningKey(bytes(32)).sign(b""),
    )


def own() -> Record:
    return Record(
        node_id=ME,
        endpoint=Endpoint("9.9.9.9", 7000),
        size_class=2,
        eligible=True,
        serving=True,
        load=0.0,
        age_minutes=5,
        made_s=NOW_S,
    )


def keepers(roll: Roll, now_s: int = NOW_S) -> set[NodeId]:
    return {each.node_id for each in roll.keepers(now_s)}


@pytest.mark.attack("A164")
def test_only_who_was_met_owns_anything_and_is_told_on() -> None:
    roll = Roll(ME)
    roll.take(own(), NOW_S)
    roll.take(record(1, host="8.1.1.1"), NOW_S, met=True)
    roll.take(record(2, host="8.2.1.1"), NOW_S)
    assert keepers(roll) == {ME, record(1).node_id}
    assert [each.node_id for each in roll.since(0)[0]] == [ME, record(1).node_id]
    assert [each.node_id for each in roll.unmet(NOW_S, 9)] == [record(2).node_id]
    roll.missed(record(2).node_id, NOW_S)
    assert roll.unmet(NOW_S, 9) == []
    assert len(roll.unmet(NOW_S + VISITED_AGAIN_S, 9)) == 1
    roll.met(record(2).node_id)
    assert record(2).node_id in keepers(roll)
    roll.missed(record(2).node_id, NOW_S)
    assert record(2).node_id not in keepers(roll)


def test_each_is_told_once_and_again_when_it_is_renewed() -> None:
    roll = Roll(ME)
    for number in range(ROLL_TOLD_MAX + 5):
        roll.take(record(number, host=f"{number + 20}.1.1.1"), NOW_S, met=True)
    first, place = roll.since(0)
    rest, end = roll.since(place)
    assert (len(first), len(rest)) == (ROLL_TOLD_MAX, 5)
    assert roll.since(end) == ([], end)
    roll.take(record(0, host="20.1.1.1", made_s=NOW_S + 5), NOW_S + 5)
    assert roll.since(end) == ([], end)
    later = record(0, host="20.1.1.1", made_s=NOW_S + ROLL_RENEWED_S)
    roll.take(later, NOW_S + ROLL_RENEWED_S)
    assert roll.since(end)[0] == [later]


def test_who_serves_no_more_or_is_heard_of_no_more_is_forgotten() -> None:
    roll = Roll(ME)
    for number in (1, 2):
        roll.take(record(number), NOW_S, met=True)
    roll.take(record(1, made_s=NOW_S + 1, serving=False), NOW_S + 1)
    assert keepers(roll) == {record(2).node_id}
    assert keepers(roll, NOW_S + ROLL_LASTS_S) == set() and len(roll) == 0
    roll.take(record(3), NOW_S + ROLL_LASTS_S)
    assert len(roll) == 0


@pytest.mark.attack("A164")
def test_one_network_and_a_flood_take_so_many_places_and_give_way_to_who_was_met() -> None:
    roll = Roll(ME)
    for number in range(10):
        roll.take(record(number, host=f"8.8.{number}.1"), NOW_S)
    assert len(roll) == ROLL_OF_NETWORK_MAX
    roll.take(record(99, host="8.8.99.1"), NOW_S, met=True)
    assert len(roll) == ROLL_OF_NETWORK_MAX and keepers(roll) == {record(99).node_id}


@pytest.mark.slow
@pytest.mark.attack("A164")
def test_a_flood_takes_no_more_than_all_places() -> None:
    roll = Roll(ME)
    for number in range(ROLL_MAX + 20):
        roll.take(record(number, host=f"{number % 200 + 20}.{number // 200}.1.1"), NOW_S)
    assert len(roll) == ROLL_MAX
    roll.take(record(9_999, host="250.1.1.1"), NOW_S, met=True)
    assert len(roll) == ROLL_MAX and record(9_999).node_id in keepers(roll)


def test_how_much_is_written_is_known_after_a_while_and_of_a_day() -> None:
    counted = PostsADay(1_000)
    for second in range(600):
        counted.add(1_000 + second)
    assert counted.rate(1_000 + COUNTED_LEAST_S - 1) is None
    assert counted.rate(1_000 + 600) == 86_400
    assert counted.rate(1_000 + 1_200) == 43_200
    later_s = 1_000 + 2 * COUNTED_S
    counted.add(later_s)
    assert counted.rate(later_s) == 1
