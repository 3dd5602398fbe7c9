"""What a follower makes of receipts, lists of holders, and proofs of a fork."""

import asyncio
from pathlib import Path

import pytest
from street.loop import settle
from swarmfeed.core.base.types import Endpoint, FeedId, NodeId
from swarmfeed.core.feed.head import sign_receipt
from swarmfeed.core.talk.words import (
    ForkProof,
    Have,
    HolderRecord,
    Holders,
    Receipt,
)
from swarmfeed.errors import BadProofError, BadSignatureError
from swarmfeed.node.ground.interests import FRIEND_OF_FRIEND
from swarmfeed.node.ground.session import Session

from tests.node.rig import Scribe
from tests.node.talk import Talk, talk

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
