"""The page as one ASGI app, and the server that runs it inside the node's loop.

Every request first shows its Host.  ``/events`` streams from the loop; the rest is Flask
in worker threads, plain responses only, because a stream from there would hold a thread.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import uvicorn
from a2wsgi import WSGIMiddleware
from swarmfeed.errors import UserError

from webui.access import OWN_SITES, Access, allowed_hosts
from webui.app import create_app
from webui.current import PageSettings
from webui.events import Events
from webui.headers import HEADERS
from webui.runfile import RunFile

if TYPE_CHECKING:
    from swarmfeed.desk import Desk
    from uvicorn._types import (
        ASGI3Application,
        ASGIReceiveCallable,
        ASGISendCallable,
        HTTPScope,
        Scope,
    )

HEADER_LIST: Final = [
    (name.lower().encode(), value.encode()) for name, value in HEADERS.items()
]
STOP_TIMEOUT_S: Final = 3
"""How long a response under way may take when the node stops."""


class Page:
    """Host check, then ``/events`` or Flask."""

    def __init__(
        self, pages: "ASGI3Application", settings: PageSettings, access: Access, events: Events
    ) -> None:
        self._pages = pages
        self._settings = settings
        self._access = access
        self._events = events

    async def __call__(
        self, scope: "Scope", receive: "ASGIReceiveCallable", send: "ASGISendCallable"
    ) -> None:
        if scope["type"] != "http":
            return
        hosts = _values(scope, b"host")
        if len(hosts) != 1 or hosts[0].lower() not in self._settings.hosts:
            url = self._settings.url
            await _refuse(send, 403, f"Host check failed: open the page as {url}\n")
        elif scope["path"] == "/events":
            await self._stream(scope, receive, send)
        else:
            await self._pages(scope, receive, send)

    async def _stream(
        self, scope: "HTTPScope", receive: "ASGIReceiveCallable", send: "ASGISendCallable"
    ) -> None:
        session = self._access.session("; ".join(_values(scope, b"cookie")))
        foreign = any(site not in OWN_SITES for site in _values(scope, b"sec-fetch-site"))
        if scope["method"] != "GET":
            await _refuse(send, 405, "This address only streams.\n")
        elif session is None or foreign:
            await _refuse(send, 401, "Log in first: swarmfeed open\n")
        else:
            last = "".join(_values(scope, b"last-event-id"))
            await self._events.stream(session, last, HEADER_LIST, receive, send)


class PageServer:
    """Serves the page of one node on one port, from ``start`` to ``stop``.

    Runs in the loop that calls ``start``, and leaves signals to whoever owns the process.
    """

    def __init__(
        self, desk: "Desk", run_folder: Path, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self._desk = desk
        self._host = host
        self._port = port
        self._run_file = RunFile(run_folder)
        self._events = Events(desk.changes)
        self._access: Access | None = None
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self._pages: WSGIMiddleware | None = None
        self.url = ""
        """``http://HOST:PORT`` once started."""

    async def start(self) -> int:
        """Listen, write the run file, and return the port.

        Raises:
            UserError: The port is taken, or the run folder cannot be written.
        """
        loop = asyncio.get_running_loop()
        try:
            bound = await loop.create_server(
                asyncio.Protocol, self._host, self._port, start_serving=False
            )
        except OSError as error:
            raise UserError(
                f"the page cannot listen on {self._host}:{self._port}: {error.strerror};"
                " choose another port"
            ) from error
        listening = bound.sockets[0].dup()
        bound.close()
        # From here on connections wait their turn; uvicorn accepts them in a moment.
        listening.listen()
        port = int(listening.getsockname()[1])
        self.url = f"http://{f'[{self._host}]' if ':' in self._host else self._host}:{port}"
        self._access = Access(port)
        try:
            page = self._build(port, self._access)
            self._run_file.write(self.url, self._access.key)
        except BaseException:
            listening.close()
            raise
        self._server = _Server(_config(page))
        self._events.start()
        self._serving = loop.create_task(self._server.serve(sockets=[listening]))
        return port

    def login_link(self) -> str:
        """Return a link that logs one browser in, once, within ten minutes."""
        if self._access is None:
            raise UserError("the page is not being served")
        return f"{self.url}/login?token={self._access.new_login_token()}"

    async def stop(self) -> None:
        """Close every stream, let responses under way end, and remove the run file."""
        if self._server is None or self._serving is None or self._access is None:
            return
        await self._events.stop()
        self._server.should_exit = True
        await self._serving
        self._server = None
        if self._pages is not None:
            self._pages.executor.shutdown(wait=False, cancel_futures=True)
        self._run_file.remove(self._access.key)

    def _build(self, port: int, access: Access) -> Page:
        settings = PageSettings(
            url=self.url,
            hosts=allowed_hosts(self._host, port),
            reader_key=self._run_file.reader_key(),
        )
        self._pages = WSGIMiddleware(create_app(self._desk, access, settings))  # type: ignore[arg-type]  # a2wsgi's own, narrower WSGI types
        return Page(cast("ASGI3Application", self._pages), settings, access, self._events)


class _Server(uvicorn.Server):
    """uvicorn that leaves the process's signals alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(page: Page) -> uvicorn.Config:
    return uvicorn.Config(
        cast("ASGI3Application", page),
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
    )


def _values(scope: "HTTPScope", name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


async def _refuse(send: "ASGISendCallable", status: int, sentence: str) -> None:
    headers = [*HEADER_LIST, (b"content-type", b"text/plain; charset=utf-8")]
    await send(
        {"type": "http.response.start", "status": status, "headers": headers, "trailers": False}
    )
    await send({"type": "http.response.body", "body": sentence.encode(), "more_body": False})
