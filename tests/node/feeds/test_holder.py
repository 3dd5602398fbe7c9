"""What a holder says: on a want, on news, once per head, and to whom."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from swarmfeed.core.base.types import AuthorId, ChunkSpan, FeedId
from swarmfeed.core.feed.head import open_head, open_receipt
from swarmfeed.core.feed.merkle import consistency_roots
from swarmfeed.core.talk.words import (
    ForkProof,
    Have,
    HeadOffer,
    Holders,
    NewEntries,
    NotHeld,
    Receipt,
    Want,
    WantedAuthor,
    WantedFeed,
)
from swarmfeed.node.feeds import holder as holder_module
from swarmfeed.node.feeds.holder import HolderSide
from swarmfeed.node.ground.events import ChunkKept
from swarmfeed.node.ground.indexer import Indexer
from swarmfeed.node.ground.interests import FOLLOWED, Interest
from swarmfeed.ports import KnownHolder

from tests.node.rig import Scribe
from tests.node.talk import Talk, talk

NOBODY = AuthorId(bytes(32))


def want(writer: Scribe, size: int = 0) -> Want:
    feeds = (WantedFeed(writer.feed_id, size),) if size else ()
    return Want((WantedAuthor(writer.author_id, feeds),))


def hold(to: Talk, writer: Scribe, interest: Interest = FOLLOWED) -> None:
    """Let the node hold all of a feed it follows, or keeps for another reason."""
    to.care(writer.author_id, interest)
    to.node.ground.shelf.accept_offer(writer.offer())
    writer.give_all(to.node.ground.shells.logs)  # type: ignore[arg-type]  # the fake ones


def test_a_want_of_nothing_is_answered_with_all_that_is_needed(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(300)
        hold(to, anna)
        asker = to.link(1)
        await to.hear(asker, want(anna))
        have, offer, holders, receipt = await to.said(asker)
        assert have == Have(feed_id=anna.feed_id, size=300, complete=True)
        assert offer == anna.offer()
        assert holders == Holders(anna.author_id, anna.feed_id, ())
        assert isinstance(receipt, Receipt)
        assert open_head(receipt.signed_head, anna.feed_id).size == 300
        opened = open_receipt(receipt.signed_head, receipt.cosignature)
        assert opened.node_id == to.node.ground.identity.node_id

    talk(tmp_path, script)


def test_a_want_from_an_older_size_is_answered_with_its_proof(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        old = anna.grow_to(100)
        anna.grow_to(300)
        hold(to, anna)
        asker = to.link(1)
        await to.hear(asker, want(anna, 100))
        _, offer, *_ = await to.said(asker)
        assert isinstance(offer, HeadOffer)
        roots = consistency_roots(100, 300, offer.consistency)
        assert roots == (old.head.root, anna.newest.head.root)

    talk(tmp_path, script)


def test_who_has_the_newest_head_is_told_only_what_is_held(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(300)
        hold(to, anna)
        asker = to.link(1)
        await to.hear(asker, want(anna, 300))
        assert await to.kinds_said(asker) == ["Have", "Holders", "Receipt"]
        await to.hear(asker, want(anna, 300))
        assert await to.kinds_said(asker) == ["Have", "Holders"], "one receipt for each head"

    talk(tmp_path, script)


def test_a_wide_want_is_answered_once_each_in_its_order_a_few_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holder_module, "FEEDS_ANSWERED_AT_ONCE", 2)

    async def script(to: Talk) -> None:
        held = [Scribe(number) for number in range(1, 6)]
        for each in held:
            each.grow_to(2)
            hold(to, each)
        strangers = [AuthorId(bytes([99, number]) * 16) for number in range(3)]
        asker = to.link(1)
        nothing = tuple(WantedAuthor(each, ()) for each in strangers)
        wide = Want((*(each for one in held for each in want(one, 0).authors), *nothing))
        asked: list[int] = []
        by_feed = to.me.index.holders_by_feed

        def count(feeds: Sequence[FeedId]) -> dict[FeedId, list[KnownHolder]]:
            asked.append(len(feeds))
            return by_feed(feeds)

        to.me.index.holders_by_feed = count  # type: ignore[method-assign]  # notes, and does it
        await to.hear(asker, wide, want(held[0], 0))
        said = await to.said(asker)
        offered = [each.feed_id for each in said if isinstance(each, HeadOffer)]
        assert offered == [each.feed_id for each in held]
        assert [each.author_id for each in said if isinstance(each, NotHeld)] == strangers
        assert asked == [2, 2, 1, 0]

    talk(tmp_path, script)


def test_what_is_not_held_is_said_too(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        asker = to.link(1)
        await to.hear(asker, Want((WantedAuthor(NOBODY, ()),)))
        assert await to.said(asker) == [NotHeld(NOBODY)]

    talk(tmp_path, script)


def test_without_the_chunk_no_proof_is_made_up(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(300)
        hold(to, anna)
        to.node.ground.shells.logs.drop_chunk(anna.feed_id, ChunkSpan(0, 0))
        asker = to.link(1)
        await to.hear(asker, want(anna, 100))
        have, holders = await to.said(asker)
        assert have == Have(feed_id=anna.feed_id, size=300, complete=False)
        assert isinstance(holders, Holders)
        anna.give_all(to.node.ground.shells.logs)  # type: ignore[arg-type]  # the fake ones
        to.node.ground.events.tell(ChunkKept(anna.feed_id, ChunkSpan(0, 0)))
        assert await to.kinds_said(asker) == ["Have", "HeadOffer", "Receipt"], (
            "once the chunk is here, the head is offered without being asked for again"
        )

    talk(tmp_path, script)


def test_own_news_are_sent_before_they_are_indexed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index's thread would take the interpreter from who sends them."""

    async def script(to: Talk) -> None:
        reader = to.link(1)
        await to.hear(reader, Want((WantedAuthor(to.node.ground.identity.author_id, ()),)))
        await to.said(reader)
        index_now, sent = Indexer.index_now, list[int]()

        async def noting(indexer: Indexer, *work: Any) -> None:
            sent.append(len(reader.peer.sent))  # type: ignore[attr-defined]  # a fake one
            await index_now(indexer, *work)

        monkeypatch.setattr(Indexer, "index_now", noting)
        saying = asyncio.create_task(reader.outbox.run(reader.flush))
        await asyncio.sleep(0)  # it waits for what is due
        await to.node.feeds.writer.publish_post("hello", None)
        saying.cancel()
        assert sent == [1]

    talk(tmp_path, script)


