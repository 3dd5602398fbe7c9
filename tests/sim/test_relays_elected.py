"""Nobody was told to relay: nodes elect supernodes, and by these two reach each other."""

from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.supernode.limits import PARENTS, ROUND_S
from swarmfeed.node.relay.role import RelayParts
from swarmfeed.node.supernode.settings import SupernodeSettings

AUTO, OFF = (SupernodeSettings(supernode=each) for each in ("auto", "off"))


def parents(one: Neighbour) -> set[bytes]:
    return {each.node_id for each in one.running.ground.layer.parents}


@pytest.mark.slow
@pytest.mark.attack("A99")
def test_elected_supernodes_join_who_cannot_dial_each_other(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        first = await street.move_in(supernode=AUTO)
        crowd = [
            first,
            *[await street.move_in(knows=[first], supernode=AUTO) for _ in range(7)],
        ]
        anna, ben = [await street.move_in(knows=[first], supernode=OFF) for _ in range(2)]
        street.split(anna, ben)
        await street.until(
            lambda: len(parents(anna)) == len(parents(ben)) == PARENTS, within_s=20 * ROUND_S
        )
        await ben.say_many(300)
        await anna.running.feeds.carer.follow(ben.author_id)
        await street.until(lambda: anna.is_complete(ben.feed_id), within_s=60)
        session = anna.running.ground.sessions.find(ben.identity.node_id)
        assert session is not None and session.peer.remote is None
        carriers = [
            each for each in crowd if each.running.parts(RelayParts).relaying.relay.count
        ]
        assert carriers
        assert {each.identity.node_id for each in carriers} <= parents(ben)
        reached = await ben.running.ground.reach.author(anna.author_id)
        assert reached is not None and reached.node_id == anna.identity.node_id

    in_neighbourhood(tmp_path, scenario)
