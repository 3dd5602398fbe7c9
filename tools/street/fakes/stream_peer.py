"""A peer of a link in memory that came by way of another one's stream."""

from collections.abc import AsyncIterator

from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.talk.handshake import Greeting, decode_hello, encode_hello
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import Hello
from swarmfeed.core.vocabulary import Unknown, Vocabulary
from swarmfeed.errors import RetryError
from swarmfeed.ports import Stream


class StreamPeer:
    """Implements ``ports.Peer`` by way of a stream: each message with its length before it."""

    def __init__(
        self, node_id: NodeId, vocabulary: Vocabulary, stream: Stream, *, outgoing: bool
    ) -> None:
        self._node_id = node_id
        self._vocabulary = vocabulary
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
    def near(self) -> Endpoint | None:
        return None

    @property
    def outgoing(self) -> bool:
        return self._outgoing

    @property
    def is_dialled(self) -> bool:
        return False

    async def say_hello(self, own: Hello, nonce: bytes = b"") -> None:
        self._nonce = nonce or self._nonce
        hello = Greeting(hello=travel(own, self._node_id), nonce=nonce)
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


def travel(hello: Hello, node_id: NodeId) -> Hello:
    """Return a hello as the other end reads it."""
    if hello.node_id != node_id:
        raise ValueError("the hello must carry the node id of this link's key")
    return decode_hello(encode_hello(Greeting(hello=hello))).hello
