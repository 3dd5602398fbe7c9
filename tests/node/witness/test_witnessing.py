"""A witness writes down before it tells: whenever it dies, it never goes back."""

import asyncio
import itertools
from collections.abc import Mapping
from pathlib import Path

import pytest
from street.fakes.ledger import FakeLedger
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks import troubles
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import AuthorId, FeedId, Hash
from swarmfeed.core.feed.head import Head, open_head, sign_head
from swarmfeed.core.talk.words import ForkProof
from swarmfeed.core.witness.cosignature import open_cosignature
from swarmfeed.core.witness.limits import COSIGN_BURST, NEW_FEEDS_OF_NODE, UNREAD_MAX
from swarmfeed.core.witness.words import Cosign, Witnessed
from swarmfeed.errors import FatalError
from swarmfeed.node.ground.session import Session
from swarmfeed.node.witness.witnessing import PAGE, CosignSide

from tests.core.witness.test_book import FEED, asked, head
from tests.node.talk import Talk


def first_of(number: int) -> Cosign:
    """The first head of one more feed that nobody else reads."""
    key = SigningKey(number.to_bytes(32, "big"))
    feed_id, nothing = FeedId(key.public), Hash(bytes(32))
    said = Head(feed_id=feed_id, size=1, root=nothing, time_ms=1, chunks_hash=nothing)
    return Cosign(
        author_id=AuthorId(bytes(32)), feed_id=feed_id, signed_head=sign_head(said, key.sign)
    )


STORY = ((11, 0), (13, 11), (17, 13), (20, 17))
"""Sizes that are asked about in turn, each proven from the one before."""


class CutLedger(FakeLedger):
    """Fails once at a write of the witness's page: before it is done, or after."""

    def __init__(self) -> None:
        super().__init__()
        self.fails_at = -1
        self.is_done = False
        self.error: Exception = FatalError("the power is gone")
        self.writes = 0

    def write(self, changes: Mapping[str, Mapping[bytes, bytes | None]]) -> None:
        fails = PAGE in changes and self.writes == self.fails_at
        self.writes += PAGE in changes
        if not fails or self.is_done:
            super().write(changes)
        if fails:
            raise self.error


async def witness(street: Neighbourhood, ledger: CutLedger) -> Talk:
    me = await street.move_in(on=False)
    me.ledger = ledger
    await me.start()
    return Talk(street, me)


def child(to: Talk, number: int) -> Session:
    session = to.link(number)
    to.node.ground.layer.serve(True)
    to.node.ground.layer.add_child(session)
    return session


async def told(to: Talk, session: Session, *questions: Cosign) -> list[int]:
    """Sizes that are cosigned, each for the story that is true."""
    sizes = []
    for each in questions:
        await to.hear(session, each)
        await to.street.pass_time(1)
        for said in await to.said(session):
            if isinstance(said, Witnessed):
                opened = open_head(said.signed_head, said.feed_id)
                word = open_cosignature(said.signed_head, said.cosignatures[0])
                assert word.witness == to.me.identity.node_id
                assert opened.root == open_head(head(opened.size), FEED).root
                sizes.append(opened.size)
    return sizes


@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(len(STORY)))
def test_whenever_it_dies_it_signs_no_older_head_and_no_other_story(
    tmp_path: Path, step: int, is_done: bool
) -> None:
    async def script(street: Neighbourhood) -> None:
        ledger = CutLedger()
        ledger.fails_at, ledger.is_done = step, is_done
        to = await witness(street, ledger)
        story = [asked(size, old=old) for size, old in STORY[: step + 1]]
        before = await told(to, child(to, 1), *story)
        assert before == [size for size, _ in STORY[:step]], "what is not on disk is not told"
        assert to.node.failure is not None
        again = await begin_anew(to)
        truth = [asked(size) for size, _ in STORY]
        lies = [asked(size, old=old, story=1) for size, old in STORY]
        after = await told(again, child(again, 2), *truth, *lies, *truth)
        known = [*before, *after]
        assert all(one <= other for one, other in itertools.pairwise(known))
        on_disk = [size for size, _ in STORY][: step + is_done]
        assert max(known, default=0) >= max(on_disk, default=0)

    in_neighbourhood(tmp_path, script)


async def begin_anew(to: Talk) -> Talk:
    """The node after a crash: what is on its disk, and nothing else."""
    me: Neighbour = to.me
    to.node.ground.sessions._sessions.clear()
    await me.stop()
    await me.start()
    return Talk(to.street, me)


def test_a_disk_that_refuses_leaves_it_silent_until_it_takes_again(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        ledger = CutLedger()
        ledger.fails_at, ledger.error = 1, troubles.FULL.unsaved("the ledger")
        to = await witness(street, ledger)
        session = child(to, 1)
        assert await told(to, session, asked(11), asked(13, old=11)) == [11]
        assert to.node.failure is None
        assert await told(to, session, asked(13, old=11)) == [13], "asked again it tells"

    in_neighbourhood(tmp_path, script)


def test_many_questions_in_one_moment_are_one_write(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        ledger = CutLedger()
        to = await witness(street, ledger)
        sessions = [child(to, number) for number in range(1, 9)]
        for each in sessions:
            await to.hear(each, asked(12))
        await street.pass_time(1)
        said = [message for each in sessions for message in await to.said(each)]
        assert sum(isinstance(each, Witnessed) for each in said) == len(sessions)
        assert ledger.writes == 1

    in_neighbourhood(tmp_path, script)


@pytest.mark.attack("A144")
def test_who_asks_about_a_feed_of_two_stories_is_given_the_proof(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        to = await witness(street, CutLedger())
        one, other = child(to, 1), child(to, 2)
        assert await told(to, one, asked(12)) == [12]
        await to.hear(other, asked(20, old=12, story=1))
        await street.pass_time(1)
        (proof,) = [each for each in await to.said(other) if isinstance(each, ForkProof)]
        assert (proof.first, proof.second) == (head(12), head(20, story=1))
        assert await told(to, one, asked(20, old=12)) == [], "neither is cosigned"

    in_neighbourhood(tmp_path, script)


@pytest.mark.attack("A145")
def test_who_asks_has_so_many_heads() -> None:
    side = CosignSide()
    assert sum(side.takes(0) for _ in range(2 * COSIGN_BURST)) == COSIGN_BURST
    assert side.takes(10)


@pytest.mark.slow
@pytest.mark.attack("A166")
def test_who_comes_back_with_another_link_has_no_more_new_feeds(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        to = await witness(street, CutLedger())
        for link in range(4):
            session = child(to, 1)
            for number in range(200):
                await to.hear(session, first_of(200 * link + number))
        await street.pass_time(2)
        assert len(to.me.ledger.read(PAGE)) == NEW_FEEDS_OF_NODE

    in_neighbourhood(tmp_path, script)


@pytest.mark.attack("A145")
def test_who_reads_nothing_gets_no_answers_until_it_reads(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        to = await witness(street, CutLedger())
        session = child(to, 1)
        for number in range(UNREAD_MAX):
            session.outbox.put(("unread", number), asyncio.Event().wait)
        await to.hear(session, asked(12))
        await street.pass_time(1)
        assert ("cosigned", FEED) not in session.outbox._due
        session.outbox._due.clear()
        assert await told(to, session, asked(12)) == [12]

    in_neighbourhood(tmp_path, script)
