"""The ground floor of a node: what every part stands on, and nothing that knows a role."""

import asyncio
from dataclasses import dataclass, field
from functools import partial

from swarmfeed.core.base.types import Endpoint
from swarmfeed.node.ground.almanac import Almanac
from swarmfeed.node.ground.arrivals import Landing
from swarmfeed.node.ground.audience import Audience
from swarmfeed.node.ground.changes import Changes
from swarmfeed.node.ground.desk import Answering
from swarmfeed.node.ground.events import Events
from swarmfeed.node.ground.extents import Extents
from swarmfeed.node.ground.fairness import Fairness
from swarmfeed.node.ground.guests import Guests
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.indexer import Indexer
from swarmfeed.node.ground.interests import Interests
from swarmfeed.node.ground.introduction import Introduction
from swarmfeed.node.ground.inventory import Inventory
from swarmfeed.node.ground.layer import Layer
from swarmfeed.node.ground.letters import Letters
from swarmfeed.node.ground.library import Library
from swarmfeed.node.ground.mail import Mailing
from swarmfeed.node.ground.memory import Bookkeeper
from swarmfeed.node.ground.pen import Pen
from swarmfeed.node.ground.private import PrivateState
from swarmfeed.node.ground.proofs import Prover
from swarmfeed.node.ground.reach import Reaching
from swarmfeed.node.ground.sessions import Sessions
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.node.ground.shells import Shells
from swarmfeed.node.ground.strain import Check, Strain
from swarmfeed.node.ground.switchboard import Switchboard
from swarmfeed.node.ground.tasks import Tasks
from swarmfeed.node.ground.visits import Visits


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The rooms of the ground floor; belongs to one asyncio loop."""

    settings: NodeSettings
    identity: Identity
    shells: Shells
    events: Events
    switchboard: Switchboard
    interests: Interests
    shelf: Shelf
    landing: Landing
    extents: Extents
    pen: Pen
    introduction: Introduction
    indexer: Indexer
    fairness: Fairness
    sessions: Sessions
    visits: Visits
    layer: Layer
    reach: Reaching
    prover: Prover
    memory: Bookkeeper
    private: PrivateState
    inventory: Inventory
    almanac: Almanac
    answering: Answering
    changes: Changes
    beside: Tasks
    """What runs beside the rest, until the node stops."""
    strain: Strain
    nothing_to_verify: asyncio.Event
    """Set while no chunk that arrived waits to be verified."""
    guests: Guests = field(default_factory=Guests)
    """Entries in the index whose feeds lie on no shelf."""
    mail: Mailing = field(default_factory=Mailing)
    letters: Letters = field(default_factory=Letters)
    library: Library = field(default_factory=Library)
    audience: Audience = field(default_factory=Audience)


def lay_ground(settings: NodeSettings, identity: Identity, shells: Shells) -> Ground:
    """Put the ground floor together; nothing runs yet."""
    events, switchboard, fairness = Events(), Switchboard(), Fairness(shells.clock)
    introduction, shelf = Introduction(settings, identity), Shelf(shells.logs, events)
    beside, calm, memory = Tasks(), _calm(), Bookkeeper(shells.ledger)
    almanac, interests = Almanac(memory, shells.clock), Interests()
    logs, index, shown_bytes = shells.logs, shells.index, settings.shown_bytes_per_author
    extents = Extents(logs, shelf, interests, identity.author_id, shown_bytes)
    indexer = Indexer(logs, index, almanac, shelf.end_of, events, calm.wait, extents)
    links = _links(settings, shells, fairness, introduction, switchboard, indexer, events)
    sessions, visits, layer = links
    return Ground(
        settings=settings,
        identity=identity,
        shells=shells,
        events=events,
        switchboard=switchboard,
        interests=interests,
        shelf=shelf,
        landing=Landing(shells.logs, shelf),
        extents=extents,
        pen=Pen(identity, shelf, shells.logs, shells.index, shells.clock),
        introduction=introduction,
        indexer=indexer,
        fairness=fairness,
        sessions=sessions,
        visits=visits,
        layer=layer,
        reach=Reaching(sessions, layer, beside),
        prover=Prover(shells.logs),
        memory=memory,
        private=PrivateState(shells.private, identity, shells.clock, events),
        inventory=Inventory(shelf, interests, shells.index, memory),
        almanac=almanac,
        answering=Answering(),
        changes=Changes(),
        beside=beside,
        strain=Strain(events, beside, _doors(shells, indexer)),
        nothing_to_verify=calm,
    )


def _calm() -> asyncio.Event:
    calm = asyncio.Event()
    calm.set()
    return calm


def _doors(shells: Shells, indexer: Indexer) -> tuple[Check, ...]:
    """What is tried, while the disk refuses something, to see whether it takes anything."""
    return (
        partial(asyncio.to_thread, shells.logs.check_writable),
        partial(indexer.run_in_thread, shells.index.check_writable),
        partial(asyncio.to_thread, shells.ledger.check_writable),
    )


def _links(
    settings: NodeSettings,
    shells: Shells,
    fairness: Fairness,
    introduction: Introduction,
    switchboard: Switchboard,
    indexer: Indexer,
    events: Events,
) -> tuple[Sessions, Visits, Layer]:
    async def remember(link: Endpoint) -> None:
        now_ms = shells.clock.now_ms()
        await indexer.note(lambda: shells.index.save_peer(link, seen_at_ms=now_ms))

    sessions = Sessions(
        shells.link, settings, fairness, introduction.hello, events, switchboard.hear, remember
    )
    visits = Visits(sessions, fairness.clock)
    return sessions, visits, Layer(events, visits)
