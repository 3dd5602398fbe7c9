"""The page's server: who sends or reads too slowly is cut off.  Real sockets on 127.0.0.1."""

import asyncio
import errno
import os
import resource
import socket
from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from webui.server import Lobby, Server

from tests.web.serving import Connect, answering, play, read_to_end, run, serving

ASK = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
HALF = b"GET / HTTP/1.1\r\nHost: a\r\nCoo"


async def ask(connect: Connect) -> bytes:
    reader, writer = await connect()
    writer.write(ASK)
    return await reader.readuntil(b"fine")


@pytest.mark.attack("A61")
@pytest.mark.parametrize("first", [b"", ASK])
@pytest.mark.parametrize("then", [b"G", HALF])
def test_who_does_not_finish_the_head_of_a_request_is_cut_off(
    first: bytes, then: bytes
) -> None:
    async def scene(connect: Connect) -> None:
        reader, writer = await connect()
        if first:
            writer.write(first)
            await reader.readuntil(b"fine\r\n0\r\n\r\n")
        writer.write(then)
        assert await read_to_end(reader) == b""

    play(partial(Server, answering(), headers_s=0.05), scene)


@pytest.mark.attack("A61")
def test_who_says_nothing_is_cut_off() -> None:
    async def scene(connect: Connect) -> None:
        reader, _ = await connect()
        assert await read_to_end(reader) == b""

    play(partial(Server, answering(), headers_s=0.05), scene)


@pytest.mark.attack("A61")
@pytest.mark.parametrize("first", [b"", ASK])
def test_dripping_bytes_earn_no_more_time(first: bytes) -> None:
    async def scene(connect: Connect) -> None:
        reader, writer = await connect()
        writer.write(first)
        reading = asyncio.create_task(read_to_end(reader))
        for byte in HALF * 100:
            if reading.done():
                break
            writer.write(bytes([byte]))
            await asyncio.sleep(0.01)
        assert (await reading).count(b"fine") == first.count(ASK)

    play(partial(Server, answering(), headers_s=0.05), scene)


@pytest.mark.attack("A61")
def test_the_rest_of_a_body_that_nobody_waits_for_earns_no_time_either() -> None:
    async def scene(connect: Connect) -> None:
        reader, writer = await connect()
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
        reading = asyncio.create_task(read_to_end(reader))
        while not reading.done():
            writer.write(b"x")
            await asyncio.sleep(0.01)
        assert (await reading).count(b"fine") == 1

    play(partial(Server, answering(), headers_s=0.05), scene)


@pytest.mark.attack("A61")
def test_of_too_many_connections_the_one_that_asks_nothing_for_longest_goes() -> None:
    arrived = asyncio.Event()
    going_on = asyncio.Event()

    async def app(scope: object, receive: object, send: Callable[..., Awaitable[None]]) -> None:
        arrived.set()
        await going_on.wait()
        await answering(b"waited")(scope, receive, send)  # type: ignore[arg-type]  # bare ASGI

    async def scene(connect: Connect) -> None:
        asking, writer = await connect()
        writer.write(ASK)
        await arrived.wait()
        halves = []
        for _ in range(6):
            halves.append(await connect())
            halves[-1][1].write(HALF)
        for reader, _ in halves[:3]:
            assert await read_to_end(reader) == b""
        going_on.set()
        assert b"waited" in await asking.readuntil(b"waited")
        # Those who came last are still there, and may finish what they began.
        reader, writer = halves[-1]
        writer.write(b"kie: b\r\n\r\n")
        assert await reader.readuntil(b"waited")

    play(partial(Server, app, lobby=Lobby(4)), scene)  # type: ignore[arg-type]  # bare ASGI


@pytest.mark.attack("A61")
@pytest.mark.slow
def test_who_reads_nothing_of_a_long_answer_is_cut_off() -> None:
    server = Server(answering(b"x" * 20_000_000 + b"end"), reader_s=0.05)

    async def scene(connect: Connect) -> None:
        _, writer = await connect()
        writer.transport.pause_reading()
        writer.write(ASK)
        while not server.lobby:
            await asyncio.sleep(0.001)
        while server.lobby:
            await asyncio.sleep(0.01)

    play(partial(lambda: server), scene)


@pytest.mark.slow
def test_who_reads_slowly_gets_everything() -> None:
    async def scene(connect: Connect) -> None:
        reader, writer = await connect()
        writer.write(ASK)
        read = b""
        while b"end" not in read:
            read = read[-2:] + await reader.read(100_000)
            await asyncio.sleep(0.001)

    play(partial(Server, answering(b"x" * 20_000_000 + b"end"), reader_s=0.5), scene)


@pytest.mark.attack("A60")
@pytest.mark.slow
def test_without_a_descriptor_left_the_page_pauses_and_goes_on() -> None:
    async def scene(connect: Connect) -> None:
        # asyncio says so through the loop, and tries again a second later.
        told: list[object] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: told.append(context["exception"]))
        assert await ask(connect)
        late = socket.socket()
        _, writer = await connect()
        port = writer.get_extra_info("peername")[1]
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        taken = [os.dup(0)]
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (taken[0] + 3, hard))
            with pytest.raises(OSError) as full:
                while True:
                    taken.append(os.dup(0))
            assert full.value.errno == errno.EMFILE
            late.connect(("127.0.0.1", port))
            while not told:
                await asyncio.sleep(0.001)
        finally:
            for each in taken:
                os.close(each)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        late.setblocking(False)
        await loop.sock_sendall(late, ASK)
        assert (await loop.sock_recv(late, 1_000)).startswith(b"HTTP/1.1 200")
        late.close()

    play(partial(Server, answering()), scene)


@pytest.mark.parametrize("first", [b"", HALF])
def test_who_was_let_in_before_it_stops_is_answered(first: bytes) -> None:
    """Closing on a request on its way resets it: a first start would show an error."""

    async def scene() -> None:
        server = Server(answering())
        async with serving(server) as connect:
            reader, writer = await connect()
            writer.write(first)
            server.should_exit = True
            while server.servers[0].is_serving():
                await asyncio.sleep(0.001)
            writer.write(ASK if not first else b"kie: a=b\r\n\r\n")
            assert b"fine" in await read_to_end(reader)

    run(scene())


def test_who_comes_while_it_stops_is_sent_away_and_holds_it_up_for_nothing() -> None:
    """Browsers connect ahead of what they will ask for."""
    lobby = Lobby(5)

    async def scene(connect: Connect) -> None:
        await ask(connect)
        lobby.close()
        assert len(lobby) == 1, "who is in stays until its answer is there"
        reader, _ = await connect()
        assert await read_to_end(reader) == b""
        assert len(lobby) == 1

    play(partial(Server, answering(), lobby=lobby, headers_s=3_600), scene)
