"""Nobody fills a witness for all others in a day: no node, no network, nor forty nodes."""

import pytest
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.witness.limits import (
    FIRST_FEEDS_OF_NODE,
    NEW_FEEDS_OF_NETWORK,
    NEW_FEEDS_OF_NODE,
    ROOM_KEPT_MAX,
    WITNESSED_FEEDS_MAX,
    WITNESSED_FEEDS_SPARED,
)
from swarmfeed.core.witness.room import DAY_S, Room

pytestmark = pytest.mark.attack("A166")


def node(number: int) -> NodeId:
    return NodeId(number.to_bytes(32, "big"))


def bring(room: Room, number: int, network: str, known: int = 0, now_s: float = 0) -> int:
    """How many new feeds a node may bring."""
    brought = 0
    while room.takes(node(number), network, known, now_s):
        brought += 1
    return brought


def test_a_node_brings_so_many_in_a_day() -> None:
    room = Room()
    assert bring(room, 1, "a") == NEW_FEEDS_OF_NODE
    assert bring(room, 1, "a") == 0
    assert bring(room, 1, "b") == 0, "nor from elsewhere"
    assert bring(room, 1, "a", now_s=DAY_S / 2) == pytest.approx(NEW_FEEDS_OF_NODE / 2, abs=1)


def test_a_network_brings_so_many_in_a_day_however_many_nodes_it_makes() -> None:
    room = Room()
    assert sum(bring(room, number, "a") for number in range(40)) == NEW_FEEDS_OF_NETWORK
    assert bring(room, 41, "b") == NEW_FEEDS_OF_NODE


def test_forty_nodes_of_as_many_networks_leave_places_for_those_who_bring_few() -> None:
    room, known = Room(), 0
    for number in range(40):
        for _ in range(NEW_FEEDS_OF_NODE):
            known += room.takes(node(number), f"network {number}", known, 0)
    assert known < WITNESSED_FEEDS_MAX - WITNESSED_FEEDS_SPARED + 40 * FIRST_FEEDS_OF_NODE
    assert bring(room, 41, "mine", known) == FIRST_FEEDS_OF_NODE
    assert bring(room, 42, "mine", WITNESSED_FEEDS_MAX) == 0


def test_what_is_remembered_of_nodes_is_bounded_and_lasts_a_day() -> None:
    room = Room()
    for number in range(ROOM_KEPT_MAX):
        assert room.takes(node(number), f"{number}", 0, 0)
    assert not room.takes(node(ROOM_KEPT_MAX), "another", 0, 0)
    assert room.takes(node(5), "5", 0, 0)
    assert room.takes(node(ROOM_KEPT_MAX), "another", 0, DAY_S)
