"""Holders that lie: the fetch completes from the honest one, the liar is out, nothing false
is shown."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest
from msgspec.structs import replace
from street.authors import author_of
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
from swarmfeed.core.asks.writing import OldPost
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.limits import UNPROVEN_HEADS_MAX
from swarmfeed.core.base.types import FeedId, Hash
from swarmfeed.core.feed.chunklist import encode_chunk_list
from swarmfeed.core.feed.entry import encode_entry
from swarmfeed.core.feed.kinds import PostBody, encode_body
from swarmfeed.core.talk.words import (
    Have,
    HeadOffer,
    Want,
)
from swarmfeed.node.node import Node

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


def size_of(node: Node, feed_id: FeedId) -> int:
    replica = node.ground.shelf.replica(feed_id)
    return replica.size if replica else 0
