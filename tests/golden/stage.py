"""How the scenes are staged: the page, the commands and the neighbourhood over their fakes.

When a fake, a desk or a room changes, this file follows; what the scenes ask, and the
records, stay.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any, Final

import click
import structlog
from click.testing import CliRunner, Result
from flask import Flask
from msgspec import to_builtins
from msgspec.structs import replace
from street.authors import blank_keys
from street.fakes import history
from street.fakes.desk import FakeDesk
from street.fakes.samples import NOON_MS, key
from swarmfeed.cli.desk import RemoteDesk
from swarmfeed.cli.doors import Doors
from swarmfeed.cli.main import main
from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.base.address import Link, format_address, format_author, format_link
from swarmfeed.core.base.backup_words import words_of_seed
from swarmfeed.core.base.types import AuthorId, Hash
from swarmfeed.node.ground.home import Created, Ready, Restored
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.history.settings import HistorySettings
from swarmfeed.shell.disk.keyfile import create_keys
from webui.access import Access
from webui.app import create_app
from webui.current import EXTENSION, PageSettings, Running
from webui.hosts import machine_hosts, own_host
from webui.logins import Kept, Logins
from werkzeug import serving
from werkzeug.test import TestResponse

PORT: Final = 8765
KEPT: Final = Kept(port=PORT, name="2own4host6name7a", secret="s" * 43)
OWN_HOST: Final = own_host(KEPT.name, PORT)
URL: Final = f"http://{OWN_HOST}"
SETTINGS: Final = PageSettings(
    url=f"http://127.0.0.1:{PORT}",
    own_host=OWN_HOST,
    hosts=machine_hosts(PORT),
    reader_key="r" * 43,
)
BEARER: Final = "k" * 43
LOGIN_LINK: Final = f"http://127.0.0.1:{PORT}/login?token=t"
WORDS: Final = " ".join(["abandon"] * 23 + ["art"])
NEXT_WORDS: Final = " ".join(["zoo"] * 23 + ["vote"])
SHEET_LINK: Final = format_link(
    Link(AuthorId(bytes([7]) * 32), next_key_hash=Hash(bytes([8]) * 32))
)

JOINED: Final = frozenset(
    [
        "newer-than",
        "author",
        "called",
        "follows",
        "feeds",
        "feed",
        "torrent-file",
        "how-is-it",
        "refused",
        "peers",
        "disk",
        "jobs",
        "safety",
        "openapi.json",
    ]
)
"""Routes of the API that came with asks: what only pages had asked before."""

STEADY: Final = {"TZ": "ZON-2", "COLUMNS": "80", "LINES": "24", "TERM": "dumb"}
"""What output depends on; a zone that is not UTC, so that a lost conversion shows."""

UNSET: Final = ("FORCE_COLOR", "NO_COLOR", "DISPLAY", "WAYLAND_DISPLAY", "TTY_COMPATIBLE",
                "TTY_INTERACTIVE", "SWARMFEED_LOG", "SWARMFEED_PASSPHRASE_FILE")  # fmt: skip


@contextmanager
def steady() -> Iterator[None]:
    """The same zone and width of the terminal on every machine."""
    before = dict(os.environ)
    for name in UNSET:
        os.environ.pop(name, None)
    os.environ.update(STEADY)
    time.tzset()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        time.tzset()


# --- who and what there is in the fake node ---------------------------------------------


def new_node(*, samples: bool = True) -> FakeDesk:
    """A node with the same posts each time."""
    return FakeDesk(samples=samples)


def address_of(name: str) -> str:
    """The address of somebody in the fake node, or of a stranger."""
    return format_author(key(name))


def feed_of(name: str) -> str:
    return format_address(FakeDesk().feed_of(AuthorId(key(name))))


def ref_of(text: str) -> str:
    """The short name of the post that starts with a text."""
    return next(ref_text(post.ref) for post in FakeDesk().posts if post.text.startswith(text))


def id_of(text: str) -> str:
    """The public id of the post that starts with a text."""
    return next(post.id for post in FakeDesk().posts if post.text.startswith(text))


def hash_of(text: str) -> str:
    found = (post for post in FakeDesk().posts if post.text.startswith(text))
    return next(found).ref.entry_hash.hex()


def cursor_of(text: str) -> str:
    return next(str(post.cursor) for post in FakeDesk().posts if post.text.startswith(text))


def make_server(node: FakeDesk) -> None:
    """Let the node be a history server."""
    node.history_status = history.history_status(node.me, "Ada", NOON_MS)


def take_safety(node: FakeDesk) -> None:
    """Let nobody have signed yet that they hold the own posts."""
    node.safety = None


def lose_first_post(node: FakeDesk) -> str:
    """Answer a post that is then lost; returns the public id of the answer."""
    missing = node.posts[0].ref
    node.posts = node.posts[1:]
    return node.add_post(node.me, "An answer.", NOON_MS, reply_to=missing).id


def add_odd_posts(node: FakeDesk) -> None:
    """Posts that are hard to show."""
    texts = (
        "<b>bold</b> & https://example.org/?a=1&b=2 #tag",
        "\x1b]0;owned\x07\u202ex",
        "a\n\nb",
        "line\r\nend",
        "*" * 300,
        "e" + "\u0301" * 9,
        "@ada swarmfeed:nothing",
    )
    for number, text in enumerate(texts):
        node.add_post(node.me, text, NOON_MS + number)
    warned = node.add_post(node.me, "behind a warning", NOON_MS + 50)
    node.posts[-1] = replace(warned, cw="spoiler")
    node.add_post(node.me, "far ahead", 10**15 - 1)


def add_many_posts(node: FakeDesk) -> None:
    for number in range(60):
        node.add_post(node.me, f"number {number}.", NOON_MS - 10**9 - number)


def parse(text: str) -> Any:
    """Return a JSON value, or the text when it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return text


