"""Links to other nodes over the internet: who is at the other end, and what it says.

    TCP > TLS 1.3 (server's node key) > WebSocket > one bencoded message in a binary frame

``core.talk.handshake`` shows how a link is opened.  Everything runs in the node's loop.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from socket import socket as RawSocket
from typing import NoReturn, Protocol, TypeVar

from swarmfeed.core.base import limits
from swarmfeed.core.base.keys import SigningKey, verify_signature
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.net.opened import OpenedLinks
from swarmfeed.core.talk.handshake import (
    CloseCode,
    Greeting,
    decode_hello,
    decode_welcome,
    encode_hello,
    encode_welcome,
    proof_text,
)
from swarmfeed.core.talk.limits import DECODED_IN_LOOP_BYTES
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import PROTOCOL_VERSION, Hello
from swarmfeed.core.vocabulary import VOCABULARY, Unknown, Vocabulary
from swarmfeed.errors import AlreadyLinkedError, BadEncodingError, RemoteError, RetryError
from swarmfeed.ports import Peer, Stream
from swarmfeed.shell.wire.crossing import connect_both
from swarmfeed.shell.wire.detour import Detours
from swarmfeed.shell.wire.rules import LinkRules
from swarmfeed.shell.wire.tls import (
    client_context,
    hash_certificate,
    make_certificate,
    read_node_id,
    server_context,
)
from swarmfeed.shell.wire.websocket import Socket, Sockets

T = TypeVar("T")


class OffLoop(Protocol):
    """Runs a call in a thread."""

    async def __call__(self, call: Callable[[], T], /) -> T: ...


class WebSocketLink:
    """Implements ``ports.Links``."""

    def __init__(
        self,
        node_seed: bytes,
        folder: Path,
        *,
        rules: LinkRules | None = None,
        vocabulary: Vocabulary = VOCABULARY,
        off_loop: OffLoop = asyncio.to_thread,
        proxy: Endpoint | None = None,
    ) -> None:
        """Take the node key.

        Args:
            node_seed: Seed of the node key, 32 bytes.
            folder: Where the TLS key is put for the moment in which ``ssl`` reads it.
            rules: Narrower bounds than those of ``limits``.
            vocabulary: The messages it understands.
            off_loop: Runs what takes the processor for long, and notes for whom.
            proxy: By which all is dialled.
        """
        self._key = SigningKey(node_seed)
        self._node_id = NodeId(self._key.public)
        self._certificate_hash = hash_certificate(make_certificate(node_seed))
        self._folder = folder
        self._rules = rules or LinkRules()
        self._vocabulary = vocabulary
        self._off_loop = off_loop
        self._client_context = client_context()
        self._sockets = Sockets(self._rules, proxy)
        self._detours = Detours()
        self._opened = OpenedLinks(self._rules.peers_max)
        self._dials = asyncio.Semaphore(self._rules.dials_max)

    @property
    def dials_max(self) -> int:
        return self._rules.dials_max

    @property
    def peers_max(self) -> int:
        return self._rules.peers_max

    async def listen(
        self, at: Endpoint, own: Callable[[], Hello], on_peer: Callable[[Peer], Awaitable[None]]
    ) -> Endpoint:
        """Accept links.

        A RemoteError or RetryError from ``on_peer`` just ends its link; anything else goes to
        the loop's exception handler.  RetryError when the port is taken.
        """

        async def accept(socket: Socket) -> None:
            await self._accept(socket, own, on_peer)

        context = server_context(self._key.seed, self._folder)
        return await self._sockets.serve(at, context, accept)

    async def dial(
        self,
        endpoint: Endpoint,
        own: Hello,
        is_linked: Callable[[NodeId], bool] = lambda _: False,
    ) -> Peer:
        """Open a link; the whole handshake takes at most HANDSHAKE_TIMEOUT_S.

        The server's key is proven before ours is told: with somebody who ``is_linked`` it goes
        no further.
        """
        try:
            async with asyncio.timeout(self._rules.handshake_timeout_s), self._dials:
                return await self._dial(endpoint, own, is_linked)
        except TimeoutError as error:
            raise RetryError(f"{endpoint} did not answer in time") from error

    async def dial_by(
        self,
        stream: Stream,
        own: Hello,
        is_linked: Callable[[NodeId], bool] = lambda _: False,
    ) -> Peer:
        """As ``dial``, over two sockets of this process (``detour``)."""
        raw = await self._detours.join(stream)
        try:
            async with asyncio.timeout(self._rules.handshake_timeout_s):
                return await self._dial(raw, own.without_place(), is_linked)
        except TimeoutError as error:
            raise RetryError("nobody answered by way of another node in time") from error
        except BaseException:
            raw.close()
            raise

    async def accept_by(self, stream: Stream) -> None:
        """As ``listen`` does with a socket that somebody opened."""
        raw = await self._detours.join(stream)
        try:
            await self._sockets.admit(raw)
        except BaseException:
            raw.close()
            raise

    async def cross(
        self,
        near: Endpoint,
        far: Endpoint,
        own: Hello,
        is_linked: Callable[[NodeId], bool] = lambda _: False,
        *,
        dials: bool,
    ) -> Peer | None:
        """As ``dial``, or as ``listen`` does, over a socket that both ends connected."""
        raw = await connect_both(near, far)
        try:
            if not dials:
                await self._sockets.admit(raw)
                return None
            async with asyncio.timeout(self._rules.handshake_timeout_s):
                return await self._dial(raw, own.without_place(), is_linked)
        except TimeoutError as error:
            raise RetryError(f"{far} did not answer in time") from error
        except BaseException:
            raw.close()
            raise

    async def stop(self) -> None:
        """Say goodbye on every link and listen no more.  A stopped link stays stopped."""
        await self._sockets.stop()
        await self._detours.stop()

    # --- server ------------------------------------------------------------------------

    async def _accept(
        self,
        socket: Socket,
        own: Callable[[], Hello],
        on_peer: Callable[[Peer], Awaitable[None]],
    ) -> None:
        try:
            await self._require_room(socket)
            hello = own() if socket.is_dialled else own().without_place()
            peer = await self._greet(socket, hello)
            # Only who proved themselves count, and others may have done so meanwhile.
            await self._require_room(socket)
            await self._keep(peer, _host_of(socket), on_peer)
        except (RemoteError, RetryError):
            pass  # The link is closed, with a code that tells why.
        except Exception as error:
            asyncio.get_running_loop().call_exception_handler(
                {"message": "the task of a link failed", "exception": error}
            )
        finally:
            await socket.close(CloseCode.GOODBYE, "")

    async def _require_room(self, socket: Socket) -> None:
        if not self._opened.has_room(_host_of(socket)):
            await _refuse(socket, CloseCode.FULL, RetryError("too many links"))

    async def _keep(
        self, peer: Peer, host: str, on_peer: Callable[[Peer], Awaitable[None]]
    ) -> None:
        self._opened.came(host)
        try:
            await on_peer(peer)
        finally:
            self._opened.gone(host)

    async def _greet(self, socket: Socket, own: Hello) -> "WebSocketPeer":
        """Server's side of the handshake, once the WebSocket is open."""
        try:
            async with asyncio.timeout(self._rules.handshake_timeout_s / 2):
                hello, binding = await self._challenge(socket, own)
        except TimeoutError:
            await _refuse(socket, CloseCode.TOO_SLOW, RetryError("no hello in time"))
        except RemoteError as error:
            await _refuse(socket, CloseCode.BAD_HELLO, error)
        return self._peer(socket, hello, binding, outgoing=False)

    async def _challenge(self, socket: Socket, own: Hello) -> tuple[Hello, bytes]:
        nonce = os.urandom(limits.NONCE_BYTES)
        await socket.send(encode_hello(self._greeting(own, nonce=nonce)))
        greeting = decode_hello(await socket.receive())
        await self._check_version_and_self(socket, greeting)
        text = proof_text(self._certificate_hash, nonce, greeting.hello.node_id)
        verify_signature(greeting.hello.node_id, text, greeting.proof)
        socket.widen()
        await socket.send(encode_welcome())
        return greeting.hello, self._certificate_hash + nonce

    # --- client ------------------------------------------------------------------------

    async def _dial(
        self, to: Endpoint | RawSocket, own: Hello, is_linked: Callable[[NodeId], bool]
    ) -> "WebSocketPeer":
        socket = await self._sockets.connect(to, self._client_context)
        try:
            hello, binding = await self._introduce(socket, own, is_linked)
        except AlreadyLinkedError:
            await socket.close(CloseCode.GOODBYE, "there is a link already")
            raise
        except RemoteError as error:
            await _refuse(socket, CloseCode.BAD_HELLO, error)
        except RetryError as error:
            if socket.was_blamed:
                raise RemoteError(f"{socket.name} refused our hello: {error}") from error
            raise
        except BaseException:
            socket.abort()
            raise
        return self._peer(socket, hello, binding, outgoing=True)

    async def _introduce(
        self, socket: Socket, own: Hello, is_linked: Callable[[NodeId], bool]
    ) -> tuple[Hello, bytes]:
        """Client's side of the handshake, once the WebSocket is open."""
        greeting = decode_hello(await socket.receive())
        certificate = socket.certificate()
        if read_node_id(certificate) != greeting.hello.node_id:
            raise RemoteError("the hello names another node than the certificate")
        if not greeting.nonce:
            raise RemoteError("the server's hello has no nonce")
        await self._check_version_and_self(socket, greeting)
        if is_linked(greeting.hello.node_id):
            raise AlreadyLinkedError(greeting.hello.node_id)
        certificate_hash = hash_certificate(certificate)
        text = proof_text(certificate_hash, greeting.nonce, self._node_id)
        # Messages may follow the welcome at once.
        socket.widen()
        await socket.send(encode_hello(self._greeting(own, proof=self._key.sign(text))))
        decode_welcome(await socket.receive())
        return greeting.hello, certificate_hash + greeting.nonce

    # --- both --------------------------------------------------------------------------

    def _peer(
        self, socket: Socket, hello: Hello, binding: bytes, *, outgoing: bool
    ) -> "WebSocketPeer":
        known = hello, binding, self._vocabulary, self._off_loop
        return WebSocketPeer(socket, *known, outgoing=outgoing)

    def _greeting(self, own: Hello, *, nonce: bytes = b"", proof: bytes = b"") -> Greeting:
        if own.node_id != self._node_id:
            raise ValueError("the hello must carry the node id of this link's key")
        return Greeting(hello=own, nonce=nonce, proof=proof)

    async def _check_version_and_self(self, socket: Socket, greeting: Greeting) -> None:
        if greeting.version != PROTOCOL_VERSION:
            error = RemoteError(f"protocol version {greeting.version}, not {PROTOCOL_VERSION}")
            await _refuse(socket, CloseCode.VERSION, error)
        if greeting.hello.node_id == self._node_id:
            await _refuse(socket, CloseCode.SELF, RetryError("that is this node itself"))


