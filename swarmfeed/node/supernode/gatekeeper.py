"""Whether this machine may serve: what others show of it, and what its operator said."""

from collections.abc import Iterable

from msgspec import Struct

from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.supernode.echoes import Echoes
from swarmfeed.core.supernode.gates import DialledBy, Eligibility, Means, judge
from swarmfeed.core.supernode.limits import (
    AGES_KEPT_MAX,
    DIAL_BACKS_BURST,
    DIAL_BACKS_PER_PEER,
    DIAL_BACKS_PER_S,
)
from swarmfeed.core.supernode.records import Record
from swarmfeed.core.supernode.words import DialBack, DialledBack
from swarmfeed.node.ground.events import LinkOpened
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.supernode.passport import Passport
from swarmfeed.node.supernode.rounds import RoundClock
from swarmfeed.node.supernode.settings import SupernodeSettings
from swarmfeed.node.supernode.talk import Talk

_HOUR_S = 3_600


class _DialBackSide(Struct):
    """What one peer was asked, and has asked."""

    asked_port: int = 0
    """Ours, that it was asked to dial; 0: it was not, or has answered."""
    asks: TokenBucket | None = None


class Gatekeeper:
    """Looks at the gates each round; has peers try to reach us, and tries to reach them."""

    def __init__(
        self,
        ground: Ground,
        echoes: Echoes,
        passport: Passport,
        clock: RoundClock,
        talk: Talk,
    ) -> None:
        self._settings = ground.settings
        self._choices = ground.choices
        self._introduction = ground.introduction
        self._sessions = ground.sessions
        self._beside = ground.beside
        self._echoes = echoes
        self._passport = passport
        self._clock = clock
        self._talk = talk
        self._dial_backs = TokenBucket(
            DIAL_BACKS_BURST, DIAL_BACKS_PER_S, ground.shells.clock.monotonic_ms() / 1000
        )
        self._real_clock = ground.shells.clock
        self.verdict = self.judge(())

    @property
    def dialled_by(self) -> tuple[DialledBy, ...]:
        """Who reached us lately."""
        return self._echoes.dialled_by

    def judge(self, seen: Iterable[Record]) -> Eligibility:
        """Look at the gates; ``seen`` are records of other nodes, whose ages count."""
        now_s = self._clock.now_s()
        self._echoes.forget_old(now_s)
        self._introduction.seen_at(self._echoes.host())
        chosen = self._choices.of(SupernodeSettings)
        means = Means(
            willing=chosen.willing,
            metered=chosen.metered,
            listen_host=self._settings.listen,
            dialled_by=self._echoes.dialled_by,
            uptime_s=now_s - self._passport.started_s,
            ages_s=[float(each.age_s(now_s)) for each in seen][:AGES_KEPT_MAX],
            clock_offsets_ms=tuple(self._echoes.clock_offsets_ms),
        )
        self.verdict = judge(means)
        return self.verdict

    def on_opened(self, event: LinkOpened) -> None:
        """Who dialled us has reached us, whoever told it where we are."""
        session = event.session
        if not session.peer.outgoing and session.peer.is_dialled:
            now_s = self._clock.now_s()
            self._echoes.reached(session.node_id, session.proven_host, now_s, chosen=False)

    def saw(self, session: Session, own: Record) -> None:
        """A peer signed its record just now: its clock shows."""
        ahead_s = own.made_s - self._clock.now_s()
        self._echoes.saw_clock(session.node_id, ahead_s * 1000)

    # --- being dialled back ---

    def ask_dial_back(self, session: Session) -> None:
        """Have a peer that luck chose try to reach us, if too few did."""
        side, port = session.part(_DialBackSide), self._passport.link_port
        wanted = port and self._echoes.wants_dial_back(self._clock.now_s())
        if wanted and session.peer.outgoing and not side.asked_port:
            side.asked_port = port
            self._talk.say(session, DialBack(port))

    def on_dialled_back(self, session: Session, said: DialledBack) -> None:
        """A peer says whether it reached us; of that which was not asked nothing counts."""
        side = session.part(_DialBackSide)
        if not side.asked_port or said.at.port != side.asked_port:
            return
        side.asked_port = 0
        if said.found:
            self._echoes.reached(
                session.node_id,
                session.proven_host,
                self._clock.now_s(),
                chosen=any(each in self._settings.peers for each in session.doors),
                at_host=said.at.host,
            )

    # --- dialling back ---

    def on_dial_back(self, session: Session, asked: DialBack) -> None:
        """Dial a peer where its link comes from, and nowhere else; not often."""
        now_s = self._real_clock.monotonic_ms() / 1000
        side = session.part(_DialBackSide)
        if side.asks is None:
            side.asks = TokenBucket(DIAL_BACKS_PER_PEER, DIAL_BACKS_PER_PEER / _HOUR_S, now_s)
        host = session.proven_host
        if host and side.asks.take(1, now_s) and self._dial_backs.take(1, now_s):
            self._beside.spawn(self._dial_back(session, Endpoint(host, asked.port)))

    async def _dial_back(self, session: Session, at: Endpoint) -> None:
        found = at in session.doors
        if not found:
            found = (await self._sessions.probe([at])).get(at) == session.node_id
        self._talk.say(session, DialledBack(at, found))
