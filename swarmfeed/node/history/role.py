"""History servers, whole: what every node says and watches, and the role on top of it.

Every node says which feeds it holds, watches over its own and those of whom it follows,
samples who is there, and audits those who say they hold something.  A history server
does so for everybody in its scope, and acts on it (``server.py``).
"""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from msgspec import Struct

from swarmfeed.core.history import sentences
from swarmfeed.core.history.choice import HISTORY_ROLE
from swarmfeed.core.history.notice import Word
from swarmfeed.core.history.words import (
    Audit,
    AuditProof,
    Farewell,
    Notices,
    Report,
    Watch,
)
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground import events
from swarmfeed.node.ground.desk import Answers
from swarmfeed.node.ground.events import Listens, listens
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.switchboard import Hears, hears
from swarmfeed.node.history.allotment import Allotment
from swarmfeed.node.history.answers import HistoryAnswers
from swarmfeed.node.history.asking import ask_later
from swarmfeed.node.history.auditor import Auditor
from swarmfeed.node.history.board import NoticeBoard
from swarmfeed.node.history.census import Census
from swarmfeed.node.history.colleagues import Colleagues
from swarmfeed.node.history.custodian import Custodian
from swarmfeed.node.history.demand import Demand
from swarmfeed.node.history.herald import Herald
from swarmfeed.node.history.kept import NoticeCame
from swarmfeed.node.history.office import Office
from swarmfeed.node.history.pages import pages_of
from swarmfeed.node.history.safety import SafetyTeller
from swarmfeed.node.history.scope import Scope
from swarmfeed.node.history.server import HistoryServer
from swarmfeed.node.history.service import Service
from swarmfeed.node.history.settings import HistorySettings
from swarmfeed.node.history.side import is_server
from swarmfeed.node.history.sight import Sight
from swarmfeed.node.history.status import HistoryReporter
from swarmfeed.node.history.viewer import Viewer
from swarmfeed.node.history.watching import Watching
from swarmfeed.node.role import Role
from swarmfeed.ports import Job

EVERY_S_MIN: Final = 0.25
"""Shortest period of a job, however fast the policy's clock runs."""


class History(Struct, frozen=True, kw_only=True):
    """The parts, put together."""

    ground: Ground
    sight: Sight
    auditor: Auditor
    allotment: Allotment
    custodian: Custodian
    server: HistoryServer
    watching: Watching
    colleagues: Colleagues
    service: Service
    herald: Herald
    safety: SafetyTeller
    reporter: HistoryReporter

    def hears(self) -> tuple[Hears, ...]:
        return (
            hears(Watch, self.sight.board.on_watch),
            hears(Notices, self._on_notices),
            hears(Farewell, self.sight.board.on_farewell),
            hears(Report, self.colleagues.on_report),
            hears(Audit, self.auditor.on_audit),
            hears(AuditProof, self.auditor.on_proof),
        )

    def answers(self) -> tuple[Answers, ...]:
        return HistoryAnswers(
            self.reporter,
            self.sight.board,
            self.safety,
            self.service,
            online=self.ground.settings.network,
        ).rows()

    def listens(self) -> tuple[Listens, ...]:
        return (
            listens(events.LinkOpened, self._on_open),
            listens(events.LinkStays, self.sight.board.on_stays),
            listens(events.LinkClosed, self._on_close),
            listens(events.HeadGrew, self._on_head),
            listens(events.FeedCompleted, self._on_complete),
            listens(events.BacklogAsked, self._on_backlog),
            listens(events.InterestRose, lambda _: self.watching.renew()),
            listens(NoticeCame, self.watching.on_notice),
            listens(NoticeCame, self._on_notice),
        )

    def jobs(self) -> Sequence[Job]:
        return (
            self._job("presence", self.sight.census.sample, 900, at_start=True),
            self._job("notices", self._say, 900, at_start=True),
            self._job("report", self.colleagues.report, 900, at_start=False),
            self._job("audit", self.auditor.audit, 60, at_start=False),
            self._job("history", self.service.look, 60, at_start=True),
        )

    async def start(self) -> None:
        """Care for those whose feeds are held for others."""
        for author_id in self.custodian.author_ids():
            self.ground.interests.raise_to(author_id, self.custodian.interest)

    # --- inside ---

    def _on_open(self, event: events.LinkOpened) -> None:
        session = event.session
        self.sight.census.met(session)
        self.sight.board.forgive(session.node_id)

    def _on_close(self, event: events.LinkClosed) -> None:
        self.auditor.on_close(event.session)
        self.sight.demand.on_close(event.session.node_id)

    def _on_head(self, event: events.HeadGrew) -> None:
        self.custodian.on_replica(event.after)

    def _on_complete(self, event: events.FeedCompleted) -> None:
        """All of a feed is here: say so."""
        self.custodian.settle(event.feed_id)
        self.herald.say_soon(event.feed_id)

    def _on_notices(self, session: Session, told: Notices) -> None:
        hearing = partial(self.sight.board.on_notices, session, told)
        self.ground.leisure.put_for(session, hearing)

    def _on_backlog(self, event: events.BacklogAsked) -> None:
        """Somebody asks for a whole feed; servers fetch to hold, and do not count."""
        if not is_server(event.session):
            self.sight.demand.note_request(event.session.node_id, event.feed_id)

    def _on_notice(self, event: NoticeCame) -> None:
        """A peer let a feed go, and says so itself: it is not asked for chunks of it."""
        notice = event.kept.notice
        session = self.ground.sessions.find(notice.node_id)
        if notice.word is Word.DROPPED and event.kept.first_hand and session is not None:
            session.holds.pop(notice.feed_id, None)

    async def _say(self) -> str:
        said = await self.herald.say_all()
        return sentences.SAID(notices=said, tidied=await self.sight.board.tidy())

    def _job(
        self, name: str, run: Callable[[], Awaitable[str]], every_s: float, *, at_start: bool
    ) -> Job:
        scaled_s = max(every_s / self.ground.settings.of(HistorySettings).speed, EVERY_S_MIN)
        return Job(
            name=name, run=run, every_s=scaled_s, jitter_s=scaled_s / 20, at_start=at_start
        )


