"""Forks: proven, passed on, shown, and the end of a feed."""

import asyncio
from pathlib import Path

import pytest
from street.fakes.liar import (
    Goods,
    Stage,
    fetch,
    goods_of,
    introduce,
    shown,
    until,
)
from swarmfeed.core.asks.upkeep import Status
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import AuthorId, Hash
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.merkle import full_consistency_proof, root_hash
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.talk.words import (
    ForkProof,
    HeadOffer,
    NewEntries,
    Want,
    WantedAuthor,
)
from swarmfeed.errors import UserError
from swarmfeed.node.ground.desk import NodeDesk
from swarmfeed.node.node import Node

from tests.core import samples
from tests.node.test_hostile import (
    POSTS,
    TRUE,
    completes,
    forked_goods,
    is_shut_out,
    lie,
    run,
    size_of,
)

pytestmark = [pytest.mark.slow]


def proof_of(honest: Node, replica: Replica, keep: int, lies: int, old: int) -> list[Hash]:
    """Full consistency proof from ``old`` in the tree of the lie, by the definition."""
    stored = honest.ground.shells.logs.read_entries(honest.ground.identity.feed_id, 0, keep)
    hashes = [hash_stored(entry) for entry in [*stored, *(lie(n) for n in range(lies))]]
    assert root_hash(hashes) == replica.head.root
    return full_consistency_proof(old, len(hashes), lambda a, b: root_hash(hashes[a:b]))


@pytest.mark.attack("A15")
@pytest.mark.parametrize("longer_by", [0, 1, 300])
def test_a_fork_is_proven_passed_on_shown_and_stops_the_feed(
    tmp_path: Path, longer_by: int
) -> None:
    async def scene(on: Stage) -> None:
        honest = await on.author(POSTS)
        size = goods_of(honest).replica.size
        keep, lies = size - 5, 5 + longer_by
        fork = forked_goods(honest, keep, lies)
        proof = proof_of(honest, fork.replica, keep, lies, size) if longer_by else []
        newcomer = await on.node("newcomer")
        await fetch(newcomer, fork.author_id)
        await completes(newcomer, honest)
        witness = await on.liar(1)
        await introduce(newcomer, witness.at)
        await witness.say(want(fork.author_id))
        await until(lambda: len(witness.heard_of(HeadOffer)) == 1, "the answer to the witness")
        liar = await on.liar(2, fork.have(), fork.offer(proof))
        await introduce(newcomer, liar.at)
        await until(lambda: newcomer.ground.shelf.is_forked(fork.feed_id), "the proof")
        await until(lambda: bool(witness.heard_of(ForkProof)), "the warning")
        await until(
            lambda: honest.ground.shelf.is_forked(fork.feed_id), "the author's hearing of it"
        )
        assert shown(newcomer, fork.author_id) == TRUE
        status = await asyncio.to_thread(desk(newcomer).ask, Status())
        assert [feed.forked for feed in status.feeds if feed.feed_id == fork.feed_id] == [True]
        with pytest.raises(UserError, match="continued in two different ways"):
            await honest.feeds.writer.publish_post("after the fork", None)
        replica = newcomer.ground.shelf.replica(fork.feed_id)
        assert replica is not None and replica.size == size, "the feed is stopped"
        await stays_forked(on, newcomer, fork)

    run(scene, tmp_path)


async def stays_forked(on: Stage, newcomer: Node, fork: Goods) -> None:
    """On disk too; and nobody who asks is left in the dark."""
    assert newcomer.ground.shells.logs.read_fork(fork.feed_id) is not None
    late = await on.liar(3)
    await introduce(newcomer, late.at)
    await late.say(want(fork.author_id))
    await until(lambda: bool(late.heard_of(ForkProof)), "the warning to who asks later")


@pytest.mark.attack("A15")
def test_two_honest_holders_of_two_histories_find_out_by_live_entries(tmp_path: Path) -> None:
    """The author tells one friend one thing and two things to the other."""

    async def scene(on: Stage) -> None:
        honest = await on.author(300)
        goods = goods_of(honest)
        size = goods.replica.size
        fork = forked_goods(honest, size, 2)
        newcomer = await on.node("newcomer")
        await fetch(newcomer, goods.author_id)
        await introduce(newcomer, honest.ground.introduction.endpoint())
        await until(lambda: newcomer.ground.shelf.is_complete(goods.feed_id))
        friend = await on.liar(1)

        await introduce(newcomer, friend.at)
        await until(lambda: bool(friend.heard_of(Want)), "the friend's link")
        await honest.feeds.writer.publish_post("one thing", None)
        await until(lambda: size_of(newcomer, goods.feed_id) == size + 1, "the one thing")
        pushed = NewEntries(
            feed_id=goods.feed_id,
            start=size,
            stored=fork.replica.tail[-2:],
            signed_head=fork.replica.signed_head,
            chunk_list=b"",
        )
        await friend.say(pushed)
        await until(lambda: len(friend.heard_of(Want)) > 1, "the asking for a proof")
        proof = proof_of(honest, fork.replica, size, 2, size + 1)
        await friend.say(fork.offer(proof))
        await until(lambda: newcomer.ground.shelf.is_forked(goods.feed_id), "the proof")
        assert newcomer.ground.sessions.find(friend.node_id) is not None, (
            "the friend told the truth"
        )

    run(scene, tmp_path)


@pytest.mark.attack("A15")
def test_a_fork_proof_that_proves_nothing(tmp_path: Path) -> None:
    async def scene(on: Stage) -> None:
        honest = await on.author(POSTS)
        goods = goods_of(honest)
        newcomer = await on.node("newcomer")
        await fetch(newcomer, goods.author_id)
        await completes(newcomer, honest)
        head = goods.replica.signed_head
        other = samples.Author(SigningKey(b"o" * 32)).append([lie()]).signed_head
        for number, (first, second) in enumerate([(head, head), (head, other), (b"", head)], 1):
            claim = ForkProof(goods.author_id, goods.feed_id, first, second, ())
            liar = await on.liar(number, claim)
            await introduce(newcomer, liar.at)
            await is_shut_out(newcomer, liar)
        assert not newcomer.ground.shelf.is_forked(goods.feed_id)
        assert shown(newcomer, goods.author_id) == TRUE

    run(scene, tmp_path)


def want(author_id: AuthorId) -> Want:
    return Want((WantedAuthor(author_id, ()),))


def desk(node: Node) -> NodeDesk:
    return node.desk(asyncio.get_running_loop())
