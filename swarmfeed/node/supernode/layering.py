"""This node in the layer: the member's rounds, and its deeds done over links.

The member decides and knows no link; here nothing is decided.  What it counts as parents and
children stands in ``ground.layer``, each with the link that makes it one: when the link ends,
so does that.
"""

from collections.abc import Sequence

import structlog

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
from swarmfeed.core.supernode.limits import ANSWER_S, VISIT_ROUNDS
from swarmfeed.core.supernode.member import Member
from swarmfeed.core.supernode.membership import Hint
from swarmfeed.core.supernode.records import encode_record
from swarmfeed.core.supernode.words import (
    LEAVE,
    MOVE,
    TAKE_OVER,
    Adopt,
    Exchange,
    Parted,
    Probe,
    StepDown,
)
from swarmfeed.core.talk.message import Message
from swarmfeed.node.ground.events import LinkClosed, Misled
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.layer import Supernode
from swarmfeed.node.ground.session import Session
from swarmfeed.node.supernode.gatekeeper import Gatekeeper
from swarmfeed.node.supernode.questions import Questions
from swarmfeed.node.supernode.rounds import RoundClock
from swarmfeed.node.supernode.talk import Talk, known_records

logger = structlog.get_logger()


class Layering:
    """Does what the member wants done; belongs to one asyncio loop."""

    def __init__(
        self,
        ground: Ground,
        member: Member,
        clock: RoundClock,
        gatekeeper: Gatekeeper,
        talk: Talk,
    ) -> None:
        self._layer = ground.layer
        self._sessions = ground.sessions
        self._visits = ground.visits
        self._beside = ground.beside
        self._clock = clock
        self._gatekeeper = gatekeeper
        self._talk = talk
        self.member = member
        self.questions = Questions(ANSWER_S, self.lose)
        self.successor: NodeId | None = None
        """The child that was asked to serve in our place."""

    # --- time ---

    async def round(self) -> str:
        """Look at our place in the layer; returns why it is as it is."""
        member, now_s = self.member, self._clock.now_s()
        seen = {each.node_id: each for each in member.sampling.sampled()}
        seen.update((each.node_id, each) for each in member.sampling.view)
        self.do(member.tick(self._gatekeeper.judge(seen.values()), now_s))
        if not member.serving.serves:
            self._layer.serve(False)  # told to at the start, and otherwise before this round
        self._layer.know(
            tuple(
                Supernode(
                    node_id=each.record.node_id,
                    endpoint=each.record.endpoint,
                    signed=encode_record(each.record),
                )
                for each in member.table.choose_told(len(member.table), now_s, _first)
            )
        )
        self._layer.sign(self.own())
        await self._visits.close_idle(round(VISIT_ROUNDS * self._clock.round_s * 1000))
        return member.why

    # --- doing ---

    def do(self, deeds: Sequence[Deed]) -> None:
        """Carry out what the member wants; a change of role last, when all were told."""
        for deed in deeds:
            self._do(deed)
        self._keep_parents()
        for deed in deeds:
            if isinstance(deed, ChangeRole):
                logger.info("supernode", serves=deed.serving, why=deed.why)
                self._layer.serve(deed.serving)

    def _do(self, deed: Deed) -> None:
        match deed:
            case AskRecords(endpoint, node_id, known):
                self._ask(endpoint, node_id, Exchange(self.own(), known_records(known)))
            case AskToAdopt(parent):
                self._ask(parent.endpoint, parent.node_id, Adopt(self.own()))
            case AskLoad(server):
                self._ask(server.endpoint, server.node_id, Probe(self.own()))
            case LeaveParent(node_id):
                self._tell(node_id, Parted(self.own()))
            case SendAway(child, at_once, known):
                self._send_away(child, at_once, known)
            case HandOver(child):
                self.successor = child
                self._tell(child, StepDown(TAKE_OVER, ()))
            case ChangeRole():
                pass

    def _ask(self, endpoint: Endpoint, node_id: NodeId | None, question: Message) -> None:
        self._beside.spawn(self._reach_and_ask(endpoint, node_id, question))

    async def _reach_and_ask(
        self, endpoint: Endpoint, node_id: NodeId | None, question: Message
    ) -> None:
        session = await self._visits.reach(endpoint, node_id)
        if session is not None:
            self.questions.ask(session.node_id, type(question))
            self._talk.say(session, question)
        elif node_id is not None:
            self.lose(node_id)

    def _send_away(self, child: NodeId, at_once: bool, known: Sequence[Hint]) -> None:
        self._tell(child, StepDown(LEAVE if at_once else MOVE, known_records(known)))
        if at_once:
            self._drop_child(child)

    # --- what is known of links ---

    def own(self) -> bytes:
        """Our signed record, of this round."""
        return encode_record(self.member.record(self._clock.now_s()))

    def lose(self, node_id: NodeId) -> None:
        """A node did not answer, is not reached, or its link ended."""
        self._part_from(node_id)
        self.do(self.member.hear_lost(node_id, self._clock.now_s()))

    def on_misled(self, event: Misled) -> None:
        """A node told us what is false: it is neither parent nor child, for an hour."""
        node_id = event.session.node_id
        logger.warning("misled by a node", node=node_id.hex()[:16], reason=event.why)
        self._part_from(node_id)
        self.do(self.member.hear_misled(node_id, self._clock.now_s()))

    def _part_from(self, node_id: NodeId) -> None:
        if self._layer.is_child(node_id):
            self._tell(node_id, StepDown(LEAVE, ()))
            self._drop_child(node_id)
        if self._layer.is_parent(node_id):
            self._tell(node_id, Parted(self.own()))

    def on_closed(self, event: LinkClosed) -> None:
        """A link ended: who was a parent, a child, or asked something by it is so no more."""
        session, node_id = event.session, event.session.node_id
        if session in (*self._layer.parents, *self._layer.children):
            self.questions.drop(node_id)
            self.lose(node_id)
        elif self._sessions.find(node_id) is None and self.questions.drop(node_id):
            self.lose(node_id)

    def take_child(self, session: Session) -> None:
        """The member took a node as its child."""
        if not self._layer.is_child(session.node_id):
            session.peer.watch(closely=True)
            self._layer.add_child(session)

    def drop_child(self, session: Session) -> None:
        """A child has left."""
        self._drop_child(session.node_id)

    def _drop_child(self, node_id: NodeId) -> None:
        self._layer.drop_child(node_id)
        self._watch_no_more(node_id)

    def _keep_parents(self) -> None:
        """Have the layer's parents be the member's."""
        wanted = {each.node_id for each in self.member.parents.records}
        for session in self._layer.parents:
            if session.node_id not in wanted:
                self._layer.drop_parent(session.node_id)
                self._watch_no_more(session.node_id)
        for node_id in wanted:
            linked = self._sessions.find(node_id)
            if linked is not None and not self._layer.is_parent(node_id):
                linked.peer.watch(closely=True)
                self._layer.add_parent(linked)

    def _watch_no_more(self, node_id: NodeId) -> None:
        session = self._sessions.find(node_id)
        if session is not None and not session.kept_by:
            session.peer.watch(closely=False)

    def _tell(self, node_id: NodeId, message: Message) -> None:
        session = self._sessions.find(node_id)
        if session is not None:
            self._talk.say(session, message)


def _first() -> float:
    """No luck: all are taken, in the order in which they stand."""
    return 0.0
