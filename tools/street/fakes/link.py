"""Links in memory: a network of nodes without sockets, keys or time."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count

from swarmfeed.core.base.limits import PEERS_MAX
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.talk.handshake import Greeting, decode_hello, encode_hello
from swarmfeed.core.talk.words import Hello
from swarmfeed.core.vocabulary import Message, Unknown, decode_message, encode_message
from swarmfeed.errors import BadEncodingError, RemoteError, RetryError
from swarmfeed.ports import Peer


class FakeNetwork:
    """Where fake links find each other.

    Deterministic: messages arrive in the order they were sent, ports count up from 20,000.
    Messages pass through the real codec, so its bounds hold here too.
    """

    def __init__(self) -> None:
        self._listeners: dict[Endpoint, _Listener] = {}
        self._ports = count(20_000)
        self._pairs: list[tuple[FakePeer, FakePeer]] = []
        self._splits: set[frozenset[NodeId]] = set()

    def link(self, node_id: NodeId, *, peers_max: int = PEERS_MAX) -> "FakeLink":
        """Return a new node's link."""
        return FakeLink(self, node_id, peers_max)

    def split(self, one: NodeId, other: NodeId) -> None:
        """Cut all links between two nodes and let none be made until ``heal``."""
        self._splits.add(frozenset((one, other)))
        for near, far in self._pairs:
            if {near.hello.node_id, far.hello.node_id} == {one, other}:
                near.cut()

    def heal(self, one: NodeId, other: NodeId) -> None:
        """Let two nodes reach each other again."""
        self._splits.discard(frozenset((one, other)))


class _Listener:
    def __init__(
        self,
        link: "FakeLink",
        own: Callable[[], Hello],
        on_peer: Callable[[Peer], Awaitable[None]],
    ) -> None:
        self.link = link
        self.own = own
        self.on_peer = on_peer


class FakeLink:
    """Implements ``ports.Link``."""

    def __init__(self, network: FakeNetwork, node_id: NodeId, peers_max: int) -> None:
        self.node_id = node_id
        self._network = network
        self._peers_max = peers_max
        self._peers: list[FakePeer] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False

    async def listen(
        self, at: Endpoint, own: Callable[[], Hello], on_peer: Callable[[Peer], Awaitable[None]]
    ) -> Endpoint:
        bound = Endpoint(at.host, at.port or next(self._network._ports))
        if bound in self._network._listeners:
            raise RetryError(f"{bound} is taken")
        self._network._listeners[bound] = _Listener(self, own, on_peer)
        return bound

    async def dial(self, endpoint: Endpoint, own: Hello) -> Peer:
        listener = self._network._listeners.get(endpoint)
        if self._stopped:
            raise RetryError("the link is stopped")
        if listener is None or self._is_split_from(listener.link):
            raise RetryError(f"{endpoint}: nobody there")
        if listener.link.node_id == self.node_id:
            raise RetryError("that is this node itself")
        if len(listener.link._tasks) >= listener.link._peers_max:
            raise RetryError(f"{endpoint} has too many links")
        return self._join(endpoint, listener, own)

    async def stop(self) -> None:
        self._stopped = True
        for endpoint, listener in list(self._network._listeners.items()):
            if listener.link is self:
                del self._network._listeners[endpoint]
        for peer in self._peers:
            peer.cut()
        await asyncio.gather(*self._tasks)

    def _is_split_from(self, other: "FakeLink") -> bool:
        return frozenset((self.node_id, other.node_id)) in self._network._splits

    def _join(self, endpoint: Endpoint, listener: _Listener, own: Hello) -> "FakePeer":
        here = Endpoint("127.0.0.1", next(self._network._ports))
        near = FakePeer(_travel(listener.own(), listener.link.node_id), endpoint, outgoing=True)
        far = FakePeer(_travel(own, self.node_id), here, outgoing=False)
        near.other, far.other = far, near
        self._network._pairs.append((near, far))
        self._peers.append(near)
        listener.link._peers.append(far)
        listener.link._run(listener.on_peer, far)
        return near

    def _run(self, on_peer: Callable[[Peer], Awaitable[None]], peer: "FakePeer") -> None:
        async def run() -> None:
            try:
                await on_peer(peer)
            except (RemoteError, RetryError):
                pass
            except Exception as error:
                asyncio.get_running_loop().call_exception_handler(
                    {"message": "the task of a link failed", "exception": error}
                )
            finally:
                peer.cut()

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class FakePeer:
    """Implements ``ports.Peer``; ``sent`` remembers what this end sent."""

    other: "FakePeer"

    def __init__(self, hello: Hello, remote: Endpoint, *, outgoing: bool) -> None:
        self.sent: list[Message] = []
        self.closed_because: str | None = None
        self._hello = hello
        self._remote = remote
        self._outgoing = outgoing
        self._arrived: deque[bytes] = deque()
        self._changed = asyncio.Event()
        self._gone = False

    @property
    def hello(self) -> Hello:
        return self._hello

    @property
    def remote(self) -> Endpoint:
        return self._remote

    @property
    def outgoing(self) -> bool:
        return self._outgoing

    async def send(self, message: Message) -> None:
        data = encode_message(message)
        # A real link gives others a turn, too.
        await asyncio.sleep(0)
        if self._gone:
            raise RetryError(f"the link to {self._remote} is closed")
        self.sent.append(message)
        self.other.deliver(data)

    async def messages(self) -> AsyncIterator[Message]:
        while True:
            while self._arrived:
                try:
                    message = decode_message(self._arrived.popleft())
                except BadEncodingError:
                    self.cut()
                    raise
                if not isinstance(message, Unknown):
                    yield message
            if self._gone:
                return
            self._changed.clear()
            await self._changed.wait()

    async def close(self, reason: str) -> None:
        if self.closed_because is None:
            self.closed_because = reason
        self.cut()
        await asyncio.sleep(0)

    def deliver(self, data: bytes) -> None:
        """Let bytes arrive here, also such as no honest peer would send."""
        self._arrived.append(data)
        self._changed.set()

    def cut(self) -> None:
        """Break the link without a word, at both ends."""
        for end in (self, self.other):
            end._gone = True
            end._changed.set()


def _travel(hello: Hello, node_id: NodeId) -> Hello:
    """Return a hello as the other end reads it."""
    if hello.node_id != node_id:
        raise ValueError("the hello must carry the node id of this link's key")
    return decode_hello(encode_hello(Greeting(hello=hello))).hello
