"""Who arrives at the peer link: real sockets, and nobody behind it but a list."""

import asyncio
import errno
import os
import resource
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager

import pytest
from street.fakes.hostile import ANYWHERE, run
from swarmfeed.shell.wire.doorstep import TLS_HANDSHAKE, Doorstep, LetThrough
from swarmfeed.shell.wire.rules import LinkRules


class Behind:
    """What is behind the doorstep: keeps the sockets that were handed on."""

    def __init__(self) -> None:
        self.sockets: list[socket.socket] = []
        self.passes: list[LetThrough] = []

    async def take(self, raw: socket.socket, let_through: LetThrough) -> None:
        self.sockets.append(raw)
        self.passes.append(let_through)


class Scene:
    def __init__(self, doorstep: Doorstep, behind: Behind, port: int) -> None:
        self.doorstep = doorstep
        self.behind = behind
        self.port = port
        self.stack = ExitStack()

    def connect(self, host: str = "127.0.0.1") -> socket.socket:
        found = self.stack.enter_context(socket.socket())
        found.bind((host, 0))
        found.connect(("127.0.0.1", self.port))
        found.setblocking(False)
        return found

    async def until(self, come: Callable[[], bool]) -> None:
        while not come():
            await asyncio.sleep(0.001)


@asynccontextmanager
async def gated(rules: LinkRules) -> AsyncIterator[Scene]:
    behind = Behind()
    doorstep = Doorstep(rules, behind.take)
    server = await doorstep.open(ANYWHERE)
    scene = Scene(doorstep, behind, server.sockets[0].getsockname()[1])
    try:
        yield scene
    finally:
        scene.stack.close()
        await doorstep.close()
        server.close()
        for each in behind.sockets:
            each.close()


def play(scene: Callable[[Scene], Awaitable[None]], rules: LinkRules | None = None) -> None:
    async def whole() -> None:
        async with gated(rules or LinkRules()) as opened:
            await scene(opened)

    run(whole())


async def ended(found: socket.socket) -> bool:
    try:
        return await asyncio.get_running_loop().sock_recv(found, 1) == b""
    except ConnectionError:
        return True


@pytest.mark.attack("A60")
def test_nothing_is_built_for_those_who_say_nothing() -> None:
    async def conversation(scene: Scene) -> None:
        silent = [scene.connect() for _ in range(5)]
        await scene.until(lambda: scene.doorstep.stranger_count == 5)
        assert scene.behind.sockets == []
        silent[2].send(TLS_HANDSHAKE)
        await scene.until(lambda: len(scene.behind.sockets) == 1)
        assert scene.doorstep.stranger_count == 5
        scene.behind.passes[0]()
        scene.behind.passes[0]()
        assert scene.doorstep.stranger_count == 4

    play(conversation)


@pytest.mark.attack("A60")
def test_of_a_crowd_that_says_nothing_whoever_waits_longest_goes() -> None:
    async def conversation(scene: Scene) -> None:
        first, honest = scene.connect("127.0.0.2"), scene.connect("127.0.0.3")
        await scene.until(lambda: scene.doorstep.stranger_count == 2)
        honest.send(TLS_HANDSHAKE)
        await scene.until(lambda: len(scene.behind.sockets) == 1)
        crowd = [scene.connect(f"127.0.1.{number}") for number in range(1, 20)]
        assert await ended(first)
        assert all([await ended(each) for each in crowd[:15]])
        assert scene.doorstep.stranger_count == 4 + 1
        # Who speaks is out of their reach.
        assert scene.behind.sockets[0].fileno() >= 0
        scene.behind.sockets[0].send(b"!")
        assert await asyncio.get_running_loop().sock_recv(honest, 1) == b"!"

    play(conversation, LinkRules(silent_max=4))


@pytest.mark.attack("A60")
def test_one_address_has_its_share_of_those_who_speak_too() -> None:
    async def conversation(scene: Scene) -> None:
        honest = scene.connect("127.0.0.3")
        honest.send(TLS_HANDSHAKE)
        await scene.until(lambda: len(scene.behind.sockets) == 1)
        siege = []
        for number in range(5):
            siege.append(scene.connect("127.0.0.4"))
            siege[-1].send(TLS_HANDSHAKE)
            await scene.until(lambda count=number + 2: len(scene.behind.sockets) == count)
        # Cut off at the socket: whatever was built on it reads the end of the stream.
        assert [each.recv(2, socket.MSG_DONTWAIT) for each in scene.behind.sockets[1:4]] == [
            TLS_HANDSHAKE
        ] * 3
        assert all([await ended(each) for each in siege[:3]])
        assert scene.doorstep.stranger_count == 3

    play(conversation, LinkRules(speaking_max=10, one_address_max=2))


@pytest.mark.attack("A60")
@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\x00"])
def test_what_is_no_tls_is_dropped_before_tls_is_built(said: bytes) -> None:
    async def conversation(scene: Scene) -> None:
        found = scene.connect()
        found.send(said)
        found.shutdown(socket.SHUT_WR)
        assert await ended(found)
        assert scene.behind.sockets == []

    play(conversation)


@pytest.mark.attack("A10")
def test_whoever_is_not_through_in_time_is_cut_off() -> None:
    async def conversation(scene: Scene) -> None:
        silent, speaking = scene.connect(), scene.connect()
        speaking.send(TLS_HANDSHAKE)
        assert await ended(silent)
        assert await ended(speaking)
        assert scene.doorstep.stranger_count == 0

    play(conversation, LinkRules(handshake_timeout_s=0.05))


@pytest.mark.attack("A60")
def test_without_a_descriptor_left_the_gate_pauses_and_goes_on() -> None:
    async def conversation(scene: Scene) -> None:
        waiting = [scene.connect() for _ in range(3)]
        await scene.until(lambda: scene.doorstep.stranger_count == 3)
        late = scene.stack.enter_context(socket.socket())
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        taken = [os.dup(0)]
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(taken) + 4, hard))
            with pytest.raises(OSError) as full:
                while True:
                    taken.append(os.dup(0))
            assert full.value.errno == errno.EMFILE
            late.connect(("127.0.0.1", scene.port))
            # Who waits longest makes room, and the doorstep is left alone for a moment.
            assert await ended(waiting[0])
        finally:
            for each in taken:
                os.close(each)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        late.send(TLS_HANDSHAKE)
        await scene.until(lambda: len(scene.behind.sockets) == 1)

    play(conversation)


def test_closing_sends_everybody_away() -> None:
    async def conversation(scene: Scene) -> None:
        silent, speaking = scene.connect(), scene.connect()
        speaking.send(TLS_HANDSHAKE)
        await scene.until(lambda: len(scene.behind.sockets) == 1)
        await scene.doorstep.close()
        assert not scene.doorstep.is_open
        assert await ended(silent) and await ended(speaking)

    play(conversation)
