"""A session: one link to another node, and what was said over it.

What every part has to know stands here.  What only one part remembers of a peer is a
dataclass of its own, made when it first asks: ``session.part(HolderSide).wants``.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar, cast

from swarmfeed.core.base.types import Endpoint, FeedId, NodeId
from swarmfeed.core.feed.fetching import Source
from swarmfeed.core.net.reach import is_loopback
from swarmfeed.core.talk.message import Message
from swarmfeed.errors import RemoteError, RetryError
from swarmfeed.node.ground.bundle import Bundle
from swarmfeed.node.ground.outbox import Outbox
from swarmfeed.ports import Peer

P = TypeVar("P")


@dataclass(slots=True)
class Holding:
    """What a peer says it holds of a feed."""

    size: int
    complete: bool
    awake: bool = True


@dataclass(slots=True, eq=False)
class Session:
    """One link and its state."""

    peer: Peer
    since_ms: int
    holds: dict[FeedId, Holding] = field(default_factory=dict)
    knows: dict[FeedId, int] = field(default_factory=dict)
    """Size of the newest head the peer has, by what was sent either way."""
    doors: set[Endpoint] = field(default_factory=set)
    """Where the peer was reached by dialling; a node may have several addresses."""
    outbox: Outbox = field(default_factory=Outbox)
    is_visit: bool = False
    """It was dialled to ask something: without other use it is closed again."""
    kept_by: set[str] = field(default_factory=set)
    """Names of what needs it open, whatever the peer holds: it is not closed for others."""
    _parts: dict[type[object], object] = field(default_factory=dict, init=False)
    _bundle: Bundle = field(init=False)

    def __post_init__(self) -> None:
        self._bundle = Bundle(self._send_now)

    @property
    def node_id(self) -> NodeId:
        return self.peer.hello.node_id

    @property
    def host(self) -> str:
        """Where we reached the peer; of one that came to us, where it says that it is.

        Empty: it is reached by way of another node, and nobody can say where it is.
        """
        remote = self.peer.remote
        if remote is None or self.peer.outgoing:
            return remote.host if remote else ""
        hosts = self.peer.hello.hosts
        return hosts[0] if hosts else remote.host

    @property
    def proven_host(self) -> str:
        """Where the peer is reached or came from.

        Within loopback, where all come from one address, it is where it says it is; empty as
        ``host`` is.
        """
        came_from = self.peer.remote.host if self.peer.remote else ""
        return self.host if is_loopback(came_from) else came_from

    @property
    def link(self) -> Endpoint | None:
        """Where the peer says it accepts links; None when it does not.  To be dialled, not to
        be believed."""
        port = self.peer.hello.link_port
        return Endpoint(self.host, port) if port and self.host else None

    @property
    def swarm(self) -> Endpoint | None:
        """Where the peer says its swarm listens; None when it does not."""
        port = self.peer.hello.swarm_port
        return Endpoint(self.host, port) if port and self.host else None

    def part(self, kind: type[P]) -> P:
        """What one part of the node remembers of this link; empty when it asks first."""
        found = self._parts.get(kind)
        if found is None:
            found = self._parts[kind] = kind()
        return cast("P", found)

    def source(self, feed_id: FeedId) -> Source | None:
        """The peer as somebody to fetch chunks of a feed from."""
        holding, swarm = self.holds.get(feed_id), self.swarm
        if holding is None or swarm is None:
            return None
        return Source(self.node_id, swarm, holding.size, holding.complete, holding.awake)

    async def send(self, message: Message) -> None:
        """Send, together with what else is due now; a lost link ends by itself.

        Only what is in the outbox calls this: a handler that waited for a slow peer to read
        would not read itself.
        """
        await self._bundle.say(message)

    async def flush(self) -> None:
        """Send what waits to go out together."""
        await self._bundle.flush()

    async def _send_now(self, message: Message) -> None:
        with suppress(RetryError, RemoteError):  # who listens to it hears how the link ended
            await self.peer.send(message)
