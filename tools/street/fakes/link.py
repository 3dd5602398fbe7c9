"""Links in memory: a network of nodes without sockets, keys or time."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count

from swarmfeed.core.base.limits import NONCE_BYTES, PEERS_MAX
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.net.limits import DIALS_AT_ONCE
from swarmfeed.core.talk.handshake import Greeting, decode_hello, encode_hello
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import Hello
from swarmfeed.core.vocabulary import VOCABULARY, Unknown, Vocabulary
from swarmfeed.errors import AlreadyLinkedError, BadEncodingError, RemoteError, RetryError
from swarmfeed.ports import Peer, Stream


class FakeNetwork:
    """Where fake links find each other.

    Deterministic: messages arrive in the order they were sent, ports count up from 20,000.
    Messages pass through the real codec, so its bounds hold here too.
    """

    def __init__(self, *, vocabulary: Vocabulary = VOCABULARY) -> None:
        """Take the messages that its nodes understand."""
        self._vocabulary = vocabulary
        self._listeners: dict[Endpoint, _Listener] = {}
        self._ports = count(20_000)
        self._pairs: list[tuple[FakePeer, FakePeer]] = []
        self._splits: set[frozenset[NodeId]] = set()
        self._links = count(1)
        self._watchers: list[Callable[[NodeId, NodeId, bytes], None]] = []

    def new_binding(self) -> bytes:
        """What no other link of this network has."""
        return b"%064d" % next(self._links)

    def watch(self, on_carried: Callable[[NodeId, NodeId, bytes], None]) -> None:
        """Show sender, receiver and bytes of all that is carried from now on, hellos too."""
        self._watchers.append(on_carried)

    def carry(self, sender: NodeId, receiver: NodeId, data: bytes) -> None:
        """Show watchers what goes from one node to another."""
        for watcher in self._watchers:
            watcher(sender, receiver, data)

    def link(
        self,
        node_id: NodeId,
        *,
        peers_max: int = PEERS_MAX,
        vocabulary: Vocabulary | None = None,
    ) -> "FakeLink":
        """Return a new node's link; a ``vocabulary`` that is given is its own."""
        return FakeLink(self, node_id, peers_max, vocabulary or self._vocabulary)

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
    """Implements ``ports.Links``."""

    def __init__(
        self, network: FakeNetwork, node_id: NodeId, peers_max: int, vocabulary: Vocabulary
    ) -> None:
        self.node_id = node_id
        self.vocabulary = vocabulary
        self.dials_max = DIALS_AT_ONCE
        self._network = network
        self.peers_max = peers_max
        self._peers: list[FakePeer | StreamPeer] = []
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

    async def dial(
        self,
        endpoint: Endpoint,
        own: Hello,
        is_linked: Callable[[NodeId], bool] = lambda _: False,
    ) -> Peer:
        listener = self._network._listeners.get(endpoint)
        if self._stopped:
            raise RetryError("the link is stopped")
        if listener is None or self._is_split_from(listener.link):
            raise RetryError(f"{endpoint}: nobody there")
        if listener.link.node_id == self.node_id:
            raise RetryError("that is this node itself")
        if is_linked(listener.link.node_id):
            raise AlreadyLinkedError(listener.link.node_id)
        if len(listener.link._tasks) >= listener.link.peers_max:
            raise RetryError(f"{endpoint} has too many links")
        return self._join(endpoint, listener, own)

    async def dial_by(
        self,
        stream: Stream,
        own: Hello,
        is_linked: Callable[[NodeId], bool] = lambda _: False,
    ) -> Peer:
        peer = StreamPeer(self, stream, outgoing=True)
        try:
            if self._stopped:
                raise RetryError("the link is stopped")
            await peer.say_hello(own.without_place())
            hello = await peer.hear_hello()
            if hello.node_id == self.node_id:
                raise RetryError("that is this node itself")
            if is_linked(hello.node_id):
                raise AlreadyLinkedError(hello.node_id)
        except BaseException:
            peer.cut()
            raise
        self._peers.append(peer)
        return peer

    async def accept_by(self, stream: Stream) -> None:
        listeners = self._network._listeners.values()
        listener = next((each for each in listeners if each.link is self), None)
        if listener is None:
            stream.close()
            raise RetryError("nothing is served here")
        peer = StreamPeer(self, stream, outgoing=False)

        async def greet_and_go(_: Peer) -> None:
            nonce = self._network.new_binding()[-NONCE_BYTES:]
            await peer.say_hello(listener.own().without_place(), nonce)
            await peer.hear_hello()
            await listener.on_peer(peer)

        self._peers.append(peer)
        self._run(greet_and_go, peer)

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
        there = listener.link
        theirs, ours = _travel(listener.own(), there.node_id), _travel(own, self.node_id)
        binding = self._network.new_binding()
        near = FakePeer(self, theirs, binding, endpoint, outgoing=True)
        far = FakePeer(there, ours, binding, here, outgoing=False)
        for hello, reader in ((theirs, ours), (ours, theirs)):
            data = encode_hello(Greeting(hello=hello))
            self._network.carry(hello.node_id, reader.node_id, data)
        near.other, far.other = far, near
        self._network._pairs.append((near, far))
        self._peers.append(near)
        listener.link._peers.append(far)
        listener.link._run(listener.on_peer, far)
        return near

    def _run(
        self, on_peer: Callable[[Peer], Awaitable[None]], peer: "FakePeer | StreamPeer"
    ) -> None:
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

    def __init__(
        self,
        link: "FakeLink",
        hello: Hello,
        binding: bytes,
        remote: Endpoint,
        *,
        outgoing: bool,
    ) -> None:
        self.sent: list[Message] = []
        self.closed_because: str | None = None
        self._network = link._network
        self._vocabulary = link.vocabulary
        self._hello = hello
        self._binding = binding
        self._remote = remote
        self._outgoing = outgoing
        self._arrived: deque[bytes] = deque()
        self._changed = asyncio.Event()
        self._gone = False

    @property
    def hello(self) -> Hello:
        return self._hello

    @property
    def binding(self) -> bytes:
        return self._binding

    @property
    def remote(self) -> Endpoint | None:
        return self._remote

    @property
    def outgoing(self) -> bool:
        return self._outgoing

    async def send(self, message: Message) -> None:
        data = self._vocabulary.encode(message)
        # A real link gives others a turn, too.
        await asyncio.sleep(0)
        if self._gone:
            raise RetryError(f"the link to {self._remote} is closed")
        self.sent.append(message)
        self._network.carry(self.other.hello.node_id, self.hello.node_id, data)
        self.other.deliver(data)

    async def messages(self) -> AsyncIterator[Message]:
        while True:
            while self._arrived:
                try:
                    message = self._vocabulary.decode(self._arrived.popleft())
                except BadEncodingError:
                    self.cut()
                    raise
                if not isinstance(message, Unknown):
                    yield message
            if self._gone:
                return
            self._changed.clear()
            await self._changed.wait()

    def watch(self, *, closely: bool) -> None:
        """Nothing is lost without a word here."""

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


