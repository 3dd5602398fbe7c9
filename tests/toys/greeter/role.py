"""Greets every peer, and remembers who greeted us: one of each thing that a role may bring.

What others send is bounded, as everywhere: so many greetings of a link, so many nodes met.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from msgspec import Struct, field
from swarmfeed.core.base.types import NodeId
from swarmfeed.errors import DamageError
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.desk import in_loop
from swarmfeed.node.ground.events import LinkOpened, listens
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.memory import Rows, readable
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.switchboard import hears
from swarmfeed.node.role import Role
from swarmfeed.ports import Job

from tests.toys.greeter import sentences
from tests.toys.greeter.asks import Greet, Greeted, Greetings, GreetingView, WhoGreeted
from tests.toys.greeter.settings import GreeterSettings, check_text
from tests.toys.greeter.words import GREETER_ROLE, Greeting

PAGE: Final = "greeter"
"""Page of the ledger: a row for each node that was met, with how often."""

GREETINGS_KEPT_MAX: Final = 10
"""Of one link; the oldest give way."""

MET_MAX: Final = 1_000
"""Nodes that are remembered; those met longest ago give way."""


class GreeterSide(Struct):
    """What is remembered of one link."""

    said: deque[str] = field(default_factory=lambda: deque(maxlen=GREETINGS_KEPT_MAX))


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
        return sentences.MET(nodes=len(self.met))

    def on_opened(self, event: LinkOpened) -> None:
        self._note(event.session.node_id)
        if _is_greeter(event.session):
            self._greet(event.session, self._text)

    def on_greeting(self, session: Session, greeting: Greeting) -> None:
        session.part(GreeterSide).said.append(greeting.text)

    def greet(self, ask: Greet) -> Greeted:
        check_text(ask.text)
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
        self.met = {NodeId(key): count for key, count in readable(page, _decode_count)}

    def take_changes(self) -> dict[bytes, bytes | None]:
        taken, self._unwritten = self._unwritten, {}
        return taken

    # --- inside ---

    def _note(self, node_id: NodeId) -> None:
        count = self.met.pop(node_id, 0) + 1
        self.met[node_id], self._unwritten[node_id] = count, b"%d" % count
        if len(self.met) > MET_MAX:
            first = next(iter(self.met))
            del self.met[first]
            self._unwritten[first] = None

    def _greet(self, session: Session, text: str) -> None:
        session.outbox.put(("greeting", text), partial(session.send, Greeting(text)))


def _is_greeter(session: Session) -> bool:
    return GREETER_ROLE in session.peer.hello.roles


def _decode_count(row: bytes) -> int:
    if not row.isdigit():
        raise DamageError("a count is no number")
    return int(row)


def greeter_role(ground: Ground, _feeds: Feeds) -> Role:
    """Make the role of one node."""
    greeter = Greeter(ground)
    return Role(
        name=GREETER_ROLE,
        parts=greeter,
        says=lambda: True,
        hears=(hears(Greeting, greeter.on_greeting),),
        answers=(in_loop(Greet, greeter.greet), in_loop(WhoGreeted, greeter.who_greeted)),
        listens=(listens(LinkOpened, greeter.on_opened),),
        jobs=greeter.jobs,
        rows=(Rows(page=PAGE, load=greeter.load, take_changes=greeter.take_changes),),
    )
