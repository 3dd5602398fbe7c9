"""People whose letters wait for them at others', and the parcels that came."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.mailboxes import Mailboxes, MailboxStatus
from swarmfeed.core.base.types import NodeId
from swarmfeed.node.ground.events import ParcelCame, listens
from swarmfeed.node.letters.role import letters_role
from swarmfeed.node.mailboxes.role import MailboxRole
from swarmfeed.node.roster import ROSTER, Roster

Scenario = Callable[[Neighbourhood], Awaitable[None]]


class Reader:
    """Opens parcels for a neighbour: what it was told is on its disk, whatever happens."""

    def __init__(self, of: Neighbour) -> None:
        self.of = of
        self.parcels: list[bytes] = []
        self.takes = True
        """Whether it says at once that a parcel is on disk."""
        self.untaken: list[ParcelCame] = []

    def begin(self) -> None:
        """Read parcels from now on; after each start of the node."""
        ground = self.of.running.ground
        ground.events.connect((listens(ParcelCame, self._on_parcel),))
        ground.mail.receive()

    def _on_parcel(self, event: ParcelCame) -> None:
        self.parcels.append(event.parcel)
        if self.takes:
            event.done()
        else:
            self.untaken.append(event)


def node_of(neighbour: Neighbour) -> NodeId:
    return neighbour.identity.node_id


def parts(of: Neighbour) -> MailboxRole:
    return of.running.parts(MailboxRole)


def holders(of: Neighbour) -> set[NodeId]:
    """Who keeps letters for a neighbour."""
    return {*parts(of).own.records()}


async def status(of: Neighbour) -> MailboxStatus:
    return await of.running.ground.answering.answer(Mailboxes())


async def put(
    by: Neighbour, to: Neighbour, parcel: bytes, token: bytes | None = None
) -> frozenset[NodeId]:
    return await by.running.ground.mail.put(to.feed_id, parcel, token)


async def befriend(*all_of_them: Neighbour) -> None:
    """Let each follow all others."""
    for one in all_of_them:
        await one.follow(*(other for other in all_of_them if other is not one))


def in_town(folder: Path, scenario: Scenario, *, history_speed: int = 1) -> None:
    """Play a scenario where nobody but a ``Reader`` opens parcels."""
    roles = tuple(each for each in ROSTER.roles if each is not letters_role)
    roster = Roster(roles=roles, vocabulary=ROSTER.vocabulary)
    in_neighbourhood(folder, scenario, history_speed=history_speed, roster=roster)


def token_of(neighbour: Neighbour) -> bytes:
    """What a neighbour's contacts know."""
    token = neighbour.running.ground.mail.own_token()
    assert token is not None
    return token


async def settled(street: Neighbourhood, *of: Neighbour, boxes: int = 3) -> None:
    """Let time pass until each has so many mailboxes, and others know of them."""
    await street.until(lambda: all(len(holders(each)) == boxes for each in of), within_s=90)
    await street.pass_time(2)
