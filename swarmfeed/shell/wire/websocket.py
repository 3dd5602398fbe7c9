"""Bounded WebSockets over TLS 1.3.

Only this module, ``metered`` and ``failing`` import ``websockets``.

Whatever the other end does is bounded: bytes and frames before it proved itself and in each
second after, and the time for each step.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address
from socket import socket as RawSocket
from ssl import SSLContext, SSLObject
from traceback import clear_frames
from typing import Any, Final, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import Server, ServerConnection
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol

from swarmfeed.core.base import limits
from swarmfeed.core.base.limits import PING_EVERY_S, PONG_TIMEOUT_S
from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.limits import CLOSE_PING_S, CLOSE_SILENT_S
from swarmfeed.core.talk.handshake import BLAME_CODES, CloseCode
from swarmfeed.errors import BadEncodingError, RemoteError, RetryError
from swarmfeed.shell.wire.crossing import share_port
from swarmfeed.shell.wire.doorstep import Doorstep, LetThrough
from swarmfeed.shell.wire.failing import is_blamed_by_us, library_errors
from swarmfeed.shell.wire.metered import Metered
from swarmfeed.shell.wire.proxied import open_by_proxy
from swarmfeed.shell.wire.rules import LinkRules, keeping

PATH: Final = "/"
"""Where a link is; whoever asks for anything else speaks another protocol."""


class Socket:
    """One open WebSocket; one task may receive, any may send."""

    def __init__(
        self,
        connection: "Metered",
        rules: LinkRules,
        remote: Endpoint | None = None,
        *,
        is_dialled: bool = True,
    ) -> None:
        """``remote``: where it leads to, if a proxy is in between."""
        self.remote: Final = remote or _endpoint_of(connection)
        """The other end's address, as we see it; None: it is reached by a detour."""
        self.near: Final = _near_of(connection) if remote is None else None
        """Our own end's; None: a detour, or a proxy, is in between."""
        self.is_dialled: Final = is_dialled
        """Whether somebody dialled a port; else the socket was connected before."""
        self.name: Final = str(self.remote or _DETOUR)
        """What the other end is called in errors."""
        self._connection = connection
        self._rules = rules
        self._sending = asyncio.Lock()
        self._unsent_bytes = 0
        self._cut = False
        rate = rules.sends_per_s
        self._pace = TokenBucket(rate * rules.window_s, rate, connection.loop.time())

    @property
    def was_blamed(self) -> bool:
        """Whether the other end closed, and said that we broke a rule."""
        received = self._connection.protocol.close_rcvd
        return received is not None and received.code in BLAME_CODES

    def certificate(self) -> bytes:
        """Return the server's certificate in DER.  RemoteError when there is none."""
        tls = self._connection.transport.get_extra_info("ssl_object")
        found = tls.getpeercert(binary_form=True) if isinstance(tls, SSLObject) else None
        if found is None:
            raise RemoteError("the server showed no certificate")
        return found

    def widen(self) -> None:
        """Give the other end the budget of a peer instead of the narrow one of a stranger."""
        self._connection.widen(self._rules)

    def watch(self, *, closely: bool) -> None:
        """Ping often, or as seldom as ever; the next ping is counted from now."""
        self._connection.ping_every(
            *((CLOSE_PING_S, CLOSE_SILENT_S) if closely else (PING_EVERY_S, PONG_TIMEOUT_S))
        )

    async def receive(self) -> bytes:
        """Return the next message.

        Raises:
            RetryError: The link is closed.
            BadEncodingError: A text frame.
            RemoteError: We closed the link because the other end broke a rule.
        """
        try:
            data = await self._connection.recv()
        except ConnectionClosed as closed:
            raise self._ended(closed) from closed
        if isinstance(data, str):
            raise BadEncodingError("a text frame; messages are binary")
        return data

    async def send(self, data: bytes) -> None:
        """Send, and wait while the other end is slower than we are.

        Raises:
            RetryError: The link is closed; or it was now, because the other end took less
                than SEND_BYTES_PER_S_MIN.
            RemoteError: We closed the link because the other end broke a rule.
        """
        # One at a time: at most one message of memory for a peer that does not read.
        async with self._sending:
            if self._cut:
                raise RetryError(f"the link to {self.name} was cut")
            self._pace.owe(1, self._connection.loop.time())
            if wait_s := self._pace.paid_off_in_s(self._connection.loop.time()):
                await asyncio.sleep(wait_s)
            # The one before may still be in the buffers of TLS and the system.
            waiting_bytes = self._unsent_bytes + len(data)
            self._unsent_bytes = len(data)
            slow_s = waiting_bytes / self._rules.send_bytes_per_s_min
            try:
                async with asyncio.timeout(self._rules.send_timeout_s + slow_s):
                    await self._connection.send(data)
            except TimeoutError as error:
                if not self._connection.paused:
                    return  # It is written: our own turn came late.
                self.abort()
                raise RetryError(f"{self.name} does not read what we send") from error
            except ConnectionClosed as closed:
                raise self._ended(closed) from closed

    async def close(self, code: CloseCode, reason: str) -> None:
        """Close, politely if the other end plays along, within CLOSE_TIMEOUT_S."""
        await self._connection.close_soon(code, reason)

    def _ended(self, closed: ConnectionClosed) -> RemoteError | RetryError:
        kind = RemoteError if is_blamed_by_us(closed) else RetryError
        return kind(f"the link to {self.name} is closed: {closed}")

    def abort(self) -> None:
        """Drop the connection without a word."""
        # The transport learns of it only in the loop's next round.
        self._cut = True
        self._connection.transport.abort()


