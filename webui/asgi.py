"""The page as one ASGI app, and the server that runs it inside the node's loop.

Every request first shows its Host; then a table of mounts says whose it is.
``/events`` streams from the loop; the rest is Flask in worker threads, plain responses only,
because a stream from there would hold a thread.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from a2wsgi import WSGIMiddleware
from msgspec import Struct
from swarmfeed.core.base.hiding import hiding
from swarmfeed.core.net.limits import (
    FORM_KEPT_BYTES_MAX,
    PAGE_CONNECTIONS_MAX,
    UPLOAD_BYTES_MAX,
)
from swarmfeed.errors import UserError

from webui import api
from webui.access import NOWHERE, OWN_SITES, Access, Address, OwnerOf
from webui.app import create_app
from webui.apps import AppBook
from webui.current import PageSettings, Running
from webui.events import EventStream
from webui.hosts import LISTENING, machine_hosts, own_host
from webui.listening import Socket, listen, listen_also
from webui.mastodon.front import MastodonApi, canonical
from webui.pages import PAGES
from webui.plain import HEADER_LIST, refuse, values
from webui.routes import Page
from webui.runfile import RunFile
from webui.secure import ForApps, SecureDoor
from webui.server import Lobby, Server
from webui.whole import WITH_BODY, BodyRules, WholeRequests

if TYPE_CHECKING:
    from swarmfeed.desk import Desk
    from uvicorn._types import (
        ASGI3Application,
        ASGIReceiveCallable,
        ASGISendCallable,
        HTTPScope,
        Scope,
        WebSocketScope,
    )


class Mount(Struct, frozen=True, kw_only=True):
    """An app, and where it answers."""

    path: str
    """Just this path; one that ends with a slash also stands for all below it."""
    app: "ASGI3Application"
    takes_sockets: bool = False
    """Whether it answers WebSockets, too."""

    def takes(self, path: str) -> bool:
        return path == self.path or (self.path.endswith("/") and path.startswith(self.path))


class Front:
    """Host check, then the first mount that takes the path, or else the pages."""

    def __init__(
        self,
        answers_to: Callable[[str], bool],
        mounts: Sequence[Mount],
        pages: "ASGI3Application",
        after_change: Callable[[], None] = lambda: None,
        person_waits: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Nothing is answered yet.

        Args:
            answers_to: Whether a Host header, in lower case, is one of this door's.
            after_change: Called when a request that may change something was answered.
            person_waits: Entered while a page is made; other work makes way meanwhile.
        """
        self._answers_to = answers_to
        self._mounts = mounts
        self._pages = pages
        self._after_change = after_change
        self._person_waits = person_waits

    async def __call__(
        self, scope: "Scope", receive: "ASGIReceiveCallable", send: "ASGISendCallable"
    ) -> None:
        if scope["type"] == "lifespan":
            return
        hosts = values(scope, b"host")
        if len(hosts) != 1 or not self._answers_to(hosts[0].lower()):
            await _refuse_stranger(scope, send)
            return
        scope["path"] = path = canonical(scope["path"])
        mount = next((each for each in self._mounts if each.takes(path)), None)
        is_socket = scope["type"] == "websocket"
        if mount is None and not is_socket:
            with self._person_waits():
                await self._pages(scope, receive, send)
        elif mount is not None and (mount.takes_sockets or not is_socket):
            await mount.app(scope, receive, send)
        else:
            await _refuse_stranger(scope, send)
        if scope["type"] == "http" and scope["method"] in WITH_BODY:
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


class Surroundings(Struct, frozen=True, kw_only=True):
    """What a page is given by the process that serves it."""

    owner_of: OwnerOf = lambda client, server: None
    """Tells whose connection a request came by; a login is then for that user."""
    connections_max: int = PAGE_CONNECTIONS_MAX
    person_waits: Callable[[], AbstractContextManager[None]] = nullcontext
    """Entered while a page is made; other work makes way meanwhile."""
    secure: SecureDoor | None = None
    """Where apps find the API by https too."""


class _Serving(Struct):
    """One server, and the task in which it runs."""

    __repr__ = hiding("task")

    server: Server
    task: asyncio.Task[None]


