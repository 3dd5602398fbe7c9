"""Links of two ends that connect to each other at once: real and in memory."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Literal

import pytest
from street.fakes.link import FakeNetwork
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.talk.words import Hello
from swarmfeed.errors import AlreadyLinkedError, RetryError
from swarmfeed.ports import Links, Peer
from swarmfeed.shell.wire.crossing import connect_both
from swarmfeed.shell.wire.link import WebSocketLink

from tests.own_network import machines
from tests.shell.wire.test_link_contract import ANYWHERE, NOTE, next_of

pytestmark = pytest.mark.slow

SEEDS = b"a" * 32, b"b" * 32
SILENT = """table inet t {
  chain out { type filter hook output priority 0; tcp flags rst drop; }
}
"""
"""Between us nobody refuses, as behind routers that are silent."""


class Town:
    """A third whom both ends are linked to, and the ends."""

    def __init__(self, kind: Literal["fake", "real"], folder: Path) -> None:
        self._kind, self._folder = kind, folder
        self._network = FakeNetwork()
        self.links: list[Links] = []
        self.seen: list[Peer] = []
        """Peers at whoever was let in by a link's end."""

    def make(self, seed: bytes) -> tuple[Links, Hello]:
        node_id = NodeId(SigningKey(seed).public)
        real = self._kind == "real"
        link = WebSocketLink(seed, self._folder) if real else self._network.link(node_id)
        self.links.append(link)
        return link, Hello(node_id=node_id, hosts=("127.0.0.1",), link_port=7, swarm_port=8)

    async def listen(self, link: Links, own: Hello) -> Endpoint:
        return await link.listen(ANYWHERE, lambda: own, self._echo)

    async def ends(self) -> tuple[tuple[Links, Hello, Endpoint], ...]:
        """Both ends, each with its side of a link to the third."""
        third, hello = self.make(b"r" * 32)
        at = await self.listen(third, hello)
        ends = []
        for seed in SEEDS:
            link, own = self.make(seed)
            await self.listen(link, own)
            near = (await link.dial(at, own)).near
            assert near is not None
            ends.append((link, own, near))
        self._network.let_cross(ends[0][1].node_id, ends[1][1].node_id)
        return tuple(ends)

    async def stop(self) -> None:
        for link in self.links:
            await link.stop()

    async def _echo(self, peer: Peer) -> None:
        self.seen.append(peer)
        async for message in peer.messages():
            await peer.send(message)


Play = Callable[[Callable[[Town], Coroutine[None, None, None]]], None]


@pytest.fixture(params=["fake", "real"])
def play(request: pytest.FixtureRequest, tmp_path: Path) -> Play:
    def run(conversation: Callable[[Town], Coroutine[None, None, None]]) -> None:
        async def whole() -> None:
            town = Town(request.param, tmp_path)
            try:
                async with asyncio.timeout(40):
                    await conversation(town)
            finally:
                await town.stop()

        if request.param == "fake":
            asyncio.run(whole())
            return
        with machines("town") as (machine,):
            machine.run("nft", "-f", "-", stdin=SILENT)
            machine.do(lambda: asyncio.run(whole()))

    return run


def test_a_link_that_both_ends_open_is_as_any_other_and_says_no_place(play: Play) -> None:
    async def conversation(town: Town) -> None:
        (anna, anna_hello, anna_at), (ben, ben_hello, ben_at) = await town.ends()
        letting_in = asyncio.create_task(ben.cross(ben_at, anna_at, ben_hello, dials=False))
        peer = await anna.cross(anna_at, ben_at, anna_hello, dials=True)
        assert await letting_in is None
        assert peer is not None
        await peer.send(NOTE)
        assert await next_of(peer) == NOTE
        far = town.seen[-1]
        assert (peer.remote, far.remote) == (ben_at, anna_at)
        assert (peer.near, far.near) == (anna_at, ben_at)
        assert (peer.outgoing, far.outgoing) == (True, False)
        assert (peer.is_dialled, far.is_dialled) == (False, False)
        assert (peer.hello, far.hello) == (
            ben_hello.without_place(),
            anna_hello.without_place(),
        )
        assert peer.binding == far.binding != b""
        assert [each.is_dialled for each in town.seen[:2]] == [True, True]

    play(conversation)


def test_with_who_is_linked_already_there_is_no_second_link(play: Play) -> None:
    async def conversation(town: Town) -> None:
        (anna, anna_hello, anna_at), (ben, ben_hello, ben_at) = await town.ends()
        letting_in = asyncio.create_task(ben.cross(ben_at, anna_at, ben_hello, dials=False))
        with pytest.raises(AlreadyLinkedError):
            await anna.cross(anna_at, ben_at, anna_hello, ben_hello.node_id.__eq__, dials=True)
        letting_in.cancel()
        await asyncio.gather(letting_in, return_exceptions=True)
        assert len(town.seen) == 2

    play(conversation)


def test_where_nobody_meets_us_it_ends(play: Play) -> None:
    async def conversation(town: Town) -> None:
        (anna, anna_hello, anna_at), (_, _, ben_at) = await town.ends()
        with pytest.raises(RetryError, match=str(ben_at)):
            await anna.cross(anna_at, ben_at, anna_hello, dials=True)

    play(conversation)


def test_a_refusal_is_no_reason_to_give_up_before_the_time() -> None:
    """On one machine whoever has not begun is refused at once."""

    async def conversation() -> None:
        loop = asyncio.get_running_loop()
        begun_s = loop.time()
        with pytest.raises(RetryError, match="failed"):
            await connect_both(Endpoint("127.0.0.1", 0), Endpoint("127.0.0.1", 9), 0.5)
        assert loop.time() - begun_s >= 0.5

    asyncio.run(conversation())
