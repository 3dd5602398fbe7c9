"""What a follower takes in, passes over, asks for, and whom it blames."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.head import Head, sign_head
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.talk.words import (
    Have,
    HeadOffer,
    NewEntries,
    NotHeld,
    Want,
    WantedAuthor,
    WantedFeed,
)
from swarmfeed.errors import BadProofError, RemoteError, UserError
from swarmfeed.node.ground.events import LinkStays
from swarmfeed.node.ground.shelf import Shelf

from tests.node.rig import Scribe
from tests.node.talk import Talk, talk


def asked_for(writer: Scribe, size: int) -> Want:
    return Want((WantedAuthor(writer.author_id, (WantedFeed(writer.feed_id, size),)),))


def test_a_new_peer_is_asked_for_everybody_we_care_about(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        to.care(anna.author_id)
        peer = to.link(1)
        to.node.feeds.asking.on_stays(LinkStays(peer))
        me = to.node.ground.identity
        (want,) = await to.said(peer)
        assert want == Want(
            (
                WantedAuthor(me.author_id, (WantedFeed(me.feed_id, 2),)),
                WantedAuthor(anna.author_id, ()),
            )
        )

    talk(tmp_path, script)


def test_many_authors_are_asked_for_in_several_messages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.node.feeds.asking.AUTHORS_ASKED_AT_ONCE", 2)

    async def script(to: Talk) -> None:
        for number in range(1, 5):
            to.care(Scribe(number).author_id)
        peer = to.link(1)
        to.node.feeds.asking.on_stays(LinkStays(peer))
        sizes = [len(each.authors) for each in await to.said(peer) if isinstance(each, Want)]
        assert sizes == [2, 2, 1]

    talk(tmp_path, script)


def test_an_offer_nobody_asked_for_is_passed_over(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        peer = to.link(1)
        await to.hear(peer, anna.offer(), anna.entries(0, anna.newest), NotHeld(anna.author_id))
        assert to.node.ground.shelf.replica(anna.feed_id) is None
        assert await to.said(peer) == []

    talk(tmp_path, script)


def test_the_tail_of_a_new_author_is_readable_at_once(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(300)
        to.care(anna.author_id)
        await to.hear(to.link(1), anna.offer())
        assert to.me.reads(anna.author_id, 2) == ["post 299", "post 298"]
        assert len(to.me.reads(anna.author_id)) == 44

    talk(tmp_path, script)


def test_a_head_that_is_known_is_not_verified_again_nor_sent_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(5)
        to.care(anna.author_id)
        first, second = to.link(1), to.link(2)
        await to.hear(first, anna.offer())
        opened: list[HeadOffer] = []
        accept = Shelf.accept_offer

        def note(shelf: Shelf, offer: HeadOffer, *more: Any) -> Replica:
            opened.append(offer)
            return accept(shelf, offer, *more)

        monkeypatch.setattr(Shelf, "accept_offer", note)
        await to.hear(second, anna.offer())
        assert opened == []
        assert second.knows[anna.feed_id] == 5
        other = replace(anna.offer(), certificates=(*anna.offer().certificates, b"false"))
        with pytest.raises(RemoteError):
            await to.hear(second, other)

    talk(tmp_path, script)


def test_live_entries_are_shown_and_confirmed_once(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        before = anna.newest
        to.care(anna.author_id)
        peer = to.link(1)
        await to.hear(peer, Have(feed_id=anna.feed_id, size=1, complete=True), anna.offer())
        assert await to.kinds_said(peer) == ["Receipt"]
        anna.grow_to(4)
        await to.hear(peer, anna.entries(1, before), anna.entries(1, before))
        assert to.me.reads(anna.author_id) == ["post 3", "post 2", "post 1"]
        assert await to.kinds_said(peer) == ["Receipt"]

    talk(tmp_path, script)


def test_entries_after_a_gap_are_asked_for_once(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        to.care(anna.author_id)
        peer = to.link(1)
        await to.hear(peer, anna.offer())
        await to.said(peer)
        before = anna.grow_to(10)
        anna.grow_to(12)
        await to.hear(peer, anna.entries(10, before))
        assert await to.said(peer) == [asked_for(anna, 1)]
        await to.hear(peer, *[anna.entries(10, before)] * 5)
        assert await to.said(peer) == [], "it is asked already"

    talk(tmp_path, script)


@pytest.mark.attack("A50")
@pytest.mark.parametrize("said", ["entries", "head"])
def test_a_head_of_the_own_feed_that_does_not_follow_on_ours_ends_it(
    tmp_path: Path, said: str
) -> None:
    async def script(to: Talk) -> None:
        key, feed_id = to.me.identity.feed_key, to.me.feed_id
        session, root = to.link(1), Hash(bytes(32))
        head = Head(feed_id=feed_id, size=9, root=root, time_ms=1, chunks_hash=root)
        signed = sign_head(head, key.sign)
        if said == "entries":
            pushed = NewEntries(
                feed_id=feed_id, start=8, stored=(b"one",), signed_head=signed, chunk_list=b""
            )
            await to.hear(session, pushed)
        else:
            offered = HeadOffer(
                author_id=to.me.author_id,
                feed_id=feed_id,
                signed_head=signed,
                certificates=(),
                chunk_list=b"",
                tail=(),
                consistency=(),
            )
            with pytest.raises(RemoteError):  # its list is not the one it signs
                await to.hear(session, offered)
        with pytest.raises(UserError, match="an old copy"):
            await to.me.say("a second history")

    talk(tmp_path, script)


def test_a_proof_from_an_older_size_makes_us_ask_again_once(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        to.care(anna.author_id)
        first, second = to.link(1), to.link(2)
        anna.grow_to(10)
        await to.hear(first, anna.offer())
        anna.grow_to(20)
        await to.hear(first, anna.offer(10))
        anna.grow_to(30)
        await to.said(second)
        await to.hear(second, anna.offer(10))
        assert await to.said(second) == [asked_for(anna, 20)]
        await to.hear(second, anna.offer(10))
        assert await to.said(second) == []
        await to.hear(second, anna.offer(20))
        assert to.me.root(anna.feed_id) == (30, anna.newest.head.root)

    talk(tmp_path, script)


@pytest.mark.attack("A14")
def test_who_never_proves_its_heads_is_blamed_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.node.feeds.follower.UNPROVEN_HEADS_MAX", 3)

    async def script(to: Talk) -> None:
        anna = Scribe(1)
        to.care(anna.author_id)
        peer = to.link(1)
        anna.grow_to(10)
        await to.hear(peer, anna.offer())
        anna.grow_to(20)
        await to.hear(peer, *[anna.offer(0)] * 3)
        with pytest.raises(BadProofError):
            await to.hear(peer, anna.offer(0))

    talk(tmp_path, script)


def test_what_one_peer_gives_another_is_told(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(300)
        to.care(anna.author_id)
        giver, reader = to.link(1), to.link(2)
        await to.hear(reader, Want((WantedAuthor(anna.author_id, ()),)))
        assert await to.said(reader) == [NotHeld(anna.author_id)]
        await to.hear(giver, Have(feed_id=anna.feed_id, size=300, complete=True), anna.offer())
        kinds = await to.kinds_said(reader)
        assert sorted(kinds) == ["Have", "HeadOffer", "Holders"]
        assert await to.kinds_said(giver) == [], "no receipt for what is not here yet"

    talk(tmp_path, script)
