"""A street with supernodes that a test appoints: who is whose parent it says itself."""

from collections.abc import Sequence
from pathlib import Path

from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.listening import Subscribe
from swarmfeed.core.asks.notifications import Notification
from swarmfeed.node.ground.events import Misled, listens
from swarmfeed.node.ground.layer import Supernode
from swarmfeed.node.ground.session import Session
from swarmfeed.node.push.guestbook import Guestbook
from swarmfeed.node.push.role import Push
from swarmfeed.node.roster import ROSTER, Roster
from swarmfeed.node.supernode.role import supernode_role

APPOINTED = Roster(roles=tuple(each for each in ROSTER.roles if each is not supernode_role))
"""All roles but the one that elects: it would have another opinion."""

__all__ = ["APPOINTED", "Neighbour", "Neighbourhood", "in_street"]


def in_street(folder: Path, scenario) -> None:  # type: ignore[no-untyped-def]
    in_neighbourhood(folder, scenario, roster=APPOINTED)


async def supernodes(street: Neighbourhood, count: int) -> list[Neighbour]:
    """Move in so many that serve and know each other."""
    serving = [await street.move_in() for _ in range(count)]
    for each in serving:
        others = (other for other in serving if other is not each)
        each.running.ground.layer.know(tuple(map(as_supernode, others)))
        each.running.ground.layer.serve(True)
    return serving


def as_supernode(node: Neighbour) -> Supernode:
    return Supernode(node_id=node.identity.node_id, endpoint=node.endpoint)


async def leaf(street: Neighbourhood, *parents: Neighbour) -> Neighbour:
    """Move in somebody with these parents, the first one first."""
    one = await street.move_in()
    for each in parents:
        await adopt(street, one, each)
    return one


async def adopt(street: Neighbourhood, child: Neighbour, parent: Neighbour) -> None:
    ground = child.running.ground
    session = await ground.layer.link_to(as_supernode(parent))
    await street.pass_time(1)
    session = link(child, parent)
    parent.running.ground.layer.add_child(link(parent, child))
    ground.layer.add_parent(session)
    await street.pass_time(1)


async def leave(street: Neighbourhood, child: Neighbour, parent: Neighbour) -> None:
    """The parent crashes, and the child notices."""
    await parent.stop()
    child.running.ground.layer.drop_parent(parent.identity.node_id)
    await street.pass_time(1)


async def subscribe(street: Neighbourhood, node: Neighbour, *what: str) -> None:
    for each in what:
        await node.running.ground.answering.answer(Subscribe(what=each))
    await street.pass_time(2)  # what changes is gathered before it is told


def link(one: Neighbour, other: Neighbour) -> Session:
    session = one.running.ground.sessions.find(other.identity.node_id)
    assert session is not None, "they are not linked"
    return session


def misled(node: Neighbour) -> list[Misled]:
    """Who misled a node from now on."""
    told = list[Misled]()
    node.running.ground.events.connect((listens(Misled, told.append),))
    return told


def kept(node: Neighbour) -> Guestbook:
    return node.running.parts(Push).guestbook


def notices(node: Neighbour) -> list[Notification]:
    return node.index.notifications(50, None)


def texts(found: Sequence[Notification]) -> list[str]:
    return [each.post.text for each in found]


def heard(node: Neighbour, words: str, before: Cursor | None = None) -> list[str]:
    return [post.text for post in node.index.search(words, 50, before)]
