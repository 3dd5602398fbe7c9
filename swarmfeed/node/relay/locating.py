"""Saying who can be reached, as a supernode: what we know, and what other supernodes do."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from msgspec import Struct, field

from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.relay.limits import (
    LOCATE_ASKED_MAX,
    LOCATE_PATIENCE_S,
    LOCATED_MAX,
    LOCATES_OPEN_MAX,
    LOCATES_PER_MINUTE,
)
from swarmfeed.core.relay.locator import open_locator
from swarmfeed.core.relay.presences import Presences, SeenLocator, Targets, keepers_of
from swarmfeed.core.relay.words import Here, Locate, Located, Reachable, RelayAt
from swarmfeed.errors import RemoteError
from swarmfeed.node.ground.fairness import on_behalf
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.layer import Supernode
from swarmfeed.node.ground.session import Session

_MINUTE_S: Final = 60


class _Question(Struct, frozen=True):
    """What one node asked, and other supernodes were asked for it."""

    sought: Targets
    until_s: float


class AskerSide(Struct):
    """What is remembered of a node that asks."""

    passed_on: TokenBucket = field(
        default_factory=lambda: TokenBucket(
            LOCATES_PER_MINUTE, LOCATES_PER_MINUTE / _MINUTE_S, 0
        )
    )


class Locating:
    """Keeps who is here and who is elsewhere, while this machine serves."""

    def __init__(self, ground: Ground) -> None:
        self._sessions = ground.sessions
        self._layer = ground.layer
        self._clock = ground.shells.clock
        self._own = ground.identity.node_id
        self._beside = ground.beside
        self._presences = Presences()
        self._spreading: set[NodeId] = set()
        self._open: dict[NodeId, _Question] = {}
        """By who asked."""

    def is_here(self, node_id: NodeId) -> bool:
        """Whether a node is linked and said that it can be reached by way of us."""
        return self._presences.is_here(node_id, self._clock.now_ms())

    def gone(self, node_id: NodeId) -> None:
        """A peer's link ended."""
        self._presences.gone(node_id)

    # --- who is where ---

    def on_here(self, session: Session, here: Here) -> None:
        """A peer can be reached by way of us.  RemoteError when it says so of another."""
        if not self._layer.serves:
            return
        locator = open_locator(here.signed)
        if locator.node_id != session.node_id or self._own not in locator.relays:
            raise RemoteError("a locator of another node, or for another relay")
        sighting = SeenLocator(signed=here.signed, locator=locator)
        if self._presences.note_here(sighting) and session.node_id not in self._spreading:
            self._spreading.add(session.node_id)
            self._beside.spawn(on_behalf(lambda: self._spread(sighting)))

    def on_reachable(self, session: Session, told: Reachable) -> None:
        """Another supernode says who can be reached by way of it.  RemoteError when it cannot
        say so."""
        if not self._layer.serves or session.node_id not in self._others():
            return
        locator = open_locator(told.signed)
        if session.node_id not in locator.relays:
            raise RemoteError("a locator for another relay")
        sighting = SeenLocator(
            signed=told.signed,
            locator=locator,
            told_by=session.node_id,
            relays=_place_of(session),
        )
        self._presences.note_told(sighting)

    async def _spread(self, sighting: SeenLocator) -> None:
        """Tell some other supernodes of a node that is here."""
        node_id, others = sighting.locator.node_id, self._others()
        try:
            for keeper in keepers_of(sighting.locator.author_id, others.keys()):
                link = await self._layer.link_to(others[keeper])
                if link is not None:
                    say = partial(link.send, Reachable(sighting.signed))
                    link.outbox.put(("reachable", node_id), say)
        finally:
            self._spreading.discard(node_id)

    # --- who asks ---

    def on_locate(self, session: Session, asked: Locate) -> None:
        """Say who of these can be reached, and ask others for the rest."""
        if not self._layer.serves:
            return
        sought = Targets(frozenset(asked.authors), frozenset(asked.nodes))
        found = self._presences.find(sought, self._clock.now_ms())
        _answer(session, self._own, found)
        rest = sought.without(each.locator for each in found)
        if asked.goes_on and rest:
            self._pass_on(session, rest)

    def waits(self) -> bool:
        """Whether somebody's question was passed on, and answers count."""
        now_s = self._now_s()
        self._open = {each: one for each, one in self._open.items() if one.until_s > now_s}
        return bool(self._open)

    def on_found(self, teller: Session, found: Sequence[SeenLocator]) -> None:
        """Pass back what another supernode answered, to whom it is an answer."""
        if teller.node_id not in self._others():
            return
        for asker_id, question in self._open.items():
            asker = self._sessions.find(asker_id)
            met = [each for each in found if question.sought.is_met_by(each.locator)]
            if asker is not None:
                _answer(asker, teller.node_id, met)

    # --- inside ---

    def _pass_on(self, session: Session, rest: Targets) -> None:
        self.waits()  # which lets go of those that are over
        has_room = len(self._open) < LOCATES_OPEN_MAX or session.node_id in self._open
        if not has_room or not session.part(AskerSide).passed_on.take(1, self._now_s()):
            return
        until_s = self._now_s() + LOCATE_PATIENCE_S
        self._open[session.node_id] = _Question(rest, until_s)
        asked = Locate(tuple(sorted(rest.authors)), tuple(sorted(rest.nodes)), goes_on=False)
        for other in list(self._others().values())[:LOCATE_ASKED_MAX]:
            if other.node_id != session.node_id:
                self._beside.spawn(on_behalf(partial(self._ask, other, session.node_id, asked)))

    async def _ask(self, other: Supernode, asker_id: NodeId, asked: Locate) -> None:
        link = await self._layer.link_to(other)
        if link is not None:
            link.outbox.put(("locate for", asker_id), partial(link.send, asked))

    def _others(self) -> dict[NodeId, Supernode]:
        return {each.node_id: each for each in self._layer.others}

    def _now_s(self) -> float:
        return self._clock.monotonic_ms() / 1000


def _answer(asker: Session, teller: NodeId, found: Sequence[SeenLocator]) -> None:
    """Tell who asked what is known, if it is anything; what one teller knows is said once."""
    if found:
        places = {place: None for each in found for place in each.relays}
        located = Located(
            tuple(each.signed for each in found[:LOCATED_MAX]), tuple(places)[:LOCATED_MAX]
        )
        asker.outbox.put(("located", teller), partial(asker.send, located))


def _place_of(session: Session) -> tuple[RelayAt, ...]:
    """Where a relay accepts links, as it says."""
    return (RelayAt(session.node_id, session.link),) if session.link else ()
