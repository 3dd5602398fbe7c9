"""Nodes with witnesses, by hand: before any election a test says who is whose parent."""

from collections.abc import Iterable
from contextlib import suppress

from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood
from swarmfeed.core.talk.message import Message
from swarmfeed.core.witness.newest import SeenBy, see
from swarmfeed.errors import RetryError
from swarmfeed.node.catchup.role import catchup_role
from swarmfeed.node.ground.layer import Supernode
from swarmfeed.node.ground.session import Session
from swarmfeed.node.lookup.role import lookup_role
from swarmfeed.node.push.role import push_role
from swarmfeed.node.roster import ROSTER, Roster
from swarmfeed.node.witness.inquiring import Inquiry
from swarmfeed.node.witness.role import WitnessParts

WITNESSES_ALONE = Roster(
    roles=tuple(
        role for role in ROSTER.roles if role not in (push_role, lookup_role, catchup_role)
    )
)
"""Supernodes that keep back whatever they have heard of: nobody gives the news."""


def session(one: Neighbour, other: Neighbour) -> Session:
    found = one.running.ground.sessions.find(other.identity.node_id)
    assert found is not None, "they are not linked"
    return found


def is_linked(one: Neighbour, other: Neighbour) -> bool:
    return one.running.ground.sessions.find(other.identity.node_id) is not None


def adopt(parent: Neighbour, child: Neighbour) -> None:
    """Make one the parent of the other, as an election would."""
    parent.running.ground.layer.serve(True)
    parent.running.ground.layer.add_child(session(parent, child))
    child.running.ground.layer.add_parent(session(child, parent))


def know(who: Neighbour, servers: Iterable[Neighbour]) -> None:
    """Have somebody know supernodes."""
    others = (
        Supernode(node_id=each.identity.node_id, endpoint=each.endpoint) for each in servers
    )
    who.running.ground.layer.know(tuple(others))


async def witnesses(
    street: Neighbourhood, count: int = 2, *, roster: Roster = ROSTER
) -> list[Neighbour]:
    found = [await street.move_in(roster=roster) for _ in range(count)]
    for each in found:
        each.running.ground.layer.serve(True)
    return found


async def leaf(street: Neighbourhood, parents: list[Neighbour]) -> Neighbour:
    """Somebody with parents."""
    one = await street.move_in(knows=parents)
    await street.pass_time(2)
    for each in parents:
        adopt(each, one)
    return one


def inquiry(of: Neighbour) -> Inquiry:
    return of.running.parts(WitnessParts).inquiry


def sight(reader: Neighbour, author: Neighbour) -> SeenBy | None:
    """How new an author's feed is to a reader."""
    newest = inquiry(reader).newest(author.feed_id)
    return see(newest, inquiry(reader).network_of)


def seen_size(reader: Neighbour, author: Neighbour) -> int:
    newest = inquiry(reader).newest(author.feed_id)
    return newest.size if newest is not None else 0


async def say(sender: Neighbour, to: Neighbour, *messages: Message) -> None:
    """Send what no honest node would."""
    with suppress(RetryError):  # shut out meanwhile
        for message in messages:
            await session(sender, to).peer.send(message)
    await sender.street.pass_time(1)