class Sockets:
    """Opens and accepts WebSockets, and knows all that are open."""

    def __init__(self, rules: LinkRules, proxy: Endpoint | None = None) -> None:
        self._rules = rules
        self._proxy = proxy
        self._live: set[Metered] = set()
        self._servers: list[_Accepting] = []
        self._stopped = False
        self._dialled_type = type("Dialled", (Metered, ClientConnection), {"live": self._live})

    async def serve(
        self, at: Endpoint, context: SSLContext, accept: Callable[[Socket], Awaitable[None]]
    ) -> Endpoint:
        """Accept WebSockets; each lasts as long as ``accept`` runs.  Port 0 chooses one.

        RetryError when the port is taken.
        """

        server = _Accepting(at, context, accept, self._live, self._rules)
        with library_errors(at):
            await server
        self._servers.append(server)
        return Endpoint(at.host, server.sockets[0].getsockname()[1])

    async def connect(self, to: Endpoint | RawSocket, context: SSLContext) -> Socket:
        """Open a WebSocket, also over a socket that is connected already.

        The caller bounds the time.  RetryError or RemoteError.
        """
        if self._stopped:
            raise RetryError("the link is stopped")
        if not isinstance(to, Endpoint):
            connection = await self._open(_NOWHERE, context, to)
            return Socket(connection, self._rules, is_dialled=False)
        if self._proxy is None:
            connection = await self._open(to, context, None)
            share_port(connection.transport.get_extra_info("socket"))
            return Socket(connection, self._rules)
        raw = await open_by_proxy(self._proxy, to)
        try:
            connection = await self._open(to, context, raw)
        except BaseException:
            raw.close()
            raise
        return Socket(connection, self._rules, to)

    async def _open(self, to: Endpoint, context: SSLContext, raw: RawSocket | None) -> Metered:
        with library_errors(_DETOUR if to is _NOWHERE else to):
            connection = await _Connect(
                f"wss://{to}{PATH}",
                sock=raw,
                ssl=context,
                open_timeout=None,
                user_agent_header=None,
                proxy=None,
                create_connection=self._dialled_type,
                # Compressing secrets beside foreign text leaks them, and chunks are
                # compressed already.
                compression=None,
                ssl_shutdown_timeout=self._rules.close_timeout_s,
                max_size=limits.MESSAGE_BYTES_MAX,
                logger=_quiet,
                **keeping(self._rules),
            )
        assert isinstance(connection, Metered)
        return connection

    async def admit(self, raw: RawSocket) -> None:
        """Accept a WebSocket from a socket that is connected already, as from a port.

        RetryError when nothing is served.
        """
        if not self._servers:
            raise RetryError("nothing is served here")
        await self._servers[0].admit(raw)

    async def stop(self) -> None:
        """Listen no more and say goodbye on every socket."""
        self._stopped = True
        for server in self._servers:
            await server.doorstep.close()
            server.close(close_connections=False)
        goodbyes = [each.close_soon(CloseCode.GOODBYE, "the node stops") for each in self._live]
        await asyncio.gather(*goodbyes)
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()


