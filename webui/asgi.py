"""The page as one ASGI app, and the server that runs it inside the node's loop.

Every request first shows its Host; then a table of mounts says whose it is.
``/events`` streams from the loop; the rest is Flask in worker threads, plain responses only,
because a stream from there would hold a thread.
"""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import uvicorn
from a2wsgi import WSGIMiddleware
from swarmfeed.errors import UserError

from webui.access import NOWHERE, OWN_SITES, Access, Address, OwnerOf
from webui.app import create_app
from webui.current import PageSettings
from webui.events import EventStream
from webui.headers import HEADERS
from webui.hosts import LISTENING, machine_hosts, own_host
from webui.listening import listen
from webui.pages import PAGES
from webui.routes import Page
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """An app, and where it answers."""

    path: str
    """Just this path; one that ends with a slash also stands for all below it."""
    app: "ASGI3Application"

    def takes(self, path: str) -> bool:
        return path == self.path or (self.path.endswith("/") and path.startswith(self.path))


class Front:
    """Host check, then the first mount that takes the path, or else the pages."""

    def __init__(
        self, settings: PageSettings, mounts: Sequence[Mount], pages: "ASGI3Application"
    ) -> None:
        self._settings = settings
        self._mounts = mounts
        self._pages = pages

    async def __call__(
        self, scope: "Scope", receive: "ASGIReceiveCallable", send: "ASGISendCallable"
    ) -> None:
        if scope["type"] != "http":
            return
        hosts = _values(scope, b"host")
        if len(hosts) != 1 or not self._settings.answers_to(hosts[0].lower()):
            await _refuse(send, 403, "There is no such page here. Open yours: swarmfeed open\n")
            return
        path = scope["path"]
        app = next((each.app for each in self._mounts if each.takes(path)), self._pages)
        await app(scope, receive, send)


class BrowserEvents:
    """``/events``, for a browser that is logged in."""

    def __init__(self, access: Access, own_host: str, events: EventStream) -> None:
        self._access = access
        self._own_host = own_host
        self._events = events

    async def __call__(
        self, scope: "Scope", receive: "ASGIReceiveCallable", send: "ASGISendCallable"
    ) -> None:
        assert scope["type"] == "http", "Front lets nothing else through"
        own = _values(scope, b"host")[0].lower() == self._own_host
        cookies = "; ".join(_values(scope, b"cookie"))
        ends = _end(scope["client"]), _end(scope["server"])
        session = self._access.session(cookies, *ends) if own else None
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
        self,
        desk: "Desk",
        run_folder: Path,
        port: int = 0,
        pages: Sequence[Page] = PAGES,
        owner_of: OwnerOf = lambda client, server: None,
    ) -> None:
        """Nothing is served yet.

        Args:
            port: 0 takes any that is free.
            owner_of: Tells whose connection a request came by; a login is then for that user.
        """
        self._desk = desk
        self._owner_of = owner_of
        self._pages = pages
        self._port = port
        self._run_file = RunFile(run_folder)
        self._events = EventStream(desk.changes)
        self._access: Access | None = None
        self._settings: PageSettings | None = None
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self._flask: WSGIMiddleware | None = None
        self.url = ""
        """``http://127.0.0.1:PORT`` once started: for programs."""

    async def start(self) -> int:
        """Listen, write the run file, and return the port.

        Raises:
            UserError: The port is taken, or the run folder cannot be written.
        """
        sockets = await listen(self._port)
        port = int(sockets[0].getsockname()[1])
        self.url = f"http://{LISTENING[0]}:{port}"
        try:
            front = self._build(port)
        except BaseException:
            for each in sockets:
                each.close()
            raise
        self._server = _Server(_config(front))
        self._events.start()
        serving = self._server.serve(sockets=sockets)
        self._serving = asyncio.get_running_loop().create_task(serving)
        return port

    def login_link(self) -> str:
        """Return a link that logs one browser in, once, within ten minutes."""
        if self._access is None or self._settings is None:
            raise UserError("the page is not being served")
        return self._settings.login_link(self._access.new_login_token())

    async def stop(self) -> None:
        """Close every stream, let responses under way end, and remove the run file."""
        if self._server is None or self._serving is None or self._access is None:
            return
        await self._events.stop()
        self._server.should_exit = True
        await self._serving
        self._server = None
        if self._flask is not None:
            self._flask.executor.shutdown(wait=False, cancel_futures=True)
        self._run_file.remove(self._access.key)

    def _build(self, port: int) -> Front:
        logins = self._run_file.logins(port)
        self._access = access = Access(logins, self._owner_of)
        self._settings = settings = PageSettings(
            url=self.url,
            own_host=own_host(logins.name, port),
            hosts=machine_hosts(port),
            reader_key=self._run_file.reader_key(),
        )
        self._flask = WSGIMiddleware(create_app(self._desk, access, settings, self._pages))  # type: ignore[arg-type]  # a2wsgi's own, narrower WSGI types
        events = BrowserEvents(access, settings.own_host, self._events)
        self._run_file.write(self.url, access.key)
        mounts = (Mount(path="/events", app=events),)
        return Front(settings, mounts, cast("ASGI3Application", self._flask))


class _Server(uvicorn.Server):
    """uvicorn that leaves the process's signals alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(front: Front) -> uvicorn.Config:
    return uvicorn.Config(
        cast("ASGI3Application", front),
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


def _end(found: "tuple[str, int | None] | None") -> Address:
    host, port = found or NOWHERE
    return host, port or 0


def _values(scope: "HTTPScope", name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


async def _refuse(send: "ASGISendCallable", status: int, sentence: str) -> None:
    headers = [*HEADER_LIST, (b"content-type", b"text/plain; charset=utf-8")]
    await send(
        {"type": "http.response.start", "status": status, "headers": headers, "trailers": False}
    )
    await send({"type": "http.response.body", "body": sentence.encode(), "more_body": False})
