"""A session: one link to another node, and what was said over it.

What every part has to know stands here.  What only one part remembers of a peer is a
record of its own, made when it first asks: ``session.part(HolderSide).wants``.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar, cast

from msgspec import Struct

from swarmfeed.core.asks import link_sentences
from swarmfeed.core.asks.upkeep import PeerStatus
from swarmfeed.core.base.types import Endpoint, FeedId, NodeId
from swarmfeed.core.feed.fetching import Source
from swarmfeed.core.net.reach import is_loopback, is_private, is_shared
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import HolderRecord
from swarmfeed.errors import RemoteError, RetryError
from swarmfeed.node.ground.bundle import Bundle
from swarmfeed.node.ground.outbox import Outbox
from swarmfeed.ports import Peer

P = TypeVar("P")


class Holding(Struct):
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
    """Whoever dialled only asks something: without other use it is closed again."""
    stays: bool = field(init=False)
    """Whether it is there for all that nodes say to each other, not for a question alone."""
    is_told: bool = field(init=False, default=False)
    """Whether everybody heard that it is there."""
    kept_by: set[str] = field(default_factory=set)
    """Names of what needs it open, whatever the peer holds: it is not closed for others."""
    _parts: dict[type[object], object] = field(default_factory=dict, init=False)
    _bundle: Bundle = field(init=False)

    def __post_init__(self) -> None:
        self.stays = not self.is_visit
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

    def may_know(self, holder: HolderRecord) -> bool:
        """Whether the peer is told where a holder is: an address of our networks, or of a VPN,
        leads who is elsewhere to another machine, or to none, and tells how our house is
        built."""
        host, here = holder.link.host, self.proven_host
        return all(
            not is_inside(host) or is_inside(here) for is_inside in (is_private, is_shared)
        )

    def is_preferred_to(self, other: "Session", own: NodeId) -> bool:
        """Whether a new link takes the place of the one there is: a straight one that of one by
        way of another node, and never the other way round."""
        if (self.peer.remote is None) != (other.peer.remote is None):
            return other.peer.remote is None
        if self.peer.outgoing == other.peer.outgoing:
            # Who dials again has lost the link that the other end still sees.
            return True
        dialled_by = own if self.peer.outgoing else self.node_id
        return dialled_by == min(own, self.node_id)

    @property
    def is_punched(self) -> bool:
        """Whether both ends connected to each other at once, through their routers."""
        return self.peer.remote is not None and not self.peer.is_dialled

    @property
    def door(self) -> Endpoint | None:
        """Where we dialled the peer, and can again."""
        peer = self.peer
        return peer.remote if peer.outgoing and peer.is_dialled else None

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

    def status(self, by: NodeId | None) -> PeerStatus:
        """The link as people see it; ``by``: by way of whom it goes, if that is known."""
        return PeerStatus(
            node_id=self.node_id,
            endpoint=str(self.link or self.peer.remote or ""),
            outgoing=self.peer.outgoing,
            since_ms=self.since_ms,
            how=self._how(by),
            by=by,
            crossed=self.is_punched,
        )

    def _how(self, by: NodeId | None) -> str:
        if self.peer.remote is None:
            return link_sentences.by_way_of(by)
        if self.is_punched:
            return link_sentences.THROUGH_ROUTERS()
        us, them = link_sentences.CALLED_BY_US, link_sentences.CALLED_BY_THEM
        return us() if self.peer.outgoing else them()

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
