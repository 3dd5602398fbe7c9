"""Audits: who is asked how often, and what an answer, or none, is worth."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.history.limits import (
    AUDIT_ANSWERS_PER_MINUTE,
    AUDIT_TIMEOUT_S,
    AUDITS_PER_DAY,
)
from swarmfeed.core.history.notice import LASTS_MS, Notice, Word, sign_notice
from swarmfeed.core.history.words import Audit, AuditProof, NoticeRecord, Notices
from swarmfeed.node.ground.session import Session
from swarmfeed.node.history.auditor import Auditor
from swarmfeed.node.history.census import Census
from swarmfeed.shell.disk.logs import FileLogs

from tests.node.history.board_rig import OWN, Rig
from tests.node.rig import Scribe, at_once, new_ground

SIZE = 700
MINUTE_MS = 60_000
DAY_MS = 86_400_000


class Exam(Rig):
    """An auditor, and a holder with a real log that answers by the same code."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.anna = Scribe(1)
        self.anna.grow_to(SIZE)
        self.board.watch([self.anna.author_id])
        self.logs = FileLogs(folder)
        ground = new_ground(folder, logs=self.logs, clock=self.clock)
        self.shelf = ground.shelf
        self.shelf.load()
        self.shelf.accept_offer(self.anna.offer())
        for span, chunk in self.anna.chunks.items():
            if span in self.anna.newest.chunks():
                self.logs.write_chunk(self.anna.feed_id, span, chunk)
        self.index = 0
        census = Census(self.sessions, OWN, self.clock, self.board, self._no_probe)
        self.census = census
        self.auditor = Auditor(
            replace(ground, sessions=self.sessions),
            self.board,
            census,
            lambda below: self.index % below,
        )

    async def _no_probe(self, endpoints: Any) -> dict[Any, Any]:
        return {}

    def holder(self, number: int, word: Word = Word.LEASE, size: int = SIZE) -> Session:
        session = self.link(number)
        self.claim(session, word, size)
        return session

    def claim(self, session: Session, word: Word = Word.LEASE, size: int = SIZE) -> None:
        made_ms = self.clock.now_ms()
        notice = Notice(
            node_id=session.node_id,
            author_id=self.anna.author_id,
            feed_id=self.anna.feed_id,
            word=word,
            size=size,
            feed_bytes=1_000,
            made_ms=made_ms,
            until_ms=made_ms + LASTS_MS[word],
        )
        signed = sign_notice(notice, self.key_of(session))
        at_once(self.board.on_notices(session, Notices((NoticeRecord(signed),))))

    async def asked(self, session: Session) -> list[Audit]:
        await self.auditor.audit()
        return [each for each in await self.said(session) if isinstance(each, Audit)]

    async def answer(self, session: Session, audit: Audit) -> AuditProof:
        """What a node with our log answers."""
        self.auditor.on_audit(session, audit)
        (proof,) = [each for each in await self.said(session) if isinstance(each, AuditProof)]
        return proof


def play(folder: Path, script: Callable[[Exam], Awaitable[None]]) -> None:
    async def run() -> None:
        await script(Exam(folder))

    asyncio.run(run())