def history_role(ground: Ground, feeds: Feeds) -> Role:
    """Make the role of one node."""
    history = _make_history(ground, feeds)
    service = history.service
    return Role(
        name=HISTORY_ROLE,
        parts=history,
        says=lambda: service.is_server,
        hears=history.hears(),
        answers=history.answers(),
        listens=history.listens(),
        jobs=history.jobs,
        rows=pages_of(history.sight, history.allotment, history.custodian, service),
        seeks=history.watching.unheld,
        policy=service.policy,
        start=history.start,
    )


def _make_history(ground: Ground, feeds: Feeds) -> History:
    """Put the parts together; nothing runs yet."""
    office, scope = Office(), Scope(ground.identity, ground.shells.index)
    allotment = Allotment(scope, ground.shells.policy_clock)
    sight = _make_sight(ground, office, scope, allotment)
    board = sight.board
    custodian = Custodian(ground, board, allotment, feeds.carer)
    server = HistoryServer(ground, office, sight, scope, allotment, custodian)
    watching = Watching(ground, feeds.finder, board, office, server)
    colleagues = Colleagues(ground.sessions, office, sight, allotment)
    auditor = Auditor(ground, board, sight.census, secrets.randbelow)
    return History(
        ground=ground,
        sight=sight,
        auditor=auditor,
        allotment=allotment,
        custodian=custodian,
        server=server,
        watching=watching,
        colleagues=colleagues,
        service=Service(ground, office, server, watching, colleagues),
        herald=Herald(ground, board, office, custodian),
        safety=SafetyTeller(
            ground.identity, ground.shelf, ground.shells.index, board, sight.viewer
        ),
        reporter=HistoryReporter(
            ground, sight, allotment, server, custodian, auditor, feeds.seeder
        ),
    )


def _make_sight(ground: Ground, office: Office, scope: Scope, allotment: Allotment) -> Sight:
    """Put together what observes others."""
    identity, sessions, clock = ground.identity, ground.sessions, ground.shells.policy_clock
    board = NoticeBoard(
        sessions,
        identity,
        clock,
        ground.introduction.hello,
        ground.events,
        lambda notice: office.is_held and scope.offer(notice.author_id),
        partial(ask_later, ground.leisure.put),
    )
    census = Census(sessions, identity, clock, board, sessions.probe)
    demand = Demand(clock)
    viewer = Viewer(identity, sessions, board, census, demand, allotment.room)
    return Sight(board=board, census=census, demand=demand, viewer=viewer)
