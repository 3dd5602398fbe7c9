"""A layer of supernodes in which a post goes from one to all: time, lines, deaths, droppers.

A line takes a log-normal time of 55 ms in the middle; one message in a hundred is lost and sent
again after a second, as TCP does.  Who died is still on everybody's list.
"""

import heapq
from collections.abc import Callable, Sequence
from itertools import count
from random import Random
from typing import Any, Final, Protocol

from msgspec import Struct, field
from swarmfeed.core.base.types import NodeId

LINE_MS: Final = 55
LINE_SIGMA: Final = 0.5
LOST: Final = 0.01
AGAIN_MS: Final = 1_000
END_MS: Final = 30_000
"""After that nobody waits for a post."""


class PushSetting(Struct, frozen=True, kw_only=True):
    """One world."""

    seed: int
    supernodes: int
    crashed: float = 0.0
    """Share that died while everybody still lists them."""
    droppers: float = 0.0
    """Share that confirms what comes and does nothing else."""
    differing: float = 0.0
    """Share of all that each node's list lacks."""
    posts: int = 20


class Actor(Protocol):
    """One supernode of some policy."""

    def publish(self) -> None: ...
    def hear(self, sender: NodeId, message: Any) -> None: ...


class PushTally(Struct):
    """What became of one post."""

    first_ms: dict[NodeId, float] = field(default_factory=dict)
    copies: int = 0
    """Times that the whole post came to somebody who lives."""
    messages: int = 0


class PushWorld:
    """Carries messages of one post at a time."""

    def __init__(self, setting: PushSetting) -> None:
        self.setting = setting
        self.dice = Random(setting.seed)
        self.members = [NodeId(self.dice.randbytes(32)) for _ in range(setting.supernodes)]
        mixed = self.dice.sample(self.members, len(self.members))
        dead, dropping = (
            int(share * len(mixed)) for share in (setting.crashed, setting.droppers)
        )
        self.dead = frozenset(mixed[:dead])
        self.droppers = frozenset(mixed[dead : dead + dropping])
        self.honest = [each for each in self.members if self.lives(each)]
        self.now_ms = 0.0
        self.tally = PushTally()
        self._order = count()
        self._waiting: list[tuple[float, int, Callable[[], None]]] = []

    def lives(self, node: NodeId) -> bool:
        """Whether it is there, and does what it should."""
        return node not in self.dead and node not in self.droppers

    def list_of(self, node: NodeId) -> list[NodeId]:
        """Whom a node knows."""
        dice = Random(node)
        lacks = self.setting.differing
        return [each for each in self.members if each == node or dice.random() >= lacks]

    def after(self, ms: float, do: Callable[[], None]) -> None:
        heapq.heappush(self._waiting, (self.now_ms + ms, next(self._order), do))

    def send(self, to: Actor | None, sender: NodeId, message: Any, node: NodeId) -> None:
        """Carry a message; ``to`` is None where nobody does anything with it."""
        self.tally.messages += 1
        if node in self.dead or to is None:
            return
        ms = self.dice.lognormvariate(0, LINE_SIGMA) * LINE_MS
        ms += AGAIN_MS if self.dice.random() < LOST else 0
        self.after(ms, lambda: to.hear(sender, message))

    def came(self, node: NodeId) -> None:
        """A whole post came."""
        self.tally.copies += 1
        if self.lives(node):
            self.tally.first_ms.setdefault(node, self.now_ms)

    def play(self, actors: dict[NodeId, Actor]) -> list[PushTally]:
        """Publish posts at honest nodes, one after the other; return what became of each."""
        tallies = []
        for _ in range(self.setting.posts):
            self.tally = PushTally()
            source, began_ms = self.dice.choice(self.honest), self.now_ms
            actors[source].publish()
            self._run(began_ms + END_MS)
            self.tally.first_ms = {
                each: at - began_ms for each, at in self.tally.first_ms.items()
            }
            tallies.append(self.tally)
        return tallies

    def _run(self, until_ms: float) -> None:
        while self._waiting and self._waiting[0][0] <= until_ms:
            self.now_ms, _, do = heapq.heappop(self._waiting)
            do()
        self._waiting.clear()
        self.now_ms = until_ms


def figures_of(world: PushWorld, tallies: Sequence[PushTally]) -> dict[str, float]:
    """Return means over the posts, under the names of the JSON file."""
    honest, posts = len(world.honest), len(tallies)
    times = [sorted(each.first_ms.values()) for each in tallies]
    reached = sum(map(len, times))

    def at(share: float) -> float:
        return sum(each[min(int(share * len(each)), len(each) - 1)] for each in times) / posts

    return {
        "delivered": reached / (honest * posts),
        "t50_ms": at(0.5),
        "t99_ms": at(0.99),
        "last_ms": at(1.0),
        # Who publishes has it without a copy.
        "duplicates": sum(each.copies for each in tallies) / max(reached - posts, 1) - 1,
        "messages_per_node": sum(each.messages for each in tallies) / (posts * honest),
    }
