"""Relaying for others: the circuits that go by way of us."""

import asyncio
from collections.abc import Callable, Iterable

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.relay.relay import Addressed, Relay
from swarmfeed.core.relay.words import Punch, RelayClose, RelayCredit, RelayData, RelayOpen
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.relay.mail import Mail

TICK_S = 0.25
"""How often we pass on what had to wait: a quarter of a window each time."""


class Relaying:
    """Joins nodes that said that they are here."""

    def __init__(self, ground: Ground, mail: Mail, is_here: Callable[[NodeId], bool]) -> None:
        self._sessions = ground.sessions
        self._clock = ground.shells.clock
        self._mail = mail
        self._beside = ground.beside
        self._ticks = False
        self.relay = Relay(is_here)

    # --- circuits ---

    def on_open(self, session: Session, ask: RelayOpen) -> None:
        self._tell(self.relay.open(session.node_id, ask, self._now_s()))
        if not self._ticks and self.relay.count:
            self._ticks = True
            self._beside.spawn(self._tick())

    def on_data(self, session: Session, said: RelayData) -> None:
        self._tell(self.relay.data(session.node_id, said, self._now_s()))

    def on_credit(self, session: Session, given: RelayCredit) -> None:
        self._tell(self.relay.credit(session.node_id, given, self._now_s()))

    def on_punch(self, session: Session, said: Punch) -> None:
        """One end wants a straight link.  Of one that we dialled everybody can do so."""
        came_from = session.peer.remote
        if session.peer.is_dialled and not session.peer.outgoing and came_from is not None:
            self._tell(self.relay.punch(session.node_id, said, came_from))

    def on_close(self, session: Session, said: RelayClose) -> None:
        self._tell(self.relay.close(session.node_id, said))

    def gone(self, node_id: NodeId) -> None:
        """A peer's link ended."""
        self._tell(self.relay.gone(node_id))

    # --- inside ---

    async def _tick(self) -> None:
        """Go on with what had to wait, as long as there are circuits."""
        while self.relay.count:
            await asyncio.sleep(TICK_S)
            self._tell(self.relay.tick(self._now_s()))
        self._ticks = False

    def _tell(self, told: Iterable[Addressed]) -> None:
        for each in told:
            session = self._sessions.find(each.node_id)
            if session is not None:
                self._mail.put(session, each.message)

    def _now_s(self) -> float:
        return self._clock.monotonic_ms() / 1000
