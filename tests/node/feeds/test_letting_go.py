"""A feed may be let go at any moment: whatever waits just then ends quietly."""

import asyncio
from pathlib import Path

import pytest
from street.loop import settle
from structlog.testing import capture_logs
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.history.notice import LASTS_MS, Notice, Word, sign_notice
from swarmfeed.core.history.words import NoticeRecord, Notices
from swarmfeed.core.talk.limits import TURN_S
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import (
    Have,
    HeadOffer,
    NotHeld,
    Wake,
    Want,
    WantedAuthor,
    WantedFeed,
)
from swarmfeed.node.feeds.holder import HolderSide
from swarmfeed.node.ground.bundle import Bundle
from swarmfeed.node.ground.events import (
    BacklogAsked,
    ChunkKept,
    FellAsleep,
    HeadGrew,
    LinkClosed,
    listens,
)
from swarmfeed.node.ground.fairness import Fairness
from swarmfeed.node.ground.session import Session
from swarmfeed.node.history.role import History

from tests.node.rig import Scribe
from tests.node.talk import Talk, talk


def writer(size: int = 300) -> Scribe:
    anna = Scribe(1)
    anna.grow_to(size)
    return anna


def hold(to: Talk, anna: Scribe) -> None:
    to.care(anna.author_id)
    to.node.ground.shelf.accept_offer(anna.offer())
    anna.give_all(to.node.ground.shells.logs)  # type: ignore[arg-type]  # the fake ones


def want(anna: Scribe, size: int = 0) -> Want:
    feeds = (WantedFeed(anna.feed_id, size),) if size else ()
    return Want((WantedAuthor(anna.author_id, feeds),))


def let_go(to: Talk, anna: Scribe) -> None:
    to.node.feeds.carer.let_go(anna.feed_id)


async def ask_and_let_go(to: Talk, asker: Session, anna: Scribe, known: int) -> None:
    await to.hear(asker, want(anna, known))
    let_go(to, anna)


@pytest.mark.parametrize("known", [0, 100, 300])
def test_an_answer_that_waits_says_that_nothing_is_held(tmp_path: Path, known: int) -> None:
    async def script(to: Talk) -> None:
        anna, asker = writer(), to.link(1)
        hold(to, anna)
        await ask_and_let_go(to, asker, anna, known)
        assert await to.said(asker) == [NotHeld(anna.author_id)]

    talk(tmp_path, script)


@pytest.mark.parametrize("known", [0, 100])
def test_a_feed_that_goes_while_its_offer_is_made_is_not_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: int
) -> None:
    """Between the words ``have`` and ``head``."""

    async def script(to: Talk) -> None:
        anna, asker = writer(), to.link(1)
        hold(to, anna)
        await to.hear(asker, want(anna, known))
        say = Bundle.say

        async def say_and_let_go(bundle: Bundle, message: Message) -> None:
            await say(bundle, message)
            if isinstance(message, Have):
                let_go(to, anna)

        monkeypatch.setattr(Bundle, "say", say_and_let_go)
        assert "HeadOffer" not in await to.kinds_said(asker)

    talk(tmp_path, script)