def test_own_news_go_to_all_who_want_them_and_to_nobody_else(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        me = to.node.ground.identity
        reader, passer_by = to.link(1), to.link(2)
        await to.hear(reader, Want((WantedAuthor(me.author_id, ()),)))
        assert await to.kinds_said(reader) == ["Have", "HeadOffer"], (
            "and no receipt: that the author has it says nothing"
        )
        await to.node.feeds.writer.publish_post("hello", None)
        (pushed,) = await to.said(reader)
        assert isinstance(pushed, NewEntries)
        assert (pushed.start, len(pushed.stored), pushed.chunk_list) == (2, 1, b"")
        assert await to.said(passer_by) == []

    talk(tmp_path, script)


@pytest.mark.slow
def test_news_that_seal_a_chunk_say_that_it_is_held(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        me = to.node.ground.identity
        reader = to.link(1)
        await to.hear(reader, Want((WantedAuthor(me.author_id, ()),)))
        await to.said(reader)
        await to.me.say_many(1000)
        have, offer = await to.said(reader)
        assert have == Have(feed_id=me.feed_id, size=1002, complete=True)
        assert isinstance(offer, HeadOffer)
        assert consistency_roots(2, 1002, offer.consistency)

    talk(tmp_path, script)


def test_one_entry_that_seals_a_chunk_says_that_it_is_held(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        before = anna.grow_to(255)
        hold(to, anna)
        giver, taker = to.link(1), to.link(2)
        await to.hear(taker, want(anna, 255))
        await to.said(taker)
        anna.grow_to(257)
        await to.hear(giver, anna.entries(255, before))
        have, pushed, _ = await to.said(taker)
        assert have == Have(feed_id=anna.feed_id, size=257, complete=True)
        assert isinstance(pushed, NewEntries)
        assert (pushed.start, pushed.chunk_list) == (255, anna.newest.chunk_list)

    talk(tmp_path, script)


def test_what_was_missed_meanwhile_is_said_in_one_message(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        reader = to.link(1)
        me = to.node.ground.identity
        await to.hear(reader, Want((WantedAuthor(me.author_id, ()),)))
        await to.said(reader)
        for number in range(5):
            await to.node.feeds.writer.publish_post(f"post {number}", None)
        messages = await to.said(reader)
        assert len(messages) == 1
        replica = to.node.ground.shelf.replica(me.feed_id)
        assert replica is not None
        assert getattr(messages[0], "signed_head", b"") == replica.signed_head

    talk(tmp_path, script)


def test_a_feed_that_comes_from_somebody_is_not_sent_to_who_said_to_have_it(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(5)
        to.care(anna.author_id)
        giver, holder, reader = to.link(1), to.link(2), to.link(3)
        await to.hear(holder, want(anna, 5))
        await to.hear(reader, want(anna, 0))
        assert await to.kinds_said(holder) == await to.kinds_said(reader) == ["NotHeld"]
        await to.hear(giver, anna.offer())
        assert await to.kinds_said(holder) == ["Holders", "Receipt"], "no head"
        assert "HeadOffer" in await to.kinds_said(reader)

    talk(tmp_path, script)


@pytest.mark.attack("A10")
def test_what_a_peer_may_say_to_have_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holder_module, "FEEDS_HELD_MAX", 10)

    async def script(to: Talk) -> None:
        anna, asker = Scribe(1), to.link(1)
        anna.grow_to(5)
        hold(to, anna)
        feeds = [WantedFeed(FeedId(bytes([7, n]) * 16), 3) for n in range(50)]
        made_up = [WantedAuthor(AuthorId(each.feed_id), (each,)) for each in feeds]
        await to.hear(asker, Want((*made_up, *want(anna, 5).authors)))
        assert asker.knows == {anna.feed_id: 5}, "of nobody we care for, nothing comes"
        for each in made_up:
            to.care(each.author_id)
        await to.hear(asker, Want(tuple(made_up)))
        assert len(asker.knows) == 10
        assert asker.knows[anna.feed_id] == 5

    talk(tmp_path, script)


def test_news_are_not_sent_back_to_where_they_came_from(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        before = anna.grow_to(10)
        hold(to, anna)
        giver, taker = to.link(1), to.link(2)
        for each in (giver, taker):
            await to.hear(each, want(anna, 10))
            await to.said(each)
        anna.grow_to(12)
        await to.hear(giver, anna.entries(10, before))
        assert await to.kinds_said(giver) == ["Receipt"]
        assert await to.kinds_said(taker) == ["NewEntries", "Receipt"]

    talk(tmp_path, script)


@pytest.mark.attack("A15")
def test_a_fork_is_passed_on_at_once_and_to_who_asks_later(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(10)
        other = anna.branch()
        anna.grow_to(20)
        other.grow_to(20, "another history")
        hold(to, anna)
        reader, liar, late = to.link(1), to.link(2), to.link(3)
        await to.hear(reader, want(anna, 20))
        await to.said(reader)
        await to.hear(liar, other.offer())
        (proof,) = await to.said(reader)
        assert isinstance(proof, ForkProof)
        await to.hear(late, want(anna))
        assert proof in await to.said(late)

    talk(tmp_path, script)


@pytest.mark.attack("A10")
def test_what_a_peer_may_want_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.node.feeds.holder.AUTHORS_WANTED_MAX", 100)

    async def script(to: Talk) -> None:
        asker = to.link(1)
        for start in range(0, 1000, 50):
            keys = [AuthorId(number.to_bytes(32, "big")) for number in range(start, start + 50)]
            await to.hear(asker, Want(tuple(WantedAuthor(each, ()) for each in keys)))
        assert len(asker.part(HolderSide).wants) == 100
        assert len(asker.part(HolderSide).unanswered) == 100
        assert len(asker.outbox) == 1
        assert len(await to.said(asker)) == 100

    talk(tmp_path, script)


def test_of_many_feeds_heads_go_first_and_receipts_at_leisure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holder_module, "FEEDS_ANSWERED_AT_ONCE", 2)

    async def script(to: Talk) -> None:
        busy = ["somebody waits for heads"]
        to.node.ground.leisure.wait_for(lambda: bool(busy))
        anna, bert = Scribe(1), Scribe(2)
        for each in (anna, bert):
            each.grow_to(3)
            hold(to, each)
        asker = to.link(1)
        await to.hear(asker, Want((*want(anna).authors, *want(bert).authors)))
        assert await to.kinds_said(asker) == ["Have", "HeadOffer"] * 2
        busy.clear()
        await asyncio.sleep(1)
        assert await to.kinds_said(asker) == ["Receipt"] * 2

    talk(tmp_path, script)
