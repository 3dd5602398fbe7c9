"""What a supernode takes of the word of others, and what it makes of a question."""

import asyncio
from pathlib import Path

import pytest
from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.relay.limits import LOCATES_PER_MINUTE
from swarmfeed.core.relay.words import Locate, Located, Reachable, RelayAt
from swarmfeed.core.talk.message import Message
from swarmfeed.node.ground.events import Misled, listens
from swarmfeed.node.ground.layer import Supernode

from tests.node.relay.test_relaying import is_linked, locator, say

pytestmark = [pytest.mark.attack("A99"), pytest.mark.attack("A150")]


class Ear:
    """What a node is told by others."""

    def __init__(self, street: Neighbourhood) -> None:
        self.heard: list[tuple[bytes, bytes, Message]] = []
        self._decode = street.links._vocabulary.decode
        street.links.watch(self._on_carried)

    def _on_carried(self, sender: bytes, receiver: bytes, data: bytes) -> None:
        if b"1:m" in data and b"node" not in data[:40]:
            message = self._decode(data)
            if isinstance(message, Locate | Located | Reachable):
                self.heard.append((sender, receiver, message))

    def told(self, receiver: Neighbour) -> list[Message]:
        return [each for _, to, each in self.heard if to == receiver.identity.node_id]


async def pair(street: Neighbourhood) -> tuple[Neighbour, Neighbour, Neighbour]:
    """Two supernodes that know each other, and Ben, linked to the second."""
    one = await street.move_in(relays=True)
    other = await street.move_in(relays=True, knows=[one])
    ben = await street.move_in(knows=[other])
    for each, its in ((one, other), (other, one)):
        known = Supernode(node_id=its.identity.node_id, endpoint=its.endpoint)
        each.running.ground.layer.know((known,))
    await street.pass_time(2)
    return one, other, ben


def test_who_is_told_of_elsewhere_is_found_with_the_place_of_the_relay(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        one, other, ben = await pair(street)
        cleo = await street.move_in(knows=[one])
        await street.pass_time(2)
        await say(other, one, Reachable(locator(ben, other)))
        ear = Ear(street)
        await say(cleo, one, Locate((), (ben.identity.node_id,)))
        (located,) = [each for each in ear.told(cleo) if isinstance(each, Located)]
        place = RelayAt(other.identity.node_id, other.endpoint)
        assert located.relays == (place,)
        assert len(located.locators) == 1

    in_neighbourhood(tmp_path, scenario)


def test_the_word_of_one_who_is_no_supernode_does_not_count(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        one, _, _ = await pair(street)
        mallory = await street.move_in(knows=[one])
        stranger = await street.move_in(on=False)
        await street.pass_time(2)
        await say(mallory, one, Reachable(locator(stranger, mallory)), Reachable(b"garbage"))
        ear = Ear(street)
        await say(mallory, one, Locate((stranger.author_id,)))
        assert ear.told(mallory) == []
        assert is_linked(one, mallory)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.parametrize("lie", ["another relay", "garbage"])
def test_a_false_word_ends_the_link(tmp_path: Path, lie: str) -> None:
    async def scenario(street: Neighbourhood) -> None:
        one, other, ben = await pair(street)
        signed = {"another relay": locator(ben, one), "garbage": bytes(80)}[lie]
        await say(other, one, Reachable(signed))
        assert not is_linked(one, other)

    in_neighbourhood(tmp_path, scenario)


def test_a_supernode_that_answers_with_garbage_is_shut_out_and_not_passed_on(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        one, other, ben = await pair(street)
        cleo = await street.move_in(knows=[one])
        await street.pass_time(2)
        stranger = await street.move_in(on=False)
        await say(cleo, one, Locate((stranger.author_id,), goes_on=True))
        ear = Ear(street)
        forged = locator(ben, other)[:-1] + b"x"
        await say(other, one, Located((forged,)))
        assert not is_linked(one, other)
        assert is_linked(one, cleo)
        assert ear.told(cleo) == []

    in_neighbourhood(tmp_path, scenario)


def test_an_answer_that_is_none_is_not_passed_back(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        one, other, ben = await pair(street)
        cleo = await street.move_in(knows=[one])
        await street.pass_time(2)
        ear = Ear(street)
        stranger = await street.move_in(on=False)
        await say(other, one, Located((locator(ben, other),)))
        await say(cleo, one, Locate((stranger.author_id,), goes_on=True))
        await say(other, one, Located((locator(ben, other),)))
        await say(ben, other, Located((locator(ben, other),)))
        assert [each for each in ear.told(cleo) if isinstance(each, Located)] == []

    in_neighbourhood(tmp_path, scenario)


def test_who_asks_without_end_has_so_many_questions_passed_on(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        one, other, _ = await pair(street)
        mallory = await street.move_in(knows=[one])
        stranger = await street.move_in(on=False)
        await street.pass_time(2)
        ear = Ear(street)
        for _ in range(2 * LOCATES_PER_MINUTE):
            await say(mallory, one, Locate((stranger.author_id,), goes_on=True))
        asked = [each for each in ear.told(other) if isinstance(each, Locate)]
        assert LOCATES_PER_MINUTE <= len(asked) < 2 * LOCATES_PER_MINUTE

    in_neighbourhood(tmp_path, scenario)


def test_who_does_not_serve_keeps_nothing_and_answers_nothing(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        one, other, ben = await pair(street)
        one.running.ground.layer.serve(False)
        await say(other, one, Reachable(locator(ben, other)))
        ear = Ear(street)
        await say(other, one, Locate((ben.author_id,), goes_on=True))
        assert ear.told(other) == []

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_a_parent_that_lies_about_who_is_there_is_named_and_the_other_one_answers(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        one, other, ben = await pair(street)
        anna = await street.move_in(knows=[one, other])
        street.split(anna, ben)
        await street.pass_time(2)
        one.running.ground.layer.serve(False)  # it says nothing but what follows
        misled: list[Misled] = []
        anna.running.ground.events.connect([listens(Misled, misled.append)])
        for parent in (one, other):
            session = anna.running.ground.sessions.find(parent.identity.node_id)
            assert session is not None
            anna.running.ground.layer.add_parent(session)
        reaching = asyncio.create_task(anna.running.ground.reach.node(ben.identity.node_id))
        await settle()
        forged = locator(ben, one, signer=one)[:-1] + b"x"
        await say(one, anna, Located((forged,)))
        assert not is_linked(anna, one)
        assert [each.session.node_id for each in misled] == [one.identity.node_id]
        reached = await reaching
        assert reached is not None and reached.node_id == ben.identity.node_id

    in_neighbourhood(tmp_path, scenario)
