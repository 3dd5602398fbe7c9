"""What a node learns of where it is goes into the link that it gives away."""

from ipaddress import IPv4Interface
from pathlib import Path

from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.supernode.limits import REACHED_LASTS_S
from swarmfeed.node.supernode.role import SupernodeParts

PUBLIC = "93.184.216.34"


def test_where_others_reached_us_stands_in_the_link_for_as_long_as_that_lasts(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in_at(IPv4Interface("192.168.1.5/24"))
        gatekeeper = anna.running.parts(SupernodeParts).gatekeeper
        at_home = Endpoint("192.168.1.5", anna.settings.link_port)
        introduction = anna.running.ground.introduction
        assert introduction.places() == (at_home,)
        now_s = gatekeeper._clock.now_s()
        gatekeeper._echoes.reached(
            NodeId(bytes(32)), "8.8.8.8", now_s, chosen=False, at_host=PUBLIC
        )
        gatekeeper.judge(())
        assert introduction.places() == (Endpoint(PUBLIC, at_home.port), at_home)
        gatekeeper._echoes.forget_old(now_s + REACHED_LASTS_S)
        gatekeeper.judge(())
        assert introduction.places() == (at_home,)

    in_neighbourhood(tmp_path, scenario)
