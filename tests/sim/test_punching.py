"""People behind home routers who follow each other come to be linked straight."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.relay.limits import PUNCH_REST_S, PUNCHES_OF_PAIR_A_DAY
from swarmfeed.core.relay.words import Punch, PunchAt, PunchSeen, RelayOpen, Straight
from swarmfeed.core.talk.message import Message
from swarmfeed.core.vocabulary import VOCABULARY
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.relay.role import RelayParts
from swarmfeed.node.relay.settings import RelaySettings

from tests.node.relay.test_relaying import is_linked, locator, say

pytestmark = pytest.mark.slow

SOON_S = 90
"""A round in which somebody is sought, one in which a feed comes, and one to look again."""


async def three(
    street: Neighbourhood, *, crosses: bool = True
) -> tuple[Neighbour, Neighbour, Neighbour]:
    """A relay, and two who know it and cannot dial each other."""
    relay = await street.move_in(relays=True)
    anna, ben = [await street.move_in(knows=[relay]) for _ in range(2)]
    street.split(anna, ben)
    if crosses:
        street.let_cross(anna, ben)
    return relay, anna, ben


def without_punching(one: Neighbour) -> NodeSettings:
    others = (*one.settings.others, RelaySettings(punches=False))
    return replace(one.settings, others=others)


def link(one: Neighbour, other: Neighbour) -> Session | None:
    return one.running.ground.sessions.find(other.identity.node_id)


def is_straight(one: Neighbour, other: Neighbour) -> bool:
    session = link(one, other)
    return session is not None and session.peer.remote is not None


def tries(one: Neighbour) -> int:
    """How often it connected, today."""
    return one.running.parts(RelayParts).puncher.punching.tries_today


def test_who_follow_each_other_are_linked_straight_and_go_on_there(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        relay, anna, ben = await three(street)
        await ben.say_many(600)
        await anna.follow(ben)
        await ben.follow(anna)
        await street.until(lambda: is_straight(anna, ben), within_s=SOON_S)
        assert is_straight(ben, anna)
        relaying = relay.running.parts(RelayParts).relaying.relay
        await street.pass_time(2)
        assert relaying.count == 0, "the circuit gave way"
        carried = relaying.carried_today(ben.identity.node_id)
        await street.until(lambda: anna.is_complete(ben.feed_id), within_s=SOON_S)
        await ben.say("live")
        await street.pass_time(1)
        assert anna.reads(ben.author_id)[0] == "live"
        assert relaying.carried_today(ben.identity.node_id) == carried
        for one, other in ((anna, ben), (ben, anna)):
            session = link(one, other)
            assert session is not None
            (peer,) = (
                each
                for each in one.running.ground.reach.linked()
                if each.node_id == other.identity.node_id
            )
            assert (peer.how, peer.by, peer.crossed) == ("through both routers", None, True)
            assert (session.door, session.link, session.swarm) == (None, None, None)
            assert session.peer.outgoing == (one.identity.node_id < other.identity.node_id)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A224")
def test_who_is_not_followed_back_is_not_told_where_somebody_is(tmp_path: Path) -> None:
    said: list[Message] = []

    async def scenario(street: Neighbourhood) -> None:
        _, anna, ben = await three(street)
        street.links.watch(lambda *carried: said.append(VOCABULARY.decode(carried[2])))
        await anna.follow(ben)
        await street.until(lambda: is_linked(anna, ben), within_s=60)
        await street.pass_time(SOON_S)
        assert is_linked(anna, ben) and not is_straight(anna, ben)
        assert [type(each) for each in said if isinstance(each, Punch | PunchSeen)] == [Punch]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A223")
def test_where_routers_let_nothing_in_the_circuit_stays_and_tries_are_few(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        _, anna, ben = await three(street, crosses=False)
        await anna.follow(ben)
        await ben.follow(anna)
        await street.until(lambda: tries(anna) > 0, within_s=SOON_S)
        await ben.say("by the relay")
        await street.pass_time((PUNCHES_OF_PAIR_A_DAY + 2) * PUNCH_REST_S)
        assert tries(anna) == tries(ben) == PUNCHES_OF_PAIR_A_DAY
        assert anna.reads(ben.author_id)[0] == "by the relay"
        assert is_linked(anna, ben) and not is_straight(anna, ben)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A226")
@pytest.mark.parametrize("why", ["a proxy", "switched off"])
def test_who_goes_by_a_proxy_or_switched_it_off_says_nothing_of_it(
    tmp_path: Path, why: str
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        _, anna, ben = await three(street)
        await ben.stop()
        by_proxy = replace(ben.settings, proxy="socks5://127.0.0.1:9050")
        ben.settings = by_proxy if why == "a proxy" else without_punching(ben)
        await ben.start()
        said: list[tuple[bytes, Message]] = []
        street.links.watch(lambda *seen: said.append((seen[0], VOCABULARY.decode(seen[2]))))
        await anna.follow(ben)
        await ben.follow(anna)
        await street.until(lambda: is_linked(anna, ben), within_s=60)
        await street.pass_time(SOON_S)
        assert is_linked(anna, ben) and not is_straight(anna, ben)
        words = Punch | Straight | PunchAt
        assert not [
            each
            for who, each in said
            if who == ben.identity.node_id and isinstance(each, words)
        ]
        assert not [each for _, each in said if isinstance(each, PunchSeen)]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A225")
def test_who_says_to_be_the_device_of_another_is_shut_out(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        relay, anna, ben = await three(street)
        cleo = await street.move_in(knows=[relay], on=False)
        cleo.settings = without_punching(cleo)
        await cleo.start()
        street.split(anna, cleo)
        await cleo.follow(anna)
        await street.until(lambda: is_linked(cleo, anna), within_s=60)
        await say(cleo, anna, Straight(locator(ben, relay)))
        assert not is_linked(anna, cleo)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A224")
def test_a_relay_that_speaks_unasked_learns_and_moves_nothing(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        relay, anna, ben = await three(street)
        opened: set[bytes] = set()
        answers: list[Message] = []

        def on_carried(sender: bytes, _: bytes, data: bytes) -> None:
            message = VOCABULARY.decode(data)
            if isinstance(message, RelayOpen):
                opened.add(message.circuit)
            if isinstance(message, PunchAt) and sender == ben.identity.node_id:
                answers.append(message)

        street.links.watch(on_carried)
        await anna.follow(ben)
        await street.until(lambda: is_linked(anna, ben), within_s=60)
        at = Endpoint("127.0.0.9", 4_000)
        for circuit in (b"nobody's", *opened):
            await say(relay, ben, PunchSeen(circuit, other=at, own=at), PunchAt(at))
        assert opened and not answers
        assert is_linked(relay, ben) and is_linked(anna, ben)
        assert tries(ben) == 0

    in_neighbourhood(tmp_path, scenario)
