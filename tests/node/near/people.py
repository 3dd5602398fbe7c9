"""Where people are, and what they press and see."""

from ipaddress import IPv4Interface

from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood
from swarmfeed.core.asks.near import HideYourself, PeopleNear, ShowYourself, WhoIsNear
from swarmfeed.core.near.words import BadgeShown
from swarmfeed.node.near.showing import ShowingNear

ANNAS = IPv4Interface("192.168.1.5/24")
BENS = IPv4Interface("192.168.1.7/24")
CLEOS = IPv4Interface("192.168.1.9/24")
ELSEWHERE = IPv4Interface("192.168.2.7/24")
FAR = IPv4Interface("192.168.2.9/24")
OF_CONTAINERS = IPv4Interface("172.17.0.1/16")


async def show(who: Neighbour) -> PeopleNear:
    return await who.running.ground.answering.answer(ShowYourself())


async def hide(who: Neighbour) -> PeopleNear:
    return await who.running.ground.answering.answer(HideYourself())


async def near(who: Neighbour) -> PeopleNear:
    return await who.running.ground.answering.answer(WhoIsNear())


async def sees(who: Neighbour) -> list[bytes]:
    return [each.author_id for each in (await near(who)).people]


def badges(street: Neighbourhood) -> list[bytes]:
    """Badges that go over links from now on, as they come."""
    said: list[bytes] = []
    street.links.watch(
        lambda _from, _to, data: said.append(data) if b"1:m5:badge" in data else None
    )
    return said


def badge_of(who: Neighbour) -> BadgeShown:
    return who.running.parts(ShowingNear)._signed()
