"""Links in memory: a network of nodes without sockets, keys or time."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count

from msgspec import Struct
from swarmfeed.core.base.limits import NONCE_BYTES, PEERS_MAX
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.net.limits import DIALS_AT_ONCE
from swarmfeed.core.relay.limits import PUNCH_FOR_S
from swarmfeed.core.talk.handshake import Greeting, encode_hello
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import Hello
from swarmfeed.core.vocabulary import VOCABULARY, Unknown, Vocabulary
from swarmfeed.errors import AlreadyLinkedError, BadEncodingError, RemoteError, RetryError
from swarmfeed.ports import Peer, Stream

from street.fakes.stream_peer import StreamPeer, travel


class FakeNetwork:
    """Where fake links find each other.

    Deterministic: messages arrive in the order they were sent, ports count up from 20,000.
    Messages pass through the real codec, so its bounds hold here too.
    """

    def __init__(self, *, vocabulary: Vocabulary = VOCABULARY) -> None:
        """Take the messages that its nodes understand."""
        self._vocabulary = vocabulary
        self._listeners: dict[Endpoint, _Listener] = {}
        self._leads: dict[Endpoint, Endpoint] = {}
        self._ports = count(20_000)
        self._pairs: list[tuple[FakePeer, FakePeer]] = []
        self._splits: set[frozenset[NodeId]] = set()
        self._crossable: set[frozenset[NodeId]] = set()
        self._crossing: dict[tuple[Endpoint, Endpoint], _Crossing] = {}
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

    def lead(self, at: Endpoint, to: Endpoint) -> None:
        """Have whoever dials ``at`` reach who listens at ``to``: a card of the same machine."""
        self._leads[at] = to

    def let_cross(self, one: NodeId, other: NodeId) -> None:
        """Have their routers take it for an answer when both connect to each other at once."""
        self._crossable.add(frozenset((one, other)))

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


class _Crossing(Struct, eq=False):
    """An end that connects, and waits for the other one to do the same."""

    link: "FakeLink"
    own: Hello
    dials: bool
    is_linked: Callable[[NodeId], bool]
    met: "asyncio.Future[FakePeer | None]"


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
        leads_to = self._network._leads.get(endpoint, endpoint)
        listener = self._network._listeners.get(leads_to)
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
        is_by_card = endpoint in self._network._leads
        here = Endpoint(self._card() if is_by_card else "127.0.0.1", next(self._network._ports))
        return self._join(listener, (listener.own(), own), here, endpoint)

    def _card(self) -> str:
        """Where we come from, for those whom we reach by a card of theirs: our own, if any."""
        listeners = self._network._listeners
        for at, to in self._network._leads.items():
            if to in listeners and listeners[to].link is self:
                return at.host
        return "127.0.0.1"

    async def dial_by(
        self,
        stream: Stream,
        own: Hello,
        is_linked: Callable[[NodeId], bool] = lambda _: False,
    ) -> Peer:
        peer = StreamPeer(self.node_id, self.vocabulary, stream, outgoing=True)
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
        peer = StreamPeer(self.node_id, self.vocabulary, stream, outgoing=False)

        async def greet_and_go(_: Peer) -> None:
            nonce = self._network.new_binding()[-NONCE_BYTES:]
            await peer.say_hello(listener.own().without_place(), nonce)
            await peer.hear_hello()
            await listener.on_peer(peer)

        self._peers.append(peer)
        self._run(greet_and_go, peer)

    async def cross(
        self,
        near: Endpoint,
        far: Endpoint,
        own: Hello,
        is_linked: Callable[[NodeId], bool] = lambda _: False,
        *,
        dials: bool,
    ) -> Peer | None:
        waiting = self._network._crossing
        met: asyncio.Future[FakePeer | None] = asyncio.get_running_loop().create_future()
        mine = _Crossing(self, own, dials, is_linked, met)
        other = waiting.get((far, near))
        if other is not None and self._crosses(other):
            client, server = (mine, other) if dials else (other, mine)
            server.met.set_result(None)
            client.link._meet(server.link, client, *((near, far) if dials else (far, near)))
            return await met
        waiting[near, far] = mine
        try:
            async with asyncio.timeout(PUNCH_FOR_S):
                return await met
        except TimeoutError as error:
            raise RetryError(f"{far}: nobody met us there") from error
        finally:
            del waiting[near, far]

    def _crosses(self, other: _Crossing) -> bool:
        both = frozenset((self.node_id, other.link.node_id))
        return both in self._network._crossable

    def _meet(
        self, there: "FakeLink", client: _Crossing, near: Endpoint, far: Endpoint
    ) -> None:
        """Link two ends that connected to each other, if they are not linked yet."""
        if client.is_linked(there.node_id):
            client.met.set_exception(AlreadyLinkedError(there.node_id))
            return
        listeners = self._network._listeners.values()
        listener = next((each for each in listeners if each.link is there), None)
        assert listener is not None, "whoever crosses is open to links"
        hellos = listener.own().without_place(), client.own.without_place()
        client.met.set_result(self._join(listener, hellos, near, far, is_dialled=False))

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

    def _join(
        self,
        listener: _Listener,
        hellos: tuple[Hello, Hello],
        here: Endpoint,
        at: Endpoint,
        *,
        is_dialled: bool = True,
    ) -> "FakePeer":
        """Make both ends of a link; ``hellos`` are theirs and ours."""
        there = listener.link
        theirs, ours = travel(hellos[0], there.node_id), travel(hellos[1], self.node_id)
        binding = self._network.new_binding()
        near = FakePeer(self, theirs, binding, (here, at), outgoing=True, is_dialled=is_dialled)
        far = FakePeer(there, ours, binding, (at, here), outgoing=False, is_dialled=is_dialled)
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
        ends: tuple[Endpoint, Endpoint],
        *,
        outgoing: bool,
        is_dialled: bool,
    ) -> None:
        """``ends``: ours, and the other one."""
        self.sent: list[Message] = []
        self.closed_because: str | None = None
        self._network = link._network
        self._vocabulary = link.vocabulary
        self._hello = hello
        self._binding = binding
        self._near, self._remote = ends
        self._outgoing = outgoing
        self._is_dialled = is_dialled
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
    def near(self) -> Endpoint | None:
        return self._near

    @property
    def outgoing(self) -> bool:
        return self._outgoing

    @property
    def is_dialled(self) -> bool:
        return self._is_dialled

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
