"""The ground floor of a node: what every part stands on, and nothing that knows a role."""

import asyncio
from functools import partial
from typing import NamedTuple

from msgspec import Struct, field

from swarmfeed.core.base.types import Endpoint
from swarmfeed.node.ground.almanac import Almanac
from swarmfeed.node.ground.approaches import Approaches
from swarmfeed.node.ground.arrivals import Landing
from swarmfeed.node.ground.audience import Audience
from swarmfeed.node.ground.changes import Changes
from swarmfeed.node.ground.choices import Choices
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
from swarmfeed.node.ground.leisure import Leisure
from swarmfeed.node.ground.letters import Letters
from swarmfeed.node.ground.library import Library
from swarmfeed.node.ground.mail import Mailing
from swarmfeed.node.ground.media import Media
from swarmfeed.node.ground.memory import Bookkeeper
from swarmfeed.node.ground.nearby import Nearby
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


class Ground(Struct, frozen=True, kw_only=True):
    """The rooms of the ground floor; belongs to one asyncio loop."""

    settings: NodeSettings
    """Those of the start."""
    choices: Choices
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
    nearby: Nearby
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
    leisure: Leisure
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
    approaches: Approaches = field(default_factory=Approaches)
    media: Media = field(default_factory=Media)
    changes: Changes = field(default_factory=Changes)


def lay_ground(settings: NodeSettings, identity: Identity, shells: Shells) -> Ground:
    """Put the ground floor together; nothing runs yet."""
    events, switchboard, fairness = Events(), Switchboard(), Fairness(shells.clock)
    beside, calm, memory = Tasks(), _calm(), Bookkeeper(shells.ledger)
    logs, index, shown = shells.logs, shells.index, settings.shown_bytes_per_author
    shelf, interests, almanac = Shelf(logs, events), Interests(), Almanac(memory, shells.clock)
    extents = Extents(logs, shelf, interests, identity.author_id, shown)
    indexer = Indexer(logs, index, almanac, shelf.end_of, events, calm.wait, extents)
    links = _links(settings, identity, shells, fairness, switchboard, indexer, events)
    return Ground(
        settings=settings,
        choices=Choices(settings, shells.kept_settings, events),
        identity=identity,
        shells=shells,
        events=events,
        switchboard=switchboard,
        interests=interests,
        shelf=shelf,
        landing=Landing(shells.logs, shelf),
        extents=extents,
        pen=Pen(identity, shelf, shells.logs, shells.index, shells.clock),
        introduction=links.introduction,
        nearby=links.nearby,
        indexer=indexer,
        fairness=fairness,
        sessions=links.sessions,
        visits=links.visits,
        layer=links.layer,
        reach=Reaching(links.sessions, links.layer, beside),
        prover=Prover(shells.logs),
        memory=memory,
        private=PrivateState(shells.private, identity, shells.clock, events),
        inventory=Inventory(shelf, interests, shells.index, memory),
        almanac=almanac,
        answering=Answering(),
        leisure=Leisure(indexer, links.sessions, events, beside),
        beside=beside,
        strain=Strain(events, beside, _doors(shells, indexer)),
        nothing_to_verify=calm,
    )


class _Linked(NamedTuple):
    """What leads to other nodes, and them to us."""

    nearby: Nearby
    introduction: Introduction
    sessions: Sessions
    visits: Visits
    layer: Layer


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
    identity: Identity,
    shells: Shells,
    fairness: Fairness,
    switchboard: Switchboard,
    indexer: Indexer,
    events: Events,
) -> _Linked:
    async def remember(link: Endpoint) -> None:
        now_ms = shells.clock.now_ms()
        await indexer.note(lambda: shells.index.save_peer(link, seen_at_ms=now_ms))

    nearby = Nearby(settings, shells.cards, shells.swarm.allow)
    introduction = Introduction(settings, identity, nearby.own_hosts)
    sessions = Sessions(
        shells.link, nearby, fairness, introduction.hello, events, switchboard, remember
    )
    visits = Visits(sessions, fairness.clock)
    return _Linked(nearby, introduction, sessions, visits, Layer(events, visits))
