"""The HTTP server under the page: uvicorn, and nobody can stand in its door.

Everybody on this machine reaches the page's port before they log in.  Whoever sends a request
too slowly, or reads the answer too slowly, is cut off; of too many connections one that asks
for nothing goes, the one that does so for longest.  With TLS all of that holds from the first
byte on, before anybody has shaken hands.
"""

import asyncio
import contextlib
from asyncio.sslproto import SSLProtocol
from collections.abc import Callable, Iterator
from functools import partial
from ssl import SSLContext
from typing import TYPE_CHECKING, Any, Final, cast

import uvicorn
from swarmfeed.core.net.limits import (
    ACCEPTS_IN_A_ROW_MAX,
    LISTEN_QUEUE,
    PAGE_CONNECTIONS_MAX,
    PAGE_FRAME_BYTES_MAX,
    PAGE_HEADERS_S,
    PAGE_IDLE_S,
    PAGE_READER_S,
)
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application

STOP_TIMEOUT_S: Final = 3
"""How long a response under way may take when the node stops."""

FIRST_WORDS_S: Final = 0.5
"""How long whoever is connected already may take for a first request when the node stops."""

_LOOK_S: Final = 0.02
"""How often it is looked whether they all have asked."""


class Server(uvicorn.Server):
    """uvicorn that leaves the process's signals alone, and bounds who is connected."""

    def __init__(
        self,
        app: "ASGI3Application",
        *,
        lobby: "Lobby | None" = None,
        tls: SSLContext | None = None,
        headers_s: float = PAGE_HEADERS_S,
        reader_s: float = PAGE_READER_S,
    ) -> None:
        """Serve an app; by TLS where that is given.

        Args:
            lobby: Shared by servers whose connections count together.
        """
        self.lobby = Lobby(PAGE_CONNECTIONS_MAX) if lobby is None else lobby
        made: Callable[..., asyncio.BaseProtocol]
        made = partial(_Connection, self.lobby, headers_s, reader_s)
        if tls is not None:
            made = partial(_shake_hands, tls, headers_s, made)
        super().__init__(_config(app, cast("type[asyncio.Protocol]", made)))

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: Any = None) -> None:
        """Serve; many may wait in the system, and few are taken from it at a time."""
        await super().startup(sockets)
        for listening in sockets or ():
            listening.listen(LISTEN_QUEUE)

    async def shutdown(self, sockets: Any = None) -> None:
        """Stop; who has been let in may still ask one thing, or a browser shows an error.

        Others wait in the queue of the sockets, for whoever listens there next.
        """
        for listening in self.servers:
            listening.close()
        loop = asyncio.get_running_loop()
        end = loop.time() + FIRST_WORDS_S
        await asyncio.sleep(_LOOK_S)  # what the system handed over becomes a connection
        while self.lobby.has_newcomers and loop.time() < end:
            await asyncio.sleep(_LOOK_S)
        self.lobby.close()
        await super().shutdown(sockets)


class Lobby:
    """Everybody who is connected to the page."""

    def __init__(self, connections_max: int) -> None:
        self._connections_max = connections_max
        self._everybody: set[_Connection] = set()
        self._resting: dict[_Connection, None] = {}
        self._is_closed = False

    def __len__(self) -> int:
        return len(self._everybody)

    @property
    def has_newcomers(self) -> bool:
        """Whether anybody has not asked for anything yet."""
        return not all(each.has_asked for each in self._everybody)

    def enter(self, connection: "_Connection") -> None:
        """Take one in; when there are too many, one that asks for nothing has to go."""
        self._everybody.add(connection)
        self.rest(connection)
        if self._is_closed:
            connection.throw_out()
        elif len(self._everybody) > self._connections_max:
            next(iter(self._resting)).throw_out()

    def rest(self, connection: "_Connection") -> None:
        """It has asked for nothing from now on."""
        self._resting.pop(connection, None)
        self._resting[connection] = None

    def ask(self, connection: "_Connection") -> None:
        """It has asked for something, and is owed an answer."""
        self._resting.pop(connection, None)

    def leave(self, connection: "_Connection") -> None:
        self._everybody.discard(connection)
        self._resting.pop(connection, None)

    def close(self) -> None:
        """Let nobody in any more, and send away who has not come through yet."""
        self._is_closed = True
        for each in [each for each in self._everybody if not each.is_through]:
            each.throw_out()


