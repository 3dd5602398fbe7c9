"""Who lies to a relay, or relays badly, is shut out, and nobody else loses anything by it."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.relay.limits import CIRCUIT_PIECE_BYTES, CIRCUIT_WINDOW_BYTES
from swarmfeed.core.relay.locator import Locator, sign_locator
from swarmfeed.core.relay.words import (
    Here,
    Located,
    RelayCall,
    RelayClose,
    RelayCredit,
    RelayData,
    RelayOpen,
)
from swarmfeed.core.talk.message import Message
from swarmfeed.errors import RetryError
from swarmfeed.node.relay.role import RelayParts

pytestmark = pytest.mark.attack("A99")
C = b"circuit1"


async def say(sender: Neighbour, to: Neighbour, *messages: Message) -> None:
    """Send what no honest node would."""
    session = sender.running.ground.sessions.find(to.identity.node_id)
    assert session is not None
    with suppress(RetryError):  # shut out meanwhile
        for message in messages:
            await session.peer.send(message)
    await sender.street.pass_time(1)


def is_linked(one: Neighbour, other: Neighbour) -> bool:
    return one.running.ground.sessions.find(other.identity.node_id) is not None


def locator(of: Neighbour, relay: Neighbour, *, signer: Neighbour | None = None) -> bytes:
    signs = (signer or of).identity
    said = Locator(
        author_id=of.author_id,
        feed_id=signs.feed_id,
        node_id=of.identity.node_id,
        made_ms=of.street.clock.now_ms(),
        relays=(relay.identity.node_id,),
    )
    return sign_locator(said, signs.feed_key.sign)


async def three(street: Neighbourhood) -> tuple[Neighbour, Neighbour, Neighbour]:
    relay = await street.move_in(relays=True)
    anna, ben = [await street.move_in(knows=[relay]) for _ in range(2)]
    street.split(anna, ben)
    await street.pass_time(2)
    return relay, anna, ben


@pytest.mark.parametrize("lie", ["another node", "another relay", "garbage"])
def test_a_false_here_ends_the_link(tmp_path: Path, lie: str) -> None:
    async def scenario(street: Neighbourhood) -> None:
        relay, anna, ben = await three(street)
        signed = {
            "another node": locator(ben, relay, signer=anna),
            "another relay": locator(anna, ben),
            "garbage": b"swarmfeed locator 1\n" + bytes(80),
        }
        await say(anna, relay, Here(signed[lie]))
        assert not is_linked(relay, anna)
        assert is_linked(relay, ben)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.parametrize("end", ["anna", "ben"])
def test_an_end_that_sends_more_than_was_given_loses_its_link(tmp_path: Path, end: str) -> None:
    async def scenario(street: Neighbourhood) -> None:
        relay, anna, ben = await three(street)
        await say(anna, relay, RelayOpen(C, ben.identity.node_id))
        flood = [RelayData(C, bytes(CIRCUIT_PIECE_BYTES)) for _ in range(6)]
        await say(anna if end == "anna" else ben, relay, *flood)
        assert is_linked(relay, ben) == (end == "anna")
        assert is_linked(relay, anna) == (end == "ben")
        assert relay.running.parts(RelayParts).relaying.relay.count == 0

    in_neighbourhood(tmp_path, scenario)


def test_a_relay_that_gives_more_than_a_window_loses_its_link(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        relay, _, ben = await three(street)
        await say(relay, ben, RelayCall(C, street.neighbours[1].identity.node_id))
        assert is_linked(ben, relay)
        await say(relay, ben, RelayCredit(C, CIRCUIT_WINDOW_BYTES))
        assert not is_linked(ben, relay)

    in_neighbourhood(tmp_path, scenario)


def test_what_is_of_no_circuit_is_passed_over(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        relay, anna, _ = await three(street)
        stray = (RelayData(C, b"x"), RelayCredit(C, 1), RelayClose(C, "why not"))
        await say(anna, relay, *stray)
        await say(relay, anna, *stray)
        assert is_linked(relay, anna)
        assert is_linked(anna, relay)

    in_neighbourhood(tmp_path, scenario)


def test_one_who_calls_and_says_nothing_is_let_go(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        relay, anna, ben = await three(street)
        for number in range(20):
            await say(anna, relay, RelayOpen(bytes([number]), ben.identity.node_id))
        assert relay.running.parts(RelayParts).relaying.relay.count <= 8
        await street.pass_time(130)
        assert relay.running.parts(RelayParts).relaying.relay.count == 0
        await asyncio.sleep(0)
        assert is_linked(relay, ben)

    in_neighbourhood(tmp_path, scenario)


def test_what_nobody_asked_for_is_not_dialled(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        relay, anna, ben = await three(street)
        await say(relay, anna, Located((locator(ben, relay),)))
        await street.pass_time(5)
        assert not is_linked(anna, ben)

    in_neighbourhood(tmp_path, scenario)


def test_a_locator_of_another_author_is_passed_over(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        relay, anna, ben = await three(street)
        cleo = await street.move_in()
        await anna.follow(cleo)
        await cleo.stop()
        await street.pass_time(1)
        await say(relay, anna, Located((locator(ben, relay), b"garbage")))
        await street.pass_time(5)
        assert not is_linked(anna, ben)

    in_neighbourhood(tmp_path, scenario)
