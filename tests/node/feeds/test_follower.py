"""What a follower takes in, passes over, asks for, and whom it blames."""

import asyncio
from pathlib import Path

import pytest
from street.loop import settle
from swarmfeed.core.base.types import Endpoint, FeedId, Hash, NodeId
from swarmfeed.core.feed.head import Head, sign_head, sign_receipt
from swarmfeed.core.talk.words import (
    ForkProof,
    Have,
    HeadOffer,
    HolderRecord,
    Holders,
    NewEntries,
    NotHeld,
    Receipt,
    Want,
    WantedAuthor,
    WantedFeed,
)
from swarmfeed.errors import BadProofError, BadSignatureError, RemoteError, UserError
from swarmfeed.node.ground.events import LinkOpened
from swarmfeed.node.ground.interests import FRIEND_OF_FRIEND
from swarmfeed.node.ground.session import Session

from tests.node.rig import Scribe
from tests.node.talk import Talk, talk


def asked_for(writer: Scribe, size: int) -> Want:
    return Want((WantedAuthor(writer.author_id, (WantedFeed(writer.feed_id, size),)),))


def test_a_new_peer_is_asked_for_everybody_we_care_about(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        to.care(anna.author_id)
        peer = to.link(1)
        to.node.feeds.follower.on_open(LinkOpened(peer))
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
    monkeypatch.setattr("swarmfeed.node.feeds.follower.AUTHORS_ASKED_AT_ONCE", 2)

    async def script(to: Talk) -> None:
        for number in range(1, 5):
            to.care(Scribe(number).author_id)
        peer = to.link(1)
        to.node.feeds.follower.on_open(LinkOpened(peer))
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


# --- receipts ---


def receipt_of(session_number: int, writer: Scribe, to: Talk) -> Receipt:
    key = to.peers[session_number][1].key
    line = sign_receipt(writer.newest.signed_head, NodeId(key.public), 1_700_000_000, key.sign)
    return Receipt(writer.feed_id, writer.newest.signed_head, line)


def test_a_receipt_counts_and_names_a_complete_holder(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        to.care(anna.author_id)
        peer = to.link(1)
        await to.hear(peer, anna.offer())
        await to.hear(peer, receipt_of(0, anna, to))
        assert to.me.index.receipts(anna.feed_id) == {peer.node_id: 1}
        assert [each.complete for each in to.me.index.holders(anna.feed_id)] == [True]

    talk(tmp_path, script)


@pytest.mark.attack("A12")
def test_a_receipt_in_somebody_elses_name_is_a_lie(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        to.care(anna.author_id)
        to.link(1)
        liar = to.link(2)
        await to.hear(liar, anna.offer())
        with pytest.raises(BadSignatureError):
            await to.hear(liar, receipt_of(0, anna, to))
        assert to.me.index.receipts(anna.feed_id) == {}

    talk(tmp_path, script)


@pytest.mark.attack("A10")
def test_the_same_receipt_again_costs_no_write(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        to.care(anna.author_id)
        peer = to.link(1)
        await to.hear(peer, anna.offer())
        await to.hear(peer, receipt_of(0, anna, to))
        writes: list[object] = []
        to.me.index.save_receipt = (  # type: ignore[method-assign]  # counts
            lambda *args, **_: writes.append(args)
        )
        await to.hear(peer, *[receipt_of(0, anna, to)] * 10)
        stranger = Scribe(2)
        await to.hear(peer, receipt_of(0, stranger, to))
        assert writes == []

    talk(tmp_path, script)


# --- holders ---


def record(number: int) -> HolderRecord:
    key = bytes([number]) * 32
    host = f"127.0.5.{number}"
    return HolderRecord(NodeId(key), Endpoint(host, 9000), Endpoint(host, 9001), 5, True)


async def followed(to: Talk) -> tuple[Scribe, Session]:
    anna = Scribe(1)
    to.care(anna.author_id)
    peer = to.link(1)
    await to.hear(peer, anna.offer())
    return anna, peer


def test_named_holders_are_dialled_and_remembered_behind_those_known_first_hand(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        anna, peer = await followed(to)
        await to.hear(peer, Have(feed_id=anna.feed_id, size=1, complete=True))
        neighbour = await to.street.move_in()
        there = HolderRecord(
            neighbour.identity.node_id, neighbour.endpoint, neighbour.endpoint, 1, True
        )
        holders = Holders(anna.author_id, anna.feed_id, (record(7), there))
        await to.hear(peer, holders)
        assert to.node.ground.sessions.find(neighbour.identity.node_id) is not None
        known = to.me.index.holders(anna.feed_id)
        assert known[0].node_id == peer.node_id
        assert {each.seen_at_ms for each in known[1:]} == {0}

    talk(tmp_path, script)


@pytest.mark.attack("A16")
def test_false_holders_do_not_displace_or_change_true_ones(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna, peer = await followed(to)
        await to.hear(peer, Have(feed_id=anna.feed_id, size=1, complete=True))
        lie = record(1)
        false = HolderRecord(peer.node_id, lie.link, lie.swarm, 1, True)
        liar = to.link(2)
        for start in range(10, 200, 60):
            crowd = tuple(record(number) for number in range(start, start + 60))
            await to.hear(liar, Holders(anna.author_id, anna.feed_id, (false, *crowd)))
        first = to.me.index.holders(anna.feed_id)[0]
        assert (first.node_id, first.link) == (peer.node_id, peer.link)

    talk(tmp_path, script)


@pytest.mark.attack("A17")
def test_lists_of_holders_of_other_feeds_or_authors_dial_nobody(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna, peer = await followed(to)
        other = Scribe(2)
        neighbour = await to.street.move_in()
        there = HolderRecord(
            neighbour.identity.node_id, neighbour.endpoint, neighbour.endpoint, 1, True
        )
        await to.hear(
            peer,
            Holders(anna.author_id, FeedId(bytes(32)), (there,)),
            Holders(other.author_id, other.feed_id, (there,)),
            Holders(other.author_id, anna.feed_id, (there,)),
        )
        assert to.node.ground.sessions.find(neighbour.identity.node_id) is None

    talk(tmp_path, script)


@pytest.mark.attack("A17")
def test_a_flood_of_lists_is_followed_one_at_a_time(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna, peer = await followed(to)
        answered = asyncio.Event()
        rounds: list[object] = []

        async def dial_told(endpoints: object) -> int:
            rounds.append(endpoints)
            await answered.wait()
            return 0

        to.node.ground.sessions.dial_told = dial_told  # type: ignore[method-assign]  # slow answers
        for number in range(1, 100):
            holders = Holders(anna.author_id, anna.feed_id, (record(number),))
            await to.hear(peer, holders)
        assert len(rounds) == 1
        assert len(to.me.index.holders(anna.feed_id)) == 2, "the peer, and whom it named"
        answered.set()
        await to.hear(peer)
        await to.hear(peer, holders)
        assert len(rounds) == 2, "the next list has its turn"

    talk(tmp_path, script)


@pytest.mark.attack("A10")
def test_what_a_peer_says_it_holds_is_bounded_and_unknown_feeds_reach_no_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.node.feeds.whereabouts.FEEDS_HELD_MAX", 10)

    async def script(to: Talk) -> None:
        peer = to.link(1)
        for number in range(50):
            key = FeedId(number.to_bytes(32, "big"))
            await to.hear(peer, Have(feed_id=key, size=5, complete=True))
        assert len(peer.holds) == 10
        assert to.me.index._holders == {}

    talk(tmp_path, script)


# --- forks ---


@pytest.mark.attack("A15")
def test_a_fork_proof_from_a_peer_stops_the_feed_and_a_false_one_is_a_lie(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        anna, peer = await followed(to)
        other = anna.branch()
        anna.grow_to(5)
        other.grow_to(5, "another history")
        first, second = anna.newest.signed_head, other.newest.signed_head
        with pytest.raises(BadProofError):
            await to.hear(peer, ForkProof(anna.author_id, anna.feed_id, first, first, ()))
        await to.hear(peer, ForkProof(anna.author_id, anna.feed_id, first, second, ()))
        assert to.node.ground.shelf.is_forked(anna.feed_id)
        assert to.me.root(anna.feed_id) == (1, Scribe(1).newest.head.root)

    talk(tmp_path, script)


@pytest.mark.attack("A15")
def test_a_receipt_of_another_history_of_the_same_size_is_a_proof(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna, peer = await followed(to)
        other = anna.branch()
        anna.grow_to(5)
        other.grow_to(5, "another history")
        await to.hear(peer, anna.offer(from_size=1))
        number = [session for session, _ in to.peers].index(peer)
        await to.hear(peer, receipt_of(number, other, to))
        assert to.node.ground.shelf.is_forked(anna.feed_id)
        assert to.me.index.receipts(anna.feed_id) == {}
        proof = to.node.ground.shelf.fork_proof(anna.feed_id)
        assert proof is not None
        assert [proof.first, proof.second] == [
            each.newest.signed_head for each in (anna, other)
        ]

    talk(tmp_path, script)


def test_what_is_held_for_friends_of_friends_can_be_read_and_is_not_on_the_timeline(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(5)
        to.care(anna.author_id, FRIEND_OF_FRIEND)
        peer = to.link(1)
        await to.hear(peer, Have(feed_id=anna.feed_id, size=5, complete=True), anna.offer())
        await settle()
        assert len(to.me.reads(anna.author_id)) == 4
        assert to.me.index.home(10, None) == []
        assert await to.kinds_said(peer) == ["Receipt"]

    talk(tmp_path, script)
