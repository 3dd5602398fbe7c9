"""How messages about posts leave: to a peer's outbox, or to a supernode that is dialled first.

What waits for one peer is bounded; what finds no room there is left out.  Nothing depends on
one message: what a supernode did not confirm goes another way, and what a leaf was not told by
one parent it is told by the other.
"""

from collections.abc import Hashable
from functools import partial

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.push.limits import DIALLED_AT_ONCE_MAX, WAITING_PER_LINK_MAX
from swarmfeed.core.talk.message import Message
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.layer import Supernode
from swarmfeed.node.ground.session import Session

Letter = tuple[Hashable, Message]
"""A message, and what it stands for: a newer one takes its place."""


class Courier:
    """Sends, or leaves out."""

    def __init__(self, ground: Ground) -> None:
        self._sessions = ground.sessions
        self._layer = ground.layer
        self._beside = ground.beside
        self._waiting: dict[NodeId, list[Letter]] = {}
        """What is to be said to supernodes that are being dialled."""

    def put(self, session: Session, key: Hashable, message: Message) -> None:
        """Say something to a peer, unless too much waits for it already."""
        if len(session.outbox) < WAITING_PER_LINK_MAX:
            session.outbox.put(("push", key), partial(session.send, message))

    def to(self, node_id: NodeId, key: Hashable, message: Message) -> None:
        """Say something to a node that is linked, or is known to be a supernode."""
        session = self._sessions.find(node_id)
        if session is not None:
            self.put(session, key, message)
            return
        waiting = self._waiting.get(node_id)
        if waiting is not None:
            if len(waiting) < WAITING_PER_LINK_MAX:
                waiting.append((key, message))
            return
        other = next((each for each in self._layer.others if each.node_id == node_id), None)
        if other is not None and len(self._waiting) < DIALLED_AT_ONCE_MAX:
            self._waiting[node_id] = [(key, message)]
            self._beside.spawn(self._dial(other))

    async def _dial(self, other: Supernode) -> None:
        try:
            session = await self._layer.link_to(other)
        finally:
            waiting = self._waiting.pop(other.node_id)
        if session is not None:
            for key, message in waiting:
                self.put(session, key, message)