def test_an_honest_holder_passes_wherever_it_is_asked(tmp_path: Path) -> None:
    async def script(exam: Exam) -> None:
        holder = exam.holder(1)
        for index in (0, 1, 255, 256, 300, 511, 512, 513, 600, SIZE - 1):
            exam.index = index
            (audit,) = await exam.asked(holder)
            assert audit == Audit(exam.anna.feed_id, index)
            exam.auditor.on_proof(holder, await exam.answer(holder, audit))
            exam.clock.advance(DAY_MS // AUDITS_PER_DAY)
            exam.claim(holder)
        assert (exam.auditor.passed, exam.auditor.failed) == (10, 0)
        assert exam.census.outlook(holder.node_id, server=True).held > 0.9

    play(tmp_path, script)


def test_each_holder_is_asked_so_many_times_a_day(tmp_path: Path) -> None:
    async def script(exam: Exam) -> None:
        holder, other = exam.holder(1), exam.link(2)
        asked = 0
        for _ in range(DAY_MS // MINUTE_MS // 10):
            for audit in await exam.asked(holder):
                asked += 1
                exam.auditor.on_proof(holder, await exam.answer(holder, audit))
            assert await exam.said(other) == [], "it never said that it holds anything"
            exam.clock.advance(10 * MINUTE_MS)
            exam.claim(holder)
        assert AUDITS_PER_DAY * 0.9 <= asked <= AUDITS_PER_DAY

    play(tmp_path, script)


@pytest.mark.attack("A36")
def test_who_lacks_a_tenth_of_what_it_claims_is_found_out(tmp_path: Path) -> None:
    async def script(exam: Exam) -> None:
        holder = exam.holder(1)
        for number in range(30):
            exam.index = number * 23
            (audit,) = await exam.asked(holder)
            proof = await exam.answer(holder, audit)
            if number % 10 == 9:
                proof = AuditProof(audit.feed_id, audit.index, b"", b"", ())
            exam.auditor.on_proof(holder, proof)
            exam.clock.advance(DAY_MS // AUDITS_PER_DAY)
            exam.claim(holder)
        assert exam.auditor.failed == 3
        assert exam.census.outlook(holder.node_id, server=True).held < 0.6

    play(tmp_path, script)


@pytest.mark.attack("A36")
def test_a_head_older_than_the_claim_fails(tmp_path: Path) -> None:
    async def script(exam: Exam) -> None:
        braggart = exam.holder(1, size=SIZE + 1)
        (audit,) = await exam.asked(braggart)
        exam.auditor.on_proof(braggart, await exam.answer(braggart, audit))
        assert (exam.auditor.passed, exam.auditor.failed) == (0, 1)

    play(tmp_path, script)


@pytest.mark.attack("A36")
def test_silence_is_forgiven_once(tmp_path: Path) -> None:
    async def script(exam: Exam) -> None:
        holder = exam.holder(1)
        for failed in (0, 1, 2):
            assert len(await exam.asked(holder)) == 1
            exam.clock.advance(max(AUDIT_TIMEOUT_S * 1000, DAY_MS // AUDITS_PER_DAY))
            exam.auditor._note_silence()
            assert exam.auditor.failed == failed
            exam.claim(holder)

    play(tmp_path, script)


def test_a_link_that_broke_says_nothing(tmp_path: Path) -> None:
    async def script(exam: Exam) -> None:
        holder = exam.holder(1)
        for _ in range(3):
            assert len(await exam.asked(holder)) == 1
            exam.auditor.on_close(holder)
            exam.clock.advance(DAY_MS // AUDITS_PER_DAY)
            exam.claim(holder)
        assert (exam.auditor.passed, exam.auditor.failed) == (0, 0)

    play(tmp_path, script)


def test_who_let_go_while_it_was_asked_has_not_lied(tmp_path: Path) -> None:
    async def script(exam: Exam) -> None:
        holder = exam.holder(1)
        (audit,) = await exam.asked(holder)
        exam.clock.advance(1)
        exam.claim(holder, Word.DROPPED)
        exam.auditor.on_proof(holder, AuditProof(audit.feed_id, audit.index, b"", b"", ()))
        assert exam.auditor.failed == 0

    play(tmp_path, script)


@pytest.mark.attack("A36")
def test_answers_to_nothing_and_to_other_questions_are_passed_over(tmp_path: Path) -> None:
    async def script(exam: Exam) -> None:
        holder, other = exam.holder(1), exam.link(2)
        (audit,) = await exam.asked(holder)
        proof = await exam.answer(other, audit)
        exam.auditor.on_proof(other, proof)
        exam.auditor.on_proof(holder, AuditProof(audit.feed_id, audit.index + 1, b"", b"", ()))
        assert (exam.auditor.passed, exam.auditor.failed) == (0, 0)
        exam.auditor.on_proof(holder, proof)
        exam.auditor.on_proof(holder, proof)
        assert (exam.auditor.passed, exam.auditor.failed) == (1, 0)

    play(tmp_path, script)


def test_what_is_not_held_is_answered_with_nothing(tmp_path: Path) -> None:
    async def script(exam: Exam) -> None:
        peer = exam.link(1)
        for audit in (Audit(FeedId(b"x" * 32), 0), Audit(exam.anna.feed_id, SIZE)):
            assert (await exam.answer(peer, audit)).signed_head == b""
        for span in exam.anna.newest.chunks():
            exam.logs.drop_chunk(exam.anna.feed_id, span)
        assert (await exam.answer(peer, Audit(exam.anna.feed_id, 3))).signed_head == b""
        assert (await exam.answer(peer, Audit(exam.anna.feed_id, SIZE - 1))).signed_head

    play(tmp_path, script)


@pytest.mark.attack("A38")
def test_a_flood_of_audits_is_not_answered(tmp_path: Path) -> None:
    async def script(exam: Exam) -> None:
        peer = exam.link(1)
        for index in range(AUDIT_ANSWERS_PER_MINUTE * 3):
            exam.auditor.on_audit(peer, Audit(exam.anna.feed_id, index))
        assert len(await exam.said(peer)) == AUDIT_ANSWERS_PER_MINUTE
        exam.clock.advance(MINUTE_MS)
        assert (await exam.answer(peer, Audit(exam.anna.feed_id, 0))).signed_head

    play(tmp_path, script)