class WebSocketPeer:
    """Implements ``ports.Peer``; one task may read ``messages``, any may send."""

    def __init__(
        self,
        socket: Socket,
        hello: Hello,
        binding: bytes,
        vocabulary: Vocabulary,
        off_loop: OffLoop,
        *,
        outgoing: bool,
    ) -> None:
        self._socket = socket
        self._binding = binding
        self._off_loop = off_loop
        self._vocabulary = vocabulary
        self._hello = hello
        self._outgoing = outgoing

    @property
    def hello(self) -> Hello:
        return self._hello

    @property
    def binding(self) -> bytes:
        return self._binding

    @property
    def remote(self) -> Endpoint | None:
        return self._socket.remote

    @property
    def near(self) -> Endpoint | None:
        return self._socket.near

    @property
    def outgoing(self) -> bool:
        return self._outgoing

    @property
    def is_dialled(self) -> bool:
        return self._socket.is_dialled

    async def send(self, message: Message) -> None:
        """Send; waits while the peer is slower than we are, and cuts a stuck one off."""
        await self._socket.send(self._vocabulary.encode(message))

    async def messages(self) -> AsyncIterator[Message]:
        """Messages of types this version knows."""
        while True:
            try:
                message = await self._take(await self._socket.receive())
            except RetryError:
                return
            except BadEncodingError as error:
                await _refuse(self._socket, CloseCode.BAD_MESSAGE, error)
            if not isinstance(message, Unknown):
                yield message

    async def _take(self, data: bytes) -> Message | Unknown:
        """Decode, and let others run meanwhile if that takes long."""
        if len(data) <= DECODED_IN_LOOP_BYTES:
            return self._vocabulary.decode(data)
        return await self._off_loop(lambda: self._vocabulary.decode(data))

    def watch(self, *, closely: bool) -> None:
        self._socket.watch(closely=closely)

    async def close(self, reason: str) -> None:
        await self._socket.close(CloseCode.GOODBYE, reason)


def _host_of(socket: Socket) -> str:
    """Where it comes from; empty: by way of another node."""
    return socket.remote.host if socket.remote is not None else ""


async def _refuse(socket: Socket, code: CloseCode, error: Exception) -> NoReturn:
    await socket.close(code, str(error))
    raise error
