"""The door for apps that insist on https: real TLS on 127.0.0.1."""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from street.fakes.desk import FakeDesk
from street.loop import run_unhurried
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.net.limits import PAGE_IDLE_S
from swarmfeed.core.oauth.book import Registration
from swarmfeed.errors import UserError
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.serving import CERTIFICATE_NAME, TLS_NAME, open_door
from websockets.asyncio.client import connect as connect_socket
from webui.asgi import PageServer, Surroundings
from webui.mastodon.news import NOTICES
from webui.secure import SecureDoor
from webui.server import Lobby, Server

from tests.cli.test_last_ports import free_port
from tests.web.mastodon.test_streaming import new_token, subscribed
from tests.web.serving import TIMEOUT_S, Connect, answering, play, read_to_end

NOW = datetime.now(UTC)
ASK = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


def make_door(folder: Path, address: str = "") -> SecureDoor:
    settings = NodeSettings(tls_port=free_port(), tls_listen=address)
    found = open_door(folder, settings, NOW)
    assert found is not None
    return found


def trusting(folder: Path) -> ssl.SSLContext:
    """Of somebody who trusts this certificate alone, and looks at it closely."""
    context = ssl.create_default_context(cafile=folder / CERTIFICATE_NAME)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


class Secured:
    """A page with its door for apps, and requests to both."""

    def __init__(self, folder: Path, address: str = "") -> None:
        self.desk, self.folder = FakeDesk(), folder
        self.door = make_door(folder, address)
        self.server = PageServer(self.desk, folder, given=Surroundings(secure=self.door))
        self.port = 0

    async def ask(
        self, path: str, *, host: str = "", extra: str = "", by_tls: bool = True, at: str = ""
    ) -> tuple[int, str, str]:
        """Return status, head with its names in lower case, and body."""
        given: dict[str, Any] = {"ssl": trusting(self.folder)} if by_tls else {}
        port = self.door.port if by_tls else self.port
        reader, writer = await asyncio.open_connection(at or "127.0.0.1", port, **given)
        host = host or f"127.0.0.1:{port}"
        head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{extra}\r\n"
        writer.write(head.encode())
        said, _, body = (await reader.read()).decode().partition("\r\n\r\n")
        writer.close()
        lines = [line.partition(": ") for line in said.splitlines()]
        head = "\n".join(name.lower() + colon + value for name, colon, value in lines)
        return int(said.split()[1]), head, body

    def own_host(self) -> str:
        return self.server.login_link().removeprefix("http://").partition("/")[0]


def scene(folder: Path, play: Callable[[Secured], Awaitable[None]], address: str = "") -> None:
    async def whole() -> None:
        now = Secured(folder, address)
        now.port = await now.server.start()
        try:
            await play(now)
        finally:
            await now.server.stop()

    run_unhurried(asyncio.wait_for(whole(), TIMEOUT_S))


@pytest.mark.slow
def test_apps_that_trust_the_certificate_find_the_api_by_every_name(tmp_path: Path) -> None:
    async def play(now: Secured) -> None:
        for name in ("127.0.0.1", "localhost"):
            host = f"{name}:{now.door.port}"
            status, _, body = await now.ask("/api/v1/instance", host=host, at=name)
            told = json.loads(body)
            assert status == 200
            assert told["urls"]["streaming_api"] == f"wss://{host}"
            assert told["thumbnail"].startswith(f"https://{host}/")

    scene(tmp_path, play)


@pytest.mark.slow
def test_another_address_is_one_that_was_told(tmp_path: Path) -> None:
    async def play(now: Secured) -> None:
        host = f"127.0.0.9:{now.door.port}"
        assert now.door.url == f"https://{host}"
        status, _, _ = await now.ask("/api/v1/instance", host=host, at="127.0.0.9")
        assert status == 200

    scene(tmp_path, play, "127.0.0.9")


@pytest.mark.attack("A292")
@pytest.mark.slow
def test_neither_door_answers_to_the_names_of_the_other(tmp_path: Path) -> None:
    async def play(now: Secured) -> None:
        own = now.own_host()
        for host in (
            *(own, own.replace(str(now.port), str(now.door.port))),
            *(f"127.0.0.1:{now.port}", "127.0.0.1", "evil.example", f"evil:{now.door.port}"),
        ):
            assert (await now.ask("/api/v1/instance", host=host))[0] == 403, host
        tls_host = f"127.0.0.1:{now.door.port}"
        answer = await now.ask("/api/v1/instance", host=tls_host, by_tls=False)
        assert answer[0] == 403

    scene(tmp_path, play)


