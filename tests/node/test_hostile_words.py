"""A liar's live entries, receipts, floods and garbage: refused, and the honest are read."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace
from street.fakes.hostile import MALLORY_HELLO, code_of_end, prove, read_nonce
from street.fakes.liar import (
    Stage,
    fetch,
    goods_of,
    introduce,
    shown,
    until,
)
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.limits import MESSAGE_BYTES_MAX, UNPROVEN_HEADS_MAX
from swarmfeed.core.base.types import Endpoint, FeedId, NodeId
from swarmfeed.core.feed.head import sign_receipt
from swarmfeed.core.history.words import Watch
from swarmfeed.core.talk.handshake import Greeting, encode_hello
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import (
    ForkProof,
    Have,
    HolderRecord,
    Holders,
    NewEntries,
    Receipt,
    Want,
)
from swarmfeed.shell.wire.tls import client_context
from websockets.asyncio.client import connect

from tests.core import samples
from tests.node.test_hostile import (
    POSTS,
    TRUE,
    completes,
    flip,
    forked_goods,
    is_shut_out,
    lie,
    run,
)
from tests.node.test_hostile_forks import want

pytestmark = [pytest.mark.slow]


# --- live entries ---


@pytest.mark.attack("A12")
def test_live_entries_that_are_false(tmp_path: Path) -> None:
    async def scene(on: Stage) -> None:
        honest = await on.author(POSTS)
        goods = goods_of(honest)
        newcomer = await on.node("newcomer")
        await fetch(newcomer, goods.author_id)
        await completes(newcomer, honest)
        size, before = goods.replica.size, newcomer.ground.shelf.replica(goods.feed_id)
        forged = samples.Author(SigningKey(b"o" * 32)).append([lie()]).signed_head
        # What the author really signs next, seen by the liar before the newcomer.
        newer = forked_goods(honest, size, 1).replica.signed_head
        fresh = NewEntries(
            feed_id=goods.feed_id,
            start=size,
            stored=(lie(9),),
            signed_head=newer,
            chunk_list=b"",
        )
        pushes = [
            replace(fresh, signed_head=forged),
            fresh,
            replace(fresh, stored=(b"garbage",)),
            replace(fresh, chunk_list=b"le"),
            replace(fresh, start=size - 200, stored=(b"garbage",) * 201),
            replace(fresh, start=size - 200, stored=(*(b"garbage",) * 200, lie(8))),
            replace(fresh, stored=()),
        ]
        for number, push in enumerate(pushes, start=1):
            liar = await on.liar(number)
            await introduce(newcomer, liar.at)
            await until(lambda liar=liar: bool(liar.peers))  # type: ignore[misc]
            await liar.say(*[push] * (UNPROVEN_HEADS_MAX + 1))
            await is_shut_out(newcomer, liar)
            assert newcomer.ground.shelf.replica(goods.feed_id) == before
        assert shown(newcomer, goods.author_id) == TRUE

    run(scene, tmp_path)


# --- the rest of the language ---


@pytest.mark.attack("A12")
@pytest.mark.attack("A33")
def test_a_receipt_by_another_key_counts_for_nothing(tmp_path: Path) -> None:
    async def scene(on: Stage) -> None:
        author = await on.author(10)
        goods = goods_of(author)
        head, feed_id = goods.replica.signed_head, goods.feed_id
        thief = SigningKey(b"\x03" * 32)
        somebody = SigningKey(b"s" * 32)
        stolen = sign_receipt(head, NodeId(somebody.public), 1, somebody.sign)
        forged = sign_receipt(head, NodeId(thief.public), 1, somebody.sign)
        older = samples.Author(SigningKey(b"o" * 32)).append([lie()]).signed_head
        foreign = sign_receipt(older, NodeId(thief.public), 1, thief.sign)
        receipts = [
            Receipt(feed_id, head, stolen),
            Receipt(feed_id, head, flip(forged, 100)),
            Receipt(feed_id, older, foreign),
            Receipt(feed_id, head, b"garbage"),
        ]
        endpoint = author.ground.introduction.endpoint()
        assert endpoint is not None
        for number, receipt in enumerate(receipts, start=1):
            liar = await on.liar(number)
            peer = await liar.dial(endpoint)
            await peer.send(receipt)
            # At most what everybody is asked when a link opens.
            heard = {type(each) async for each in peer.messages()}
            assert heard <= {Want, Watch}, number
            await is_shut_out(author, liar)
        assert author.ground.shells.index.receipts(feed_id) == {}

    run(scene, tmp_path)


@pytest.mark.attack("A33")
def test_what_nobody_asked_for_is_not_kept(tmp_path: Path) -> None:
    async def scene(on: Stage) -> None:
        honest = await on.author(300)
        goods = goods_of(honest)
        liar = await on.liar(1)
        newcomer = await on.node("newcomer", liar.at)
        await until(lambda: bool(liar.peers), "the link")
        record = HolderRecord(
            NodeId(b"n" * 32), Endpoint(liar.host, 4_000), Endpoint(liar.host, 4_001), 5, True
        )
        await liar.say(
            goods.have(),
            goods.offer(),
            NewEntries(
                feed_id=goods.feed_id,
                start=0,
                stored=(lie(),),
                signed_head=goods.replica.signed_head,
                chunk_list=b"",
            ),
            ForkProof(goods.author_id, goods.feed_id, b"", b"", ()),
            Receipt(goods.feed_id, goods.replica.signed_head, b""),
            Holders(goods.author_id, goods.feed_id, (record,)),
            want(goods.author_id),
        )
        await until(lambda: len(liar.heard) > 1 or liar.endings > 0, "an answer")
        assert newcomer.ground.shelf.feed_ids() == [newcomer.ground.identity.feed_id]
        assert newcomer.ground.shells.index.holders(goods.feed_id) == []
        assert shown(newcomer, goods.author_id) == set()

    run(scene, tmp_path)


@pytest.mark.attack("A09")
@pytest.mark.attack("A10")
@pytest.mark.attack("A33")
@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"garbage",
        b"d",
        b"i1e",
        b"l" * 5_000,
        b"d1:m4:wante",
        b"99999999999:",
        bytes(MESSAGE_BYTES_MAX + 1),
    ],
    ids=lambda each: repr(bytes(each[:12])),
)
def test_garbage_ends_the_link_and_nothing_else(tmp_path: Path, garbage: bytes) -> None:
    async def scene(on: Stage) -> None:
        honest = await on.author(300)
        goods = goods_of(honest)
        newcomer = await on.node("newcomer")
        await fetch(newcomer, goods.author_id)
        async with connect(
            f"wss://{newcomer.ground.introduction.endpoint()}/",
            ssl=client_context(),
            compression=None,
            max_size=None,
            proxy=None,
        ) as mallory:
            seed = newcomer.ground.identity.node_key.seed
            proof = prove(await read_nonce(mallory), certificate_of=seed)
            await mallory.send(encode_hello(Greeting(hello=MALLORY_HELLO, proof=proof)))
            await mallory.recv()
            await mallory.send(garbage)
            assert await code_of_end(mallory) != 1000, "it is told that it broke a rule"
        await until(lambda: newcomer.ground.sessions.find(MALLORY_HELLO.node_id) is None)
        await introduce(newcomer, honest.ground.introduction.endpoint())
        await until(lambda: newcomer.ground.shelf.is_complete(goods.feed_id), "the fetch")

    run(scene, tmp_path)


@pytest.mark.attack("A33")
def test_an_endless_number_of_wants_and_haves_costs_little(tmp_path: Path) -> None:
    async def scene(on: Stage) -> None:
        newcomer = await on.node("newcomer")
        liar = await on.liar(1)
        await introduce(newcomer, liar.at)
        await until(lambda: bool(liar.peers))
        haves: list[Message] = [
            Have(feed_id=FeedId(n.to_bytes(32, "big")), size=1, complete=True)
            for n in range(3_000)
        ]
        await liar.say(*haves)
        await asyncio.sleep(0.3)
        own = newcomer.ground.identity.feed_id
        known = [FeedId(n.to_bytes(32, "big")) for n in range(3_000)]
        assert not any(newcomer.ground.shells.index.holders(each) for each in known)
        assert newcomer.ground.shelf.feed_ids() == [own]

    run(scene, tmp_path)