class _Connection(H11Protocol):
    """One connection to the page: the head of a request comes in time, or it ends."""

    def __init__(self, lobby: Lobby, headers_s: float, reader_s: float, **given: Any) -> None:
        super().__init__(**given)
        self._lobby = lobby
        self._headers_s = headers_s
        self._reader_s = reader_s
        self._headers_due: asyncio.TimerHandle | None = None
        self._reader_due: asyncio.TimerHandle | None = None
        self._unread_bytes = 0
        self._wire: asyncio.Transport | None = None
        """Of the socket itself: under TLS all that is unread waits there."""
        self.is_through = False
        """Whether TLS stands, where there is any."""
        self.has_asked = False
        """Whether a request came, whole enough to be answered."""

    def knock(self, wire: asyncio.Transport) -> None:
        """It is connected; it counts from now on, also while TLS is opened."""
        self._wire = wire
        self._lobby.enter(self)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        if self._wire is None:
            self.knock(transport)
        self.is_through = True
        self._expect_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lobby.leave(self)
        for due in (self._headers_due, self._reader_due):
            if due is not None:
                due.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_owed_an_answer():
            self.has_asked = True
            self._lobby.ask(self)
            self._forget_headers()
        else:
            # uvicorn counts silence only: whoever drips bytes would stay for ever.
            self._expect_headers()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._is_owed_an_answer():
            self._lobby.rest(self)
        self._watch_reader()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_reader()

    def handle_websocket_upgrade(self, event: Any) -> None:
        """It is a WebSocket from now on: who keeps those bounds them."""
        self._lobby.leave(self)
        self._forget_headers()
        super().handle_websocket_upgrade(event)

    def throw_out(self) -> None:
        """End it now, whatever was half said."""
        self.vanish()
        self._socket.abort()

    def vanish(self) -> None:
        """It counts no more."""
        self._lobby.leave(self)

    @property
    def _socket(self) -> asyncio.Transport:
        assert self._wire is not None, "it has knocked"
        return self._wire

    def _is_owed_an_answer(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _expect_headers(self) -> None:
        if self._headers_due is None:
            self._headers_due = self.loop.call_later(self._headers_s, self.throw_out)

    def _forget_headers(self) -> None:
        if self._headers_due is not None:
            self._headers_due.cancel()
            self._headers_due = None

    def _watch_reader(self) -> None:
        """Look again later whether what is still unread became less."""
        if self._reader_due is None:
            self._unread_bytes = self._socket.get_write_buffer_size()
            if self._unread_bytes:
                self._reader_due = self.loop.call_later(self._reader_s, self._look_at_reader)

    def _look_at_reader(self) -> None:
        self._reader_due = None
        if self._socket.get_write_buffer_size() >= self._unread_bytes:
            self.throw_out()
        else:
            self._watch_reader()


class _Handshake(SSLProtocol):
    """TLS under a connection: it has as long for it as for the head of a request."""

    def __init__(self, guest: _Connection, context: SSLContext, most_s: float) -> None:
        super().__init__(
            guest.loop,
            guest,
            context,
            None,  # type: ignore[arg-type]  # nobody waits for it
            server_side=True,
            ssl_handshake_timeout=most_s,  # type: ignore[arg-type]  # it is seconds of a clock
            ssl_shutdown_timeout=PAGE_IDLE_S,
        )
        self._guest = guest

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # it is a socket's
        self._guest.knock(transport)
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._guest.vanish()
        super().connection_lost(exc)


def _shake_hands(
    context: SSLContext, most_s: float, made: Callable[..., _Connection], **given: Any
) -> _Handshake:
    return _Handshake(made(**given), context, most_s)


def _config(app: "ASGI3Application", protocol: type[asyncio.Protocol]) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=protocol,
        ws="websockets-sansio",
        ws_max_size=PAGE_FRAME_BYTES_MAX,
        ws_per_message_deflate=False,
        lifespan="off",
        backlog=ACCEPTS_IN_A_ROW_MAX,
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=PAGE_IDLE_S,
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
    )
