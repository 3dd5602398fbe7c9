"""Greets every peer, and remembers who greeted us: one of each thing that a role may bring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from swarmfeed.core.base.types import NodeId
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.desk import in_loop
from swarmfeed.node.ground.events import LinkOpened, listens
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.memory import Rows
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.switchboard import hears
from swarmfeed.node.role import Role
from swarmfeed.ports import Job

from tests.toys.greeter.asks import Greet, Greeted, Greetings, GreetingView, WhoGreeted
from tests.toys.greeter.settings import GreeterSettings
from tests.toys.greeter.words import TEXT_BYTES_MAX, Greeting


@dataclass(slots=True)
class GreeterSide:
    """What is remembered of one link."""

    said: list[str] = field(default_factory=list)


class Greeter:
    """Whom this node met, and how often since it first ran."""

    def __init__(self, ground: Ground) -> None:
        self._sessions = ground.sessions
        self._text = ground.settings.of(GreeterSettings).greeting
        self.met: dict[NodeId, int] = {}
        self._unwritten: dict[bytes, bytes | None] = {}

    def jobs(self) -> Sequence[Job]:
        return (Job(name="greetings", run=self.count, every_s=60),)

    async def count(self) -> str:
        return f"met {len(self.met)} nodes"

    def on_opened(self, event: LinkOpened) -> None:
        node_id = event.session.node_id
        self.met[node_id] = self.met.get(node_id, 0) + 1
        self._unwritten[node_id] = b"%d" % self.met[node_id]
        if _is_greeter(event.session):
            self._greet(event.session, self._text)

    def on_greeting(self, session: Session, greeting: Greeting) -> None:
        session.part(GreeterSide).said.append(greeting.text)

    def greet(self, ask: Greet) -> Greeted:
        if not 0 < len(ask.text.encode()) <= TEXT_BYTES_MAX:
            raise UserError(f"A greeting has 1 to {TEXT_BYTES_MAX} bytes.")
        others = [each for each in self._sessions.all() if _is_greeter(each)]
        for session in others:
            self._greet(session, ask.text)
        return Greeted(nodes=len(others))

    def who_greeted(self, ask: WhoGreeted) -> Greetings:
        said = [
            GreetingView(node_id=session.node_id, text=text)
            for session in self._sessions.all()
            for text in session.part(GreeterSide).said
        ]
        return Greetings(greetings=tuple(said))

    def load(self, page: Mapping[bytes, bytes]) -> None:
        self.met = {NodeId(key): int(count) for key, count in page.items()}

    def take_changes(self) -> dict[bytes, bytes | None]:
        taken, self._unwritten = self._unwritten, {}
        return taken

    def _greet(self, session: Session, text: str) -> None:
        session.outbox.put(("greeting", text), partial(session.send, Greeting(text)))


def _is_greeter(session: Session) -> bool:
    return "greeter" in session.peer.hello.roles


def greeter_role(ground: Ground, feeds: Feeds) -> Role:
    greeter = Greeter(ground)
    return Role(
        name="greeter",
        parts=greeter,
        says=lambda: True,
        hears=(hears(Greeting, greeter.on_greeting),),
        answers=(in_loop(Greet, greeter.greet), in_loop(WhoGreeted, greeter.who_greeted)),
        listens=(listens(LinkOpened, greeter.on_opened),),
        jobs=greeter.jobs,
        rows=(Rows(page="greeter", load=greeter.load, take_changes=greeter.take_changes),),
    )
