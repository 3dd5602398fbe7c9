"""The walk towards an id, over a DHT made of dictionaries."""

import random
from zlib import crc32

import pytest
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.krpc import DhtNode, Reply, distance
from swarmfeed.core.net.limits import LOOKUP_QUERIES_MAX
from swarmfeed.core.net.lookup import AT_ONCE, CLOSEST, Lookup

TARGET = bytes(20)


def endpoint(number: int) -> Endpoint:
    return Endpoint(f"10.0.{number >> 8}.{number & 255}", 6_881)


def make_nodes(count: int, seed: int = 1) -> dict[Endpoint, bytes]:
    rng = random.Random(seed)
    return {endpoint(number): rng.randbytes(20) for number in range(count)}


def near(nodes: dict[Endpoint, bytes], target: bytes, count: int) -> list[Endpoint]:
    return sorted(nodes, key=lambda at: distance(nodes[at], target))[:count]


def reply_of(nodes: dict[Endpoint, bytes], at: Endpoint, told: list[Endpoint]) -> Reply:
    named = tuple(DhtNode(nodes[other], other) for other in told)
    return Reply(transaction=b"t", node_id=nodes[at], nodes=named)


def walk(lookup: Lookup, nodes: dict[Endpoint, bytes], dead: frozenset[Endpoint]) -> int:
    """Answer every question as a node that knows its own neighbourhood would."""
    asked = 0
    while chosen := lookup.choose(AT_ONCE):
        asked += len(chosen)
        for at in set(chosen) - dead:
            # Each knows the 8 nearest to the target among half of the nodes.
            half = {
                other: nodes[other] for other in nodes if crc32(f"{at} {other}".encode()) % 2
            }
            lookup.receive(at, reply_of(nodes, at, near(half, TARGET, 8)))
    return asked


@pytest.mark.parametrize("count", [1, 5, 8, 9, 60, 300])
def test_a_walk_ends_at_the_nearest_nodes(count: int) -> None:
    nodes = make_nodes(count)
    lookup = Lookup(TARGET, [endpoint(0)], lambda _: True)
    asked = walk(lookup, nodes, frozenset())
    found = [at for at, _ in lookup.closest()]
    assert asked <= LOOKUP_QUERIES_MAX
    if count >= 60:
        assert found == near(nodes, TARGET, CLOSEST)
    else:
        assert set(found) <= set(near(nodes, TARGET, CLOSEST + 1)) | {endpoint(0)}


def test_the_nearest_are_found_although_every_third_is_dead() -> None:
    nodes = make_nodes(300)
    dead = frozenset(endpoint(number) for number in range(1, 300, 3))
    lookup = Lookup(TARGET, [endpoint(0)], lambda _: True)
    walk(lookup, nodes, dead)
    alive = {at: node_id for at, node_id in nodes.items() if at not in dead}
    found = {at for at, _ in lookup.closest()}
    assert len(found & set(near(alive, TARGET, CLOSEST))) >= CLOSEST - 2


def test_no_node_is_asked_twice() -> None:
    nodes = make_nodes(40)
    lookup = Lookup(TARGET, nodes, lambda _: True)
    chosen = lookup.choose(10) + lookup.choose(100)
    assert len(chosen) == len(set(chosen)) == 40
    assert lookup.choose(10) == []


@pytest.mark.attack("A33")
def test_lying_nodes_cannot_keep_a_walk_going() -> None:
    """Every answer names nodes nearer than all before; none of them is there."""
    lookup = Lookup(TARGET, [endpoint(0)], lambda _: True)
    asked, number = 0, 1
    while chosen := lookup.choose(AT_ONCE):
        for at in chosen:
            asked += 1
            told = tuple(
                DhtNode((2**150 - number - more).to_bytes(20, "big"), endpoint(number + more))
                for more in range(8)
            )
            number += 8
            far_away = (2**159 + asked).to_bytes(20, "big")
            lookup.receive(at, Reply(transaction=b"t", node_id=far_away, nodes=told))
    assert asked == LOOKUP_QUERIES_MAX


@pytest.mark.attack("A33")
def test_endpoints_that_may_not_be_asked_never_are() -> None:
    nodes = make_nodes(20)
    forbidden = {endpoint(number) for number in range(5, 20)}
    lookup = Lookup(TARGET, [endpoint(0)], lambda at: at not in forbidden)
    asked = lookup.choose(AT_ONCE)
    lookup.receive(endpoint(0), reply_of(nodes, endpoint(0), list(nodes)))
    asked += lookup.choose(100)
    assert set(asked) == {endpoint(number) for number in range(5)}


def test_nodes_farther_than_the_k_nearest_are_left_alone() -> None:
    nodes = {endpoint(n): (n + 1).to_bytes(20, "big") for n in range(20)}
    lookup = Lookup(TARGET, [endpoint(n) for n in range(CLOSEST)], lambda _: True)
    for at in lookup.choose(CLOSEST):
        lookup.receive(at, reply_of(nodes, at, list(nodes)))
    assert lookup.choose(AT_ONCE) == []


def test_a_walk_without_a_start_is_over() -> None:
    lookup = Lookup(TARGET, [], lambda _: True)
    assert lookup.choose(AT_ONCE) == [] and lookup.closest() == [] and lookup.replies() == []
