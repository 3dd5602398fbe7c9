"""Greets every peer, and remembers who greeted us: one of each thing that a role may bring."""

from collections.abc import Mapping, Sequence

from swarmfeed.core.base.types import NodeId
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import LinkOpened, listens
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.memory import Rows
from swarmfeed.node.role import Role
from swarmfeed.ports import Job


class Greeter:
    """Whom this node met, and how often since it first ran."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
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

    def load(self, page: Mapping[bytes, bytes]) -> None:
        self.met = {NodeId(key): int(count) for key, count in page.items()}

    def take_changes(self) -> dict[bytes, bytes | None]:
        taken, self._unwritten = self._unwritten, {}
        return taken


def greeter_role(ground: Ground, feeds: Feeds) -> Role:
    greeter = Greeter(ground)
    return Role(
        name="greeter",
        parts=greeter,
        says=lambda: True,
        listens=(listens(LinkOpened, greeter.on_opened),),
        jobs=greeter.jobs,
        rows=(Rows(page="greeter", load=greeter.load, take_changes=greeter.take_changes),),
    )
