"""Links to other nodes over the internet.  The only module that imports ``websockets``.

    TCP > TLS 1.3 (server's node key) > WebSocket > one bencoded message in a binary frame

    client                                   server
      | -- TLS, WebSocket upgrade ------------> |
      | <------------- hello, with a nonce ---- |   is the hello's node id the TLS key?
      | -- hello, with a proof over nonce ----> |   does the proof verify?
      | <---------------------------- welcome - |
      | <----------- messages, both ways -----> |

Everything runs in the node's loop.  Whatever a peer does is bounded: bytes before it proved
itself, bytes and messages a second after, bytes that wait for it, and the time for each step.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from ssl import SSLEOFError, SSLError, SSLObject
from typing import Final, NoReturn

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.connection import Connection
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.protocol import Event, State

from swarmfeed.core import limits
from swarmfeed.core.keys import SigningKey, verify_signature
from swarmfeed.core.messages import PROTOCOL_VERSION, Hello, Message
from swarmfeed.core.tokens import TokenBucket
from swarmfeed.core.types import Endpoint, NodeId
from swarmfeed.core.wire import (
    Greeting,
    Unknown,
    decode_hello,
    decode_message,
    decode_welcome,
    encode_hello,
    encode_message,
    encode_welcome,
    proof_text,
)
from swarmfeed.errors import BadEncodingError, RemoteError, RetryError
from swarmfeed.ports import Peer
from swarmfeed.shell.tls import (
    client_context,
    hash_certificate,
    make_certificate,
    read_node_id,
    server_context,
)


class CloseCode(IntEnum):
    """Why a link was closed, as the other end sees it (RFC 6455, 7.4.2: 4000-4999)."""

    GOODBYE = 4000
    """Nothing wrong; the node stops or needs the place."""
    FULL = 4001
    """Too many links; try later."""
    SELF = 4002
    """Both ends are the same node."""
    TOO_SLOW = 4003
    """The handshake took too long."""
    VERSION = 4010
    """No common protocol version."""
    BAD_HELLO = 4011
    """Hello malformed, or not from the node it names."""
    BAD_MESSAGE = 4012
    """Not one canonical message within its bounds."""
    OVER_BUDGET = 4013
    """More bytes or frames than a peer may send."""


BLAME_CODES: Final = frozenset(
    {1002, 1003, 1007, 1009, *(code for code in CloseCode if code >= CloseCode.VERSION)}
)
"""Codes with which the end that closes says that the other broke a rule (RFC 6455, 7.4.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRules:
    """What a peer is allowed; tests make it narrower."""

    handshake_timeout_s: float = limits.HANDSHAKE_TIMEOUT_S
    send_timeout_s: float = limits.SEND_TIMEOUT_S
    bytes_per_s: float = limits.PEER_BYTES_PER_S
    messages_per_s: float = limits.PEER_MESSAGES_PER_S
    window_s: float = limits.BUDGET_WINDOW_S
    peers_max: int = limits.PEERS_MAX
    """Links that others may open."""


class WebSocketLink:
    """Implements ``ports.Link``."""

    def __init__(
        self, node_seed: bytes, folder: Path, *, rules: LinkRules | None = None
    ) -> None:
        """Take the node key.

        Args:
            node_seed: Seed of the node key, 32 bytes.
            folder: Where the TLS key is put for the moment in which ``ssl`` reads it.
            rules: Narrower bounds than those of ``limits``.
        """
        self._key = SigningKey(node_seed)
        self._node_id = NodeId(self._key.public)
        self._certificate_hash = hash_certificate(make_certificate(node_seed))
        self._folder = folder
        self._rules = rules or LinkRules()
        self._client_context = client_context()
        self._servers: list[Server] = []
        self._accepted_count = 0
        self._live: set[Connection] = set()
        self._stopped = False
        metered = {"live": self._live}
        self._accepted_type = type("Accepted", (_Metered, ServerConnection), metered)
        self._dialled_type = type("Dialled", (_Metered, ClientConnection), metered)

    async def listen(
        self, at: Endpoint, own: Callable[[], Hello], on_peer: Callable[[Peer], Awaitable[None]]
    ) -> Endpoint:
        """Accept links.  A RemoteError or RetryError from ``on_peer`` just ends its link;
        anything else goes to the loop's exception handler."""

        async def accept(connection: ServerConnection) -> None:
            await self._accept(connection, own, on_peer)

        # TLS and what follows it share the time for the handshake.
        half_s = self._rules.handshake_timeout_s / 2
        server = await serve(
            accept,
            at.host,
            at.port,
            ssl=server_context(self._key.seed, self._folder),
            ssl_handshake_timeout=half_s,
            ssl_shutdown_timeout=limits.CLOSE_TIMEOUT_S,
            open_timeout=half_s,
            server_header=None,
            compression=None,
            ping_interval=limits.PING_EVERY_S,
            ping_timeout=limits.PONG_TIMEOUT_S,
            close_timeout=limits.CLOSE_TIMEOUT_S,
            max_size=limits.MESSAGE_BYTES_MAX,
            max_queue=limits.LINK_QUEUE_FRAMES,
            logger=_quiet,
            create_connection=self._accepted_type,
        )
        self._servers.append(server)
        return Endpoint(at.host, server.sockets[0].getsockname()[1])

    async def dial(self, endpoint: Endpoint, own: Hello) -> Peer:
        """Open a link; the whole handshake takes at most ``handshake_timeout_s``."""
        if self._stopped:
            raise RetryError("the link is stopped")
        try:
            async with asyncio.timeout(self._rules.handshake_timeout_s):
                return await self._dial(endpoint, own)
        except TimeoutError as error:
            raise RetryError(f"{endpoint} did not answer in time") from error
        except ConnectionClosed as closed:
            raise _explain_refusal(endpoint, closed) from closed
        except InvalidStatus as error:
            # 503 is what websockets answers while it is closing.
            kind = RetryError if error.response.status_code == 503 else RemoteError
            raise kind(f"{endpoint} refused the upgrade: {error}") from error
        except WebSocketException as error:
            gone = isinstance(error.__cause__, EOFError | OSError)
            raise (RetryError if gone else RemoteError)(f"{endpoint}: {error}") from error
        except SSLError as error:
            gone = isinstance(error, SSLEOFError)
            raise (RetryError if gone else RemoteError)(f"{endpoint}: {error}") from error
        except OSError as error:
            raise RetryError(f"{endpoint}: {error}") from error

    async def stop(self) -> None:
        """Say goodbye on every link and listen no more; a link that is stopped stays so."""
        self._stopped = True
        for server in self._servers:
            server.close(close_connections=False)
        goodbyes = [_close(link, CloseCode.GOODBYE, "the node stops") for link in self._live]
        await asyncio.gather(*goodbyes)
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()

    # --- server ------------------------------------------------------------------------

    async def _accept(
        self,
        connection: ServerConnection,
        own: Callable[[], Hello],
        on_peer: Callable[[Peer], Awaitable[None]],
    ) -> None:
        if self._stopped or self._accepted_count >= self._rules.peers_max:
            await _close(connection, CloseCode.FULL, "too many links")
            return
        self._accepted_count += 1
        try:
            await on_peer(await self._greet(connection, own()))
        except (RemoteError, RetryError, ConnectionClosed):
            pass
        except Exception as error:
            asyncio.get_running_loop().call_exception_handler(
                {"message": "a link's task failed", "exception": error}
            )
        finally:
            self._accepted_count -= 1
            await _close(connection, CloseCode.GOODBYE, "")

    async def _greet(self, connection: Connection, own: Hello) -> "WebSocketPeer":
        """Server's side of the handshake."""
        nonce = os.urandom(limits.NONCE_BYTES)
        try:
            async with asyncio.timeout(self._rules.handshake_timeout_s / 2):
                await connection.send(encode_hello(self._greeting(own, nonce=nonce)))
                greeting = decode_hello(await _receive(connection))
                await self._check_version_and_self(connection, greeting)
                text = proof_text(self._certificate_hash, nonce, greeting.hello.node_id)
                verify_signature(greeting.hello.node_id, text, greeting.proof)
                peer = WebSocketPeer(connection, greeting.hello, self._rules, outgoing=False)
                await connection.send(encode_welcome())
                return peer
        except TimeoutError:
            await _refuse(connection, CloseCode.TOO_SLOW, RemoteError("no hello in time"))
        except RemoteError as error:
            await _refuse(connection, CloseCode.BAD_HELLO, error)

    # --- client ------------------------------------------------------------------------

    async def _dial(self, endpoint: Endpoint, own: Hello) -> "WebSocketPeer":
        connection = await _Connect(
            f"wss://{endpoint}/",
            ssl=self._client_context,
            ssl_shutdown_timeout=limits.CLOSE_TIMEOUT_S,
            open_timeout=None,
            user_agent_header=None,
            proxy=None,
            compression=None,
            ping_interval=limits.PING_EVERY_S,
            ping_timeout=limits.PONG_TIMEOUT_S,
            close_timeout=limits.CLOSE_TIMEOUT_S,
            max_size=limits.MESSAGE_BYTES_MAX,
            max_queue=limits.LINK_QUEUE_FRAMES,
            logger=_quiet,
            create_connection=self._dialled_type,
        )
        try:
            return await self._introduce(connection, own)
        except RemoteError as error:
            await _refuse(connection, CloseCode.BAD_HELLO, error)
        except BaseException:
            connection.transport.abort()
            raise

    async def _introduce(self, connection: Connection, own: Hello) -> "WebSocketPeer":
        """Client's side of the handshake."""
        greeting = decode_hello(await _receive(connection))
        certificate = _peer_certificate(connection)
        if read_node_id(certificate) != greeting.hello.node_id:
            raise RemoteError("the hello names another node than the certificate")
        if not greeting.nonce:
            raise RemoteError("the server's hello has no nonce")
        await self._check_version_and_self(connection, greeting)
        text = proof_text(hash_certificate(certificate), greeting.nonce, self._node_id)
        # From here on messages may follow the welcome at once: the wider budget applies.
        peer = WebSocketPeer(connection, greeting.hello, self._rules, outgoing=True)
        await connection.send(encode_hello(self._greeting(own, proof=self._key.sign(text))))
        decode_welcome(await _receive(connection))
        return peer

    # --- both --------------------------------------------------------------------------

    def _greeting(self, own: Hello, *, nonce: bytes = b"", proof: bytes = b"") -> Greeting:
        if own.node_id != self._node_id:
            raise ValueError("the hello must carry the node id of this link's key")
        return Greeting(hello=own, nonce=nonce, proof=proof)

    async def _check_version_and_self(self, connection: Connection, greeting: Greeting) -> None:
        if greeting.version != PROTOCOL_VERSION:
            error = RemoteError(f"protocol version {greeting.version}, not {PROTOCOL_VERSION}")
            await _refuse(connection, CloseCode.VERSION, error)
        if greeting.hello.node_id == self._node_id:
            await _refuse(connection, CloseCode.SELF, RetryError("that is this node itself"))


class WebSocketPeer:
    """Implements ``ports.Peer``; one task may read ``messages``, any may send."""

    def __init__(
        self, connection: Connection, hello: Hello, rules: LinkRules, *, outgoing: bool
    ) -> None:
        self._connection = connection
        self._hello = hello
        self._outgoing = outgoing
        self._remote = _endpoint_of(connection)
        self._send_timeout_s = rules.send_timeout_s
        self._sending = asyncio.Lock()
        self._unsent_bytes = 0
        if isinstance(connection, _Metered):
            connection.apply(rules)

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
        """Send, and wait while the peer is slower than we are.

        A peer that takes less than SEND_BYTES_PER_S_MIN is cut off.
        """
        data = encode_message(message)
        # One at a time: at most one message of memory for a peer that does not read.
        async with self._sending:
            # The one before may still be in the buffers of TLS and the socket.
            bytes_waiting = self._unsent_bytes + len(data)
            self._unsent_bytes = len(data)
            try:
                async with asyncio.timeout(
                    self._send_timeout_s + bytes_waiting / limits.SEND_BYTES_PER_S_MIN
                ):
                    await self._connection.send(data)
            except TimeoutError as error:
                self._connection.transport.abort()
                raise RetryError(f"{self._remote} does not read what we send") from error
            except ConnectionClosed as closed:
                raise RetryError(f"the link to {self._remote} is gone: {closed}") from closed

    async def messages(self) -> AsyncIterator[Message]:
        while True:
            try:
                message = decode_message(await _receive(self._connection))
            except ConnectionClosed as closed:
                if _is_blamed_by_us(closed):
                    raise RemoteError(f"{self._remote}: {closed}") from closed
                return
            except RemoteError as error:
                await _refuse(self._connection, CloseCode.BAD_MESSAGE, error)
            if not isinstance(message, Unknown):
                yield message

    async def close(self, reason: str) -> None:
        await _close(self._connection, CloseCode.GOODBYE, reason)


class _Metered(Connection):
    """Counts every byte and frame a peer sends, also pings, before they cost anything."""

    live: set[Connection]
    """Where connections are that have a socket; one set for each link."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.live.add(self)
        now_s = self.loop.time()
        self._bytes = TokenBucket(limits.HANDSHAKE_BYTES_MAX, 0, now_s)
        self._frames = TokenBucket(limits.HANDSHAKE_FRAMES_MAX, 0, now_s)
        self._failed = False

    def connection_lost(self, exc: Exception | None) -> None:
        self.live.discard(self)
        super().connection_lost(exc)

    def apply(self, rules: LinkRules) -> None:
        """Replace the narrow budget of the handshake."""
        now_s = self.loop.time()
        self._bytes = TokenBucket(rules.bytes_per_s * rules.window_s, rules.bytes_per_s, now_s)
        self._frames = TokenBucket(
            rules.messages_per_s * rules.window_s, rules.messages_per_s, now_s
        )

    def data_received(self, data: bytes) -> None:
        if self._failed:
            return
        if not self._bytes.take(len(data), self.loop.time()):
            self._fail("too many bytes")
        elif self.transport.get_write_buffer_size() > limits.LINK_BACKLOG_BYTES_MAX:
            self._fail("does not read what it asked for")
        else:
            super().data_received(data)

    def process_event(self, event: Event) -> None:
        if self._failed:
            return
        if self._frames.take(1, self.loop.time()):
            super().process_event(event)
        else:
            self._fail("too many messages")

    def _fail(self, reason: str) -> None:
        self._failed = True
        self.protocol.fail(CloseCode.OVER_BUDGET, reason)
        self.send_data()
        # A peer that does not hang up by itself is cut off.
        self.loop.call_later(limits.CLOSE_TIMEOUT_S, self.transport.abort)


class _Connect(connect):
    """Follows no redirect: a peer must not choose whom we dial."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def _receive(connection: Connection) -> bytes:
    data = await connection.recv()
    if isinstance(data, str):
        raise BadEncodingError("a text frame; messages are binary")
    return data


async def _close(connection: Connection, code: CloseCode, reason: str) -> None:
    """Close, politely if the peer plays along, within CLOSE_TIMEOUT_S."""
    try:
        if connection.state is State.OPEN:
            async with asyncio.timeout(limits.CLOSE_TIMEOUT_S):
                # A close frame has room for 123 bytes (RFC 6455, 5.5).
                short = reason.encode()[:120].decode(errors="ignore")
                await connection.close(code, short)
    except TimeoutError:
        pass
    finally:
        connection.transport.abort()


async def _refuse(connection: Connection, code: CloseCode, error: Exception) -> NoReturn:
    await _close(connection, code, str(error))
    raise error


def _is_blamed_by_us(closed: ConnectionClosed) -> bool:
    return (
        closed.sent is not None
        and not closed.rcvd_then_sent
        and closed.sent.code in BLAME_CODES
    )


def _explain_refusal(endpoint: Endpoint, closed: ConnectionClosed) -> RemoteError | RetryError:
    """Say whether a link that closed during the handshake is worth another try."""
    blamed = closed.rcvd is not None and closed.rcvd.code in BLAME_CODES
    if blamed or _is_blamed_by_us(closed):
        return RemoteError(f"{endpoint} refused the link: {closed}")
    return RetryError(f"{endpoint} closed the link: {closed}")


def _peer_certificate(connection: Connection) -> bytes:
    tls = connection.transport.get_extra_info("ssl_object")
    certificate = tls.getpeercert(binary_form=True) if isinstance(tls, SSLObject) else None
    if certificate is None:
        raise RemoteError("the server showed no certificate")
    return certificate


def _endpoint_of(connection: Connection) -> Endpoint:
    host, port = connection.remote_address[:2]
    address = ip_address(host.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return Endpoint(str(address), port)


_quiet: Final = logging.getLogger("swarmfeed.websockets")
"""What peers do wrong is told by errors and close codes, not by the library's log."""
_quiet.disabled = True
