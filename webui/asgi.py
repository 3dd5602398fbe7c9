"""The page as one ASGI app, and the server that runs it inside the node's loop.

Every request first shows its Host; then a table of mounts says whose it is.
``/events`` streams from the loop; the rest is Flask in worker threads, plain responses only,
because a stream from there would hold a thread.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from a2wsgi import WSGIMiddleware
from swarmfeed.core.base.limits import FORM_BYTES_MAX
from swarmfeed.core.net.limits import PAGE_CONNECTIONS_MAX
from swarmfeed.errors import UserError

from webui import api
from webui.access import OWN_SITES, Access, allowed_hosts
from webui.app import create_app
from webui.current import PageSettings
from webui.events import EventStream
from webui.pages import PAGES
from webui.plain import HEADER_LIST, refuse, values
from webui.routes import Page
from webui.runfile import RunFile
from webui.server import Server
from webui.whole import BodyRules, WholeRequests

if TYPE_CHECKING:
    from swarmfeed.desk import Desk
    from uvicorn._types import (
        ASGI3Application,
        ASGIReceiveCallable,
        ASGISendCallable,
        HTTPScope,
        Scope,
    )


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
        self,
        settings: PageSettings,
        mounts: Sequence[Mount],
        pages: "ASGI3Application",
        after_change: Callable[[], None] = lambda: None,
    ) -> None:
        """``after_change`` is called when a request that may change something was answered."""
        self._settings = settings
        self._mounts = mounts
        self._pages = pages
        self._after_change = after_change

    async def __call__(
        self, scope: "Scope", receive: "ASGIReceiveCallable", send: "ASGISendCallable"
    ) -> None:
        if scope["type"] != "http":
            return
        hosts = values(scope, b"host")
        if len(hosts) != 1 or hosts[0].lower() not in self._settings.hosts:
            url = self._settings.url
            await refuse(send, 403, f"Host check failed: open the page as {url}\n")
            return
        path = scope["path"]
        app = next((each.app for each in self._mounts if each.takes(path)), self._pages)
        await app(scope, receive, send)
        if scope["method"] == "POST":
            self._after_change()


class BrowserEvents:
    """``/events``, for a browser that is logged in."""

    def __init__(self, access: Access, events: EventStream) -> None:
        self._access = access
        self._events = events

    async def __call__(
        self, scope: "Scope", receive: "ASGIReceiveCallable", send: "ASGISendCallable"
    ) -> None:
        assert scope["type"] == "http", "Front lets nothing else through"
        cookies = "; ".join(values(scope, b"cookie"))
        session = self._access.session(cookies)
        foreign = any(site not in OWN_SITES for site in values(scope, b"sec-fetch-site"))
        if scope["method"] != "GET":
            await refuse(send, 405, "This address only streams.\n")
        elif session is None or foreign:
            await refuse(send, 401, "Log in first: swarmfeed open\n")
        else:
            last = "".join(values(scope, b"last-event-id"))

            def still() -> bool:
                return self._access.session(cookies) is not None

            await self._events.stream(session, last, HEADER_LIST, receive, send, still)


class PageServer:
    """Serves the page of one node on one port, from ``start`` to ``stop``.

    Runs in the loop that calls ``start``, and leaves signals to whoever owns the process.
    """

    def __init__(
        self,
        desk: "Desk",
        run_folder: Path,
        host: str = "127.0.0.1",
        port: int = 0,
        pages: Sequence[Page] = PAGES,
        connections_max: int = PAGE_CONNECTIONS_MAX,
    ) -> None:
        self._desk = desk
        self._connections_max = connections_max
        self._pages = pages
        self._host = host
        self._port = port
        self._run_file = RunFile(run_folder)
        self._events = EventStream(desk.changes)
        self._access: Access | None = None
        self._server: Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self._flask: WSGIMiddleware | None = None
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
            front = self._build(port, self._access)
            self._run_file.write(self.url, self._access.key)
        except BaseException:
            listening.close()
            raise
        self._server = Server(front, connections_max=self._connections_max)
        self._events.start()
        self._serving = loop.create_task(self._server.serve(sockets=[listening]))
        return port

    @property
    def stream_count(self) -> int:
        """Streams of events that are open."""
        return self._events.stream_count

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
        if self._flask is not None:
            self._flask.executor.shutdown(wait=False, cancel_futures=True)
        self._run_file.remove(self._access.key)

    def _build(self, port: int, access: Access) -> Front:
        settings = PageSettings(
            url=self.url,
            hosts=allowed_hosts(self._host, port),
            reader_key=self._run_file.reader_key(),
        )
        self._flask = WSGIMiddleware(create_app(self._desk, access, settings, self._pages))  # type: ignore[arg-type]  # a2wsgi's own, narrower WSGI types
        mounts = (Mount(path="/events", app=BrowserEvents(access, self._events)),)
        rules = BodyRules(whose=whose_with(access), bytes_max=self.body_bytes_max)
        pages = WholeRequests(cast("ASGI3Application", self._flask), rules)
        return Front(settings, mounts, pages, self._events.look_again)

    def body_bytes_max(self, path: str) -> int:
        kind = self._desk.asks().get(path.removeprefix(api.PREFIX))
        is_ask = kind is not None and path.startswith(api.PREFIX)
        return kind.bytes_max if kind is not None and is_ask else FORM_BYTES_MAX


def whose_with(access: Access) -> "Callable[[HTTPScope], str | None]":
    """Return what tells who sent a request: their session, or that they have the key."""

    def whose(scope: "HTTPScope") -> str | None:
        if access.has_key("".join(values(scope, b"authorization"))):
            return "key"
        return access.session("; ".join(values(scope, b"cookie")))

    return whose
