"""Reaching people who cannot be dialled: we say where we are, and ask where they are."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice

from msgspec import Struct, field

from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.relay import sentences
from swarmfeed.core.relay.limits import (
    LOCATE_ASKED_MAX,
    LOCATE_PATIENCE_S,
    LOCATED_AUTHORS_MAX,
    LOCATES_WATCHED_MAX,
    LOCATOR_LAGS_MS,
    RELAYS_ASKED_MAX,
    RELAYS_NAMED_MAX,
    SOUGHT_SOON_S,
)
from swarmfeed.core.relay.locator import Locator
from swarmfeed.core.relay.presences import SeenLocator, Targets
from swarmfeed.core.relay.words import Here, Locate
from swarmfeed.node.ground.events import InterestRose, LinkOpened, ParentCame, ParentGone
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.reach import Target
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.tasks import in_turns
from swarmfeed.node.relay.circuits import Circuits
from swarmfeed.node.relay.introducing import own_locator

NAME = "relay"
"""What a node that relays says of itself in its hello."""


class RelaySide(Struct):
    """What we asked one relay."""

    unsaid: Targets = field(default_factory=Targets)
    sought: Targets = field(default_factory=Targets)
    """Those it may still answer for."""


class _Wait(Struct, frozen=True, eq=False):
    """Somebody waits until one of these is linked."""

    target: Target
    linked: asyncio.Future[NodeId]
    told: dict[Session, int] = field(default_factory=dict)
    """Which relays said where they are, and how new what they know is."""


class Seeking:
    """Tells relays that we are here, and asks them for whom we follow and nobody has."""

    def __init__(self, ground: Ground, circuits: Circuits) -> None:
        self._identity = ground.identity
        self._sessions = ground.sessions
        self._layer = ground.layer
        self._reach = ground.reach
        self._interests = ground.interests
        self._shelf = ground.shelf
        self._clock = ground.shells.clock
        self._beside = ground.beside
        self._circuits = circuits
        self._going: set[NodeId] = set()
        self._fresh: dict[AuthorId, None] = {}
        """Authors that the person just asked for: they are sought before the next round."""
        self._turn = 0
        self._waits: list[_Wait] = []

    # --- saying ---

    def on_opened(self, event: LinkOpened) -> None:
        """A relay hears at once that we are here."""
        if self._is_relay(event.session):
            self._say_here()

    def on_parents(self, _: ParentCame | ParentGone) -> None:
        """Those who are to be named changed."""
        self._say_here()

    async def say_here(self) -> str:
        """Tell relays that we can still be reached by way of them; every few minutes."""
        return sentences.TOLD_RELAYS(relays=self._say_here())

    # --- asking ---

    async def seek(self) -> str:
        """Ask relays where those are whom we follow, and of whom no peer holds anything."""
        relays = self._open_relays()
        authors = await self._sought() if relays else []
        if authors:
            self._ask(relays, Targets(frozenset(authors)))
        return sentences.SOUGHT(authors=len(authors), relays=len(relays))

    def on_interest(self, event: InterestRose) -> None:
        """Do not wait for the next round, if nobody who is dialled has them meanwhile.

        Also those who are only looked at, who are in no round: relays are asked once for them.
        """
        if not self._fresh:
            self._beside.spawn(self._seek_soon())
        self._fresh.update(dict.fromkeys(event.author_ids))

    async def go(self, target: Target) -> NodeId | None:
        """Find who is to be reached, and link to them by way of a relay."""
        relays = self._relays()
        if not relays or self._circuits.room <= 0:
            return None
        wait = _Wait(target, asyncio.get_running_loop().create_future())
        self._waits.append(wait)
        self._ask(relays, _sought_by(target))
        node_id: NodeId | None = None
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(2 * LOCATE_PATIENCE_S):
                    node_id = await wait.linked
        finally:
            if node_id is None or len(self._waits) > LOCATES_WATCHED_MAX:
                self._waits.remove(wait)
        if wait in self._waits:
            self._beside.spawn(self._see_who_is_late(wait, relays))
        return node_id

    def waits(self, session: Session) -> bool:
        """Whether a relay was asked for somebody it may still answer for."""
        return bool(session.part(RelaySide).sought)

    def on_found(self, session: Session, found: Iterable[SeenLocator]) -> None:
        """Link to those who were found; what we did not ask for is passed over."""
        side = session.part(RelaySide)
        for wait in self._waits:
            times = [each.locator.made_ms for each in found if self._is_it(wait, each.locator)]
            wait.told[session] = max((wait.told.get(session, 0), *times))
        for each in found:
            locator = each.locator
            if side.sought.is_met_by(locator) and locator.node_id != self._identity.node_id:
                self._meet(session, each)
        side.sought = side.sought.without(each.locator for each in found)

    # --- inside ---

    async def _seek_soon(self) -> None:
        await asyncio.sleep(SOUGHT_SOON_S)
        fresh, self._fresh = self._fresh, {}
        relays = self._open_relays()
        cared_for = [each for each in fresh if self._interests.of(each) is not None]
        # More than fit have their turn in the rounds, with all others who are sought.
        lacking = (await self._lacking(cared_for))[:LOCATED_AUTHORS_MAX] if relays else []
        if lacking:
            self._ask(relays, Targets(frozenset(lacking)))

    def _meet(self, session: Session, found: SeenLocator) -> None:
        node_id = found.locator.node_id
        if self._sessions.find(node_id) is not None:
            self._tell_linked(found.locator)
        elif node_id not in self._going and self._circuits.room > len(self._going):
            self._going.add(node_id)
            self._beside.spawn(self._link(session, found))

    async def _link(self, session: Session, found: SeenLocator) -> None:
        node_id = found.locator.node_id
        try:
            relay = await self._relay_to(session, found)
            if relay is not None and await self._circuits.reach(relay, node_id):
                self._tell_linked(found.locator)
        finally:
            self._going.discard(node_id)

    async def _relay_to(self, session: Session, found: SeenLocator) -> Session | None:
        """A link to one of the relays that somebody named; dialled, if we have none."""
        named = found.locator.relays
        for node_id in (session.node_id, *named):
            linked = self._sessions.find(node_id)
            if node_id in named and linked is not None:
                return linked
        for place in found.relays:
            if place.node_id in named:
                linked = await self._reach.straight(place.node_id, [place.link])
                if linked is not None:
                    return linked
        return None

    async def _see_who_is_late(self, wait: _Wait, relays: Sequence[Session]) -> None:
        """A parent that does not know where somebody is, or only where they were, stays behind
        the one that does; in a layer of which no parent can ask all it may be honest."""
        try:
            await asyncio.sleep(LOCATE_PATIENCE_S)
        finally:
            self._waits.remove(wait)
        latest_ms = max(wait.told.values(), default=0)
        if latest_ms and len(self._layer.others) < LOCATE_ASKED_MAX:
            knew = {one for one, ms in wait.told.items() if ms >= latest_ms - LOCATOR_LAGS_MS}
            self._layer.compare(sentences.WHERE_SOMEBODY_IS(), relays, knew)

    def _tell_linked(self, locator: Locator) -> None:
        """Somebody is linked now: tell those who wait for them, and may believe it."""
        for wait in self._waits:
            if not wait.linked.done() and self._is_it(wait, locator):
                wait.linked.set_result(locator.node_id)

    def _is_it(self, wait: _Wait, locator: Locator) -> bool:
        target = wait.target
        if not _sought_by(target).is_met_by(locator):
            return False
        feeds = self._shelf.feeds_of(target.author_id) if target.author_id else ()
        return not feeds or locator.feed_id in feeds

    def _ask(self, relays: Sequence[Session], sought: Targets) -> None:
        for relay in relays[:RELAYS_ASKED_MAX]:
            relay.part(RelaySide).unsaid |= sought
            relay.outbox.put(("locate",), partial(self._say_sought, relay))

    async def _say_sought(self, relay: Session) -> None:
        side = relay.part(RelaySide)
        authors = tuple(islice(sorted(side.unsaid.authors), LOCATED_AUTHORS_MAX))
        nodes = tuple(islice(sorted(side.unsaid.nodes), LOCATED_AUTHORS_MAX))
        side.unsaid, side.sought = Targets(), Targets(frozenset(authors), frozenset(nodes))
        await relay.send(Locate(authors, nodes, goes_on=True))

    def _open_relays(self) -> list[Session]:
        """Relays to be asked; none while there is no room for who would be found."""
        return self._relays() if self._circuits.room > 0 else []

    def _relays(self) -> list[Session]:
        """Our parents, then other peers that relay, linked longest first."""
        others = [each for each in self._sessions.all() if self._is_relay(each)]
        return list(dict.fromkeys((*self._layer.parents, *others)))

    def _is_relay(self, session: Session) -> bool:
        is_straight = session.peer.remote is not None
        serves = NAME in session.peer.hello.roles or self._layer.is_parent(session.node_id)
        return is_straight and serves

    def _say_here(self) -> int:
        """Tell some relays; returns how many."""
        relays = self._relays()[:RELAYS_NAMED_MAX]
        if not relays:
            return 0
        named = (each.node_id for each in relays)
        signed = own_locator(self._identity, named, self._clock.now_ms())
        if signed is None:
            return 0
        here = Here(signed)
        for relay in relays:
            relay.outbox.put(("here",), partial(relay.send, here))
        return len(relays)

    async def _sought(self) -> list[AuthorId]:
        """Those who are sought now: so many, and others in the next round."""
        lacking = await self._lacking(self._interests.read())
        start = self._turn % len(lacking) if lacking else 0
        self._turn = start + LOCATED_AUTHORS_MAX
        return [*lacking[start:], *lacking[:start]][:LOCATED_AUTHORS_MAX]

    async def _lacking(self, authors: Iterable[AuthorId]) -> list[AuthorId]:
        """Those of these, but the person, of whom no peer holds a feed."""
        held = set[FeedId]().union(*(each.holds for each in self._sessions.all()))
        return [
            each
            async for each in in_turns(authors)
            if each != self._identity.author_id and held.isdisjoint(self._shelf.feeds_of(each))
        ]


def _sought_by(target: Target) -> Targets:
    authors = () if target.author_id is None else (target.author_id,)
    nodes = () if target.node_id is None else (target.node_id,)
    return Targets(frozenset(authors), frozenset(nodes))
