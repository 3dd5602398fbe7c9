"""Relaying for others: who is here, and the circuits that go by way of us."""

import asyncio
from collections.abc import Iterable
from functools import partial

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.relay.limits import LOCATED_MAX, LOCATORS_KEPT_MAX
from swarmfeed.core.relay.locator import Locator, open_locator
from swarmfeed.core.relay.relay import Addressed, Relay
from swarmfeed.core.relay.words import (
    Here,
    Locate,
    Located,
    RelayClose,
    RelayCredit,
    RelayData,
    RelayOpen,
)
from swarmfeed.errors import RemoteError
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.relay.mail import Mail

TICK_S = 0.25
"""How often we pass on what had to wait: a quarter of a window each time."""


class Relaying:
    """Joins nodes that said that they are here, while this one serves others."""

    def __init__(self, ground: Ground, mail: Mail) -> None:
        self._sessions = ground.sessions
        self._clock = ground.shells.clock
        self._own = ground.identity.node_id
        self._mail = mail
        self._layer = ground.layer
        self._beside = ground.beside
        self._ticks = False
        self.relay = Relay(self._is_here)
        self._here: dict[NodeId, tuple[bytes, Locator]] = {}

    # --- who is here ---

    def on_here(self, session: Session, here: Here) -> None:
        """A peer can be reached by way of us.  RemoteError when it says so of another."""
        if not self._layer.serves:
            return
        locator = open_locator(here.signed)
        if locator.node_id != session.node_id or self._own not in locator.relays:
            raise RemoteError("a locator of another node, or for another relay")
        if self._is_known(session) or len(self._here) < LOCATORS_KEPT_MAX:
            self._here[session.node_id] = here.signed, locator

    def on_locate(self, session: Session, asked: Locate) -> None:
        """Say who of these authors is here; the newest form, if it is asked twice."""
        wanted, now_ms = frozenset(asked.authors), self._clock.now_ms()
        found = [
            signed
            for signed, locator in self._here.values()
            if locator.author_id in wanted and locator.counts(now_ms)
        ]
        if found:
            located = Located(tuple(found[:LOCATED_MAX]))
            session.outbox.put(("located",), partial(session.send, located))

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

    def on_close(self, session: Session, said: RelayClose) -> None:
        self._tell(self.relay.close(session.node_id, said))

    def gone(self, node_id: NodeId) -> None:
        """A peer's link ended."""
        self._here.pop(node_id, None)
        self._tell(self.relay.gone(node_id))

    # --- inside ---

    async def _tick(self) -> None:
        """Go on with what had to wait, as long as there are circuits."""
        while self.relay.count:
            await asyncio.sleep(TICK_S)
            self._tell(self.relay.tick(self._now_s()))
        self._ticks = False

    def _is_here(self, node_id: NodeId) -> bool:
        known = self._here.get(node_id)
        return known is not None and known[1].counts(self._clock.now_ms())

    def _is_known(self, session: Session) -> bool:
        return session.node_id in self._here

    def _tell(self, told: Iterable[Addressed]) -> None:
        for each in told:
            session = self._sessions.find(each.node_id)
            if session is not None:
                self._mail.put(session, each.message)

    def _now_s(self) -> float:
        return self._clock.monotonic_ms() / 1000