@pytest.mark.attack("A292")
@pytest.mark.slow
def test_no_page_is_there_and_nobody_is_logged_in(tmp_path: Path) -> None:
    async def play(now: Secured) -> None:
        link = now.server.login_link()
        key = json.loads((tmp_path / "page.json").read_text())["key"]
        bearer = f"Authorization: Bearer {key}\r\n"
        for path in ("/", "/login" + link.partition("/login")[2], "/apps", "/posts/1"):
            status, head, _ = await now.ask(path)
            assert (status, "set-cookie" in head) == (404, False), path
        for path in ("/api/1/whoami", "/events", "/feeds/x"):
            assert (await now.ask(path, extra=bearer))[0] == 404, path
        apps = now.server.apps
        assert apps is not None
        said = Registration(name="Elk", redirects=["https://elk.example/"], scopes="read")
        asked = f"response_type=code&client_id={apps.register(said)[0].id}"
        status, head, body = await now.ask(f"/oauth/authorize?{asked}")
        assert (status, "Go on on your page" in body) == (200, True)
        assert now.own_host().partition(".")[0] not in head + body
        assert (await now.ask("/static/swarmfeed.css"))[0] == 200

    scene(tmp_path, play)


@pytest.mark.attack("A292")
@pytest.mark.slow
def test_a_web_app_comes_in_when_it_was_let_in(tmp_path: Path) -> None:
    async def play(now: Secured) -> None:
        origin, apps = "https://elk.example", now.server.apps
        assert apps is not None
        extra = f"Origin: {origin}\r\n"
        status, head, _ = await now.ask("/api/v1/instance", extra=extra)
        assert (status, "access-control-allow" in head) == (403, False)
        assert apps.origins_asking == (origin,)
        apps.judge_origin(origin, good=True)
        status, head, _ = await now.ask("/api/v1/instance", extra=extra)
        assert (status, f"access-control-allow-origin: {origin}" in head) == (200, True)

    scene(tmp_path, play)


@pytest.mark.slow
def test_news_come_by_a_secure_websocket(tmp_path: Path) -> None:
    async def play(now: Secured) -> None:
        assert now.server.apps is not None
        token = new_token(now.server.apps)
        place = f"wss://127.0.0.1:{now.door.port}/api/v1/streaming?stream=user"
        async with connect_socket(
            f"{place}&access_token={token}", ssl=trusting(tmp_path)
        ) as socket:
            await subscribed(socket, stream=NOTICES)  # then that of the address is on, too
            now.desk.ask(WritePost(text="by TLS"))
            now.desk.announce("new", n=1)
            told = json.loads(await socket.recv())
        assert json.loads(told["payload"])["url"].startswith("https://")

    scene(tmp_path, play)


@pytest.mark.slow
def test_a_port_that_is_taken_is_told_and_the_page_is_not_served_either(tmp_path: Path) -> None:
    async def whole() -> None:
        now = Secured(tmp_path)
        taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", now.door.port)
        async with taken:
            with pytest.raises(UserError, match=str(now.door.port)):
                await now.server.start()
        assert not (tmp_path / "page.json").exists()
        await now.server.start()
        await now.server.stop()

    run_unhurried(asyncio.wait_for(whole(), TIMEOUT_S))


@pytest.mark.slow
def test_the_page_says_where_it_is_and_gives_the_certificate(tmp_path: Path) -> None:
    async def play(now: Secured) -> None:
        own, path = now.own_host(), now.server.login_link().partition("/login")[2]
        _, head, _ = await now.ask(f"/login{path}", host=own, by_tls=False)
        cookie = head.partition("set-cookie: ")[2].partition(";")[0]
        extra = f"Cookie: {cookie}\r\n"
        page = (await now.ask("/apps", host=own, extra=extra, by_tls=False))[2]
        assert now.door.url in page
        assert now.door.fingerprint in page
        file = await now.ask("/apps/certificate", host=own, extra=extra, by_tls=False)
        assert "attachment; filename=swarmfeed.pem" in file[1]
        assert file[2] == (tmp_path / CERTIFICATE_NAME).read_text()

    scene(tmp_path, play)


