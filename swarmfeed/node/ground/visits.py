"""Links that are opened to ask something, and closed again when nothing else uses them.

Over them goes what is asked, and nothing of feeds: whoever serves is asked by thousands, who
would each say first whom they follow.
"""

import asyncio

from msgspec import Struct

from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.sessions import Sessions
from swarmfeed.ports import Clock


class _VisitSide(Struct):
    """When a visit was last of use."""

    used_ms: int = 0


class Visits:
    """Reaches nodes for a question; belongs to one asyncio loop."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def reach(self, endpoint: Endpoint, node_id: NodeId | None) -> Session | None:
        """Return the link to a node, dialled if it is not there; None: it is not reached.

        Args:
            endpoint: Where it is said to be.
            node_id: Who has to be there; None: whoever is.
        """
        session = self._find(endpoint, node_id)
        if session is None:
            await self._sessions.dial_some([endpoint], is_visit=True)
            session = self._find(endpoint, node_id)
        if session is not None:
            session.part(_VisitSide).used_ms = self._clock.monotonic_ms()
        return session

    def stay(self, session: Session) -> None:
        """A link is needed for more than a question, if it was opened for one."""
        self._sessions.stay(session)

    async def close_idle(self, after_ms: int) -> int:
        """Close visits of no use for so long; returns how many."""
        now_ms = self._clock.monotonic_ms()
        idle = [
            each
            for each in self._sessions.all()
            if each.is_visit
            and each.peer.outgoing
            and not (each.kept_by or each.holds or each.knows)
            and now_ms - each.part(_VisitSide).used_ms >= after_ms
        ]
        for door in {door for each in idle for door in each.doors}:
            # Nothing may have been said, and yet it was there: it may be asked again at once.
            self._sessions.forget_failures(door)
        await asyncio.gather(*(each.peer.close("that was all") for each in idle))
        return len(idle)

    def _find(self, endpoint: Endpoint, node_id: NodeId | None) -> Session | None:
        if node_id is not None:
            return self._sessions.find(node_id)
        found = (each for each in self._sessions.all() if endpoint in each.doors)
        return next(found, None)
