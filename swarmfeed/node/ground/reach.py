"""The door by which a part of the node gets to somebody: a node, or a device of a person.

    linked already --> dialled where they are known to be --> the ways that roles bring

One attempt for each who is sought, however many ask, and no more than REACHES_MAX at once.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress

import structlog
from msgspec import Struct

from swarmfeed.core.asks.upkeep import PeerStatus
from swarmfeed.core.base.types import AuthorId, Endpoint, NodeId
from swarmfeed.core.net.limits import (
    DOORS_KEPT_MAX,
    IN_VAIN_MAX,
    IN_VAIN_S,
    REACH_S,
    REACHES_MAX,
    SOON_S,
    TAKEN_IN_WITHIN_S,
)
from swarmfeed.node.ground.events import LinkOpened, Listens, listens
from swarmfeed.node.ground.layer import Layer
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.sessions import Sessions
from swarmfeed.node.ground.tasks import Tasks

logger = structlog.get_logger()


class Target(Struct, frozen=True, kw_only=True):
    """Who is to be reached: a node, or any device of an author."""

    node_id: NodeId | None = None
    author_id: AuthorId | None = None
    is_dialled: bool = False
    """Whether no way is tried that a role brings."""


Way = Callable[[Target], Awaitable[NodeId | None]]
"""Brings a link about; returns to which node, None: it did not find them.  Whether that node is
of the author who was sought it has made sure of, as far as a feed of theirs is known here."""


By = Callable[[NodeId], NodeId | None]
"""By way of which node another one is linked; None: this role does not know."""


def by_nobody(_: NodeId) -> None:
    """Links go straight."""


class Reaching:
    """Gets to nodes and people; belongs to one asyncio loop."""

    def __init__(self, sessions: Sessions, layer: Layer, beside: Tasks) -> None:
        self._sessions = sessions
        self._layer = layer
        self._beside = beside
        self._ways: list[Way] = []
        self._by: list[By] = []
        self._attempts: dict[Target, asyncio.Task[Session | None]] = {}
        self._awaited: dict[NodeId, asyncio.Future[None]] = {}
        self._in_vain: OrderedDict[Target, float] = OrderedDict()
        """Who was not reached soon, and when, by the loop's clock; the longest ago first."""
        self._doors: OrderedDict[NodeId, Endpoint] = OrderedDict()
        """Where nodes accepted links, or say so; the one longest unheard of first."""

    def connect(self, ways: Iterable[Way], by: By = by_nobody) -> None:
        """Add ways, to be tried behind those there are, and who knows by whom they lead."""
        self._ways += ways
        self._by.append(by)

    def linked(self) -> tuple[PeerStatus, ...]:
        """All that are linked, and how each is reached."""
        return tuple(each.status(self._leads_by(each)) for each in self._sessions.all())

    def rows(self) -> tuple[Listens, ...]:
        return (listens(LinkOpened, self._on_opened),)

    async def node(self, node_id: NodeId) -> Session | None:
        """Return a link to a node; None: it is not reached now, or too many are sought."""
        return self._find(node_id) or await self._attempt(Target(node_id=node_id))

    async def straight(self, node_id: NodeId, told: Iterable[Endpoint]) -> Session | None:
        """As ``node``, but only by dialling: also where strangers told us that it is."""
        found = self._find(node_id)
        target = Target(node_id=node_id, is_dialled=True)
        return found or await self._attempt(target, tuple(told))

    async def author(self, author_id: AuthorId) -> Session | None:
        """Return a link to a device of an author; None as above.

        Of an author of whom no feed is known here, it is that node's own claim.
        """
        return await self._attempt(Target(author_id=author_id))

    async def soon(self, target: Target) -> Session | None:
        """Return a link; None: there is none within SOON_S, or was none a moment ago.

        For who has much to bring and another way for it: where somebody is away, only the
        first thing waits.  The attempt goes on, and ``LinkOpened`` tells of its end.
        """
        found = self._find(target.node_id) if target.node_id is not None else None
        if found is not None or self._is_in_vain(target):
            return found
        with suppress(TimeoutError):
            async with asyncio.timeout(SOON_S):
                found = await self._attempt(target)
        if found is None:
            self._note_in_vain(target)
        return found

    # --- inside ---

    def _leads_by(self, session: Session) -> NodeId | None:
        """By way of whom a link goes; None: straight, or nobody can say."""
        if session.peer.remote is not None:
            return None
        told = (by(session.node_id) for by in self._by)
        return next((each for each in told if each is not None), None)

    def _find(self, node_id: NodeId) -> Session | None:
        """The link that is there, which stays: more is wanted than a word."""
        session = self._sessions.find(node_id)
        if session is not None:
            self._sessions.stay(session)
        return session

    def _is_in_vain(self, target: Target) -> bool:
        at_s = self._in_vain.get(target)
        return at_s is not None and asyncio.get_running_loop().time() - at_s < IN_VAIN_S

    def _note_in_vain(self, target: Target) -> None:
        self._in_vain[target] = asyncio.get_running_loop().time()
        self._in_vain.move_to_end(target)
        if len(self._in_vain) > IN_VAIN_MAX:
            self._in_vain.popitem(last=False)

    async def _attempt(self, target: Target, told: Sequence[Endpoint] = ()) -> Session | None:
        running = self._attempts.get(target)
        if running is None:
            if len(self._attempts) >= REACHES_MAX:
                logger.debug("too many are sought at once")
                return None
            running = self._attempts[target] = self._beside.spawn(self._reach(target, told))
            running.add_done_callback(lambda _: self._attempts.pop(target, None))
        # Who asked first may be gone before the others have their answer.
        return await asyncio.shield(running)

    async def _reach(self, target: Target, told: Sequence[Endpoint]) -> Session | None:
        try:
            async with asyncio.timeout(REACH_S):
                return await self._dial(target, told) or await self._go(target)
        except TimeoutError:
            return None

    async def _dial(self, target: Target, told: Sequence[Endpoint]) -> Session | None:
        """Dial a node where it was before, or is said to be."""
        node_id = target.node_id
        if node_id is None:
            return None
        doors = [each.endpoint for each in self._layer.others if each.node_id == node_id]
        if node_id in self._doors:
            doors.append(self._doors[node_id])
        if await self._sessions.dial_some(doors) or await self._sessions.dial_told(told):
            return await self._linked(node_id)
        return self._find(node_id)  # it may have come to us meanwhile

    async def _go(self, target: Target) -> Session | None:
        for way in () if target.is_dialled else self._ways:
            node_id = await way(target)
            if node_id is not None:
                return await self._linked(node_id)
        return None

    async def _linked(self, node_id: NodeId) -> Session | None:
        """Wait until a link that was opened is taken in."""
        if self._sessions.find(node_id) is None:
            opened = self._awaited.setdefault(node_id, asyncio.Future())
            try:
                await asyncio.wait((opened,), timeout=TAKEN_IN_WITHIN_S)
            finally:
                self._awaited.pop(node_id, None)
        return self._find(node_id)

    def _on_opened(self, event: LinkOpened) -> None:
        node_id = event.session.node_id
        opened = self._awaited.get(node_id)
        if opened is not None and not opened.done():
            opened.set_result(None)
        door = event.session.door or event.session.link
        if door is not None:
            self._doors[node_id] = door
            self._doors.move_to_end(node_id)
            if len(self._doors) > DOORS_KEPT_MAX:
                self._doors.popitem(last=False)
