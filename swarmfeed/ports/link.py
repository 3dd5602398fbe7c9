"""Links to other nodes, and nodes nearby."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from ipaddress import IPv4Interface
from typing import Protocol

from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import Hello


class Stream(Protocol):
    """Bytes both ways, in order, by way of somebody who passes them on."""

    async def read(self) -> bytes:
        """Return what came next; empty once the other end closed and all was read."""
        ...

    async def write(self, data: bytes) -> None:
        """Send all of it; waits while the other end is slower.  RetryError when it is gone."""
        ...

    def close(self) -> None:
        """End it at both ends; safe to call twice."""
        ...


class Peer(Protocol):
    """One link to another node, whose key is proven."""

    @property
    def hello(self) -> Hello: ...

    @property
    def binding(self) -> bytes:
        """What both ends of this link know, and no other link has: SHA-256 of the server's
        certificate, and the nonce of its hello.  What is signed with it counts only here."""
        ...

    @property
    def remote(self) -> Endpoint | None:
        """Where the other end's socket is, as we see it; None: the link goes by a stream."""
        ...

    @property
    def near(self) -> Endpoint | None:
        """Where our own end's socket is; None: the link goes by a stream, or a proxy."""
        ...

    @property
    def outgoing(self) -> bool: ...

    @property
    def is_dialled(self) -> bool:
        """Whether one end dialled where the other one listens, and can do so again: neither by
        a stream, nor as both ends connected to each other at once."""
        ...

    async def send(self, message: Message) -> None:
        """Raises RetryError when the link is gone."""
        ...

    def messages(self) -> AsyncIterator[Message]:
        """Messages as they come; ends when the link closes.

        Raises:
            RemoteError: The peer broke a rule; the link is already closing.
        """
        ...

    def watch(self, *, closely: bool) -> None:
        """Notice within seconds when the other end is gone, or within a minute as ever."""
        ...

    async def close(self, reason: str) -> None: ...


class Links(Protocol):
    """Links to other nodes: TLS 1.3, WebSocket, one bencoded message in a frame."""

    @property
    def dials_max(self) -> int:
        """Dials that may be under way at once; more wait, and their time runs."""
        ...

    @property
    def peers_max(self) -> int:
        """Links that others may open."""
        ...

    async def listen(
        self, at: Endpoint, own: Callable[[], Hello], on_peer: Callable[[Peer], Awaitable[None]]
    ) -> Endpoint:
        """Accept links; port 0 chooses one.  ``on_peer`` runs for as long as the link lives."""
        ...

    async def dial(
        self,
        endpoint: Endpoint,
        own: Hello,
        is_linked: Callable[[NodeId], bool] = lambda _: False,
    ) -> Peer:
        """Open a link, unless it leads to somebody who ``is_linked``.

        Raises:
            AlreadyLinkedError: It does; who we are was not said.
            RetryError: Nobody is there, or it did not work out.
            RemoteError: It broke the rules.
        """
        ...

    async def dial_by(
        self,
        stream: Stream,
        own: Hello,
        is_linked: Callable[[NodeId], bool] = lambda _: False,
    ) -> Peer:
        """Open a link by way of a stream, as ``dial`` does: whoever passes it on reads nothing.

        Neither says where it is (``Hello.without_place``).  The stream ends with the link, and
        when none comes to be.

        Raises:
            AlreadyLinkedError, RetryError, RemoteError: As in ``dial``.
        """
        ...

    async def accept_by(self, stream: Stream) -> None:
        """Let somebody open a link by way of a stream, as if they had dialled.

        The stream ends with the link, and when none comes to be.  RetryError when nothing
        listens.
        """
        ...

    async def cross(
        self,
        near: Endpoint,
        far: Endpoint,
        own: Hello,
        is_linked: Callable[[NodeId], bool] = lambda _: False,
        *,
        dials: bool,
    ) -> Peer | None:
        """Open a link with an end that connects to ``near`` while we connect to it.

        Neither says where it is, as no one could dial it there.

        Args:
            near: ``Peer.near`` of a link that we dialled: routers keep its port for others.
            dials: Whether we are the client of the link, as in ``dial``; else it is let in as
                if the other end had dialled, and None is returned.

        Raises:
            AlreadyLinkedError, RetryError, RemoteError: As in ``dial``.
        """
        ...

    async def stop(self) -> None: ...


Cards = Callable[[], Sequence[IPv4Interface]]
"""Addresses of this machine, each with the network it is in; not those of loopback, and first
the one by which it reaches everybody else.  Half a millisecond."""


class Lan(Protocol):
    """Nodes nearby: mDNS `_swarmfeed._tcp`, opt-in."""

    async def start(self, link_port: int, on_found: Callable[[Endpoint], None]) -> None: ...

    async def stop(self) -> None: ...
