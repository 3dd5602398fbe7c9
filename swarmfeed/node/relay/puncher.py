"""Straight links in the place of circuits, where two people follow each other.

Where a node is it tells to nobody else: a stranger who was joined to us stays on the circuit.
"""

from functools import partial

import structlog
from msgspec import Struct

from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.net.reach import is_reachable
from swarmfeed.core.relay import sentences
from swarmfeed.core.relay.locator import Locator, open_locator
from swarmfeed.core.relay.punching import Crossing, Punching
from swarmfeed.core.relay.words import Punch, PunchAt, PunchSeen, Straight
from swarmfeed.errors import AlreadyLinkedError, RemoteError, RetryError
from swarmfeed.node.ground.events import LinkClosed, LinkOpened
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.interests import FOLLOWED
from swarmfeed.node.ground.session import Session
from swarmfeed.node.relay.circuits import Circuits
from swarmfeed.node.relay.introducing import own_locator
from swarmfeed.node.relay.mail import Mail
from swarmfeed.node.relay.settings import RelaySettings

logger = structlog.get_logger()


class PunchSide(Struct):
    """What was said over one link by way of a relay."""

    is_told: bool = False
    """Whether it was told whose device we are."""
    claim: Locator | None = None
    """Whose device it is: signed by a feed, which may be the author's."""


class Puncher:
    """Gathers what two ends have to know, and connects."""

    def __init__(self, ground: Ground, circuits: Circuits, mail: Mail) -> None:
        self._ground = ground
        self._circuits = circuits
        self._mail = mail
        self.punching = Punching(ground.identity.node_id, self._may_dial)

    # --- whose device each is ---

    def on_opened(self, event: LinkOpened) -> None:
        self._tell(event.session)

    def on_straight(self, session: Session, said: Straight) -> None:
        """A peer says whose device it is.  RemoteError when it says so of another."""
        side = session.part(PunchSide)
        if session.peer.remote is not None or side.claim is not None:
            return
        claim = open_locator(said.signed)
        if claim.node_id != session.node_id:
            raise RemoteError("a locator of another node")
        if claim.counts(self._ground.shells.clock.now_ms()):
            side.claim = claim
            self._wish(session)

    async def go_on(self) -> str:
        """Look who may be linked straight by now: a key was unlocked, somebody is followed."""
        by_relay = [each for each in self._ground.sessions.all() if each.peer.remote is None]
        for session in by_relay:
            self._tell(session)
            self._wish(session)
        return sentences.BY_RELAY(count=len(by_relay))

    # --- where each is ---

    def on_seen(self, relay: Session, said: PunchSeen) -> None:
        """A relay says where the two ends of a circuit come from."""
        session = self._by_circuit(relay, said.circuit)
        if session is None or not self._may_tell(session):
            return
        node_id = session.node_id
        tells, crossing = self.punching.on_seen(node_id, said.other, self._now_s())
        if tells:
            session.outbox.put(("punch-at",), partial(session.send, PunchAt(said.own)))
        self._begin(relay, node_id, crossing)

    def on_at(self, session: Session, said: PunchAt) -> None:
        """A peer says where it comes from."""
        way = self._circuits.way_to(session.node_id)
        if way is not None and session.peer.remote is None:
            crossing = self.punching.on_said(session.node_id, said.at, self._now_s())
            self._begin(way[0], session.node_id, crossing)

    def on_closed(self, event: LinkClosed) -> None:
        if event.session.peer.remote is None:
            self.punching.gone(event.session.node_id)

    # --- inside ---

    def _tell(self, session: Session) -> None:
        """Say whose device we are to a peer by way of a relay, once."""
        side, way = session.part(PunchSide), self._circuits.way_to(session.node_id)
        if not self._is_on() or session.peer.remote is not None or side.is_told or way is None:
            return
        now_ms = self._ground.shells.clock.now_ms()
        signed = own_locator(self._ground.identity, [way[0].node_id], now_ms)
        if signed is not None:
            side.is_told = True
            session.outbox.put(("straight",), partial(session.send, Straight(signed)))

    def _wish(self, session: Session) -> None:
        """Tell the relay that we want a straight link, if we do and it can help."""
        way = self._circuits.way_to(session.node_id)
        if way is None or not self._may_tell(session) or way[0].peer.near is None:
            return
        relay, circuit = way
        if relay.peer.outgoing and self.punching.wish(session.node_id, self._now_s()):
            self._mail.put(relay, Punch(circuit))

    def _is_on(self) -> bool:
        ground = self._ground
        return ground.choices.of(RelaySettings).punches and ground.settings.proxy_at is None

    def _may_tell(self, session: Session) -> bool:
        """Whether a peer may know where we are: a device of somebody the person follows."""
        claim = session.part(PunchSide).claim
        if not self._is_on() or claim is None:
            return False
        shelf, is_theirs = self._ground.shelf, self._ground.interests.rank(claim.author_id)
        is_device = claim.feed_id in shelf.feeds_of(claim.author_id)
        return is_theirs >= FOLLOWED.rank and is_device and shelf.end_of(claim.feed_id) is None

    def _by_circuit(self, relay: Session, circuit: bytes) -> Session | None:
        """Whom we are linked to by way of a relay's circuit."""
        node_id = self._circuits.end_of(relay, circuit)
        session = self._ground.sessions.find(node_id) if node_id is not None else None
        is_by_relay = session is not None and session.peer.remote is None
        return session if is_by_relay else None

    def _may_dial(self, far: Endpoint) -> bool:
        return is_reachable(far, self._ground.settings.listen)

    def _begin(self, relay: Session, node_id: NodeId, crossing: Crossing | None) -> None:
        near = relay.peer.near
        if crossing is not None and near is not None:
            self._ground.beside.spawn(self._cross(near, node_id, crossing))

    async def _cross(self, near: Endpoint, node_id: NodeId, crossing: Crossing) -> None:
        try:
            await self._ground.sessions.cross(near, crossing.far, dials=crossing.dials)
        except (AlreadyLinkedError, RetryError, RemoteError) as error:
            logger.debug("no straight link", node=node_id.hex()[:16], reason=str(error))
        finally:
            self.punching.ended(node_id, self._now_s())

    def _now_s(self) -> float:
        return self._ground.shells.clock.monotonic_ms() / 1000
