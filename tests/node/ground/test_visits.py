"""Links for a question: closed when nothing came of them, kept where something did."""

from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.base.bencoding import decode
from swarmfeed.core.base.types import AuthorId
from swarmfeed.node.ground.session import Session


def words_between(street: Neighbourhood) -> set[bytes]:
    """Names of the messages that are carried from now on."""
    spoken = set[bytes]()

    def note(_sender: bytes, _receiver: bytes, data: bytes) -> None:
        message = decode(data, limit_bytes=len(data))
        assert isinstance(message, dict) and isinstance(message[b"m"], bytes)
        spoken.add(message[b"m"])

    street.links.watch(note)
    return spoken


def linked(one: Neighbour, other: Neighbour) -> Session:
    """The link of one to the other."""
    session = one.running.ground.sessions.find(other.identity.node_id)
    assert session is not None
    return session


def test_a_visit_is_not_remembered_and_is_closed_when_it_is_of_no_use(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await street.move_in(), await street.move_in()
        ground = anna.running.ground
        session = await ground.visits.reach(ben.endpoint, None)
        assert session is not None and session.node_id == ben.identity.node_id
        assert await ground.visits.reach(ben.endpoint, session.node_id) is session
        assert ground.shells.index.peers(10) == []
        await street.pass_time(5)
        assert await ground.visits.close_idle(6_000) == 0
        assert await ground.visits.reach(ben.endpoint, None) is session
        await street.pass_time(5)
        assert await ground.visits.close_idle(6_000) == 0, "it was of use since"
        await street.pass_time(1)
        session.kept_by.add("a test")
        assert await ground.visits.close_idle(6_000) == 0
        session.kept_by.clear()
        assert await ground.visits.close_idle(6_000) == 1
        await street.pass_time(1)
        assert ground.sessions.find(ben.identity.node_id) is None

    in_neighbourhood(tmp_path, scenario)


def test_nothing_of_feeds_goes_over_a_visit(tmp_path: Path) -> None:
    """Not even where one holds what the other follows: who serves is visited by thousands."""

    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await street.move_in(), await street.move_in()
        await ben.say("hello")
        await anna.running.feeds.carer.follow(ben.author_id)
        spoken = words_between(street)
        visits = anna.running.ground.visits
        assert await visits.reach(ben.endpoint, None) is not None
        await street.pass_time(30)
        assert spoken == {b"hello"}
        await anna.running.feeds.carer.follow(AuthorId(bytes(32)))
        await street.pass_time(1)
        assert spoken == {b"hello"}, "nor because somebody else is followed"
        assert await visits.close_idle(30_000) == 1

    in_neighbourhood(tmp_path, scenario)


def test_who_was_visited_and_said_nothing_is_visited_again_at_once(tmp_path: Path) -> None:
    """A dial after which nobody spoke counts as one in vain: not if we ended it."""

    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await street.move_in(), await street.move_in()
        visits = anna.running.ground.visits
        for _ in range(8):
            assert await visits.reach(ben.endpoint, None) is not None
            await street.pass_time(2)
            assert await visits.close_idle(1_000) == 1
            await street.pass_time(1)
            assert anna.running.ground.sessions.find(ben.identity.node_id) is None

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.parametrize("needs", ["dial", "parent", "child", "reach"])
def test_a_visit_becomes_a_link_as_soon_as_either_end_needs_one(
    tmp_path: Path, needs: str
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await street.move_in(), await street.move_in()
        await ben.say("hello")
        await anna.running.feeds.carer.follow(ben.author_id)
        session = await anna.running.ground.visits.reach(ben.endpoint, None)
        await street.pass_time(5)
        back = linked(ben, anna)
        assert session is not None and back.is_visit
        assert not (session.stays or back.stays)
        await NEEDS[needs](anna, ben)
        await street.until(lambda: anna.reads(ben.author_id) == ["hello"], within_s=5)
        assert session.stays and back.stays and linked(anna, ben) is session
        assert await anna.running.ground.visits.close_idle(0) == 0, "he holds what she wants"

    in_neighbourhood(tmp_path, scenario)


async def dial(anna: Neighbour, ben: Neighbour) -> None:
    await anna.running.ground.sessions.dial_some([ben.endpoint])


async def take_as_parent(anna: Neighbour, ben: Neighbour) -> None:
    anna.running.ground.layer.add_parent(linked(anna, ben))


async def take_as_child(anna: Neighbour, ben: Neighbour) -> None:
    ben.running.ground.layer.add_child(linked(ben, anna))


async def reach_for(anna: Neighbour, ben: Neighbour) -> None:
    assert await ben.running.ground.reach.node(anna.identity.node_id) is linked(ben, anna)


NEEDS = {
    "dial": dial,
    "parent": take_as_parent,
    "child": take_as_child,
    "reach": reach_for,
}
"""How a link comes to be needed for more than a question, at either end."""


def test_who_is_elsewhere_is_not_reached(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await street.move_in(), await street.move_in()
        visits = anna.running.ground.visits
        assert await visits.reach(ben.endpoint, anna.identity.node_id) is None

    in_neighbourhood(tmp_path, scenario)
