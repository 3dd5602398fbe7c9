"""Sentences that depend on more than one number."""

import pytest
from swarmfeed.core.asks.sentences import how_it_is, what_is_confirmed


@pytest.mark.parametrize(
    ("running", "peers", "held_by", "said"),
    [
        (False, 3, 3, "Offline: this command opened the data without the network."),
        (True, 0, 3, "Alone: no other node is linked right now; posts are saved here."),
        (True, 1, 0, "Linked to 1 other node; nobody else holds your posts yet."),
        (True, 2, 0, "Linked to 2 other nodes; nobody else holds your posts yet."),
        (True, 1, 2, "Linked to 1 other node; your newest post is held by 2 other nodes."),
        (True, 3, 1, "Linked to 3 other nodes; your newest post is held by 1 other node."),
    ],
)
def test_how_a_node_is(running: bool, peers: int, held_by: int, said: str) -> None:
    assert how_it_is(running=running, peers=peers, held_by=held_by) == said


@pytest.mark.parametrize(
    ("held_by", "said"),
    [
        (None, "You have not written anything yet, so there is nothing to lose."),
        (0, "Your newest posts exist only on this machine."),
        (1, "1 other node has confirmed holding all your posts"),
        (2, "2 other nodes have confirmed holding all your posts"),
    ],
)
def test_what_receipts_promise(held_by: int | None, said: str) -> None:
    assert what_is_confirmed(held_by).startswith(said)
