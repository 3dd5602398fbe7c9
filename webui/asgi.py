"""The page as one ASGI app, and the server that runs it inside the node's loop.

Every request first shows its Host; then a table of mounts says whose it is.
``/events`` streams from the loop; the rest is Flask in worker threads, plain responses only,
because a stream from there would hold a thread.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from a2wsgi import WSGIMiddleware
from swarmfeed.core.net.limits import FORM_KEPT_BYTES_MAX, PAGE_CONNECTIONS_MAX
from swarmfeed.errors import UserError

from webui import api
from webui.access import NOWHERE, OWN_SITES, Access, Address, OwnerOf
from webui.app import create_app
from webui.current import PageSettings
from webui.events import EventStream
from webui.hosts import LISTENING, machine_hosts, own_host
from webui.listening import listen
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
        person_waits: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Nothing is answered yet.

        Args:
            after_change: Called when a request that may change something was answered.
            person_waits: Entered while a page is made; other work makes way meanwhile.
        """
        self._settings = settings
        self._mounts = mounts
        self._pages = pages
        self._after_change = after_change
        self._person_waits = person_waits

    async def __call__(
        self, scope: "Scope", receive: "ASGIReceiveCallable", send: "ASGISendCallable"
    ) -> None:
        if scope["type"] != "http":
            return
        hosts = values(scope, b"host")
        if len(hosts) != 1 or not self._settings.answers_to(hosts[0].lower()):
            await refuse(send, 403, "There is no such page here. Open yours: swarmfeed open\n")
            return
        path = scope["path"]
        app = next((each.app for each in self._mounts if each.takes(path)), None)
        if app is not None:
            await app(scope, receive, send)
        else:
            with self._person_waits():
                await self._pages(scope, receive, send)
        if scope["method"] == "POST":
            self._after_change()


class Callers:
    """Who sends requests, before Flask sees them."""

    def __init__(self, access: Access, own_host: str) -> None:
        self._access = access
        self._own_host = own_host

    def session(self, scope: "HTTPScope") -> str | None:
        """The session of a browser that is logged in, on the one host where it can be."""
        if "".join(values(scope, b"host")).lower() != self._own_host:
            return None
        ends = _end(scope["client"]), _end(scope["server"])
        return self._access.session(_cookies(scope), *ends)

    def is_logged_in(self, scope: "HTTPScope") -> bool:
        """Whether the session of a request that was let in is still one."""
        return self._access.logins.find(_cookies(scope)) is not None

    def whose(self, scope: "HTTPScope") -> str | None:
        """What all requests of one caller share; None of a stranger.

        Who knows our own host has had the page open.  Their login may be gone by now, and what
        they typed comes back all the same; all of these together are one caller.
        """
        if self._access.has_key("".join(values(scope, b"authorization"))):
            return "key"
        is_of_page = "".join(values(scope, b"host")).lower() == self._own_host
        return self.session(scope) or ("logged out" if is_of_page else None)


class BrowserEvents:
    """``/events``, for a browser that is logged in."""

    def __init__(self, callers: Callers, events: EventStream) -> None:
        self._callers = callers
        self._events = events

    async def __call__(
        self, scope: "Scope", receive: "ASGIReceiveCallable", send: "ASGISendCallable"
    ) -> None:
        assert scope["type"] == "http", "Front lets nothing else through"
        session = self._callers.session(scope)
        foreign = any(site not in OWN_SITES for site in values(scope, b"sec-fetch-site"))
        if scope["method"] != "GET":
            await refuse(send, 405, "This address only streams.\n")
        elif session is None or foreign:
            await refuse(send, 401, "Log in first: swarmfeed open\n")
        else:
            last = "".join(values(scope, b"last-event-id"))
            still = partial(self._callers.is_logged_in, scope)
            await self._events.stream(session, last, HEADER_LIST, receive, send, still)


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
        connections_max: int = PAGE_CONNECTIONS_MAX,
        person_waits: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Nothing is served yet.

        Args:
            person_waits: Entered while a page is made; other work makes way meanwhile.
            port: 0 takes any that is free.
            owner_of: Tells whose connection a request came by; a login is then for that user.
        """
        self._desk = desk
        self._owner_of = owner_of
        self._connections_max = connections_max
        self._person_waits = person_waits
        self._pages = pages
        self._port = port
        self._run_file = RunFile(run_folder)
        self._events = EventStream(desk.changes)
        self._access: Access | None = None
        self._settings: PageSettings | None = None
        self._server: Server | None = None
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
        self._server = Server(front, connections_max=self._connections_max)
        self._events.start()
        serving = self._server.serve(sockets=sockets)
        self._serving = asyncio.get_running_loop().create_task(serving)
        return port

    @property
    def stream_count(self) -> int:
        """Streams of events that are open."""
        return self._events.stream_count

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
        callers = Callers(access, settings.own_host)
        events = BrowserEvents(callers, self._events)
        rules = BodyRules(whose=callers.whose, bytes_max=self.body_bytes_max)
        pages = WholeRequests(cast("ASGI3Application", self._flask), rules)
        self._run_file.write(self.url, access.key)
        mounts = (Mount(path="/events", app=events),)
        return Front(settings, mounts, pages, self._events.look_again, self._person_waits)

    def body_bytes_max(self, path: str) -> int:
        """Longest body that a request for a path may have."""
        kind = self._desk.asks().get(path.removeprefix(api.PREFIX))
        is_ask = kind is not None and path.startswith(api.PREFIX)
        return kind.bytes_max if kind is not None and is_ask else FORM_KEPT_BYTES_MAX


def _end(found: "tuple[str, int | None] | None") -> Address:
    host, port = found or NOWHERE
    return host, port or 0


def _cookies(scope: "HTTPScope") -> str:
    return "; ".join(values(scope, b"cookie"))
