"""Parcels over links: to the device itself, on whichever node it runs."""

import asyncio
from functools import partial

from msgspec import Struct, field

from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.letters.limits import CONFIRM_S, OFFERED_MAX, SEEK_PERSON_MS
from swarmfeed.core.letters.parcel import parcel_id
from swarmfeed.core.letters.words import KEPT, LATER, Letter, LetterKept
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.reach import Target
from swarmfeed.node.ground.session import Session


class LetterSide(Struct):
    """Parcels that a peer was brought, and has not answered yet."""

    waiting: dict[bytes, "asyncio.Future[int]"] = field(default_factory=dict)


class Handing:
    """Hands parcels over; belongs to the node's loop."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._clock = ground.shells.clock
        self._not_there: dict[tuple[FeedId, NodeId], int] = {}
        """Nodes that said a parcel was not for them, and when."""

    async def give(
        self, feed_id: FeedId, author_id: AuthorId, known: bytes, parcel: bytes
    ) -> NodeId | None:
        """Bring a parcel to the device itself; returns on which node it took it.

        Args:
            known: The node that the device said it runs on; empty: none yet.
        """
        tried: set[NodeId] = set()
        for session in await self._links(feed_id, author_id, known):
            node_id = session.node_id
            if node_id in tried or self._was_wrong(feed_id, node_id):
                continue
            tried.add(node_id)
            result = await self._bring(session, parcel)
            if result == KEPT:
                return node_id
            if result not in (None, LATER):
                self._not_there[feed_id, node_id] = self._clock.now_ms()
        return None

    async def _links(self, feed_id: FeedId, author_id: AuthorId, known: bytes) -> list[Session]:
        """Links by which the device may be reached."""
        if known:
            target = Target(node_id=NodeId(known))
        else:
            # Whoever writes a feed holds it; the others learn that there is a parcel, no more.
            holders = [each for each in self._ground.sessions.all() if feed_id in each.holds]
            if holders:
                return holders[:OFFERED_MAX]
            target = Target(author_id=author_id)
        found = await self._ground.reach.soon(target)
        return [] if found is None else [found]

    def _was_wrong(self, feed_id: FeedId, node_id: NodeId) -> bool:
        at_ms = self._not_there.get((feed_id, node_id))
        return at_ms is not None and self._clock.now_ms() - at_ms < SEEK_PERSON_MS

    async def _bring(self, session: Session, parcel: bytes) -> int | None:
        """Hand a parcel over a link; None: nothing was heard of it."""
        name, waiting = parcel_id(parcel), session.part(LetterSide).waiting
        answer = waiting[name] = asyncio.get_running_loop().create_future()
        session.outbox.put(("letter", name), partial(session.send, Letter(parcel)))
        try:
            async with asyncio.timeout(CONFIRM_S):
                result: int = await answer
                return result
        except TimeoutError:
            return None
        finally:
            waiting.pop(name, None)

    def on_kept(self, session: Session, message: LetterKept) -> None:
        """A peer says what became of a parcel."""
        answer = session.part(LetterSide).waiting.get(message.parcel_id)
        if answer is not None and not answer.done():
            answer.set_result(message.result)

    def on_closed(self, session: Session) -> None:
        """A link ended: nobody answers there any more."""
        for answer in session.part(LetterSide).waiting.values():
            if not answer.done():
                answer.set_result(LATER)