class _Accepted(Metered, ServerConnection):
    """Somebody who dialled us."""

    def __init__(
        self,
        server: "_Accepting",
        live: "set[Metered]",
        let_through: LetThrough | None,
        rules: LinkRules,
    ) -> None:
        """``let_through``: of who came by the port; None: of a socket that was admitted."""
        protocol = ServerProtocol(max_size=limits.MESSAGE_BYTES_MAX, logger=_quiet)
        super().__init__(protocol, server, **keeping(rules))
        self.live = live
        self.is_dialled: Final = let_through is not None
        self._let_through = let_through or _nobody_waits

    def widen(self, rules: LinkRules) -> None:
        self._let_through()
        super().widen(rules)

    def connection_lost(self, exc: Exception | None) -> None:
        self._let_through()
        super().connection_lost(exc)


class _Accepting(Server):
    """Makes a WebSocket of each socket that ``Doorstep`` hands on.

    TLS, the upgrade and the hello have half of the time each, all together the whole of it.
    """

    def __init__(
        self,
        at: Endpoint,
        context: SSLContext,
        accept: Callable[[Socket], Awaitable[None]],
        live: "set[Metered]",
        rules: LinkRules,
    ) -> None:
        self.doorstep = Doorstep(rules, self._open)
        super().__init__(partial(self.doorstep.open, at), self._run, _quiet)
        self._context = context
        self._accept = accept
        self._live = live
        self._rules = rules

    def is_serving(self) -> bool:
        return self.doorstep.is_open

    async def admit(self, raw: RawSocket) -> None:
        """Open TLS on a socket of a detour: whoever let it in bounds how many there are."""
        await self._open(raw, None)

    async def _open(self, raw: RawSocket, let_through: LetThrough | None) -> None:
        """Open TLS; ``_run`` begins when that is done."""
        try:
            await self.get_loop().connect_accepted_socket(
                lambda: _Accepted(self, self._live, let_through, self._rules),
                raw,
                ssl=self._context,
                ssl_handshake_timeout=self._rules.handshake_timeout_s / 2,
                ssl_shutdown_timeout=self._rules.close_timeout_s,
            )
        except OSError as error:  # of TLS too
            # Error and frames hold each other, and 256 KiB, until the collector comes by.
            clear_frames(error.__traceback__)
            if let_through is not None:
                let_through()

    async def _run(self, connection: ServerConnection) -> None:
        assert isinstance(connection, _Accepted)
        try:
            async with asyncio.timeout(self._rules.handshake_timeout_s / 2):
                await connection.handshake(_look_at_path, server_header=None)
            if connection.state is State.OPEN:
                connection.start_keepalive()
                async with connection:
                    is_dialled = connection.is_dialled
                    await self._accept(Socket(connection, self._rules, is_dialled=is_dialled))
        except (WebSocketException, OSError, RetryError):
            pass  # Too slow, or it broke off.
        finally:
            connection.transport.abort()
            self.handler_tasks.discard(cast("asyncio.Task[None]", asyncio.current_task()))


class _Connect(connect):
    """Follows no redirect: a peer must not choose whom we dial."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


def _look_at_path(connection: ServerConnection, request: Request) -> Response | None:
    """Answer nothing but 404 elsewhere: a link is found by its path, not by any."""
    return None if request.path == PATH else connection.respond(HTTPStatus.NOT_FOUND, "")


def _nobody_waits() -> None:
    """Who was admitted never stood at the door."""


def _endpoint_of(connection: Metered) -> Endpoint | None:
    if connection.peer_name is None:
        raise RetryError("the connection was gone before it was looked at")
    return _endpoint(connection.peer_name)


def _near_of(connection: Metered) -> Endpoint | None:
    name = connection.transport.get_extra_info("sockname")
    return _endpoint(name) if name is not None else None


def _endpoint(name: tuple[Any, ...] | str) -> Endpoint | None:
    if isinstance(name, str):
        return None  # the other socket of a pair has no address
    host, port = name[:2]
    address = ip_address(host.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return Endpoint(str(address), port)


_NOWHERE: Final = Endpoint("192.0.2.1", 1)
"""Stands in the request of a link by a detour, which leads to no address (RFC 5737)."""

_DETOUR: Final = "a node by way of another"

_quiet: Final = logging.getLogger("swarmfeed.websockets")
"""What peers do wrong is told by errors and close codes, not by the library's log."""
_quiet.disabled = True
