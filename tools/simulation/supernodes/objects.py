"""Members of the core, one object a node, wired together: what real nodes run."""

import hashlib
import random
from collections import deque
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.supernode.deeds import (
    AskLoad,
    AskRecords,
    AskToAdopt,
    ChangeRole,
    Deed,
    HandOver,
    LeaveParent,
    SendAway,
)
from swarmfeed.core.supernode.gates import Eligibility
from swarmfeed.core.supernode.limits import CAPACITIES, PARENTS, ROUND_S
from swarmfeed.core.supernode.member import Member, Origin, Standing
from swarmfeed.core.supernode.membership import Hint
from swarmfeed.core.supernode.records import Record

from simulation.supernodes.tally import Tally
from simulation.supernodes.world import World

WAYS_IN = 8
"""Addresses that a node has from earlier times; some are of nodes that are gone."""

FIRST_S = 1_700_000_000
"""The clock of a run begins here."""

MAY, MAY_NOT = Eligibility(eligible=True, why="may"), Eligibility(eligible=False, why="may not")


class Actor(Struct):
    """One node: its member, and where it is."""

    member: Member
    node_id: NodeId
    slot: int
    verdict: Eligibility


class Objects:
    """A network of members."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tally = Tally(world)
        self._luck = random.Random(world.setting.seed)
        self._now_s = FIRST_S
        self._actors: list[Actor] = []
        self._by_id: dict[NodeId, Actor] = {}
        self._actors = [self._make(slot) for slot in range(world.setting.nodes)]

    def round(self) -> None:
        """Play ten seconds."""
        self._now_s += ROUND_S
        for slot in self.world.step(self._now_s - FIRST_S).tolist():
            self._replace(slot)
        order = [each for each in self._actors if self.world.alive[each.slot]]
        self._luck.shuffle(order)
        for actor in order:
            self._run(actor, actor.member.tick(actor.verdict, self._now_s))
        serving, parents = self.standing()
        self.tally.end_round(serving, parents)

    def standing(self) -> tuple[np.ndarray, np.ndarray]:
        """Whether each slot serves, and how many living parents it has."""
        serving = [each.member.serving.serves for each in self._actors]
        parents = [len(each.member.parents.records) for each in self._actors]
        return np.array(serving), np.array(parents)

    def loads(self) -> np.ndarray:
        """Of each supernode."""
        return np.array(
            [a.member.serving.load for a in self._alive() if a.member.serving.serves]
        )

    def kill(self, slots: np.ndarray) -> None:
        """Nodes crash; those linked to them notice at once, for their links close."""
        gone = [self._actors[slot] for slot in slots.tolist()]
        self.world.kill(slots)
        for actor in gone:
            del self._by_id[actor.node_id]
        for actor in gone:
            self._close_links(actor)

    def _alive(self) -> list[Actor]:
        return [each for each in self._actors if self.world.alive[each.slot]]

    def _replace(self, slot: int) -> None:
        gone = self._actors[slot]
        del self._by_id[gone.node_id]
        self._actors[slot] = self._make(slot)
        self._close_links(gone)

    def _close_links(self, gone: Actor) -> None:
        member = gone.member
        linked = [each.node_id for each in member.parents.records]
        for node_id in (*linked, *member.serving.children):
            other = self._by_id.get(node_id)
            if other is not None:
                self._run(other, other.member.hear_lost(gone.node_id, self._now_s))

    def _make(self, slot: int) -> Actor:
        world = self.world
        name = f"{world.setting.seed} {slot} {world.generation[slot]}".encode()
        node_id = NodeId(hashlib.sha256(name).digest())
        endpoint, started_s = self._endpoint(slot), self._now_s
        size_class = int(world.size_class[slot])

        def sign(standing: Standing, now_s: int) -> Record:
            return Record(
                node_id=node_id,
                endpoint=endpoint,
                size_class=size_class,
                eligible=standing.eligible,
                serving=standing.serving,
                load=standing.load,
                age_minutes=(now_s - started_s) // 60,
                made_s=now_s,
            )

        ways_in = self._ways_in()
        origin = Origin(
            node_id=node_id,
            capacity=CAPACITIES[size_class],
            started_s=started_s,
            ways_in=lambda: ways_in,
            sign=sign,
            secret=name,
            relaxed=world.setting.one_house,
        )
        verdict = MAY if world.eligible[slot] else MAY_NOT
        actor = Actor(Member(origin, self._luck.random), node_id, slot, verdict)
        self._by_id[node_id] = actor
        return actor

    def _ways_in(self) -> tuple[Endpoint, ...]:
        slots = (self._luck.randrange(self.world.setting.nodes) for _ in range(WAYS_IN))
        return tuple(map(self._endpoint, slots))

    def _endpoint(self, slot: int) -> Endpoint:
        network = int(self.world.network[slot])
        host = f"{20 + network // 256}.{network % 256}.{slot // 256}.{slot % 256}"
        return Endpoint(host, 4_000)

    def _at(self, endpoint: Endpoint, node_id: NodeId | None) -> Actor | None:
        """Who answers there, if the right one does."""
        _, _, high, low = endpoint.host.split(".")
        actor = self._actors[int(high) * 256 + int(low)]
        there = self.world.alive[actor.slot] and endpoint == self._endpoint(actor.slot)
        return actor if there and node_id in (None, actor.node_id) else None

    def _run(self, actor: Actor, deeds: list[Deed]) -> None:
        """Carry out deeds, and those that follow from them."""
        waiting = deque((actor, deed) for deed in deeds)
        while waiting:
            who, deed = waiting.popleft()
            waiting.extend(self._do(who, deed))

    def _do(self, who: Actor, deed: Deed) -> list[tuple[Actor, Deed]]:
        match deed:
            case AskRecords(endpoint, node_id, known):
                return self._exchange(who, self._at(endpoint, node_id), node_id, known)
            case AskToAdopt(parent):
                return self._adopt(who, parent)
            case AskLoad(server):
                return self._probe(who, server)
            case SendAway(child, at_once, known):
                return self._send_away(who, child, at_once, known)
            case HandOver(child):
                return self._hand_over(who, child)
            case LeaveParent(node_id):
                self._part(who, node_id)
            case ChangeRole(serving):
                self.tally.change_role(serving)
        return []

    def _probe(self, who: Actor, server: Record) -> list[tuple[Actor, Deed]]:
        now_s, other = self._now_s, self._by_id.get(server.node_id)
        self.tally.send(2 if other else 1)
        if other is None:
            return _by(who, who.member.hear_lost(server.node_id, now_s))
        said = other.member.hear_probe(who.member.record(now_s), now_s)
        return _by(who, who.member.hear_load(said, now_s))

    def _part(self, who: Actor, node_id: NodeId) -> None:
        self.tally.send(1)
        if node_id in self._by_id:
            own = who.member.record(self._now_s)
            self._by_id[node_id].member.hear_part(own, self._now_s)

    def _send_away(
        self, who: Actor, child: NodeId, at_once: bool, known: Sequence[Hint]
    ) -> list[tuple[Actor, Deed]]:
        self.tally.send(1)
        other = self._by_id.get(child)
        if other is None:
            return []
        heard = other.member.hear_send_away(who.node_id, at_once, known, self._now_s)
        return _by(other, heard)

    def _exchange(
        self, who: Actor, other: Actor | None, node_id: NodeId | None, known: Sequence[Hint]
    ) -> list[tuple[Actor, Deed]]:
        now_s = self._now_s
        if other is who:
            return []
        self.tally.send(2 if other else 1)
        if other is None:
            lost = who.member.hear_lost(node_id, now_s) if node_id else []
            return _by(who, lost)
        told = other.member.hear_ask(who.member.record(now_s), known, now_s)
        return _by(who, who.member.hear_answer(*told, now_s))

    def _adopt(self, who: Actor, parent: Record) -> list[tuple[Actor, Deed]]:
        now_s, other = self._now_s, self._by_id.get(parent.node_id)
        self.tally.send(2 if other else 1)
        if other is None:
            return _by(who, who.member.hear_lost(parent.node_id, now_s))
        refusal = other.member.hear_adopt(who.member.record(now_s), now_s)
        if refusal is None:
            adopted = who.member.hear_adopted(other.member.record(now_s), now_s)
            assert len(who.member.parents.records) <= PARENTS
            return _by(who, adopted)
        return _by(who, who.member.hear_refused(parent.node_id, refusal, now_s))

    def _hand_over(self, who: Actor, child: NodeId) -> list[tuple[Actor, Deed]]:
        other = self._by_id.get(child)
        self.tally.send(2 if other else 1)
        if other is None:
            return []
        deeds = _by(other, other.member.hear_hand_over(who.node_id, self._now_s))
        record = other.member.record(self._now_s)
        return deeds + _by(who, who.member.hear_load(record, self._now_s))


def _by(actor: Actor, deeds: list[Deed]) -> list[tuple[Actor, Deed]]:
    return [(actor, deed) for deed in deeds]