class PageServer:
    """Serves the page of one node on one port, from ``start`` to ``stop``.

    Runs in the loop that calls ``start``, and leaves signals to whoever owns the process.
    """

    def __init__(
        self,
        desk: "Desk",
        run_folder: Path,
        port: int | Sequence[Socket] = 0,
        pages: Sequence[Page] = PAGES,
        given: Surroundings | None = None,
    ) -> None:
        """Nothing is served yet.

        Args:
            port: 0 takes any that is free; or the sockets that listen on one already.
        """
        self._desk = desk
        self._given = given or Surroundings()
        self._pages = pages
        self._with_files = {
            route.rule for page in pages for route in page.routes if route.files
        }
        self._port = port
        self._run_file = RunFile(run_folder)
        self._events = EventStream(desk.changes)
        self._access: Access | None = None
        self._settings: PageSettings | None = None
        self._lobby = Lobby(self._given.connections_max)
        self._serving: list[_Serving] = []
        self._flask: WSGIMiddleware | None = None
        self._mastodon: MastodonApi | None = None
        self.apps: AppBook | None = None
        """Who was let in, once started."""
        self.url = ""
        """``http://127.0.0.1:PORT`` once started: for programs."""

    async def start(self) -> int:
        """Listen, write the run file, and return the port.

        Raises:
            UserError: A port is taken, or the run folder cannot be written.
        """
        at, door = self._port, self._given.secure
        sockets = await listen(at) if isinstance(at, int) else list(at)
        also: list[Socket] = []
        port = int(sockets[0].getsockname()[1])
        self.url = f"http://{LISTENING[0]}:{port}"
        try:
            also = await listen_also(door.port, door.address) if door else []
            front, for_apps = self._build(port)
        except BaseException:
            for each in (*sockets, *also):
                each.close()
            raise
        self._serve(Server(front, lobby=self._lobby), sockets)
        if door is not None:
            self._serve(Server(for_apps, lobby=self._lobby, tls=door.context), also)
        self._events.start()
        if self._mastodon is not None:
            self._mastodon.streaming.start()
        return port

    def _serve(self, server: Server, sockets: Sequence[Socket]) -> None:
        task = asyncio.get_running_loop().create_task(server.serve(sockets=list(sockets)))
        self._serving.append(_Serving(server, task))

    @property
    def stream_count(self) -> int:
        """Streams of events that are open."""
        return self._events.stream_count

    @property
    def connection_count(self) -> int:
        """Whoever is connected, also while TLS is opened; WebSockets aside."""
        return len(self._lobby)

    def login_link(self) -> str:
        """Return a link that logs one browser in, once, within ten minutes."""
        if self._access is None or self._settings is None:
            raise UserError("the page is not being served")
        return self._settings.login_link(self._access.new_login_token())

    async def stop(self) -> None:
        """Close every stream, let responses under way end, and remove the run file."""
        if not self._serving or self._access is None:
            return
        await self._events.stop()
        if self._mastodon is not None:
            await self._mastodon.streaming.stop()
        for each in self._serving:
            each.server.should_exit = True
        await asyncio.gather(*(each.task for each in self._serving))
        self._serving.clear()
        if self._flask is not None:
            self._flask.executor.shutdown(wait=False, cancel_futures=True)
        if self._mastodon is not None:
            self._mastodon.close()
        self._run_file.remove(self._access.key)

    def _build(self, port: int) -> tuple[Front, Front]:
        """What answers on the page's port, and what does for apps by https."""
        logins = self._run_file.logins(port)
        self._access = access = Access(logins, self._given.owner_of)
        door = self._given.secure
        self._settings = settings = PageSettings(
            url=self.url,
            own_host=own_host(logins.name, port),
            hosts=machine_hosts(port),
            reader_key=self._run_file.reader_key(),
            secure=door,
        )
        self.apps = self._run_file.apps(port)
        now = Running(self._desk, access, settings, self.apps)
        self._flask = WSGIMiddleware(create_app(now, self._pages))  # type: ignore[arg-type]  # a2wsgi's own, narrower WSGI types
        self._mastodon = mastodon = MastodonApi(now, self._given.person_waits)
        callers = Callers(access, settings.own_host)
        rules = BodyRules(whose=callers.whose, bytes_max=self.body_bytes_max)
        pages = WholeRequests(cast("ASGI3Application", self._flask), rules)
        self._run_file.write(self.url, access.key)
        api = [Mount(path=each, app=mastodon, takes_sockets=True) for each in mastodon.PATHS]
        events = Mount(path="/events", app=BrowserEvents(callers, self._events))
        hooks = self._events.look_again, self._given.person_waits
        front = Front(settings.answers_to, (events, *api), pages, *hooks)
        hosts = door.hosts if door else frozenset()
        return front, Front(hosts.__contains__, api, ForApps(pages), *hooks)

    def body_bytes_max(self, path: str) -> int:
        """Longest body that a request for a path may have."""
        if path in self._with_files:
            return UPLOAD_BYTES_MAX
        kind = self._desk.asks().get(path.removeprefix(api.PREFIX))
        is_ask = kind is not None and path.startswith(api.PREFIX)
        return kind.bytes_max if kind is not None and is_ask else FORM_KEPT_BYTES_MAX


async def _refuse_stranger(
    scope: "HTTPScope | WebSocketScope", send: "ASGISendCallable"
) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": ""})
        return
    await refuse(send, 403, "There is no such page here. Open yours: swarmfeed open\n")


def _end(found: "tuple[str, int | None] | None") -> Address:
    host, port = found or NOWHERE
    return host, port or 0


def _cookies(scope: "HTTPScope") -> str:
    return "; ".join(values(scope, b"cookie"))
