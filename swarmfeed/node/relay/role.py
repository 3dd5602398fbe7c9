"""The role of relays: reaching who cannot be dialled, and joining those who cannot."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from msgspec import Struct

from swarmfeed.core.relay.limits import PUNCH_EVERY_S
from swarmfeed.core.relay.words import (
    ChunkPart,
    Here,
    Locate,
    Located,
    PartAsk,
    Punch,
    PunchAt,
    PunchSeen,
    Reachable,
    RelayCall,
    RelayClose,
    RelayCredit,
    RelayData,
    RelayOpen,
    Straight,
)
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import (
    HoldingTold,
    InterestRose,
    LinkClosed,
    LinkOpened,
    ParentCame,
    ParentGone,
    listens,
)
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.switchboard import Hears, hears
from swarmfeed.node.relay.backlog import Backlog
from swarmfeed.node.relay.circuits import Circuits
from swarmfeed.node.relay.locating import Locating
from swarmfeed.node.relay.mail import Mail
from swarmfeed.node.relay.parts import Parts
from swarmfeed.node.relay.puncher import Puncher
from swarmfeed.node.relay.relaying import Relaying
from swarmfeed.node.relay.seeking import NAME, Seeking
from swarmfeed.node.relay.sightings import Sightings
from swarmfeed.node.role import Role
from swarmfeed.ports import Job

HERE_EVERY_S = 300
SEEK_EVERY_S = 30

C = TypeVar("C", RelayData, RelayCredit, RelayClose)
Hear = Callable[[Session, C], None]


class RelayParts(Struct, frozen=True):
    """What the role is made of."""

    relaying: Relaying
    puncher: Puncher


def relay_role(ground: Ground, feeds: Feeds) -> Role:
    """Make the role of one node."""
    mail, locating = Mail(), Locating(ground)
    circuits, relaying = Circuits(ground, mail), Relaying(ground, mail, locating.is_here)
    seeking, backlog = Seeking(ground, circuits), Backlog(ground, feeds)
    puncher = Puncher(ground, circuits, mail)

    def on_closed(event: LinkClosed) -> None:
        puncher.on_closed(event)
        for each in (circuits, locating, relaying):
            each.gone(event.session.node_id)
        backlog.on_closed(event)

    return Role(
        name=NAME,
        parts=RelayParts(relaying, puncher),
        says=lambda: ground.layer.serves,
        hears=(
            hears(Here, locating.on_here),
            hears(Reachable, locating.on_reachable),
            hears(Locate, locating.on_locate),
            hears(Located, Sightings(ground, seeking, locating).on_located),
            hears(PartAsk, Parts(ground).on_ask),
            hears(ChunkPart, backlog.on_part),
            *_circuit_rows(circuits, relaying),
            *_punch_rows(relaying, puncher),
        ),
        listens=(
            listens(LinkOpened, seeking.on_opened),
            listens(LinkOpened, puncher.on_opened),
            listens(LinkClosed, on_closed),
            listens(ParentCame, seeking.on_parents),
            listens(ParentGone, seeking.on_parents),
            listens(InterestRose, seeking.on_interest),
            listens(HoldingTold, backlog.on_holding),
        ),
        jobs=partial(_jobs, seeking, backlog, puncher),
        ways=(seeking.go,),
        by=circuits.relay_to,
    )


def _jobs(seeking: Seeking, backlog: Backlog, puncher: Puncher) -> Sequence[Job]:
    return (
        Job(name="here", run=seeking.say_here, every_s=HERE_EVERY_S, jitter_s=30),
        Job(name="in-parts", run=backlog.work, every_s=1),
        Job(name="seek", run=seeking.seek, every_s=SEEK_EVERY_S, jitter_s=5),
        Job(name="straight", run=puncher.go_on, every_s=PUNCH_EVERY_S, jitter_s=5),
    )


def _circuit_rows(circuits: Circuits, relaying: Relaying) -> tuple[Hears, ...]:
    return (
        hears(RelayOpen, relaying.on_open),
        hears(RelayCall, circuits.on_call),
        hears(RelayData, either(circuits, circuits.on_data, relaying.on_data)),
        hears(RelayCredit, either(circuits, circuits.on_credit, relaying.on_credit)),
        hears(RelayClose, either(circuits, circuits.on_close, relaying.on_close)),
    )


def _punch_rows(relaying: Relaying, puncher: Puncher) -> tuple[Hears, ...]:
    return (
        hears(Punch, relaying.on_punch),
        hears(PunchSeen, puncher.on_seen),
        hears(PunchAt, puncher.on_at),
        hears(Straight, puncher.on_straight),
    )


def either(circuits: Circuits, ends_here: Hear[C], goes_on: Hear[C]) -> Hear[C]:
    """Hear one message for the circuits that end here, and for those that go by way of us."""

    def hear(session: Session, message: C) -> None:
        (ends_here if circuits.has(session, message.circuit) else goes_on)(session, message)

    return hear
