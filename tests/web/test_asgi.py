"""The served page: hosts, event streams, starting and stopping.  Real sockets on 127.0.0.1."""

import asyncio
import errno
import json
import os
import stat
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
from street.fakes.desk import FakeDesk
from street.loop import run_unhurried
from swarmfeed.core.asks.change import Change
from swarmfeed.core.asks.troubles import FULL
from swarmfeed.errors import UserError
from uvicorn._types import ASGI3Application, Scope
from webui.asgi import Front, Mount, PageServer
from webui.current import PageSettings
from webui.events import format_change, merge_changes
from webui.headers import HEADERS
from webui.runfile import RunFile

TIMEOUT_S = 60

Scene = Callable[["Served"], Awaitable[None]]


class Served:
    """A page server and raw HTTP to it."""

    def __init__(self, folder: Path) -> None:
        self.desk = FakeDesk()
        self.server = PageServer(self.desk, folder)
        self.port = 0
        self.cookie = ""
        self.own_host = ""

    async def log_in(self) -> None:
        host, slash, path = self.server.login_link().removeprefix("http://").partition("/")
        self.own_host, path = host, slash + path
        head, _ = await self.ask(path)
        self.cookie = head.split("set-cookie: ")[1].split(";")[0]

    async def open(
        self, path: str, host: str | None = None, extra: str = ""
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        host = self.own_host if host is None else host
        cookie = f"Cookie: {self.cookie}\r\n" if self.cookie else ""
        request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{cookie}{extra}\r\n"
        writer.write(request.encode("utf-8"))
        return reader, writer

    async def ask(self, path: str, host: str | None = None, extra: str = "") -> tuple[str, str]:
        """Return the head, its header names in lower case, and the body."""
        reader, writer = await self.open(path, host, "Connection: close\r\n" + extra)
        answer = (await reader.read()).decode()
        writer.close()
        await writer.wait_closed()
        head, _, body = answer.partition("\r\n\r\n")
        return head, body

    async def stream(
        self, extra: str = ""
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open `/events` and read up to its first line."""
        reader, writer = await self.open("/events", extra=extra)
        await reader.readuntil(b"retry: 3000\n\n")
        return reader, writer


def play(folder: Path, scene: Scene) -> None:
    """Serve, run the scene, and stop."""

    async def whole() -> None:
        served = Served(folder)
        served.port = await served.server.start()
        try:
            await served.log_in()
            await scene(served)
        finally:
            await served.server.stop()

    run_unhurried(asyncio.wait_for(whole(), TIMEOUT_S))


GOOD_HOSTS = ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}"]
BAD_HOSTS = [
    "evil.example", "evil.example:{port}", "127.0.0.1.evil.example:{port}",
    "127.0.0.1:1@evil.example", "127.0.0.1:{port}@evil.example", "", "127.0.0.1",
    "127.0.0.1:1", "127.1:{port}", "2130706433:{port}", "0x7f.1:{port}", "localhost.:{port}",
    "x.localhost:{port}", ".localhost:{port}", "a.b.localhost:{port}",
    "[::1]", "[::ffff:127.0.0.1]:{port}", "127.0.0.1:{port}, evil.example", "0.0.0.0:{port}",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.attack("A02")
def test_only_our_own_names_are_answered(tmp_path: Path) -> None:
    async def scene(served: Served) -> None:
        for path in ("/", "/events", "/static/swarmfeed.css", "/nowhere", "/api/1/whoami"):
            for host in BAD_HOSTS:
                head, body = await served.ask(path, host.format(port=served.port))
                assert head.split()[1] == "403", (path, host)
                assert "Open yours: swarmfeed open" in body
                assert served.own_host not in head + body
                assert "set-cookie" not in head
                assert "content-security-policy" in head
        for host in GOOD_HOSTS:
            head, body = await served.ask("/", host.format(port=served.port))
            assert head.split()[1] == "401", host
            assert served.own_host not in head + body
        for host in (served.own_host, served.own_host.upper()):
            head, _ = await served.ask("/", host)
            assert head.split()[1] == "200", host
        head, _ = await served.ask("/", extra="Host: evil.example\r\n")
        assert head.split()[1] in ("400", "403"), "two hosts"

    play(tmp_path, scene)


@pytest.mark.attack("A03")
def test_answers_made_outside_flask_carry_the_headers(tmp_path: Path) -> None:
    async def scene(served: Served) -> None:
        asked = [
            await served.ask("/", "evil.example"),
            await served.ask("/events", extra="Sec-Fetch-Site: same-site\r\n"),
            await served.ask("/events", f"127.0.0.1:{served.port}"),
        ]
        assert [head.split()[1] for head, _ in asked] == ["403", "401", "401"]
        for head, _ in asked:
            for name, value in HEADERS.items():
                assert f"{name.lower()}: {value}" in head

    play(tmp_path, scene)


def test_the_run_file_finds_the_page(tmp_path: Path) -> None:
    folder = tmp_path / "run"

    async def scene(served: Served) -> None:
        path = folder / "page.json"
        found = json.loads(path.read_text())
        assert found["url"] == served.server.url == f"http://127.0.0.1:{served.port}"
        assert found["pid"] == os.getpid()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        extra = f"Authorization: Bearer {found['key']}\r\n"
        _, body = await served.ask("/api/1/whoami", extra=extra)
        assert json.loads(body)["name"] == "Ada"

    play(folder, scene)
    assert not (folder / "page.json").exists()
    assert stat.S_IMODE((folder / "reader.key").stat().st_mode) == 0o600


@pytest.mark.slow
def test_a_later_nodes_run_file_is_left_alone(tmp_path: Path) -> None:
    async def scene(served: Served) -> None:
        (tmp_path / "page.json").write_text('{"key": "of another"}')

    play(tmp_path, scene)
    assert (tmp_path / "page.json").exists()


def test_a_taken_port_is_a_sentence(tmp_path: Path) -> None:
    async def scene(served: Served) -> None:
        second = PageServer(FakeDesk(), tmp_path / "second", port=served.port)
        with pytest.raises(UserError, match=f"cannot listen on 127.0.0.1:{served.port}"):
            await second.start()
        await second.stop()
        with pytest.raises(UserError, match="not being served"):
            second.login_link()

    play(tmp_path, scene)


def test_a_mount_takes_its_path_and_the_pages_take_the_rest() -> None:
    taken: list[tuple[str, str]] = []

    def app(name: str) -> ASGI3Application:
        async def take(scope: Scope, receive: object, send: object) -> None:
            assert scope["type"] == "http"
            taken.append((name, scope["path"]))

        return take

    settings = PageSettings(url="http://a:1", own_host="b:1", hosts=frozenset({"a:1"}))
    mounts = (Mount(path="/events", app=app("one")), Mount(path="/api/v1/", app=app("below")))
    front = Front(settings.answers_to, mounts, app("pages"))
    for path in ("/events", "/events/", "/api/v1/statuses", "/api/v1", "/", "*"):
        scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"host", b"a:1")]}
        asyncio.run(front(scope, None, None))  # type: ignore[arg-type]  # bare ASGI
    assert [name for name, _ in taken] == ["one", "pages", "below", "pages", "pages", "pages"]


def test_open_pages_look_again_after_whatever_may_have_changed_something() -> None:
    looked: list[str] = []

    async def app(scope: Scope, receive: object, send: object) -> None:
        pass

    settings = PageSettings(url="http://a:1", own_host="b:1", hosts=frozenset({"a:1"}))
    mounts = (Mount(path="/api/v1/", app=app),)
    methods = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
    for method in methods:
        front = Front(settings.answers_to, mounts, app, partial(looked.append, method))
        for path in ("/", "/api/v1/statuses"):
            headers = [(b"host", b"a:1")]
            scope = {"type": "http", "method": method, "path": path, "headers": headers}
            asyncio.run(front(scope, None, None))  # type: ignore[arg-type]  # bare ASGI
    assert looked == [each for each in methods[3:] for _ in range(2)]


def test_a_change_is_one_event_whatever_it_says() -> None:
    text = format_change("run", Change("new", 7, {"text": "a\n\nevent: x\r\ndata: y"}))
    assert text.count("\n") == 4
    assert "\r" not in text


def test_merging_keeps_the_newest_of_each_feed() -> None:
    changes = [
        Change("progress", 1, {"feed": "a"}),
        Change("progress", 2, {"feed": "b"}),
        Change("new", 3, {}),
        Change("progress", 4, {"feed": "a"}),
    ]
    assert [change.number for change in merge_changes(changes)] == [2, 3, 4]
    came = [Change("media", number, {"id": each}) for number, each in enumerate("aba", 1)]
    assert [each.number for each in merge_changes(came)] == [2, 3], "each picture is told"


@pytest.mark.attack("A26")
def test_a_page_is_found_though_the_disk_is_full_by_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script() -> None:
        first = RunFile(tmp_path)
        first.write("http://127.0.0.1:1", "one")
        first.remove("one")
        assert not first.path.exists()
        with monkeypatch.context() as patch:
            patch.setattr(RunFile, "_put", full)
            again = RunFile(tmp_path)
            again.write("http://127.0.0.1:2", "two")
        assert json.loads(again.path.read_text())["key"] == "two"
        assert stat.S_IMODE(again.path.stat().st_mode) == 0o600

    asyncio.run(script())


@pytest.mark.attack("A26")
def test_a_page_is_served_and_found_as_soon_as_the_disk_takes_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webui.runfile.RETRY_EVERY_S", 0.01)

    async def script() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(RunFile, "_put", full)
            server = PageServer(FakeDesk(), tmp_path)
            await server.start()
            assert not (tmp_path / "page.json").exists() and server.login_link()
        async with asyncio.timeout(TIMEOUT_S):
            while not (tmp_path / "page.json").exists():
                await asyncio.sleep(0.01)
        await server.stop()
        assert not (tmp_path / "page.json").exists()

    asyncio.run(script())


def test_links_that_were_subscribed_to_outlive_a_key_that_cannot_be_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = RunFile(tmp_path).reader_key()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", out_of_descriptors)
        assert RunFile(tmp_path).reader_key() != before
    assert RunFile(tmp_path).reader_key() == before


def full(*_: object) -> None:
    raise FULL.unsaved("page.json")


def out_of_descriptors(*_: object) -> str:
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
