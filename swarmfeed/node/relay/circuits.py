"""Circuits that end here: links to nodes that cannot be dialled, by way of one that relays."""

import structlog

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.relay import sentences
from swarmfeed.core.relay.limits import CIRCUIT_ID_BYTES, CIRCUITS_OF_NODE_MAX
from swarmfeed.core.relay.words import (
    RelayCall,
    RelayClose,
    RelayCredit,
    RelayData,
    RelayOpen,
)
from swarmfeed.errors import RetryError
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.relay.circuit import Circuit
from swarmfeed.node.relay.mail import CircuitMessage, Mail

logger = structlog.get_logger()


class Circuits:
    """The ends that are here, each under its relay and its id."""

    def __init__(self, ground: Ground, mail: Mail) -> None:
        self._sessions = ground.sessions
        self._dice = ground.shells.dice
        self._beside = ground.beside
        self._mail = mail
        self._ends: dict[tuple[NodeId, bytes], Circuit] = {}

    def has(self, session: Session, circuit: bytes) -> bool:
        """Whether one by way of this peer ends here."""
        return (session.node_id, circuit) in self._ends

    @property
    def room(self) -> int:
        """How many more may end here."""
        return CIRCUITS_OF_NODE_MAX - len(self._ends)

    def way_to(self, node_id: NodeId) -> tuple[Session, bytes] | None:
        """The relay, and the circuit, by which a node is reached; None: it is not.

        Of several the lowest, which both ends choose.
        """
        its = sorted(key for key, end in self._ends.items() if end.leads_to == node_id)
        relays = ((self._sessions.find(relay), circuit) for relay, circuit in its)
        return next(((each, circuit) for each, circuit in relays if each is not None), None)

    def relay_to(self, node_id: NodeId) -> NodeId | None:
        """By way of whom a node is linked; None: of nobody."""
        way = self.way_to(node_id)
        return way[0].node_id if way is not None else None

    def end_of(self, relay: Session, circuit: bytes) -> NodeId | None:
        """Who is at the other end of a circuit; None: there is none."""
        end = self._ends.get((relay.node_id, circuit))
        return end.leads_to if end is not None else None

    async def reach(self, relay: Session, node_id: NodeId) -> bool:
        """Link to a node by way of another; returns whether a link came to be."""
        if self.room <= 0:
            return False
        circuit = self._dice(CIRCUIT_ID_BYTES)
        end = self._new(relay, circuit, node_id)
        self._mail.put(relay, RelayOpen(circuit, node_id))
        return await self._sessions.dial_by(end)

    def on_call(self, session: Session, call: RelayCall) -> None:
        """Somebody wants to be joined to us: they are let in as if they had dialled."""
        if self.room <= 0 or self.has(session, call.circuit):
            close = RelayClose(call.circuit, sentences.TOO_MANY_CIRCUITS())
            self._mail.put(session, close)
            return
        end = self._new(session, call.circuit, call.node_id)
        end.take_up()
        self._beside.spawn(self._let_in(end))

    def on_data(self, session: Session, said: RelayData) -> None:
        self._ends[session.node_id, said.circuit].on_data(said.data)

    def on_credit(self, session: Session, given: RelayCredit) -> None:
        self._ends[session.node_id, given.circuit].on_credit(given.count)

    def on_close(self, session: Session, said: RelayClose) -> None:
        if said.reason:
            logger.debug("circuit closed", reason=said.reason)
        self._ends[session.node_id, said.circuit].end()

    def gone(self, node_id: NodeId) -> None:
        """The link to a relay ended, and all that went by way of it."""
        for (relay, _), end in list(self._ends.items()):
            if relay == node_id:
                end.end()

    def _new(self, relay: Session, circuit: bytes, node_id: NodeId) -> Circuit:
        key = relay.node_id, circuit

        def say(message: CircuitMessage) -> None:
            self._mail.put(relay, message)

        def forget() -> None:
            self._ends.pop(key, None)

        end = self._ends[key] = Circuit(circuit, node_id, say, forget)
        return end

    async def _let_in(self, end: Circuit) -> None:
        try:
            await self._sessions.accept_by(end)
        except RetryError as error:
            logger.debug("nobody let in", reason=str(error))
            end.close()
