"""History servers, whole: what every node says and watches, and the role on top of it.

Every node says which feeds it holds, watches over its own and those of whom it follows,
samples who is there, and audits those who say they hold something.  A history server
does so for everybody in its scope, and acts on it (``server.py``).
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

import structlog

from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.history import rows
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.core.history.notice import OF_SERVERS, Notice
from swarmfeed.core.history.placement import ROOM_STEPS
from swarmfeed.core.history.words import Audit, AuditProof, Farewell, Notices, Report, Watch
from swarmfeed.core.talk.words import Hello
from swarmfeed.core.vocabulary import Message
from swarmfeed.errors import DamageError, RetryError, UserError
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.interests import Interest, Interests
from swarmfeed.node.ground.proofs import Prover
from swarmfeed.node.ground.sessions import Session, Sessions
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.node.history.allotment import Allotment
from swarmfeed.node.history.auditor import Auditor
from swarmfeed.node.history.board import Kept, NoticeBoard
from swarmfeed.node.history.census import Census
from swarmfeed.node.history.custodian import Custodian, Hands
from swarmfeed.node.history.demand import Demand
from swarmfeed.node.history.herald import Herald
from swarmfeed.node.history.reports import HistoryReporter
from swarmfeed.node.history.safety import SafetyTeller
from swarmfeed.node.history.scope import Scope
from swarmfeed.node.history.server import HistoryServer
from swarmfeed.node.history.viewer import Viewer
from swarmfeed.ports import Clock, Index, Job, Ledger, Logs, Page

logger = structlog.get_logger()

T = TypeVar("T")

EVERY_S_MIN: Final = 0.25
"""Shortest period of a job, however fast the policy's clock runs."""

LEDGER_EVERY_S: Final = 60
"""How often observations are written down; promises are after each round of looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What of a node its history part works with."""

    settings: NodeSettings
    identity: Identity
    shelf: Shelf
    logs: Logs
    index: Index
    ledger: Ledger
    sessions: Sessions
    interests: Interests
    prover: Prover
    clock: Clock
    """The policy's clock."""
    real_clock: Clock
    hello: Callable[[], Hello]
    hands: Hands
    hint: Callable[[Iterable[Endpoint]], None]
    """Dial these: they hold something that we watch."""
    out_bytes: Callable[[], int]
    """Bytes sent by BitTorrent since the node started."""


