"""Ways for a post from one supernode to all: ours, Plumtree, flooding."""

from collections.abc import Iterable
from functools import partial
from random import Random
from typing import Any, Final

from swarmfeed.core.base.types import Hash, NodeId
from swarmfeed.core.supernode.broadcast import (
    Acknowledge,
    Action,
    Announce,
    AskFor,
    Broadcast,
    Deliver,
    Spread,
)

from simulation.supernodes.push_world import PushWorld

DEGREE: Final = 8
"""Links of a supernode where it has few: as the rivals are measured elsewhere."""

GRAFT_MS: Final = 400
"""How long Plumtree waits for what was announced; as ours waits."""


class OurActor:
    """Runs ``core.supernode.broadcast``, with a clock and lines."""

    def __init__(self, world: PushWorld, me: NodeId, all_of_them: dict[NodeId, Any]) -> None:
        self._world, self._me, self._all = world, me, all_of_them
        self._part = Broadcast(me, Random(me).random)
        self._part.know(world.list_of(me))
        self._number = 0

    def publish(self) -> None:
        self._number += 1
        name = Hash(self._me[:24] + self._number.to_bytes(8, "big"))
        # Who publishes has it: no copy came.
        self._world.tally.copies -= 1
        self._do(self._part.publish(name, self._now()))

    def hear(self, sender: NodeId, message: Any) -> None:
        if isinstance(message, Spread):
            self._do(
                self._part.on_spread(sender, message.id, message.places, self._now()),
                was_there=True,
            )
        elif isinstance(message, Acknowledge):
            self._part.on_ack(sender, message.id, message.low)
        elif isinstance(message, Announce):
            self._part.on_have(sender, message.id, self._now())
            self._wake()
        elif isinstance(message, AskFor):
            self._do(self._part.on_want(sender, message.id))

    def _do(self, actions: Iterable[Action], *, was_there: bool = False) -> None:
        told = list(actions)
        if was_there and not any(isinstance(each, Deliver) for each in told):
            self._world.came(self._me)
        for each in told:
            if isinstance(each, Deliver):
                self._world.came(self._me)
            else:
                self._world.send(self._all.get(each.to), self._me, each, each.to)
        self._wake()

    def _wake(self) -> None:
        due_ms = self._part.due_ms()
        if due_ms is not None:
            self._world.after(max(due_ms - self._world.now_ms, 0), self._tick)

    def _tick(self) -> None:
        due_ms = self._part.due_ms()
        if due_ms is not None and due_ms <= self._now():
            self._do(self._part.tick(self._now()))

    def _now(self) -> int:
        return round(self._world.now_ms)


class Dropper:
    """Confirms what comes by our way, and does nothing else."""

    def __init__(self, world: PushWorld, me: NodeId, all_of_them: dict[NodeId, Any]) -> None:
        self._world, self._me, self._all = world, me, all_of_them

    def publish(self) -> None:
        raise AssertionError("posts begin at honest nodes")

    def hear(self, sender: NodeId, message: Any) -> None:
        if isinstance(message, Spread):
            self._world.came(self._me)
            answer = Acknowledge(sender, message.id, message.places.low)
            self._world.send(self._all.get(sender), self._me, answer, sender)


def links_of(world: PushWorld) -> dict[NodeId, list[NodeId]]:
    """Links of a random graph, DEGREE at each node on average."""
    links: dict[NodeId, set[NodeId]] = {each: set() for each in world.members}
    for each in world.members:
        for other in world.dice.sample(world.members, min(DEGREE // 2, len(world.members))):
            if other != each:
                links[each].add(other)
                links[other].add(each)
    return {each: sorted(others) for each, others in links.items()}


class Flooder:
    """Gives what is new to all its links but the one it came from (Gnutella 0.4)."""

    def __init__(
        self,
        world: PushWorld,
        me: NodeId,
        all_of_them: dict[NodeId, Any],
        links: list[NodeId],
    ) -> None:
        self._world, self._me, self._all, self._links = world, me, all_of_them, links
        self._known: set[int] = set()

    def publish(self) -> None:
        self._world.tally.copies -= 1
        self.hear(self._me, id(self._world.tally))

    def hear(self, sender: NodeId, message: Any) -> None:
        self._world.came(self._me)
        if message in self._known:
            return
        self._known.add(message)
        for other in self._links:
            if other != sender:
                self._world.send(self._all.get(other), self._me, message, other)


class Plumtree:
    """Eager links that became a tree, and lazy ones that mend it.

    Source: Leitao, Pereira and Rodrigues, "Epidemic broadcast trees", 2007: algorithms 1 and 2,
    without the optimization of section 3.8.
    """

    def __init__(
        self,
        world: PushWorld,
        me: NodeId,
        all_of_them: dict[NodeId, Any],
        links: list[NodeId],
    ) -> None:
        self._world, self._me, self._all = world, me, all_of_them
        self._eager, self._lazy = set(links), set[NodeId]()
        self._known: set[int] = set()
        self._announced: dict[int, list[NodeId]] = {}

    def publish(self) -> None:
        self._world.tally.copies -= 1
        self.hear(self._me, ("gossip", id(self._world.tally)))

    def hear(self, sender: NodeId, message: Any) -> None:
        kind, name = message
        if kind == "gossip":
            self._on_gossip(sender, name)
        elif kind == "have" and name not in self._known:
            if name not in self._announced:
                self._world.after(GRAFT_MS, partial(self._graft, name))
            self._announced.setdefault(name, []).append(sender)
        elif kind == "prune":
            self._eager.discard(sender)
            self._lazy.add(sender)
        elif kind == "graft":
            self._lazy.discard(sender)
            self._eager.add(sender)
            if name in self._known:
                self._send(sender, ("gossip", name))

    def _on_gossip(self, sender: NodeId, name: int) -> None:
        self._world.came(self._me)
        if name in self._known:
            self._eager.discard(sender)
            self._lazy.add(sender)
            self._send(sender, ("prune", name))
            return
        self._known.add(name)
        for other in sorted(self._eager - {sender}):
            self._send(other, ("gossip", name))
        for other in sorted(self._lazy - {sender}):
            self._send(other, ("have", name))
        if sender != self._me:
            self._lazy.discard(sender)
            self._eager.add(sender)

    def _graft(self, name: int) -> None:
        announcers = self._announced.get(name, [])
        if name in self._known or not announcers:
            return
        other = announcers.pop(0)
        self._lazy.discard(other)
        self._eager.add(other)
        self._send(other, ("graft", name))
        self._world.after(GRAFT_MS, partial(self._graft, name))

    def _send(self, to: NodeId, message: Any) -> None:
        self._world.send(self._all.get(to), self._me, message, to)


def ours(world: PushWorld) -> dict[NodeId, Any]:
    actors: dict[NodeId, Any] = {}
    for each in world.members:
        kind = Dropper if each in world.droppers else OurActor
        actors[each] = kind(world, each, actors)
    return actors


def flooding(world: PushWorld) -> dict[NodeId, Any]:
    return _on_links(world, Flooder)


def plumtree(world: PushWorld) -> dict[NodeId, Any]:
    return _on_links(world, Plumtree)


def _on_links(world: PushWorld, kind: Any) -> dict[NodeId, Any]:
    """Droppers are none: their links end at them."""
    links = links_of(world)
    actors: dict[NodeId, Any] = {}
    for each in world.members:
        if each not in world.droppers:
            actors[each] = kind(world, each, actors, links[each])
    return actors


PUSH_POLICIES: Final = {"ours": ours, "plumtree": plumtree, "flooding": flooding}
