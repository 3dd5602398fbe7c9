"""Where a machine stands among supernodes, and who is told when that changes."""

from pathlib import Path

from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.base.types import Endpoint
from swarmfeed.node.ground.events import (
    ChildCame,
    ChildGone,
    ParentCame,
    ParentGone,
    ServingChanged,
    listens,
)
from swarmfeed.node.ground.layer import Supernode

EVENTS = (ParentCame, ParentGone, ChildCame, ChildGone, ServingChanged)


def test_what_changes_is_told_once_and_what_was_not_there_is_not_missed(
    tmp_path: Path,
) -> None:
    async def script(street: Neighbourhood) -> None:
        anna = await street.move_in()
        ben = await street.move_in(knows=[anna])
        await street.pass_time(2)
        ground, told = anna.running.ground, list[object]()
        ground.events.connect(listens(each, told.append) for each in EVENTS)
        session = ground.sessions.find(ben.identity.node_id)
        assert session is not None
        layer, node_id = ground.layer, session.node_id
        layer.serve(True)
        layer.serve(True)
        layer.add_child(session)
        assert layer.children == (session,)
        assert layer.is_child(node_id)
        layer.drop_child(node_id)
        layer.drop_child(node_id)
        layer.serve(False)
        layer.add_parent(session)
        assert layer.parents == (session,)
        assert layer.is_parent(node_id)
        layer.drop_parent(node_id)
        layer.drop_parent(node_id)
        assert told == [
            ServingChanged(True),
            ChildCame(session),
            ChildGone(session),
            ServingChanged(False),
            ParentCame(session),
            ParentGone(session),
        ]
        assert layer.parents == layer.children == ()

    in_neighbourhood(tmp_path, script)


def test_a_supernode_that_is_known_is_dialled_when_it_is_wanted(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        anna, ben = await street.move_in(), await street.move_in()
        layer = anna.running.ground.layer
        other = Supernode(node_id=ben.identity.node_id, endpoint=ben.endpoint)
        layer.know((other,))
        assert layer.others == (other,)
        session = await layer.link_to(other)
        assert session is not None
        assert await layer.link_to(other) is session
        stranger = Supernode(node_id=anna.identity.node_id, endpoint=ben.endpoint)
        assert await layer.link_to(stranger) is None

    in_neighbourhood(tmp_path, script)


def test_ways_in_are_those_that_were_led_to_last(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        layer = (await street.move_in()).running.ground.layer
        before, now = (Endpoint("127.0.1.9", port) for port in (7000, 7001))
        layer.lead_in((before,))
        layer.lead_in((now,))
        assert layer.ways_in == (now,)

    in_neighbourhood(tmp_path, script)
