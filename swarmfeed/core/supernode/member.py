"""One node of the layer, leaf or supernode: hears what comes, says what to do.

Sans-I/O: whoever runs it brings the time and the luck, carries out its deeds, and tells it what
came of them.  What it remembers is bounded, whatever is said to it.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct

from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.supernode import sentences
from swarmfeed.core.supernode.census import NodeSample
from swarmfeed.core.supernode.deeds import AskRecords, ChangeRole, Deed
from swarmfeed.core.supernode.election import (
    Decision,
    LeafView,
    decide_leaf,
    moment_of,
    unit_hash,
)
from swarmfeed.core.supernode.gates import Eligibility
from swarmfeed.core.supernode.limits import (
    ATTACHED_EVERY,
    KNOWN_ASKED_MAX,
    KNOWN_MAX,
    ROUND_S,
    SWAPPED_MAX,
    TOLD_OF_END,
    WAY_IN_EVERY,
    WAYS_IN_AT_ONCE,
    WAYS_IN_MAX,
)
from swarmfeed.core.supernode.membership import Hint, ServerTable, Teller
from swarmfeed.core.supernode.parents import Parents
from swarmfeed.core.supernode.records import Record
from swarmfeed.core.supernode.sampling import Luck, Sampling, pick_some
from swarmfeed.core.supernode.serving import Serving
from swarmfeed.core.supernode.shunned import Shunned


class Standing(Struct, frozen=True, kw_only=True):
    """What a node signs of its place in the layer."""

    eligible: bool
    serving: bool
    load: float


class Origin(Struct, frozen=True, kw_only=True):
    """Who a member is, and how it began."""

    node_id: NodeId
    capacity: int
    started_s: int
    ways_in: Callable[[], Sequence[Endpoint]]
    """Returns addresses of earlier times, of friends, of lists; at most WAYS_IN_MAX."""
    sign: Callable[[Standing, int], Record]
    """Returns our signed record: standing, and the time in seconds."""
    secret: bytes
    """Bytes that nobody can guess."""
    relaxed: bool = False
    """All are in one house: networks are not told apart."""
    always: Callable[[], bool] = bool
    """Whether it serves as soon as it may, whatever others do: its operator says so."""


class Member:
    """The state machine; does not know what a link is."""

    def __init__(self, origin: Origin, luck: Luck) -> None:
        """Begin as a leaf that knows its ways in and nobody else."""
        self._origin = origin
        self._luck = luck
        self._moment = moment_of(origin.node_id)
        self._verdict = Eligibility(eligible=False, why=sentences.NOT_LOOKED())
        self.table = ServerTable(origin.node_id, relaxed=origin.relaxed)
        self.sampling = Sampling(origin.node_id, origin.secret)
        self._shunned = Shunned()
        self.parents = Parents(self.table, luck, self._shunned)
        self.serving = Serving(self.table, luck, always=origin.always)
        self.why = sentences.TOLD_TO() if origin.always() else sentences.NOT_LOOKED()
        self._census = NodeSample()
        self._record: Record | None = None
        self._rounds = 0

    # --- time ---------------------------------------------------------------------------

    def tick(self, verdict: Eligibility, now_s: int) -> list[Deed]:
        """Begin a round.

        Args:
            verdict: Whether we may serve (``core.supernode.gates``).
            now_s: Unix time; ticks are ROUND_S apart.
        """
        self._verdict = verdict
        self._rounds += 1
        self.table.forget_old(now_s)
        self._shunned.forget_old(now_s)
        self.sampling.forget_old(now_s)
        if self.serving.serves:
            return self._serve(now_s)
        if self._origin.always() and verdict.eligible:
            return self._promote(sentences.TOLD_TO(), now_s)
        deeds = self.parents.begin_round(now_s)
        if self._rounds > 1:
            decision = self._decide(now_s)
            if decision.changes:
                return self._promote(decision.why, now_s)
            self.why = decision.why
        return [*self._sample(now_s), *deeds]

    def record(self, now_s: int) -> Record:
        """Our own signed record, of this round."""
        if self._record is None or self._record.made_s // ROUND_S != now_s // ROUND_S:
            self._record = self._sign(now_s)
        return self._record

    # --- what others ask ----------------------------------------------------------------

    def hear_ask(
        self, asker: Record, known: Sequence[Hint], now_s: int
    ) -> tuple[list[Record], list[Hint]]:
        """Answer an exchange: records of any nodes, our own first, and supernodes."""
        self._hear_self(asker, now_s)
        if asker.counts(now_s) and asker.can_be_dialled:
            self.sampling.hear_push(asker, self._luck)
        self.table.hear(known[:SWAPPED_MAX], Teller.CALLER, now_s)
        among = self.serving.serves and asker.serving
        told = self.table.choose_told(SWAPPED_MAX if among else KNOWN_MAX, now_s, self._luck)
        records = [self.record(now_s), *self.sampling.choose_told(asker.node_id, self._luck)]
        return records, told

    def hear_adopt(self, child: Record, now_s: int) -> list[Hint] | None:
        """Answer who wants to be a child: None takes it, supernodes send it to others."""
        self._hear_self(child, now_s)
        may_come = child.counts(now_s) and child.node_id not in self._shunned
        if may_come and self.serving.take(child):
            return None
        return self.table.choose_told(KNOWN_MAX, now_s, self._luck)

    def hear_part(self, child: Record, now_s: int) -> None:
        """A child has left, perhaps to serve."""
        self._hear_self(child, now_s)
        self.serving.drop(child.node_id)

    def hear_probe(self, asker: Record, now_s: int) -> Record:
        """Answer a supernode that asks how loaded we are."""
        self._hear_self(asker, now_s)
        return self.record(now_s)

    def hear_send_away(
        self, parent_id: NodeId, at_once: bool, known: Sequence[Hint], now_s: int
    ) -> list[Deed]:
        """A parent wants us to go; of anybody else it means nothing."""
        if parent_id not in {each.node_id for each in self.parents.records}:
            return []
        self.table.hear(known[:KNOWN_MAX], Teller.PARENT, now_s)
        if not at_once:
            return self.parents.move(parent_id, now_s)
        self.table.rest(parent_id, now_s)
        return self.parents.lose(parent_id, now_s)

    def hear_hand_over(self, parent_id: NodeId, now_s: int) -> list[Deed]:
        """A parent says that we are the better supernode; our record is what it waits for."""
        ours = parent_id in {each.node_id for each in self.parents.records}
        if not ours or not self._verdict.eligible:
            return []
        return self._promote(sentences.TOOK_OVER(), now_s)

    # --- what came of our deeds -----------------------------------------------------------

    def hear_answer(
        self, records: Sequence[Record], known: Sequence[Hint], now_s: int
    ) -> list[Deed]:
        """Take the answer to an exchange: records of nodes, first that of who answers."""
        fresh = [each for each in records if each.counts(now_s)]
        reached = [each for each in fresh if each.can_be_dialled]
        self.sampling.hear_pull(reached, self._luck)
        self._census.add(fresh, now_s)
        for own in records[:1]:
            self._hear_self(own, now_s)
        self.table.hear(known[:SWAPPED_MAX], self._teller(records[:1]), now_s)
        return [] if self.serving.serves else self.parents.attach(now_s)

    def hear_adopted(self, parent: Record, now_s: int) -> list[Deed]:
        """Somebody is our parent."""
        return self.parents.hear_adopted(parent, now_s)

    def hear_refused(self, node_id: NodeId, known: Sequence[Hint], now_s: int) -> list[Deed]:
        """Somebody will not be our parent."""
        return self.parents.hear_refused(node_id, known[:KNOWN_MAX], now_s)

    def hear_load(self, server: Record, now_s: int) -> list[Deed]:
        """A supernode says how loaded it is, or that it has taken over."""
        self._hear_self(server, now_s)
        return self._after(self.serving.hear_load(server, self.record(now_s), now_s), now_s)

    def hear_lost(self, node_id: NodeId, now_s: int) -> list[Deed]:
        """A node could not be reached, or the link to it is closed."""
        self.table.rest(node_id, now_s)
        self.sampling.forget(node_id)
        self.serving.drop(node_id)
        if self.serving.serves:
            return self._after(self.serving.hear_no_load(node_id, self.record(now_s)), now_s)
        return self.parents.lose(node_id, now_s)

    def hear_misled(self, node_id: NodeId, now_s: int) -> list[Deed]:
        """A node told us what is false, or kept back what it should have told."""
        self._shunned.add(node_id, now_s)
        return self.hear_lost(node_id, now_s)

    # --- inside ---------------------------------------------------------------------------

    def _sign(self, now_s: int) -> Record:
        standing = Standing(
            eligible=self._verdict.eligible,
            serving=self.serving.serves,
            load=self.serving.load,
        )
        return self._origin.sign(standing, now_s)

    def _teller(self, answered: Sequence[Record]) -> Teller:
        """As what somebody counts that we asked."""
        parents = {each.node_id for each in self.parents.records}
        is_parent = any(each.node_id in parents for each in answered)
        return Teller.PARENT if is_parent else Teller.ASKED

    def _hear_self(self, record: Record, now_s: int) -> None:
        """What a node says of itself is first-hand."""
        if record.counts(now_s):
            self.table.contacted(record, now_s)

    def _decide(self, now_s: int) -> Decision:
        now = now_s // ROUND_S
        view = LeafView(
            eligible=self._verdict.eligible,
            capacity=self._origin.capacity,
            uptime_s=now_s - self._origin.started_s,
            missing=self.parents.missing,
            starved=self.parents.starved,
            known=len(self.table),
            others=self._census.others(),
            moment=self._moment,
            round_number=now,
        )
        return decide_leaf(view, unit_hash(self._origin.node_id, now))

    def _promote(self, why: str, now_s: int) -> list[Deed]:
        left = self.parents.leave_all()
        self.serving.begin(self._origin.capacity)
        self._record, self.why = None, why
        return [ChangeRole(serving=True, why=why), *left, *self._sample(now_s)]

    def _serve(self, now_s: int) -> list[Deed]:
        self._record = None
        if not self._verdict.eligible:
            return self._step_down(self._verdict.why, now_s)
        own = self.record(now_s)
        drawn = unit_hash(self._origin.node_id, now_s // ROUND_S)
        deeds = self.serving.begin_round(own, drawn, self._rounds, now_s)
        self.why = self.serving.why
        return [*self._sample(now_s), *deeds]

    def _after(self, deeds: list[Deed], now_s: int) -> list[Deed]:
        """What a supernode decided when the loads of others were in."""
        if self.serving.serves:
            return deeds
        self._record, self.why = None, self.serving.why
        # Others that look whether they are needed should not count on us any more.
        told = self.table.choose_some(TOLD_OF_END, self._luck)
        return [
            ChangeRole(serving=False, why=self.why),
            *deeds,
            *(self._ask(each, KNOWN_ASKED_MAX, now_s) for each in told),
            *self.parents.begin_round(now_s),
        ]

    def _step_down(self, why: str, now_s: int) -> list[Deed]:
        return self._after(self.serving.end(why, now_s), now_s)

    def _sample(self, now_s: int) -> list[Deed]:
        """Whom to exchange records with in this round."""
        deeds: list[Deed] = []
        serves = self.serving.serves
        if serves:
            others = self.table.choose_some(1, self._luck)
            deeds += [self._ask(each, SWAPPED_MAX, now_s) for each in others]
        starves = not serves and self.parents.missing > 0
        is_turn = (self._rounds + self._moment) % ATTACHED_EVERY == 0
        partner = self.sampling.choose_partner(self._luck) if starves or is_turn else None
        # A parent knows who serves; of any others liars may be as many as they like.
        parents = pick_some(self.parents.records, int(is_turn), self._luck)
        for each in [partner, *parents] if partner else parents:
            deeds.append(self._ask(each, KNOWN_ASKED_MAX, now_s))
        return deeds + self._ask_ways_in(starves, now_s)

    def _ask_ways_in(self, starves: bool, now_s: int) -> list[Deed]:
        """Addresses of earlier times: several while nobody is known, one now and then."""
        hungry = starves and self.parents.starved % WAY_IN_EVERY == 0
        count = int(hungry) if self.sampling.view else WAYS_IN_AT_ONCE
        known = tuple(self.table.choose_told(KNOWN_ASKED_MAX, now_s, self._luck))
        ways = pick_some(self._origin.ways_in()[:WAYS_IN_MAX], count, self._luck)
        return [AskRecords(endpoint, None, known) for endpoint in ways]

    def _ask(self, partner: Record, count: int, now_s: int) -> AskRecords:
        known = self.table.choose_told(count, now_s, self._luck)
        return AskRecords(partner.endpoint, partner.node_id, tuple(known))
