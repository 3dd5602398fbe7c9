"""Two whose parents are different supernodes find each other; where they are nobody is told."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.relay.words import Locate
from swarmfeed.errors import BadEncodingError
from swarmfeed.node.ground.layer import Supernode
from swarmfeed.node.relay.role import RelayParts

pytestmark = [pytest.mark.slow, pytest.mark.attack("A99"), pytest.mark.attack("A150")]


def know_each_other(supernodes: Iterable[Neighbour]) -> None:
    """As elections would have it: each serves, and knows all others."""
    them = list(supernodes)
    for one in them:
        others = [each for each in them if each is not one]
        one.running.ground.layer.know(tuple(map(as_known, others)))


def as_known(one: Neighbour) -> Supernode:
    return Supernode(node_id=one.identity.node_id, endpoint=one.endpoint)


def adopt(parent: Neighbour, child: Neighbour) -> None:
    there = child.running.ground.sessions.find(parent.identity.node_id)
    here = parent.running.ground.sessions.find(child.identity.node_id)
    assert there is not None and here is not None
    child.running.ground.layer.add_parent(there)
    parent.running.ground.layer.add_child(here)


async def town(street: Neighbourhood) -> tuple[list[Neighbour], Neighbour, Neighbour]:
    """Three supernodes; Anna is a child of the first, Ben of the last."""
    supernodes = [await street.move_in(relays=True) for _ in range(3)]
    anna = await street.move_in(knows=supernodes[:1])
    ben = await street.move_in(knows=supernodes[2:])
    street.split(anna, ben)
    await street.pass_time(2)
    know_each_other(supernodes)
    adopt(supernodes[0], anna)
    adopt(supernodes[2], ben)
    await street.pass_time(2)
    return supernodes, anna, ben


def linked(one: Neighbour, other: Neighbour) -> bool:
    return one.running.ground.sessions.find(other.identity.node_id) is not None


def test_a_parent_asks_the_other_supernodes(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        supernodes, anna, ben = await town(street)
        assert not linked(anna, supernodes[2])
        await ben.say("hello")
        await anna.follow(ben)
        await street.until(lambda: anna.reads(ben.author_id) == ["hello"], within_s=60)
        carried = [each.running.parts(RelayParts).relaying.relay.count for each in supernodes]
        assert carried == [0, 0, 1]
        assert linked(anna, supernodes[2])

    in_neighbourhood(tmp_path, scenario)


def test_whom_no_supernode_has_told_the_others_of_is_found_by_asking_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.core.relay.presences.PRESENCE_COPIES", 0)
    test_a_parent_asks_the_other_supernodes(tmp_path)


def test_what_others_were_told_is_enough_when_nobody_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.node.relay.locating.LOCATE_ASKED_MAX", 0)
    test_a_parent_asks_the_other_supernodes(tmp_path)


def test_a_question_goes_on_once(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        supernodes, anna, _ = await town(street)
        asked: list[tuple[bytes, bytes, Locate]] = []

        def watch(sender: bytes, receiver: bytes, data: bytes) -> None:
            try:
                message = street.links._vocabulary.decode(data)
            except BadEncodingError:
                return
            if isinstance(message, Locate):
                asked.append((sender, receiver, message))

        street.links.watch(watch)
        stranger = await street.move_in()
        await anna.follow(stranger)
        await stranger.stop()
        await street.pass_time(40)
        ids = [each.identity.node_id for each in supernodes]
        first = [each for each in asked if each[2].goes_on]
        on = [each for each in asked if not each[2].goes_on]
        assert {each[:2] for each in first} == {(anna.identity.node_id, ids[0])}
        assert {each[:2] for each in on} == {(ids[0], ids[1]), (ids[0], ids[2])}
        assert len(on) == 2 * len(first)

    in_neighbourhood(tmp_path, scenario)


def test_people_and_nodes_are_reached_from_anywhere(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        _, anna, ben = await town(street)
        reach = anna.running.ground.reach
        by_node = await reach.node(ben.identity.node_id)
        assert by_node is not None and by_node.peer.remote is None
        assert await reach.author(ben.author_id) is by_node
        assert await ben.running.ground.reach.author(anna.author_id) is not None

    in_neighbourhood(tmp_path, scenario)


def test_who_comes_by_way_of_a_relay_is_not_told_where_we_are(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        _, anna, ben = await town(street)
        link = await anna.running.ground.reach.author(ben.author_id)
        assert link is not None
        await street.pass_time(1)
        back = ben.running.ground.sessions.find(anna.identity.node_id)
        assert back is not None
        for each in (link, back):
            hello = each.peer.hello
            assert (hello.hosts, hello.link_port, hello.swarm_port) == ((), 0, 0)
            assert (each.host, each.link, each.swarm) == ("", None, None)

    in_neighbourhood(tmp_path, scenario)


def test_when_a_parent_goes_the_other_one_is_named(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        first, second = [await street.move_in(relays=True) for _ in range(2)]
        ben = await street.move_in(knows=[first, second])
        anna = await street.move_in(knows=[second])
        street.split(anna, ben)
        await street.pass_time(2)
        adopt(first, ben)
        adopt(second, ben)
        ben.running.ground.layer.drop_parent(first.identity.node_id)
        await first.stop()
        await street.pass_time(1)
        link = await anna.running.ground.reach.node(ben.identity.node_id)
        assert link is not None

    in_neighbourhood(tmp_path, scenario)
