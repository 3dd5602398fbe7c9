"""Holders that lie: the fetch completes from the honest one, the liar is out, nothing false
is shown."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path

import pytest
from street.authors import author_of
from street.fakes.hostile import MALLORY_HELLO, code_of_end, prove, read_nonce
from street.fakes.liar import (
    Goods,
    Liar,
    Stage,
    fetch,
    goods_of,
    introduce,
    shown,
    stage,
    until,
)
from swarmfeed.core.asks.upkeep import Status
from swarmfeed.core.asks.writing import OldPost
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.limits import MESSAGE_BYTES_MAX, UNPROVEN_HEADS_MAX
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, Hash, NodeId
from swarmfeed.core.feed.chunklist import encode_chunk_list
from swarmfeed.core.feed.entry import encode_entry, hash_stored
from swarmfeed.core.feed.head import sign_receipt
from swarmfeed.core.feed.kinds import PostBody, encode_body
from swarmfeed.core.feed.merkle import full_consistency_proof, root_hash
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.history.words import Watch
from swarmfeed.core.talk.handshake import Greeting, encode_hello
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import (
    ForkProof,
    Have,
    HeadOffer,
    HolderRecord,
    Holders,
    NewEntries,
    Receipt,
    Want,
    WantedAuthor,
)
from swarmfeed.errors import UserError
from swarmfeed.node.ground.desk import NodeDesk
from swarmfeed.node.node import Node
from swarmfeed.shell.wire.tls import client_context
from websockets.asyncio.client import connect

from tests.core import samples

pytestmark = [pytest.mark.slow]

POSTS = 1_300
TRUE = {f"true {number}" for number in range(POSTS)}
LIE = PostBody("a lie")


def lie(time_ms: int = 2_000) -> bytes:
    return encode_entry(LIE.kind, time_ms, encode_body(LIE))


def run(scene: Callable[[Stage], Coroutine[None, None, None]], folder: Path) -> None:
    async def whole() -> None:
        failures: list[object] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: failures.append(context))
        async with asyncio.timeout(60), stage(folder) as opened:
            await scene(opened)
        assert failures == []

    asyncio.run(whole())


async def completes(newcomer: Node, honest: Node) -> None:
    """The whole backlog arrives, and what is shown is what was written."""
    feed_id, author_id = honest.ground.identity.feed_id, honest.ground.identity.author_id
    await introduce(newcomer, honest.ground.introduction.endpoint())
    size = size_of(honest, feed_id)
    await until(lambda: size_of(newcomer, feed_id) == size, "the newest head")
    await until(lambda: newcomer.ground.shelf.is_complete(feed_id), "the fetch")
    await newcomer.ground.indexer.drain()
    mine, theirs = newcomer.ground.shelf.replica(feed_id), honest.ground.shelf.replica(feed_id)
    assert mine is not None and theirs is not None
    assert (mine.size, mine.head.root) == (theirs.size, theirs.head.root)
    assert shown(newcomer, author_id) == TRUE
    assert (await newcomer.feeds.caretaker.verify()).damaged == ()


async def is_shut_out(newcomer: Node, liar: Liar) -> None:
    await until(
        lambda: newcomer.ground.sessions.find(liar.node_id) is None, "the end of the link"
    )
    endpoint = newcomer.ground.introduction.endpoint()
    assert endpoint is not None
    peer = await liar.dial(endpoint)
    assert [message async for message in peer.messages()] == [], "it is not let in again"


def flip(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :]


# --- chunks ---


@pytest.mark.attack("A10")
@pytest.mark.parametrize("order", ["liar first", "together"])
def test_a_holder_of_spoilt_chunks(tmp_path: Path, order: str) -> None:
    async def scene(on: Stage) -> None:
        honest = await on.author(POSTS)
        goods = goods_of(honest)
        liar = await on.liar(1, goods.have(), goods.offer())
        on.serve(liar, goods, lambda chunk: flip(chunk, len(chunk) // 2))
        newcomer = await on.node("newcomer", liar.at)
        await until(lambda: newcomer.ground.sessions.find(liar.node_id) is not None)
        await fetch(newcomer, goods.author_id)
        if order == "liar first":
            await until(
                lambda: newcomer.ground.sessions.find(liar.node_id) is None, "its dismissal"
            )
            assert newcomer.ground.shells.logs.held(goods.feed_id) == frozenset()
        await completes(newcomer, honest)
        if order == "liar first":
            await is_shut_out(newcomer, liar)

    run(scene, tmp_path)


@pytest.mark.attack("A10")
def test_a_holder_that_says_it_has_all_and_sends_nothing(tmp_path: Path) -> None:
    async def scene(on: Stage) -> None:
        honest = await on.author(POSTS)
        goods = goods_of(honest)
        liar = await on.liar(1, goods.have(), goods.offer())
        lines: list[asyncio.StreamWriter] = []
        silent = await asyncio.start_server(
            lambda _, writer: lines.append(writer), liar.host, 0
        )
        liar.swarm_port = silent.sockets[0].getsockname()[1]
        newcomer = await on.node("newcomer", liar.at)
        await until(lambda: newcomer.ground.sessions.find(liar.node_id) is not None)
        await fetch(newcomer, goods.author_id)
        await until(
            lambda: len(newcomer.feeds.fetcher.in_flight(goods.feed_id)) > 0, "the asking"
        )
        await completes(newcomer, honest)
        assert lines, "it was asked"
        silent.close()
        for line in lines:
            line.close()

    run(scene, tmp_path)


@pytest.mark.attack("A10")
@pytest.mark.parametrize("size", [2**32, 5_000, 256])
def test_a_holder_that_claims_another_size(tmp_path: Path, size: int) -> None:
    async def scene(on: Stage) -> None:
        honest = await on.author(POSTS)
        goods = goods_of(honest)
        claim = Have(feed_id=goods.feed_id, size=size, complete=True)
        liar = await on.liar(1, claim, goods.offer(), claim)
        on.serve(liar, goods, lambda chunk: flip(chunk, 0))
        newcomer = await on.node("newcomer", liar.at)
        await until(lambda: newcomer.ground.sessions.find(liar.node_id) is not None)
        await fetch(newcomer, goods.author_id)
        await completes(newcomer, honest)

    run(scene, tmp_path)


# --- heads, chunk lists, tails ---


def lying_offers(goods: Goods) -> dict[str, HeadOffer]:
    offer, replica = goods.offer(), goods.replica
    first, *rest = replica.records
    wrong_root = replace(first, root=Hash(bytes(32)))
    wrong_pieces = replace(first, pieces=rest[0].pieces)
    other = SigningKey(b"o" * 32)
    forged = samples.Author(other).append([lie()])
    stranger = samples.claim_of(author_of(other.seed), goods.feed_id, other, other)
    tail = replica.tail
    return {
        "chunk list of another root": replace(
            offer, chunk_list=encode_chunk_list([wrong_root, *rest])
        ),
        "chunk list of other pieces": replace(
            offer, chunk_list=encode_chunk_list([wrong_pieces, *rest])
        ),
        "chunk list cut short": replace(offer, chunk_list=encode_chunk_list(rest)),
        "chunk list of garbage": replace(offer, chunk_list=b"i1e"),
        "a lie in the tail": replace(offer, tail=(*tail[:-1], lie())),
        "a lie after the tail": replace(offer, tail=(*tail, lie())),
        "a tail cut short": replace(offer, tail=tail[:-1]),
        "a tail of garbage": replace(offer, tail=(b"x",) * len(tail)),
        "a head of another key": replace(offer, signed_head=forged.signed_head),
        "a head with a flipped bit": replace(offer, signed_head=flip(offer.signed_head, 70)),
        "no certificate": replace(offer, certificates=()),
        "a certificate of a stranger": replace(offer, certificates=(stranger,)),
        "a certificate with a flipped bit": replace(
            offer, certificates=(flip(offer.certificates[0], 60),)
        ),
    }


@pytest.mark.attack("A12")
@pytest.mark.attack("A33")
def test_offers_that_are_false_in_any_part(tmp_path: Path) -> None:
    async def scene(on: Stage) -> None:
        honest = await on.author(POSTS)
        goods = goods_of(honest)
        offers = lying_offers(goods)
        liars = [
            await on.liar(number, goods.have(), offer)
            for number, offer in enumerate(offers.values(), start=1)
        ]
        newcomer = await on.node("newcomer")
        await fetch(newcomer, goods.author_id)
        for name, liar in zip(offers, liars, strict=True):
            await introduce(newcomer, liar.at)
            await until(lambda liar=liar: liar.endings > 0, name)  # type: ignore[misc]
            assert newcomer.ground.shelf.replica(goods.feed_id) is None, name
            assert shown(newcomer, goods.author_id) == set(), name
            await is_shut_out(newcomer, liar)
        await completes(newcomer, honest)

    run(scene, tmp_path)


@pytest.mark.attack("A14")
def test_an_older_head_is_neither_believed_nor_in_the_way(tmp_path: Path) -> None:
    async def scene(on: Stage) -> None:
        honest = await on.author(300)
        old = goods_of(honest)
        more = [(1_000 + number, f"true {number}") for number in range(300, POSTS)]
        await honest.feeds.importer.import_posts([OldPost(*each) for each in more])
        liar = await on.liar(1, old.have(), old.offer())
        on.serve(liar, old, lambda chunk: chunk)
        newcomer = await on.node("newcomer", liar.at)
        await fetch(newcomer, old.author_id)
        await until(lambda: newcomer.ground.shelf.is_complete(old.feed_id), "the older head")
        await completes(newcomer, honest)
        newest = newcomer.ground.shelf.replica(old.feed_id)
        await liar.say(old.have(), old.offer())
        await asyncio.sleep(0.3)
        assert newcomer.ground.shelf.replica(old.feed_id) == newest
        assert shown(newcomer, old.author_id) == TRUE

    run(scene, tmp_path)


@pytest.mark.attack("A14")
def test_a_newer_head_without_a_proof_is_refused(tmp_path: Path) -> None:
    async def scene(on: Stage) -> None:
        honest = await on.author(300)
        old = goods_of(honest)
        newcomer = await on.node("newcomer")
        await fetch(newcomer, old.author_id)
        await introduce(newcomer, honest.ground.introduction.endpoint())
        await until(lambda: newcomer.ground.shelf.is_complete(old.feed_id))
        new = forked_goods(honest, old.replica.size, 1)
        liar = await on.liar(1, new.have(), new.offer([Hash(bytes(32))] * 3))
        await introduce(newcomer, liar.at)
        await until(lambda: bool(liar.heard_of(Want)), "the link")
        await liar.say(*[new.offer()] * UNPROVEN_HEADS_MAX)
        await is_shut_out(newcomer, liar)
        assert newcomer.ground.shelf.replica(old.feed_id) == old.replica

    run(scene, tmp_path)


# --- forks ---


def forked_goods(honest: Node, keep: int, lies: int) -> Goods:
    """The first ``keep`` entries of the true history, and another end, signed by the author."""
    feed_id = honest.ground.identity.feed_id
    stored = honest.ground.shells.logs.read_entries(feed_id, 0, keep)
    author = samples.Author(honest.ground.identity.feed_key)
    author.now_ms = 1_800_000_000_000
    replica = author.append([*stored, *(lie(number) for number in range(lies))])
    author_id = honest.ground.identity.author_id
    certificates = honest.ground.shelf.certificates(author_id)
    return Goods(author_id, replica, certificates, author.chunks)


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


def want(author_id: AuthorId) -> Want:
    return Want((WantedAuthor(author_id, ()),))


def size_of(node: Node, feed_id: FeedId) -> int:
    replica = node.ground.shelf.replica(feed_id)
    return replica.size if replica else 0


def desk(node: Node) -> NodeDesk:
    return node.desk(asyncio.get_running_loop())
