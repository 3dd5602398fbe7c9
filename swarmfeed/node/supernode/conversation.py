"""What peers say of the layer: verified, told to the member, answered."""

from swarmfeed.core.net.domain import domain_of
from swarmfeed.core.net.reach import is_loopback
from swarmfeed.core.supernode.capacity import children_of_network_max
from swarmfeed.core.supernode.records import encode_record
from swarmfeed.core.supernode.words import (
    LEAVE,
    TAKE_OVER,
    Adopt,
    Adopted,
    DialBack,
    DialledBack,
    Exchange,
    Exchanged,
    Load,
    Parted,
    Probe,
    Refused,
    StepDown,
)
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.switchboard import Hears, hears
from swarmfeed.node.supernode.gatekeeper import Gatekeeper
from swarmfeed.node.supernode.layering import Layering
from swarmfeed.node.supernode.passport import Passport
from swarmfeed.node.supernode.rounds import RoundClock
from swarmfeed.node.supernode.talk import Talk, known_records


class Conversation:
    """One method for each message; what nobody asked for is passed over."""

    def __init__(
        self,
        ground: Ground,
        layering: Layering,
        clock: RoundClock,
        gatekeeper: Gatekeeper,
        passport: Passport,
        talk: Talk,
    ) -> None:
        self._layer = ground.layer
        self._in_one_house = is_loopback(ground.settings.listen)
        self._layering = layering
        self._member = layering.member
        self._clock = clock
        self._gatekeeper = gatekeeper
        self._passport = passport
        self._talk = talk

    def rows(self) -> tuple[Hears, ...]:
        return (
            hears(Exchange, self.on_exchange),
            hears(Exchanged, self.on_exchanged),
            hears(Adopt, self.on_adopt),
            hears(Adopted, self.on_adopted),
            hears(Refused, self.on_refused),
            hears(Parted, self.on_part),
            hears(Probe, self.on_probe),
            hears(Load, self.on_load),
            hears(StepDown, self.on_step_down),
            hears(DialBack, self.on_dial_back),
            hears(DialledBack, self._gatekeeper.on_dialled_back),
        )

    # --- questions ---

    def on_exchange(self, session: Session, said: Exchange) -> None:
        if not self._talk.may_say(session):
            return
        asker = self._talk.own_of(session, said.own)
        self._gatekeeper.saw(session, asker)
        hints = self._talk.hints(said.known)
        records, told = self._member.hear_ask(asker, hints, self._clock.now_s())
        answer = Exchanged(tuple(map(encode_record, records)), known_records(told))
        self._talk.say(session, answer)

    def on_adopt(self, session: Session, said: Adopt) -> None:
        if not self._talk.may_say(session):
            return
        child = self._talk.own_of(session, said.own)
        self._gatekeeper.saw(session, child)
        if not self._has_room_for(session):
            self._talk.say(session, Refused(()))
            return
        refusal = self._member.hear_adopt(child, self._clock.now_s())
        if refusal is None:
            self._layering.take_child(session)
            self._talk.say(session, Adopted(self._layering.own()))
        else:
            self._talk.say(session, Refused(known_records(refusal)))

    def on_probe(self, session: Session, said: Probe) -> None:
        if self._talk.may_say(session):
            asker = self._talk.own_of(session, said.own)
            record = self._member.hear_probe(asker, self._clock.now_s())
            self._talk.say(session, Load(encode_record(record)))

    def on_dial_back(self, session: Session, asked: DialBack) -> None:
        if self._talk.may_say(session):
            self._gatekeeper.on_dial_back(session, asked)

    # --- answers ---

    def on_exchanged(self, session: Session, said: Exchanged) -> None:
        if not self._layering.questions.answered(session.node_id, Exchange):
            return
        records = self._talk.records(session, said.records)
        self._gatekeeper.saw(session, records[0])
        hints = self._talk.hints(said.known)
        deeds = self._member.hear_answer(records, hints, self._clock.now_s())
        self._layering.do(deeds)
        self._gatekeeper.ask_dial_back(session)

    def on_adopted(self, session: Session, said: Adopted) -> None:
        if self._layer.is_parent(session.node_id):
            return
        if not self._layering.questions.answered(session.node_id, Adopt):
            self._talk.say(session, Parted(self._layering.own()))
            return
        parent = self._talk.own_of(session, said.own)
        self._layering.do(self._member.hear_adopted(parent, self._clock.now_s()))

    def on_refused(self, session: Session, said: Refused) -> None:
        if self._layering.questions.answered(session.node_id, Adopt):
            hints, now_s = self._talk.hints(said.known), self._clock.now_s()
            self._layering.do(self._member.hear_refused(session.node_id, hints, now_s))

    def on_load(self, session: Session, said: Load) -> None:
        asked = self._layering.questions.answered(session.node_id, Probe)
        if asked or session.node_id == self._layering.successor:
            server = self._talk.own_of(session, said.own)
            self._layering.do(self._member.hear_load(server, self._clock.now_s()))

    # --- between parent and child ---

    def on_part(self, session: Session, said: Parted) -> None:
        if self._layer.is_child(session.node_id):
            child = self._talk.own_of(session, said.own)
            self._member.hear_part(child, self._clock.now_s())
            self._layering.drop_child(session)

    def on_step_down(self, session: Session, said: StepDown) -> None:
        if not self._layer.is_parent(session.node_id) or not self._talk.may_say(session):
            return
        hints, now_s = self._talk.hints(said.known), self._clock.now_s()
        if said.wish == TAKE_OVER:
            self._layering.do(self._member.hear_hand_over(session.node_id, now_s))
            self._talk.say(session, Load(self._layering.own()))
            return
        at_once = said.wish == LEAVE
        self._layering.do(self._member.hear_send_away(session.node_id, at_once, hints, now_s))

    def _has_room_for(self, session: Session) -> bool:
        """Whether its network has not too many of our places already."""
        if self._in_one_house or self._layer.is_child(session.node_id):
            return True
        host = session.proven_host
        network = domain_of(host) if host else ""
        near = sum(
            bool(each.proven_host) and domain_of(each.proven_host) == network
            for each in self._layer.children
        )
        return near < children_of_network_max(self._passport.capacity)