# --- the page ----------------------------------------------------------------------------


@cache
def _app() -> Flask:
    return create_app(Running(FakeDesk(), Access(Logins(KEPT)), SETTINGS))


def rules() -> list[str]:
    """Every route there was, with its methods; more may join."""
    found = (
        f"{rule.rule} {','.join(sorted(rule.methods or ()))} {rule.endpoint}"
        for rule in _app().url_map.iter_rules()
        if rule.rule.removeprefix("/api/1/") not in JOINED
    )
    return sorted(found)


@dataclass
class Page:
    """One served page, and whoever asks it."""

    node: FakeDesk
    access: Access

    def ask(
        self, method: str, path: str, *, logged_in: bool = True, **request: Any
    ) -> TestResponse:
        """Ask as a browser does; ``request`` is what werkzeug's client takes."""
        app = _app()
        app.extensions[EXTENSION] = Running(self.node, self.access, SETTINGS)
        client = app.test_client()
        if logged_in:
            session = self.access.open_session(self.access.new_login_token())
            assert session is not None
            logins = self.access.logins
            client.set_cookie(logins.cookie_name, session, domain=f"{KEPT.name}.localhost")
            if method == "POST" and path[:5] != "/api/":
                form = {"form_key": logins.form_key(session)}
                request["data"] = {**request.get("data", {}), **form}
        return client.open(path, method=method, base_url=URL, buffered=True, **request)


def open_page(node: FakeDesk | None = None) -> Page:
    return Page(node or new_node(), _access())


def _access() -> Access:
    access = Access(Logins(KEPT))
    access.key = BEARER
    return access


