"""Posting to places on the web: what each ``ports.Poster`` promises, and bounds of the real."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from street.fakes.poster import FakePoster, FakeWeb
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.limits import WEB_REPLY_BYTES_MAX
from swarmfeed.core.net.web import WebPlace
from swarmfeed.errors import RetryError
from swarmfeed.ports import Poster, WebReply
from swarmfeed.shell.wire.poster import WebPoster
from swarmfeed.shell.wire.posting import PostingDoor
from swarmfeed.shell.wire.tls import server_context

from tests.socks import socks_server

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def place(at: Endpoint, *, is_tls: bool = False, host: str = "") -> WebPlace:
    return WebPlace(is_tls=is_tls, host=host or at.host, port=at.port, path="/add-checkpoint")


class Reply(WebReply):
    content_type = "text/plain"


@pytest.mark.parametrize("kind", ["fake", "real"])
def test_the_answer_comes_back_whatever_its_status_and_nobody_is_told_so(kind: str) -> None:
    async def conversation() -> None:
        async def answer(body: bytes, _: str = "") -> Reply:
            return Reply(409 if body == b"old" else 200, b"<" + body + b">")

        door = PostingDoor(Endpoint("127.0.0.1", 0), "/add-checkpoint", answer)
        there = place(await door.start())
        web = FakeWeb()
        web.answers[str(there)] = answer
        poster: Poster = FakePoster(web) if kind == "fake" else WebPoster()
        assert await poster.post(there, b"old") == (409, b"<old>")
        assert await poster.post(there, b"") == (200, b"<>")
        await door.stop()
        web.answers.clear()
        with pytest.raises(RetryError, match="not reached"):
            await poster.post(there, b"old")

    asyncio.run(conversation())


async def posted_to(serve: Serve, *, within_s: float = 5) -> WebReply:
    async def serve_and_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
            await writer.drain()
        except OSError:
            pass  # who asked has had enough
        finally:
            if not writer.is_closing():
                writer.transport.abort()

    server = await asyncio.start_server(serve_and_end, "127.0.0.1", 0)
    at = Endpoint(*server.sockets[0].getsockname())
    try:
        return await WebPoster(within_s=within_s).post(place(at), b"body")
    finally:
        server.close()


def saying(*pieces: bytes) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        assert await reader.readexactly(4) == b"body"
        for piece in pieces:
            writer.write(piece)
        writer.close()

    return serve


def test_an_answer_in_chunks_and_one_without_a_length_are_read() -> None:
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    assert asyncio.run(posted_to(saying(chunked))) == (200, b"abcde")
    until_end = b"HTTP/1.0 422 No\r\n\r\nabc"
    assert asyncio.run(posted_to(saying(until_end))) == (422, b"abc")
    elsewhere = (
        b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    )
    assert asyncio.run(posted_to(saying(elsewhere))) == (301, b"")


@pytest.mark.attack("A228")
@pytest.mark.parametrize(
    ("pieces", "why"),
    [
        ((b"SSH-2.0-OpenSSH\r\n\r\n",), "does not speak HTTP"),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",), "does not speak HTTP"),
        ((b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 100_000,), "does not speak HTTP"),
        ((b"HTTP/1.1 200 OK\r\n\r\n", bytes(WEB_REPLY_BYTES_MAX + 1)), "too long"),
        ((), "does not speak HTTP"),
    ],
)
def test_what_is_no_answer_or_too_long_ends_with_a_sentence(
    pieces: tuple[bytes, ...], why: str
) -> None:
    with pytest.raises(RetryError, match=why):
        asyncio.run(posted_to(saying(*pieces)))


@pytest.mark.attack("A228")
def test_one_that_drips_or_is_silent_is_left_in_time() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while not writer.is_closing():
            writer.write(b"a: b\r\n")
            await asyncio.sleep(0.01)

    with pytest.raises(RetryError, match="in time"):
        asyncio.run(posted_to(drip, within_s=0.1))


@pytest.mark.attack("A229")
def test_who_shows_no_certificate_of_its_name_gets_nothing(tmp_path: Path) -> None:
    got: list[bytes] = []

    async def conversation() -> None:
        refused = asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await writer.start_tls(server_context(b"s" * 32, tmp_path))
                got.append(await reader.read(100))
            except OSError:
                refused.set()
            finally:
                writer.transport.abort()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        at = Endpoint(*server.sockets[0].getsockname())
        with pytest.raises(RetryError, match="certificate"):
            await WebPoster().post(place(at, is_tls=True, host="localhost"), b"body")
        await refused.wait()
        server.close()

    asyncio.run(conversation())
    assert got == []


@pytest.mark.attack("A152")
def test_by_a_proxy_names_are_looked_up_there_and_nothing_goes_beside_it() -> None:
    async def conversation() -> None:
        async def answer(body: bytes, _: str) -> Reply:
            return Reply(200, body)

        door = PostingDoor(Endpoint("127.0.0.1", 0), "/add-checkpoint", answer)
        at = await door.start()
        with socks_server() as proxy:
            poster = WebPoster(proxy.endpoint)
            assert await poster.post(place(at, host="localhost"), b"hello") == (200, b"hello")
            assert proxy.asked == [Endpoint("localhost", at.port)]
        with pytest.raises(RetryError, match="proxy"):
            await poster.post(place(at), b"hello")
        await door.stop()

    asyncio.run(conversation())
