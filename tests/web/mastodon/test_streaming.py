"""News as it comes, over real sockets on 127.0.0.1."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from street.fakes.desk import FakeDesk
from street.loop import run_unhurried
from swarmfeed.core.asks.notifications import (
    Notification,
    NotificationList,
    Notifications,
)
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.net.limits import PAGE_FRAME_BYTES_MAX
from swarmfeed.core.oauth.book import Registration
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from webui.apps import AppBook
from webui.asgi import PageServer
from webui.mastodon.limits import STREAMS_MAX, SUBSCRIPTIONS_MAX
from webui.mastodon.news import NewsWatch
from webui.runfile import RunFile

from tests.web.mastodon.conftest import EVERYTHING

TIMEOUT_S = 60
MANY_FIELDS = "?x=1&" + "&".join(f"a{number}=1" for number in range(40))
"""More than any app has: nothing is read of them."""


class Listening:
    """A page server, an app with a token, and ways to listen."""

    def __init__(self, folder: Path) -> None:
        self.desk = FakeDesk()
        self.server = PageServer(self.desk, folder)
        self.folder = folder
        self.port = 0
        self.token = ""

    def write(self, text: str) -> None:
        self.desk.ask(WritePost(text=text))
        self.desk.announce("new", n=1)

    def socket(self, query: str = "", **given: Any) -> Any:
        return connect(f"ws://127.0.0.1:{self.port}/api/v1/streaming{query}", **given)

    async def events(
        self, path: str, extra: str = "", method: str = "GET"
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{extra}\r\n"
        writer.write(head.encode())
        return reader, writer

    def bearer(self) -> str:
        return f"Authorization: Bearer {self.token}\r\n"


def new_token(apps: AppBook, scopes: str = EVERYTHING) -> str:
    back = "https://app.example/back"
    app, secret = apps.register(Registration(name="T", redirects=[back], scopes=scopes))
    asked = {"client_id": app.id, "response_type": "code", "scope": scopes}
    code = apps.give_code(apps.wish(asked))
    said = {"client_id": app.id, "client_secret": secret, "code": code}
    return apps.redeem(said).token


def play(folder: Path, scene: Callable[[Listening], Awaitable[None]]) -> None:
    async def whole() -> None:
        now = Listening(folder)
        now.port = await now.server.start()
        try:
            assert now.server.apps is not None
            now.token = new_token(now.server.apps)
            await scene(now)
        finally:
            await now.server.stop()

    run_unhurried(asyncio.wait_for(whole(), TIMEOUT_S))


async def heard(socket: ClientConnection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await socket.recv())
    return found


async def subscribed(socket: ClientConnection, **asked: str) -> None:
    """Ask for a stream, and for one there is not: when that is refused, the first one is on."""
    await socket.send(json.dumps({"type": "subscribe", **asked}))
    await socket.send(json.dumps({"type": "subscribe", "stream": "nonsense"}))
    assert (await heard(socket))["status"] == 400


@pytest.fixture
def begins_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """To see what is there already takes a while, as on a busy machine."""
    begin = NewsWatch.begin

    def begin_late(watch: NewsWatch) -> None:
        time.sleep(0.3)
        begin(watch)

    monkeypatch.setattr(NewsWatch, "begin", begin_late)


@pytest.mark.slow
@pytest.mark.usefixtures("begins_late")
def test_what_comes_once_a_websocket_is_taken_is_told(tmp_path: Path) -> None:
    async def scene(now: Listening) -> None:
        async with now.socket(f"?access_token={now.token}&stream=user") as socket:
            now.write("at once")
            assert json.loads((await heard(socket))["payload"])["text"] == "at once"

    play(tmp_path, scene)


@pytest.mark.slow
@pytest.mark.usefixtures("begins_late")
def test_what_comes_once_events_are_answered_is_told(tmp_path: Path) -> None:
    async def scene(now: Listening) -> None:
        reader, writer = await now.events("/api/v1/streaming/user", now.bearer())
        assert b" 200 " in await reader.readline()
        now.write("at once")
        assert b"at once" in await reader.readuntil(b"at once")
        writer.close()

    play(tmp_path, scene)


@pytest.mark.slow
def test_a_new_post_is_told_over_a_websocket(tmp_path: Path) -> None:
    async def scene(now: Listening) -> None:
        async with now.socket(f"?access_token={now.token}") as socket:
            await subscribed(socket, stream="user")
            now.write("fresh")
            told = await heard(socket)
            assert (told["stream"], told["event"]) == (["user"], "update")
            assert json.loads(told["payload"])["text"] == "fresh"

    play(tmp_path, scene)


@pytest.mark.slow
def test_a_browser_says_its_token_as_a_subprotocol_and_hears_it_back(tmp_path: Path) -> None:
    async def scene(now: Listening) -> None:
        async with now.socket("?stream=user", subprotocols=[now.token]) as socket:
            assert socket.subprotocol == now.token

    play(tmp_path, scene)


@pytest.mark.slow
def test_a_tag_and_a_list_are_streams_of_their_own(tmp_path: Path) -> None:
    async def scene(now: Listening) -> None:
        async with now.socket(f"?access_token={now.token}") as socket:
            await subscribed(socket, stream="hashtag", tag="tea")
            now.write("nothing of it")
            now.write("a cup of #tea")
            told = await heard(socket)
            assert told["stream"] == ["hashtag", "tea"]
            assert json.loads(told["payload"])["text"] == "a cup of #tea"
            await socket.send("{")
            assert (await heard(socket))["status"] == 400

    play(tmp_path, scene)


@pytest.mark.slow
def test_a_post_that_goes_is_told_by_its_id(tmp_path: Path) -> None:
    async def scene(now: Listening) -> None:
        now.write("soon gone")
        gone = now.desk.posts[-1]
        async with now.socket(f"?access_token={now.token}") as socket:
            await subscribed(socket, stream="user")
            now.desk.posts.remove(gone)
            now.desk.announce("status")
            told = await heard(socket)
            assert (told["event"], told["payload"]) == ("delete", gone.id)

    play(tmp_path, scene)


@pytest.mark.slow
def test_a_new_post_is_told_as_an_event(tmp_path: Path) -> None:
    async def scene(now: Listening) -> None:
        reader, writer = await now.events("/api/v1/streaming/user", now.bearer())
        head = (await reader.readuntil(b":)\n\n")).decode()
        assert "content-type: text/event-stream" in head.lower()
        now.write("fresh")
        await reader.readuntil(b"event: update\ndata: ")
        assert "fresh" in (await reader.readuntil(b"\n\n")).decode()
        writer.close()

    play(tmp_path, scene)


@pytest.mark.slow
@pytest.mark.attack("A272")
def test_nothing_is_told_without_a_token_or_to_a_page_nobody_let_in(tmp_path: Path) -> None:
    async def scene(now: Listening) -> None:
        assert now.server.apps is not None
        narrow = new_token(now.server.apps, "write")
        for query, given in (
            ("", {}),
            ("?access_token=wrong", {}),
            (f"?access_token={narrow}", {}),
            (MANY_FIELDS, {}),
            (f"?access_token={now.token}", {"origin": "https://evil.example"}),
        ):
            with pytest.raises(InvalidStatus):
                await now.socket(query, **given)
        for extra, status in (
            ("", "401"),
            (f"{now.bearer()}Origin: https://evil.example\r\n", "403"),
        ):
            reader, writer = await now.events("/api/v1/streaming/user", extra)
            assert f" {status} ".encode() in await reader.readline()
            writer.close()
        reader, writer = await now.events(f"/api/v1/streaming/user{MANY_FIELDS}")
        assert b" 401 " in await reader.readline()
        writer.close()
        assert now.server.apps.origins_asking == ("https://evil.example",)

    play(tmp_path, scene)


@pytest.mark.slow
@pytest.mark.attack("A264")
def test_a_page_that_was_let_in_asks_before_it_listens_and_hears_why_not(
    tmp_path: Path,
) -> None:
    async def answered(now: Listening, method: str, *lines: str) -> str:
        """The status and the headers of an answer."""
        reader, writer = await now.events(
            "/api/v1/streaming/user", "".join(f"{each}\r\n" for each in lines), method
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        writer.close()
        return head

    async def scene(now: Listening) -> None:
        assert now.server.apps is not None
        web, ask = "https://app.example", "Access-Control-Request-Headers: authorization"
        allowed = f"access-control-allow-origin: {web}"
        before = await answered(now, "OPTIONS", f"Origin: {web}", ask)
        assert " 403 " in before and allowed not in before
        now.server.apps.judge_origin(web, good=True)
        asked = await answered(now, "OPTIONS", f"Origin: {web}", ask)
        assert " 204 " in asked and allowed in asked
        assert "access-control-allow-headers: authorization" in asked
        assert "allow-credentials" not in asked
        wrong = await answered(now, "GET", f"Origin: {web}", "Authorization: Bearer wrong")
        assert " 401 " in wrong and allowed in wrong
        told = await answered(now, "GET", f"Origin: {web}", now.bearer().strip())
        assert " 200 " in told and allowed in told
        posted = await answered(now, "POST", now.bearer().strip(), "Content-Length: 0")
        assert " 404 " in posted, "nothing is told to who asks in another way"

    play(tmp_path, scene)


@pytest.mark.slow
@pytest.mark.attack("A02")
def test_a_websocket_to_another_name_or_place_is_refused(tmp_path: Path) -> None:
    async def scene(now: Listening) -> None:
        url = f"ws://127.0.0.1:{now.port}"
        for place in (f"{url}/events", f"{url}/", f"{url}/api/v1/timelines/home"):
            with pytest.raises(InvalidStatus):
                await connect(f"{place}?access_token={now.token}")
        with pytest.raises(InvalidStatus):
            await connect(
                f"ws://rebound.example:{now.port}/api/v1/streaming?access_token={now.token}",
                host="127.0.0.1",
                port=now.port,
            )

    play(tmp_path, scene)


@pytest.mark.slow
@pytest.mark.attack("A272")
def test_streams_are_bounded_and_end_with_the_token(tmp_path: Path) -> None:
    async def scene(now: Listening) -> None:
        assert now.server.apps is not None
        sockets = [
            await now.socket(f"?stream=user&access_token={now.token}")
            for _ in range(STREAMS_MAX + 1)
        ]
        await asyncio.wait_for(sockets[0].wait_closed(), TIMEOUT_S)
        for number in range(SUBSCRIPTIONS_MAX):
            asked = {"type": "subscribe", "stream": "hashtag", "tag": f"t{number}"}
            await sockets[1].send(json.dumps(asked))
        assert (await heard(sockets[1]))["status"] == 429, "one more than it may have"
        await sockets[2].send("x" * (PAGE_FRAME_BYTES_MAX + 1))
        await asyncio.wait_for(sockets[2].wait_closed(), TIMEOUT_S)
        now.server.apps.remove(now.server.apps.book.apps[0].id)
        now.desk.announce("status")
        for each in sockets[1:]:
            await asyncio.wait_for(each.wait_closed(), TIMEOUT_S)

    play(tmp_path, scene)


@pytest.mark.slow
@pytest.mark.attack("A272")
def test_notifications_are_told_to_who_may_read_them(tmp_path: Path) -> None:
    async def scene(now: Listening) -> None:
        assert now.server.apps is not None
        narrow = new_token(now.server.apps, "read:statuses")
        wide = new_token(now.server.apps, "read:statuses read:notifications")
        async with (
            now.socket(f"?access_token={wide}") as may,
            now.socket(f"?access_token={narrow}") as may_not,
        ):
            await may_not.send(json.dumps({"type": "subscribe", "stream": "user:notification"}))
            assert (await heard(may_not))["status"] == 400
            for each in (may, may_not):
                await subscribed(each, stream="user")
            post = now.desk.posts[-1]
            notice = Notification(post=post, is_answer=True, is_mention=False, unread=True)
            found = NotificationList(notifications=(notice,), next=None, unread_count=1)
            now.desk.rows[Notifications] = lambda desk, ask: found
            now.write("fresh")
            assert [(await heard(may))["event"] for _ in range(2)] == ["update", "notification"]
            assert (await heard(may_not))["event"] == "update"
            now.desk.rows[Notifications] = lambda desk, ask: replace(found, notifications=())
            now.write("later")
            assert (await heard(may_not))["event"] == "update", "and nothing before it"

    play(tmp_path, scene)


@pytest.mark.slow
def test_what_was_let_in_still_is_when_the_page_is_served_again(tmp_path: Path) -> None:
    async def scene(now: Listening) -> None:
        port = now.port
        again = RunFile(tmp_path).apps(port)
        assert again.find(now.token)
        reader, writer = await now.events("/api/v1/streaming/health/")
        assert b" 200 " in await reader.readline()
        writer.close()

    play(tmp_path, scene)
