"""Getting to somebody: where they are known to be, by the ways there are, once at a time."""

import asyncio
from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.base.types import AuthorId, NodeId
from swarmfeed.core.net.limits import IN_VAIN_S, REACH_S, REACHES_MAX, SOON_S
from swarmfeed.node.ground.layer import Supernode
from swarmfeed.node.ground.reach import Target

NOBODY = NodeId(b"n" * 32)


class Way:
    """Notes who is sought, and finds one of them when it is told to."""

    def __init__(self) -> None:
        self.sought: list[Target] = []
        self.found = asyncio.Event()
        self.node_id: NodeId | None = None

    async def go(self, target: Target) -> NodeId | None:
        self.sought.append(target)
        await self.found.wait()
        return self.node_id


async def alone(street: Neighbourhood) -> tuple[Neighbour, Way]:
    anna, way = await street.move_in(), Way()
    anna.running.ground.reach.connect([way.go])
    return anna, way


def test_who_is_linked_is_reached_at_once(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        ben = await street.move_in()
        anna = await street.move_in(knows=[ben])
        await street.pass_time(1)
        session = await anna.running.ground.reach.node(ben.identity.node_id)
        assert session is anna.running.ground.sessions.find(ben.identity.node_id) is not None

    in_neighbourhood(tmp_path, scenario)


def test_who_was_linked_before_is_dialled_again(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        ben = await street.move_in()
        anna = await street.move_in(knows=[ben])
        await street.pass_time(2)
        street.split(anna, ben)
        street.heal(anna, ben)
        await street.pass_time(2)
        for one, other in ((anna, ben), (ben, anna)):
            session = await one.running.ground.reach.node(other.identity.node_id)
            assert session is not None

    in_neighbourhood(tmp_path, scenario)


def test_a_supernode_is_dialled_where_it_is_known_to_be(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        ben, (anna, way) = await street.move_in(), await alone(street)
        known = Supernode(node_id=ben.identity.node_id, endpoint=ben.endpoint)
        anna.running.ground.layer.know((known,))
        session = await anna.running.ground.reach.node(ben.identity.node_id)
        assert session is not None and session.peer.remote == ben.endpoint
        assert way.sought == []

    in_neighbourhood(tmp_path, scenario)


def test_where_strangers_say_that_it_is_it_is_dialled_and_no_way_is_tried(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        ben, (anna, way) = await street.move_in(), await alone(street)
        reach = anna.running.ground.reach
        assert await reach.straight(NOBODY, [ben.endpoint]) is None
        assert await reach.straight(ben.identity.node_id, []) is not None
        assert way.sought == []

    in_neighbourhood(tmp_path, scenario)


def test_many_who_seek_one_are_one_attempt(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, way = await alone(street)
        reach = anna.running.ground.reach
        asking = [asyncio.create_task(reach.node(NOBODY)) for _ in range(5)]
        await street.pass_time(1)
        asking[0].cancel()
        await street.pass_time(1)
        assert way.sought == [Target(node_id=NOBODY)]
        way.found.set()
        assert await asyncio.gather(*asking[1:]) == [None] * 4
        assert await reach.node(NOBODY) is None
        assert len(way.sought) == 2

    in_neighbourhood(tmp_path, scenario)


def test_no_more_than_so_many_are_sought_and_each_for_so_long(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, way = await alone(street)
        reach = anna.running.ground.reach
        asking = [
            asyncio.create_task(reach.author(AuthorId(bytes([number]) * 32)))
            for number in range(REACHES_MAX + 1)
        ]
        await street.pass_time(1)
        assert len(way.sought) == REACHES_MAX
        assert asking[-1].done()
        await street.pass_time(REACH_S)
        assert await asyncio.gather(*asking) == [None] * len(asking)

    in_neighbourhood(tmp_path, scenario)


def test_who_has_another_way_waits_once_for_who_is_away(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, way = await alone(street)
        reach, time = anna.running.ground.reach, asyncio.get_running_loop().time
        began_s = time()
        assert await reach.soon(Target(node_id=NOBODY)) is None
        assert time() - began_s == pytest.approx(SOON_S, abs=0.1)
        assert await reach.soon(Target(node_id=NOBODY)) is None
        assert time() - began_s == pytest.approx(SOON_S, abs=0.1), "it was just tried"
        assert len(way.sought) == 1
        await street.pass_time(IN_VAIN_S + 1)
        await reach.soon(Target(node_id=NOBODY))
        assert len(way.sought) == 2

    in_neighbourhood(tmp_path, scenario)


def test_an_attempt_goes_on_when_who_has_another_way_waits_no_more(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        ben, (anna, way) = await street.move_in(), await alone(street)
        reach, target = anna.running.ground.reach, Target(node_id=ben.identity.node_id)
        assert await reach.soon(target) is None
        way.node_id = ben.identity.node_id
        way.found.set()
        await anna.running.ground.sessions.dial_some([ben.endpoint])
        await street.pass_time(1)
        assert await reach.soon(target) is not None

    in_neighbourhood(tmp_path, scenario)


def test_a_way_that_links_to_somebody_has_reached_them(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        ben, (anna, way) = await street.move_in(), await alone(street)
        asking = asyncio.create_task(anna.running.ground.reach.author(ben.author_id))
        await street.pass_time(1)
        way.node_id = ben.identity.node_id
        way.found.set()
        await street.pass_time(1)
        assert not asking.done()
        await anna.running.ground.sessions.dial_some([ben.endpoint])
        session = await asking
        assert session is not None and session.node_id == way.node_id

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.parametrize("is_gone", [True, False])
def test_who_does_not_answer_is_not_reached(tmp_path: Path, is_gone: bool) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        asking = asyncio.create_task(anna.running.ground.reach.node(NOBODY))
        if is_gone:
            await street.pass_time(1)
            asking.cancel()
        else:
            assert await asking is None

    in_neighbourhood(tmp_path, scenario)
