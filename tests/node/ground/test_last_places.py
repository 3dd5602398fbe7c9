"""Strangers who hold all links open: the last of them are free again after a moment."""

from pathlib import Path

import pytest
from street.loop import settle
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.base.limits import PEERS_MAX
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.net.limits import LAST_PLACE_S, LAST_PLACES_SHARE
from swarmfeed.core.talk.words import Hello
from swarmfeed.errors import RetryError
from swarmfeed.ports import Peer

CROWD = PEERS_MAX - int(PEERS_MAX * LAST_PLACES_SHARE)


async def come(street: Neighbourhood, number: int, to: Endpoint) -> Peer:
    """A stranger links and says nothing more."""
    node_id = NodeId(number.to_bytes(32, "big"))
    peer = await street.links.link(node_id).dial(to, Hello(node_id=node_id))
    await settle()
    return peer


@pytest.mark.slow
@pytest.mark.attack("A157")
def test_the_last_places_are_for_who_becomes_more_than_a_stranger(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        ground = anna.running.ground
        for number in range(1, PEERS_MAX + 1):
            await come(street, number, anna.endpoint)
        with pytest.raises(RetryError):
            await come(street, PEERS_MAX + 1, anna.endpoint)
        child, box = (
            ground.sessions.find(NodeId(number.to_bytes(32, "big")))
            for number in (CROWD + 1, PEERS_MAX)
        )
        assert child is not None and box is not None
        ground.layer.add_child(child)
        box.kept_by.add("a test")
        await street.pass_time(LAST_PLACE_S - 1)
        assert len(ground.sessions.all()) == PEERS_MAX
        await street.pass_time(2)
        there = ground.sessions.all()
        assert len(there) == CROWD + 2, "child, keeper, and who came while there were places"
        assert child in there and box in there
        await come(street, PEERS_MAX + 1, anna.endpoint)
        assert len(ground.sessions.all()) == CROWD + 3

    in_neighbourhood(tmp_path, scenario)


def test_while_there_are_places_nobody_is_sent_away(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        for number in range(1, 9):
            await come(street, number, anna.endpoint)
        await street.pass_time(2 * LAST_PLACE_S)
        assert len(anna.running.ground.sessions.all()) == 8

    in_neighbourhood(tmp_path, scenario)