class StreamPeer:
    """Implements ``ports.Peer`` by way of a stream: each message with its length before it."""

    def __init__(self, link: "FakeLink", stream: Stream, *, outgoing: bool) -> None:
        self._node_id = link.node_id
        self._vocabulary = link.vocabulary
        self._stream = stream
        self._outgoing = outgoing
        self._unread = b""
        self._hello: Hello | None = None
        self._nonce = b""
        """Of the hello of whoever was dialled."""

    @property
    def hello(self) -> Hello:
        assert self._hello is not None, "asked only once it was heard"
        return self._hello

    @property
    def binding(self) -> bytes:
        return 2 * self._nonce

    @property
    def remote(self) -> Endpoint | None:
        return None

    @property
    def outgoing(self) -> bool:
        return self._outgoing

    async def say_hello(self, own: Hello, nonce: bytes = b"") -> None:
        self._nonce = nonce or self._nonce
        hello = Greeting(hello=_travel(own, self._node_id), nonce=nonce)
        await self._write(encode_hello(hello))

    async def hear_hello(self) -> Hello:
        data = await self._read()
        if not data:
            raise RetryError("gone before it said hello")
        greeting = decode_hello(data)
        self._hello, self._nonce = greeting.hello, greeting.nonce or self._nonce
        return self._hello

    async def send(self, message: Message) -> None:
        await self._write(self._vocabulary.encode(message))

    async def messages(self) -> AsyncIterator[Message]:
        while data := await self._read():
            message = self._vocabulary.decode(data)
            if not isinstance(message, Unknown):
                yield message

    def watch(self, *, closely: bool) -> None:
        """Nothing is lost without a word here."""

    async def close(self, reason: str) -> None:
        self.cut()

    def cut(self) -> None:
        self._stream.close()

    async def _write(self, data: bytes) -> None:
        await self._stream.write(len(data).to_bytes(4, "big") + data)

    async def _read(self) -> bytes:
        """The next message; empty when there is none any more."""
        while len(self._unread) < 4 or len(self._unread) < 4 + self._length():
            piece = await self._stream.read()
            if not piece:
                return b""
            self._unread += piece
        end = 4 + self._length()
        data, self._unread = self._unread[4:end], self._unread[end:]
        return data

    def _length(self) -> int:
        return int.from_bytes(self._unread[:4], "big")


def _travel(hello: Hello, node_id: NodeId) -> Hello:
    """Return a hello as the other end reads it."""
    if hello.node_id != node_id:
        raise ValueError("the hello must carry the node id of this link's key")
    return decode_hello(encode_hello(Greeting(hello=hello))).hello
