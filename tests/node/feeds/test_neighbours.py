"""Who is around: whoever is linked, and whoever signed that they hold what is written here."""

from types import SimpleNamespace
from typing import Any, cast

from swarmfeed.core.base.types import NodeId
from swarmfeed.node.feeds.neighbours import around
from swarmfeed.node.ground.session import Session

A, B, C, D = (NodeId(bytes([number]) * 32) for number in range(4))


def linked(node_id: NodeId, since_ms: int, *roles: str) -> Session:
    hello = SimpleNamespace(node_id=node_id, roles=roles)
    peer: Any = SimpleNamespace(hello=hello)
    return Session(peer=cast(Any, peer), since_ms=since_ms)


def test_who_has_most_comes_first_and_who_left_is_away() -> None:
    sessions = [linked(A, 3_000), linked(B, 1_000, "history"), linked(D, 2_000)]
    found = around(sessions, {B: 12, C: 12, D: 5}, 12)
    assert [each.node_id for each in found] == [B, C, D, A]
    assert [each.has for each in found] == [12, 12, 5, 0]
    assert [each.since_ms for each in found] == [1_000, None, 2_000, 3_000]
    assert [each.is_history_server for each in found] == [True, False, False, False]


def test_nobody_has_more_than_there_is() -> None:
    assert [each.has for each in around([], {A: 40}, 12)] == [12]
    assert around([], {A: 0}, 12) == [], "an empty receipt is none"
    assert around([], {}, 0) == []
