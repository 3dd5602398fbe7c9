"""Nodes that dial, and listen to, each other: for tests of links."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from street.fakes.clock import FakeClock
from street.fakes.link import FakeNetwork
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import AuthorId, Endpoint, NodeId
from swarmfeed.core.net.limits import (
    DIALS_AT_ONCE,
)
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import Hello, NotHeld, Wake
from swarmfeed.errors import FatalError, RetryError
from swarmfeed.node.ground.events import (
    Events,
    Fatal,
    LinkClosed,
    LinkOpened,
    Strained,
    listens,
)
from swarmfeed.node.ground.fairness import Fairness
from swarmfeed.node.ground.nearby import Nearby
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.sessions import Sessions
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.ground.switchboard import Switchboard, hears
from swarmfeed.ports import Links, Peer

HELLO = NotHeld(AuthorId(bytes(32)))


@dataclass
class Party:
    """A node that is nothing but its links."""

    network: FakeNetwork
    number: int
    peers: tuple[Endpoint, ...] = ()
    hosts: tuple[str, ...] | None = None
    clock: FakeClock = field(default_factory=FakeClock)
    heard: list[tuple[NodeId, Message]] = field(default_factory=list)
    opened: list[Session] = field(default_factory=list)
    closed: list[Session] = field(default_factory=list)
    remembered: list[Endpoint] = field(default_factory=list)
    fatal: list[FatalError] = field(default_factory=list)
    strained: list[str] = field(default_factory=list)
    breaks: Exception | None = None
    """What its handler raises."""
    breaks_at_end: Exception | None = None
    """What is raised where the end of a link is heard."""
    costs_s: dict[NodeId, float] = field(default_factory=dict)
    """Processor seconds that hearing a message of a node costs."""

    def __post_init__(self) -> None:
        key = SigningKey(bytes([21, self.number]) + bytes(30))
        self.node_id = NodeId(key.public)
        self.at = Endpoint(f"127.0.3.{self.number}", 7000)
        settings = NodeSettings(listen=self.at.host, peers=self.peers)
        link = self.network.link(self.node_id)
        events = Events()
        events.connect(
            [
                listens(LinkOpened, lambda event: self.opened.append(event.session)),
                listens(LinkClosed, self.on_closed),
                listens(Strained, lambda event: self.strained.append(event.error.trouble)),
                listens(Fatal, lambda event: self.fatal.append(event.error)),
            ]
        )
        board = Switchboard()
        board.connect([hears(each, self.on_message) for each in (NotHeld, Wake)])
        self.sessions = Sessions(
            link,
            Nearby(settings, list, lambda _: None),
            Fairness(self.clock),
            self.hello,
            events,
            board,
            self.remember,
        )

    def on_closed(self, event: LinkClosed) -> None:
        self.closed.append(event.session)
        if self.breaks_at_end is not None:
            raise self.breaks_at_end

    def hello(self) -> Hello:
        hosts = (self.at.host,) if self.hosts is None else self.hosts
        return Hello(node_id=self.node_id, hosts=hosts, link_port=7000, swarm_port=8000)

    async def remember(self, link: Endpoint) -> None:
        self.remembered.append(link)

    async def on_message(self, session: Session, message: Message) -> None:
        if self.breaks is not None:
            raise self.breaks
        self.clock.work(self.costs_s.get(session.node_id, 0))
        self.heard.append((session.node_id, message))

    async def listen(self) -> None:
        self.sessions.own_endpoints([await self.sessions.listen(self.at)])

    def linked(self) -> list[NodeId]:
        return [each.node_id for each in self.sessions.all()]

    async def say(self, to: "Party", message: Message = HELLO) -> None:
        session = self.sessions.find(to.node_id)
        assert session is not None
        session.outbox.put("say", lambda: session.send(message))
        await rest()


class Knocks:
    """A street where doors open late, or, but for one, never."""

    def __init__(self, real: Links | None = None, answers: Endpoint | None = None) -> None:
        self.dialled: list[Endpoint] = []
        self.dials_max = DIALS_AT_ONCE
        self.most_at_once = 0
        self._at_once = 0
        self._real = real
        self._answers = answers

    async def dial(
        self, endpoint: Endpoint, own: Hello, is_linked: Callable[[NodeId], bool]
    ) -> Peer:
        self.dialled.append(endpoint)
        if self._real is not None and endpoint == self._answers:
            return await self._real.dial(endpoint, own, is_linked)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await asyncio.sleep(10 if self._real else 0.01)
        finally:
            self._at_once -= 1
        raise RetryError("nobody there")


def endpoints(count: int) -> list[Endpoint]:
    return [Endpoint(f"127.1.{n // 200}.{n % 200 + 1}", 7000) for n in range(count)]


async def rest() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


def play(script: Callable[..., Awaitable[None]], count: int = 2) -> None:
    """Play with ``count`` listening parties, and stop them in the end."""

    async def run() -> None:
        network = FakeNetwork()
        parties = [Party(network, number + 1) for number in range(count)]
        for party in parties:
            await party.listen()
        await script(*parties)
        for party in parties:
            await party.sessions.stop()
            assert party.sessions.all() == []
        assert asyncio.all_tasks() == {asyncio.current_task()}, "nothing outlives a stop"

    asyncio.run(run())
