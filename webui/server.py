"""The HTTP server under the page: uvicorn, and nobody can stand in its door.

Everybody on this machine reaches the page's port before they log in.  Whoever sends a request
too slowly, or reads the answer too slowly, is cut off; of too many connections one that asks
for nothing goes, the one that does so for longest.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

import uvicorn
from swarmfeed.core.net.limits import (
    ACCEPTS_IN_A_ROW_MAX,
    LISTEN_QUEUE,
    PAGE_CONNECTIONS_MAX,
    PAGE_HEADERS_S,
    PAGE_IDLE_S,
    PAGE_READER_S,
)
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application

STOP_TIMEOUT_S: Final = 3
"""How long a response under way may take when the node stops."""


class Server(uvicorn.Server):
    """uvicorn that leaves the process's signals alone, and bounds who is connected."""

    def __init__(
        self,
        app: "ASGI3Application",
        *,
        connections_max: int = PAGE_CONNECTIONS_MAX,
        headers_s: float = PAGE_HEADERS_S,
        reader_s: float = PAGE_READER_S,
    ) -> None:
        self.lobby = Lobby(connections_max)
        protocol = partial(_Connection, self.lobby, headers_s, reader_s)
        super().__init__(_config(app, cast("type[asyncio.Protocol]", protocol)))

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: Any = None) -> None:
        """Serve; many may wait in the system, and few are taken from it at a time."""
        await super().startup(sockets)
        for listening in sockets or ():
            listening.listen(LISTEN_QUEUE)


class Lobby:
    """Everybody who is connected to the page."""

    def __init__(self, connections_max: int) -> None:
        self._connections_max = connections_max
        self._everybody: set[_Connection] = set()
        self._resting: dict[_Connection, None] = {}

    def __len__(self) -> int:
        return len(self._everybody)

    def enter(self, connection: "_Connection") -> None:
        """Take one in; when there are too many, one that asks for nothing has to go."""
        self._everybody.add(connection)
        self.rest(connection)
        if len(self._everybody) > self._connections_max:
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

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._lobby.enter(self)
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

    def throw_out(self) -> None:
        """End it now, whatever was half said."""
        self._lobby.leave(self)
        self.transport.abort()

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
            self._unread_bytes = self.transport.get_write_buffer_size()
            if self._unread_bytes:
                self._reader_due = self.loop.call_later(self._reader_s, self._look_at_reader)

    def _look_at_reader(self) -> None:
        self._reader_due = None
        if self.transport.get_write_buffer_size() >= self._unread_bytes:
            self.throw_out()
        else:
            self._watch_reader()


def _config(app: "ASGI3Application", protocol: type[asyncio.Protocol]) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=protocol,
        ws="none",
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