class History:
    """The parts, put together."""

    def __init__(self, node: Surroundings) -> None:
        self._node = node
        identity, sessions, clock = node.identity, node.sessions, node.clock
        self.board = NoticeBoard(sessions, identity, clock, node.hello)
        self.census = Census(sessions, identity, clock, self.board, sessions.probe)
        self.demand = Demand(clock)
        self.auditor = Auditor(
            node.shelf,
            sessions,
            self.board,
            self.census,
            node.prover,
            clock,
            node.real_clock,
            secrets.randbelow,
        )
        self.scope = Scope(identity, node.index)
        self.allotment = Allotment(self.scope, clock)
        self.viewer = Viewer(
            identity, sessions, self.board, self.census, self.demand, self.allotment.room
        )
        self.custodian = Custodian(
            node.shelf, node.interests, self.board, self.allotment, node.hands, clock
        )
        self.server = HistoryServer(
            identity,
            node.interests,
            node.logs,
            self.board,
            self.census,
            self.demand,
            self.scope,
            self.allotment,
            self.viewer,
            self.custodian,
            clock,
            node.settings.history_speed,
        )
        self.herald = Herald(
            node.shelf, node.interests, self.board, self.custodian, self.server, clock
        )
        self.safety = SafetyTeller(identity, node.shelf, self.board, self.viewer)
        self.reporter = HistoryReporter(
            identity,
            node.shelf,
            node.index,
            node.interests,
            sessions,
            self.board,
            self.census,
            self.demand,
            self.auditor,
            self.allotment,
            self.viewer,
            self.custodian,
            self.server,
            node.out_bytes,
        )
        self._saving = asyncio.Lock()
        self._unwritten: dict[Page, Mapping[bytes, bytes | None]] = {}
        """What the last attempt to save did not get onto a full disk."""
        self.board.on_news = self._on_news
        self.board.takes_offer = self._takes_offer

    # --- life ---

    def recall(self) -> set[AuthorId]:
        """Read the ledger; returns whose feeds are held for history."""
        ledger = self._node.ledger
        self.board.load(ledger.read(Page.NOTICES))
        self.census.load(ledger.read(Page.PRESENCES))
        self.demand.load(ledger.read(Page.RATES))
        allowances = _decoded(ledger.read(Page.ALLOWANCES), rows.decode_allowance)
        self.allotment.recall({AuthorId(key): each for key, each in allowances.items()})
        custodies = _decoded(ledger.read(Page.CUSTODIES), rows.decode_custody)
        self.custodian.recall({FeedId(key): each for key, each in custodies.items()})
        self._recall_choice(ledger.read(Page.CHOICES))
        return self.custodian.author_ids()

    def jobs(self) -> list[Job]:
        return [
            self._job("presence", self.census.sample, 900, at_start=True),
            self._job("notices", self._say, 900, at_start=True),
            self._job("report", self._report, 900, at_start=False),
            self._job("audit", self.auditor.audit, 60, at_start=False),
            self._job("history", self._look, 60, at_start=True),
            Job(name="ledger", run=self.save, every_s=LEDGER_EVERY_S, at_start=False),
        ]

    async def save(self) -> str:
        """Write down what changed since the last time."""
        async with self._saving:
            changes = self._unwritten = self._changes()
            try:
                await asyncio.to_thread(self._node.ledger.write, changes)
            except UserError as error:
                raise RetryError(str(error)) from error
            self._unwritten = {}
        return f"{sum(map(len, changes.values()))} rows written"

    async def stop(self) -> None:
        with suppress(RetryError):  # a full disk: what was seen lately is seen again
            await self.save()

    # --- the role ---

    def choose(self, choice: HistoryChoice, *, remember: bool = True) -> None:
        """Become a history server, or change what is given."""
        self.server.choose(choice)
        if remember:
            self._choices({b"history": rows.encode_choice(choice), b"leaving": None})
        self._watch()
        self._tell_report()

    def leave(self) -> None:
        """Hand everything over, and stop being a history server once that is done."""
        self.server.leave()
        self._choices({b"leaving": b"1"})

    @property
    def is_server(self) -> bool:
        return self.server.choice is not None

    # --- what happens ---

    def on_open(self, session: Session) -> None:
        self.board.on_open(session)
        self.census.met(session)
        self.board.forgive(session.node_id)

    def on_close(self, session: Session) -> None:
        self.auditor.on_close(session)
        self.demand.on_close(session.node_id)

    def on_message(self, session: Session, message: Message) -> None:
        """Take a message that is about history.  Raises RemoteError when it breaks a rule."""
        match message:
            case Watch():
                self.board.on_watch(session, message)
            case Notices():
                self.board.on_notices(session, message)
            case Farewell():
                self.board.on_farewell(session, message)
            case Report():
                self._on_report(session, message)
            case Audit():
                self.auditor.on_audit(session, message)
            case AuditProof():
                self.auditor.on_proof(session, message)
            case _:
                logger.debug("nobody's message", kind=type(message).__name__)

    def on_replica(self, after: Replica) -> None:
        """A newer head is on the shelf."""
        self.custodian.on_replica(after)

    def on_complete(self, feed_id: FeedId) -> None:
        """All of a feed is here: say so."""
        self.custodian.settle(feed_id)
        self.herald.say_held(feed_id)

    def may_fetch(self, feed_id: FeedId) -> bool:
        """Whether the chunks of a feed are wanted: one held for history has its quota."""
        author_id = self._node.shelf.author_of(feed_id)
        is_read = author_id is not None and self._node.interests.is_read(author_id)
        return is_read or self.custodian.may_fetch(feed_id)

    def unheld(self) -> list[AuthorId]:
        """Watched authors of whom nobody has said anything yet: to be looked for."""
        if not self.is_server:
            return []
        return [each for each in self.board.watched() if not self.board.feeds_of(each)]

    # --- inside ---

    def _job(
        self, name: str, run: Callable[[], Awaitable[str]], every_s: float, *, at_start: bool
    ) -> Job:
        scaled_s = max(every_s / self._node.settings.history_speed, EVERY_S_MIN)
        return Job(
            name=name, run=run, every_s=scaled_s, jitter_s=scaled_s / 20, at_start=at_start
        )

    def _watch(self) -> None:
        """Watch over what is ours, whom we follow, and the scope of a server."""
        interests = self._node.interests
        own = interests.with_interest(Interest.OWN)
        followed = interests.with_interest(Interest.FOLLOWED)
        self.board.watch([*own, *followed, *self.server.watched()])

    async def _look(self) -> str:
        self._watch()
        was_server = self.is_server
        result = await self.server.look()
        if was_server:
            await self.save()
        if was_server and not self.is_server:
            self._choices({b"history": None, b"leaving": None})
        return result

    async def _say(self) -> str:
        said = self.herald.say_all()
        return f"{said} notices signed anew; {await self.board.tidy()}"

    async def _report(self) -> str:
        if not self.is_server:
            return "not a history server"
        return f"told {self._tell_report()} other servers"

    def _tell_report(self) -> int:
        report = Report(
            seen=self.census.report_seen(),
            rates=self.demand.report_rates(),
            room=round(self.allotment.room() * ROOM_STEPS),
        )
        servers = [each for each in self._node.sessions.all() if each.is_server]
        for session in servers:
            session.outbox.put(("report",), partial(session.send, report))
        return len(servers)

    def _on_report(self, session: Session, report: Report) -> None:
        """Who reports is a history server, also if it became one since it said hello."""
        session.is_server = True
        self.viewer.rooms[session.node_id] = report.room / ROOM_STEPS
        self.census.on_report(report)
        self.demand.on_report(session.node_id, report)

    def _on_news(self, kept: Kept) -> None:
        """Somebody holds what we watch: be linked to servers, they speak for many."""
        is_server = kept.notice.word in OF_SERVERS
        is_linked = self._node.sessions.find(kept.notice.node_id) is not None
        if kept.link is not None and not is_linked and (is_server or self.is_server):
            self._node.hint([kept.link])

    def _takes_offer(self, notice: Notice) -> bool:
        return self.is_server and self.scope.offer(notice.author_id)

    def _recall_choice(self, choices: Mapping[bytes, bytes]) -> None:
        """What the command line says counts before what was chosen on the page."""
        choice = self._node.settings.history
        if choice is None and b"history" in choices:
            choice = _decoded({b"": choices[b"history"]}, rows.decode_choice).get(b"")
        if choice is not None:
            self.server.choose(choice)
            if b"leaving" in choices:
                self.server.leave()

    def _choices(self, changes: Mapping[bytes, bytes | None]) -> None:
        self._node.ledger.write({Page.CHOICES: changes})

    def _changes(self) -> dict[Page, Mapping[bytes, bytes | None]]:
        allowances = self.allotment.take_changes()
        custodies = self.custodian.take_changes()
        changes: dict[Page, Mapping[bytes, bytes | None]] = {
            Page.NOTICES: self.board.take_changes(),
            Page.PRESENCES: self.census.take_changes(),
            Page.RATES: self.demand.take_changes(),
            Page.ALLOWANCES: {
                key: rows.encode_allowance(each) for key, each in allowances.items()
            },
            Page.CUSTODIES: {
                key: None if each is None else rows.encode_custody(each)
                for key, each in custodies.items()
            },
        }
        return {
            page: {**self._unwritten.get(page, {}), **each}
            for page, each in changes.items()
            if each or page in self._unwritten
        }


def _decoded(page: Mapping[bytes, bytes], decode: Callable[[bytes], T]) -> dict[bytes, T]:
    """Rows that can be read; a damaged one is as if it had never been."""
    found = {}
    for key, value in page.items():
        try:
            found[key] = decode(value)
        except DamageError as error:
            logger.warning("a row of the ledger is passed over", reason=str(error))
    return found
