"""Audits: random entries asked of those who say they hold a feed, and our own answers.

Every holder we are linked to is asked AUDITS_PER_DAY times a day, about its feeds in turn.  An
answer that shows the entry counts for it, a false one or none against it.  Links may break at
any moment: only who stays linked and silent twice in a row has failed.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import structlog
from msgspec import Struct

from swarmfeed.core.base.types import FeedId, NodeId
from swarmfeed.core.history import sentences
from swarmfeed.core.history.audit import verify_audit
from swarmfeed.core.history.availability import DAY_MS
from swarmfeed.core.history.limits import (
    AUDIT_ANSWERS_PER_MINUTE,
    AUDIT_TIMEOUT_S,
    AUDITS_PER_DAY,
)
from swarmfeed.core.history.notice import SOURCES
from swarmfeed.core.history.words import Audit, AuditProof
from swarmfeed.errors import DamageError, RemoteError
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.history.board import NoticeBoard
from swarmfeed.node.history.census import Census
from swarmfeed.node.history.kept import KeptNotice

logger = structlog.get_logger()

_MINUTE_MS = 60_000


class _Asked(Struct, frozen=True):
    """A question that waits for its answer."""

    feed_id: FeedId
    index: int
    size_claimed: int
    asked_at_ms: int
    """By the real clock: a disk is as slow as it is, whatever time the policy keeps."""


class Auditor:
    """Asks and answers."""

    def __init__(
        self,
        ground: Ground,
        board: NoticeBoard,
        census: Census,
        random_below: Callable[[int], int],
    ) -> None:
        self._shelf = ground.shelf
        self._sessions = ground.sessions
        self._prover = ground.prover
        self._policy_clock = ground.shells.policy_clock
        self._real_clock = ground.shells.clock
        self._board = board
        self._census = census
        self._random_below = random_below
        self._waiting: dict[NodeId, _Asked] = {}
        self._next_ms: dict[NodeId, int] = {}
        self._turns: Counter[NodeId] = Counter()
        self._silent: Counter[NodeId] = Counter()
        self._answered: Counter[NodeId] = Counter()
        self._answered_minute = 0
        self.passed = 0
        self.failed = 0

    # --- asking ---

    async def audit(self) -> str:
        """Ask whoever is due; a round of the scheduler."""
        self._note_silence()
        now_ms = self._policy_clock.now_ms()
        asked = 0
        for session in self._sessions.all():
            due_ms = self._next_ms.setdefault(session.node_id, now_ms)
            if session.node_id in self._waiting or now_ms < due_ms:
                continue
            self._next_ms[session.node_id] = now_ms + DAY_MS // AUDITS_PER_DAY
            asked += self._ask(session)
        return sentences.AUDITED(asked=asked, passed=self.passed, failed=self.failed)

    def on_proof(self, session: Session, proof: AuditProof) -> None:
        """Judge an answer.  A false one is no reason to end the link: it is counted."""
        asked = self._waiting.get(session.node_id)
        if asked is None or (proof.feed_id, proof.index) != (asked.feed_id, asked.index):
            return
        del self._waiting[session.node_id]
        self._silent.pop(session.node_id, None)
        if not self._still_says(session.node_id, asked.feed_id):
            return  # it let the feed go while we asked, and said so
        try:
            shown = verify_audit(proof, asked.feed_id, asked.index, asked.size_claimed)
        except RemoteError as error:
            self._count(session.node_id, passed=False, why=str(error))
            return
        if shown:
            self._count(session.node_id, passed=True)

    def on_close(self, session: Session) -> None:
        """A link ended: what was asked over it says nothing."""
        self._waiting.pop(session.node_id, None)

    # --- answering ---

    def on_audit(self, session: Session, audit: Audit) -> None:
        """Answer, as soon as the peer reads; no peer may keep our disk busy."""
        minute = self._policy_clock.now_ms() // _MINUTE_MS
        if minute != self._answered_minute:
            self._answered_minute, self._answered = minute, Counter()
        self._answered[session.node_id] += 1
        if self._answered[session.node_id] <= AUDIT_ANSWERS_PER_MINUTE:
            key = ("audit", audit.feed_id, audit.index)
            session.outbox.put(key, partial(self._answer, session, audit))

    # --- inside ---

    def _ask(self, session: Session) -> bool:
        kept = self._choose(session.node_id, self._board.held_by(session.node_id))
        if kept is None:
            return False
        notice = kept.notice
        index = self._random_below(notice.size)
        now_ms = self._real_clock.monotonic_ms()
        self._waiting[session.node_id] = _Asked(notice.feed_id, index, notice.size, now_ms)
        audit = Audit(notice.feed_id, index)
        session.outbox.put(("ask audit",), partial(session.send, audit))
        return True

    def _choose(self, node_id: NodeId, held: Sequence[KeptNotice]) -> KeptNotice | None:
        """The feed whose turn it is: all of them once before any of them twice."""
        able = [each for each in held if each.notice.size > 0]
        if not able:
            return None
        self._turns[node_id] += 1
        return able[self._turns[node_id] % len(able)]

    def _still_says(self, node_id: NodeId, feed_id: FeedId) -> bool:
        return any(
            each.notice.node_id == node_id and each.notice.word in SOURCES
            for each in self._board.notices(feed_id)
        )

    def _note_silence(self) -> None:
        now_ms = self._real_clock.monotonic_ms()
        for node_id, asked in list(self._waiting.items()):
            if now_ms - asked.asked_at_ms < AUDIT_TIMEOUT_S * 1000:
                continue
            del self._waiting[node_id]
            self._silent[node_id] += 1
            if self._silent[node_id] > 1:
                self._count(node_id, passed=False, why="no answer, twice in a row")

    def _count(self, node_id: NodeId, *, passed: bool, why: str = "") -> None:
        if passed:
            self.passed += 1
        else:
            self.failed += 1
            logger.warning("audit failed", node=node_id.hex()[:16], reason=why)
        self._census.audited(node_id, passed=passed)

    async def _answer(self, session: Session, audit: Audit) -> None:
        await session.send(await self._proof(audit))

    async def _proof(self, audit: Audit) -> AuditProof:
        nothing = AuditProof(audit.feed_id, audit.index, b"", b"", ())
        replica = self._shelf.replica(audit.feed_id)
        if replica is None or audit.index >= replica.size:
            return nothing
        try:
            stored, path = await self._prover.inclusion(replica, audit.index)
        except (DamageError, RemoteError) as error:
            logger.warning("an audit that we cannot answer", reason=str(error))
            return nothing
        return AuditProof(audit.feed_id, audit.index, replica.signed_head, stored, path)