def test_news_that_wait_are_not_told_of_a_feed_that_is_gone(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna, asker, source = writer(), to.link(1), to.link(2)
        hold(to, anna)
        await to.hear(asker, want(anna, 300))
        await to.said(asker)
        before = anna.newest
        anna.grow_to(302)
        await to.hear(source, anna.entries(300, before))
        let_go(to, anna)
        assert await to.said(asker) == []

    talk(tmp_path, script)


def test_a_whole_offer_that_waits_ends_no_session(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna, asker = writer(), to.link(1)
        hold(to, anna)
        await to.hear(asker, want(anna, 100))
        await to.said(asker)
        asker.knows[anna.feed_id] = 100
        to.node.feeds.holder.push(None, anna.newest)
        let_go(to, anna)
        assert await to.said(asker) == []

    talk(tmp_path, script)


def test_nobody_is_told_that_a_feed_that_is_gone_sleeps_or_wakes(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna, asker = writer(), to.link(1)
        hold(to, anna)
        await to.hear(asker, want(anna, 300))
        await to.said(asker)
        to.node.ground.events.tell(FellAsleep(anna.feed_id))
        await to.hear(asker, Wake(anna.feed_id))
        let_go(to, anna)
        assert await to.said(asker) == []

    talk(tmp_path, script)


def test_a_feed_that_goes_while_its_head_is_taken_in_ends_no_session(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna, source = writer(), to.link(1)
        to.care(anna.author_id)

        def go(event: HeadGrew) -> None:
            let_go(to, anna)

        to.node.ground.events.connect([listens(HeadGrew, go)])
        await to.hear(source, anna.offer())
        assert to.node.ground.shelf.replica(anna.feed_id) is None
        assert to.node.feeds.fetcher.in_flight(anna.feed_id) == []
        await to.hear(source, Have(feed_id=anna.feed_id, size=300, complete=True))

    talk(tmp_path, script)


def test_a_chunk_of_a_feed_that_is_gone_is_not_indexed(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = writer()
        hold(to, anna)
        let_go(to, anna)
        with capture_logs() as logs:
            for span in anna.newest.chunks():
                to.node.ground.events.tell(ChunkKept(anna.feed_id, span))
            await to.node.ground.indexer.drain()
        assert logs == []

    talk(tmp_path, script)


def test_who_says_that_it_holds_nothing_is_no_source_any_more(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna, bert, source = writer(), Scribe(2), to.link(1)
        hold(to, anna)
        hold(to, bert)
        for each in (anna, bert):
            await to.hear(source, Have(feed_id=each.feed_id, size=1, complete=True))
        await to.hear(source, NotHeld(anna.author_id))
        assert to.node.ground.sessions.sources(anna.feed_id) == []
        assert len(to.node.ground.sessions.sources(bert.feed_id)) == 1

    talk(tmp_path, script)


@pytest.mark.parametrize("word", [Word.DROPPED, Word.HAVE])
def test_who_says_that_it_let_a_feed_go_is_no_source_any_more(
    tmp_path: Path, word: Word
) -> None:
    async def script(to: Talk) -> None:
        anna = writer()
        source = to.link(1)
        _, peer = to.peers[0]
        hold(to, anna)
        to.node.parts(History).sight.board.watch([anna.author_id])
        await to.hear(source, Have(feed_id=anna.feed_id, size=1, complete=True))
        now_ms = to.node.ground.shells.policy_clock.now_ms()
        notice = Notice(
            node_id=source.node_id,
            author_id=anna.author_id,
            feed_id=anna.feed_id,
            word=word,
            size=1,
            feed_bytes=100,
            made_ms=now_ms,
            until_ms=now_ms + LASTS_MS[word],
        )
        await to.hear(source, Notices((NoticeRecord(sign_notice(notice, peer.key)),)))
        left = len(to.node.ground.sessions.sources(anna.feed_id))
        assert left == (0 if word is Word.DROPPED else 1)

    talk(tmp_path, script)


def test_a_feed_may_go_while_a_long_want_is_heard(tmp_path: Path) -> None:
    """Taking in what a peer wants is cut into turns; in between anything may happen."""

    async def script(to: Talk) -> None:
        writers = [Scribe(number) for number in range(1, 6)]
        for each in writers:
            hold(to, each)
        asker, clock = to.link(1), to.street.clock
        account = Fairness(clock).account(asker.node_id)
        heard: list[FeedId] = []

        def note(event: BacklogAsked) -> None:
            heard.append(event.feed_id)
            clock.work(TURN_S)

        to.node.ground.events.connect([listens(BacklogAsked, note)])
        wanted = tuple(WantedAuthor(each.author_id, ()) for each in writers)
        hearing = account.pay(lambda: to.node.ground.switchboard.hear(asker, Want(wanted)))
        task = asyncio.create_task(hearing)
        while len(heard) < 3:
            await asyncio.sleep(0)
        assert len(heard) == 3, "it does not go on to the end at once"
        to.node.feeds.carer.let_go(writers[4].feed_id)
        await settle()
        await task
        assert heard == [each.feed_id for each in writers[:4]]
        said = await to.said(asker)
        assert [each for each in said if isinstance(each, NotHeld)] == [
            NotHeld(writers[4].author_id)
        ]
        assert sum(isinstance(each, HeadOffer) for each in said) == 4

    talk(tmp_path, script)


def test_a_link_may_end_while_a_long_want_is_heard(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        writers = [Scribe(number) for number in range(1, 6)]
        for each in writers:
            hold(to, each)
        asker, clock = to.link(1), to.street.clock
        account = Fairness(clock).account(asker.node_id)
        listener = listens(BacklogAsked, lambda _: clock.work(TURN_S))
        to.node.ground.events.connect([listener])
        wanted = tuple(WantedAuthor(each.author_id, ()) for each in writers)
        hearing = account.pay(lambda: to.node.ground.switchboard.hear(asker, Want(wanted)))
        task = asyncio.create_task(hearing)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        to.unlink(asker)
        to.node.ground.events.tell(LinkClosed(asker))
        task.cancel()
        await settle()
        assert task.cancelled()
        assert 0 < len(asker.part(HolderSide).wants) < 5
        other = to.link(2)
        await to.hear(other, Want(wanted))
        assert (await to.kinds_said(other)).count("HeadOffer") == 5

    talk(tmp_path, script)