class _Silent(serving.WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """A test has nothing to read of each request."""


@contextmanager
def served() -> Iterator[str]:
    """Serve the page's API on a real socket; gives its address."""
    server = serving.make_server("127.0.0.1", 0, _app(), request_handler=_Silent)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# --- commands ----------------------------------------------------------------------------


class Desk:
    """The doors of one command line, and what went through them."""

    def __init__(self, node: FakeDesk, page_url: str) -> None:
        self.node = node
        self._page_url = page_url
        self.told: list[Any] = []
        self.doors = Doors(
            open_desk=self._open,
            page_link=lambda home: LOGIN_LINK,
            create_home=self._create,
            restore_home=self._restore,
            run_node=self._run,
            run_start=self._start,
            open_browser=lambda url: self.told.append("browser"),
            now_ms=lambda: NOON_MS,
        )

    @contextmanager
    def _open(
        self, home: Path, settings: NodeSettings, passphrase: Any
    ) -> Iterator[FakeDesk | RemoteDesk]:
        self.told.append(_settings(settings))
        if not self._page_url:
            yield self.node
            return
        _app().extensions[EXTENSION] = Running(self.node, _access(), SETTINGS)
        with RemoteDesk(self._page_url, BEARER) as remote:
            yield remote

    def _create(self, home: Path, name: str, passphrase: str, show: Any) -> Created:
        self.told.append(["create", name, passphrase])
        me = replace(self.node.ask(WhoAreYou()), name=name)
        created = Created(
            whoami=me, author_words=WORDS, next_words=NEXT_WORDS, sheet_link=SHEET_LINK
        )
        show(created)
        return created

    def _restore(
        self,
        home: Path,
        name: str,
        passphrase: str,
        seeds: tuple[bytes, ...],
        link: Link | None,
        settings: NodeSettings,
        within_s: float,
    ) -> Restored:
        whose = [format_link(link)] if link is not None else []
        words = words_of_seed(seeds[0])
        self.told.append(["restore", name, passphrase, words, *whose, _settings(settings)])
        return Restored(whoami=replace(self.node.ask(WhoAreYou()), name=name))

    def _start(self, home: Path, settings: NodeSettings, on_ready: Any) -> None:
        self.told.append(["start", _settings(settings)])
        on_ready(LOGIN_LINK)

    def _run(
        self,
        home: Path,
        settings: NodeSettings,
        passphrase: str,
        on_ready: Any,
        sockets: object,
    ) -> None:
        self.told.append(["run", _settings(settings), passphrase])
        on_ready(Ready(page_link=LOGIN_LINK, link=self.node.ask(WhoAreYou()).link))
        raise KeyboardInterrupt


def _settings(settings: NodeSettings) -> Mapping[str, Any]:
    """What differs from a node that is told nothing, and what is given for history."""
    usual, given = to_builtins(NodeSettings()), to_builtins(replace(settings, others=()))
    told = {name: given[name] for name in given if given[name] != usual[name]}
    history = settings.of(HistorySettings)
    choice = history.choice(settings.disk_budget_bytes)
    told |= {"history": to_builtins(choice)} if choice is not None else {}
    return told | ({"history_speed": history.speed} if history.speed != 1 else {})


def run(
    arguments: Sequence[str],
    folder: Path,
    *,
    node: FakeDesk | None = None,
    stdin: Any = None,
    page_url: str = "",
) -> tuple[Result, list[Any]]:
    """Run one command line in a home; also returns what went through the doors.

    With ``page_url``, from ``served``, the node is reached as a running one is.
    """
    desk = Desk(node or new_node(), page_url)
    env = {"SWARMFEED_HOME": str(folder / "home")}
    try:
        result = CliRunner(env=env).invoke(
            main, list(arguments), input=stdin, obj=desk.doors, prog_name="swarmfeed"
        )
    finally:
        structlog.reset_defaults()
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result, [
        *desk.told,
        *([{"changed": desk.node.changed}] if desk.node.changed else []),
    ]


def key_file(folder: Path) -> None:
    """Let the home have keys without a passphrase."""
    (folder / "home").mkdir(parents=True, exist_ok=True)
    create_keys(folder / "home" / "keys", blank_keys(), "")


def all_commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with the words that reach it, groups before what is in them."""
    waiting: list[tuple[str, click.Command]] = [("swarmfeed", main)]
    while waiting:
        name, command = waiting.pop(0)
        yield name, command
        if isinstance(command, click.Group):
            inner = (main.load_all() if command is main else command.commands).items()
            waiting[:0] = [(f"{name} {word}", each) for word, each in inner]