# --- who does not finish ---


@pytest.mark.attack("A293")
@pytest.mark.parametrize("first", [b"", b"\x16\x03\x01", ASK])
def test_who_does_not_finish_the_handshake_is_cut_off(first: bytes, tmp_path: Path) -> None:
    async def cut(connect: Connect) -> None:
        reader, writer = await connect()
        writer.write(first)
        assert b"fine" not in await read_to_end(reader)

    tls = make_door(tmp_path).context
    play(partial(Server, answering(), tls=tls, headers_s=0.05), cut)


@pytest.mark.attack("A293")
def test_who_shakes_hands_without_end_makes_room_for_who_asks(tmp_path: Path) -> None:
    async def press(connect: Connect) -> None:
        halves = [await connect() for _ in range(6)]
        for reader, _ in halves[:2]:
            assert await read_to_end(reader) == b""
        reader, writer = await connect(ssl=trusting(tmp_path))
        writer.write(ASK)
        assert await reader.readuntil(b"fine")

    tls = make_door(tmp_path).context
    play(partial(Server, answering(), tls=tls, lobby=Lobby(4)), press)


@pytest.mark.attack("A293")
@pytest.mark.slow
def test_who_reads_no_answer_is_cut_off_under_tls_too(tmp_path: Path) -> None:
    tls = make_door(tmp_path).context
    lobby, answer, is_asked = Lobby(4), answering(b"x" * 20_000_000 + b"end"), asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        is_asked.set()
        await answer(scope, receive, send)

    async def ask(connect: Connect) -> None:
        _, writer = await connect(ssl=trusting(tmp_path))
        writer.transport.pause_reading()
        writer.write(ASK)
        await is_asked.wait()
        assert lobby
        begun_s = asyncio.get_running_loop().time()
        while lobby:
            await asyncio.sleep(0.01)
        waited_s = asyncio.get_running_loop().time() - begun_s
        assert waited_s < PAGE_IDLE_S, "that long may anybody be silent"

    play(partial(Server, app, tls=tls, lobby=lobby, reader_s=0.05), ask)


@pytest.mark.slow
def test_a_page_stops_though_somebody_stands_in_the_door(tmp_path: Path) -> None:
    async def play(now: Secured) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", now.door.port)
        while not now.server.connection_count:
            await asyncio.sleep(0.001)
        await now.server.stop()
        assert await read_to_end(reader) == b""
        writer.close()

    scene(tmp_path, play)


# --- its certificate ---


def test_the_certificate_stays_from_start_to_start(tmp_path: Path) -> None:
    first = make_door(tmp_path)
    assert make_door(tmp_path).fingerprint == first.fingerprint
    assert make_door(tmp_path, "127.0.0.9").fingerprint != first.fingerprint
    assert (tmp_path / TLS_NAME).stat().st_mode & 0o777 == 0o600
    assert b"PRIVATE" not in (tmp_path / CERTIFICATE_NAME).read_bytes()


@pytest.mark.parametrize("spoilt", [b"", b"x", b"x" * 20_000])
def test_a_damaged_one_is_made_anew(spoilt: bytes, tmp_path: Path) -> None:
    first = make_door(tmp_path)
    (tmp_path / TLS_NAME).write_bytes(spoilt)
    assert make_door(tmp_path).fingerprint != first.fingerprint


def test_without_a_port_there_is_no_door_and_no_key(tmp_path: Path) -> None:
    assert open_door(tmp_path, NodeSettings(), NOW) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "example.org", "127.1", "192.168.1.5:1"])
def test_apps_have_to_be_told_one_address(address: str) -> None:
    with pytest.raises(UserError, match="--tls-listen"):
        NodeSettings(tls_port=1, tls_listen=address)
    with pytest.raises(UserError, match="--tls-port"):
        NodeSettings(tls_listen="192.168.1.5")


def test_the_usual_port_is_left_out() -> None:
    door = SecureDoor(
        port=443, context=ssl.create_default_context(), certificate=b"", fingerprint=""
    )
    assert door.url == "https://127.0.0.1"
    assert {"127.0.0.1", "[::1]", "localhost:443"} <= door.hosts
