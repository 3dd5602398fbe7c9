"""Bodies are read and answers are sent in the loop, whole.  Real sockets on 127.0.0.1."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
from street import loop
from street.fakes.desk import FakeDesk
from street.loop import VirtualLoop, settle
from swarmfeed.core.base.limits import FORM_BYTES_MAX, IMPORT_BYTES_MAX
from swarmfeed.core.net.limits import FORM_KEPT_BYTES_MAX, PAGE_BODY_S, UPLOAD_BYTES_MAX
from uvicorn._types import HTTPScope
from webui.asgi import PageServer
from webui.plain import values
from webui.server import Server
from webui.whole import BodyRules, WholeRequests

from tests.web.serving import Connect, play, read_to_end, run

Send = Callable[..., Awaitable[None]]


async def echo(
    scope: HTTPScope, receive: Callable[..., Awaitable[dict[str, object]]], send: Send
) -> None:
    """Answers with the length that was declared, and the body, in two pieces."""
    message = await receive()
    assert message["more_body"] is False
    declared = " ".join(values(scope, b"content-length"))
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send(
        {"type": "http.response.body", "body": f"[{declared}]".encode(), "more_body": True}
    )
    await send({"type": "http.response.body", "body": message["body"], "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def whose(scope: HTTPScope) -> str | None:
    return "".join(values(scope, b"cookie")) or None


def made(**rules: float) -> "partial[Server]":
    given = BodyRules(whose=whose, bytes_max=lambda _: 1_000, **rules)  # type: ignore[arg-type]  # floats where ints are due
    return partial(Server, WholeRequests(echo, given))  # type: ignore[arg-type]  # bare ASGI


def posted(body: bytes, *headers: str, who: str = "ada", length: int | None = None) -> bytes:
    lines = ["POST / HTTP/1.1", "Host: a", "Connection: close", *headers]
    lines += [f"Cookie: {who}"] if who else []
    lines += [] if length == 0 else [f"Content-Length: {length or len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def ask(connect: Connect, request: bytes) -> bytes:
    reader, writer = await connect()
    writer.write(request)
    return await read_to_end(reader)


def test_a_body_is_handed_on_whole_with_its_length_however_it_came() -> None:
    chunked = b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"

    async def scene(connect: Connect) -> None:
        assert b"[5]abcde" in await ask(connect, posted(b"abcde"))
        said = posted(chunked, "Transfer-Encoding: chunked", length=0)
        assert b"[5]abcde" in await ask(connect, said)

    play(made(), scene)


def test_who_waits_to_be_told_to_go_on_is_told() -> None:
    async def scene(connect: Connect) -> None:
        reader, writer = await connect()
        writer.write(posted(b"", "Expect: 100-continue", length=5))
        assert b"100" in await reader.readuntil(b"\r\n\r\n")
        writer.write(b"abcde")
        assert b"[5]abcde" in await read_to_end(reader)

    play(made(), scene)


@pytest.mark.attack("A61")
def test_half_a_body_is_given_up_in_time_with_a_sentence() -> None:
    async def scene(connect: Connect) -> None:
        answer = await ask(connect, posted(b"half", length=8))
        assert answer.startswith(b"HTTP/1.1 408")
        assert b"did not come in time" in answer

    play(made(timeout_s=0.05), scene)


@pytest.mark.attack("A61")
def test_of_too_many_bodies_the_longest_waiting_of_who_has_most_goes() -> None:
    async def scene(connect: Connect) -> None:
        other, writer = await connect()
        writer.write(posted(b"ab", who="bob", length=5))
        halves = []
        for _ in range(5):
            halves.append(await connect())
            halves[-1][1].write(posted(b"half", length=8))
        for reader, _ in halves[:3]:
            assert (await read_to_end(reader)).startswith(b"HTTP/1.1 408")
        assert b"[5]abcde" in await ask(connect, posted(b"abcde"))
        writer.write(b"cde")
        assert b"[5]abcde" in await read_to_end(other)

    play(made(most=10, most_of_one=2), scene)


@pytest.mark.attack("A61")
def test_all_bodies_together_take_no_more_memory_than_they_may() -> None:
    rules = BodyRules(whose=whose, bytes_max=lambda _: 1_000, all_bytes_max=1_000)
    whole = WholeRequests(echo, rules)  # type: ignore[arg-type]  # bare ASGI

    async def scene(connect: Connect) -> None:
        first, writer = await connect()
        writer.write(posted(b"a" * 600, length=700))
        while whole.held_bytes < 600:
            await asyncio.sleep(0.001)
        second = asyncio.create_task(ask(connect, posted(b"b" * 500)))
        assert (await read_to_end(first)).startswith(b"HTTP/1.1 408")
        assert b"[500]" in await second
        assert whole.held_bytes == 0

    play(partial(Server, whole), scene)


@pytest.mark.attack("A61")
def test_who_makes_another_go_is_answered_also_when_the_time_of_that_one_is_just_up() -> None:
    rules = BodyRules(
        whose=whose, bytes_max=lambda _: 1_000, timeout_s=30, all_bytes_max=1, most=9
    )
    whole = WholeRequests(echo, rules)  # type: ignore[arg-type]  # bare ASGI
    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"cookie", b"ada")]}

    async def scene() -> None:
        clock = asyncio.get_running_loop()
        assert isinstance(clock, VirtualLoop)
        answers: dict[str, list[dict[str, object]]] = {"late": [], "next": []}
        tasks, bodies = [], {name: clock.create_future() for name in answers}

        def begin(name: str) -> None:
            async def send(message: dict[str, object]) -> None:
                answers[name].append(message)

            answering = whole(scope, lambda: bodies[name], send)  # type: ignore[arg-type]  # bare ASGI
            tasks.append(asyncio.create_task(answering))

        begin("late")
        await settle()
        clock.skipped_s += 10
        begin("next")
        whole_body = {"type": "http.request", "body": b"ab", "more_body": False}
        clock.call_later(19, bodies["next"].set_result, whole_body)
        await settle()
        clock.skipped_s += 25
        await asyncio.gather(*tasks)
        assert answers["late"][0]["status"] == 408
        assert answers["next"][1]["body"] == b"[2]ab"

    loop.play(scene)


@pytest.mark.attack("A61")
@pytest.mark.parametrize(
    ("request_", "handed_on"),
    [
        (posted(b"half", length=1_001), b"[1001]"),  # the app says that it is too long
        (posted(b"half", who="", length=8), b"[]"),  # the app says that nobody is logged in
        (posted(b"", length=8).replace(b"POST", b"GET"), b"[]"),
        (posted(b"7d1\r\n" + b"x" * 1_010, "Transfer-Encoding: chunked", length=0), b"[10"),
    ],
)
def test_what_will_be_refused_is_not_waited_for(request_: bytes, handed_on: bytes) -> None:
    async def scene(connect: Connect) -> None:
        reader, writer = await connect()
        writer.write(request_)
        assert handed_on in await reader.readuntil(handed_on)

    play(made(), scene)


@pytest.mark.attack("A61")
def test_who_does_not_read_the_answer_holds_no_thread() -> None:
    answered = asyncio.Event()

    async def app(scope: object, receive: object, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(100):
            await send(
                {"type": "http.response.body", "body": bytes(200_000), "more_body": True}
            )
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        answered.set()

    async def scene(connect: Connect) -> None:
        _, writer = await connect()
        writer.transport.pause_reading()
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await answered.wait()

    rules = BodyRules(whose=whose, bytes_max=lambda _: 1_000)
    play(partial(Server, WholeRequests(app, rules)), scene)  # type: ignore[arg-type]  # bare ASGI


@pytest.mark.attack("A61")
@pytest.mark.slow
def test_sixty_half_sent_posts_hold_up_nobody(tmp_path: Path) -> None:
    async def scene() -> None:
        server = PageServer(FakeDesk(), tmp_path)
        port = await server.start()
        opened = []

        async def say(text: str) -> asyncio.StreamReader:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            opened.append(writer)
            writer.write(text.replace("\n", "\r\n").encode())
            return reader

        own, path = server.login_link().removeprefix("http://").split("/", 1)
        host = f"Host: {own}\nSec-Fetch-Site: same-origin\n"
        head = await (await say(f"GET /{path} HTTP/1.1\n{host}\n")).readuntil(b"\r\n\r\n")
        cookie = f"Cookie: {head.decode().split('set-cookie: ')[1].split(';')[0]}\n"
        page = await say(f"GET / HTTP/1.1\n{host}{cookie}Connection: close\n\n")
        key = (await page.read()).decode().split('name="form_key" value="')[1].split('"')[0]
        form = f"{host}{cookie}Content-Type: application/x-www-form-urlencoded\n"
        for _ in range(60):
            await say(f"POST /posts HTTP/1.1\n{form}Content-Length: 1000\n\ntext=half")
        whole = f"text=whole&form_key={key}"
        async with asyncio.timeout(PAGE_BODY_S / 2):  # they wait for longer
            page = await say(f"GET / HTTP/1.1\n{form}\n")
            assert (await page.readuntil(b"\r\n")).split()[1] == b"200"
            length = f"Content-Length: {len(whole)}\n\n"
            post = await say(f"POST /posts HTTP/1.1\n{form}{length}{whole}")
            assert (await post.readuntil(b"\r\n")).split()[1] == b"303"
            for at, size in (("/posts", UPLOAD_BYTES_MAX + 1), ("/follow", 3 << 20)):
                long = await say(f"POST {at} HTTP/1.1\n{form}Content-Length: {size}\n\n")
                assert (await long.readuntil(b"\r\n")).split()[1] == b"413"
            for at in ("/posts", "/preview", "/me/profile", "/import", "/follow/code"):
                assert server.body_bytes_max(at) == UPLOAD_BYTES_MAX, at
        for writer in opened:
            writer.close()
        await server.stop()

    run(scene())


def test_an_import_may_be_longer_than_a_form(tmp_path: Path) -> None:
    async def scene() -> None:
        server = PageServer(FakeDesk(), tmp_path)
        assert server.body_bytes_max("/api/1/import") == IMPORT_BYTES_MAX
        assert server.body_bytes_max("/api/1/post") == FORM_BYTES_MAX
        assert server.body_bytes_max("import") == FORM_KEPT_BYTES_MAX

    run(scene())
