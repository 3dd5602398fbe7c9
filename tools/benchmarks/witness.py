"""A witness at work: heads judged, written down and cosigned, as children bring them."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from hashlib import sha256
from typing import Final

from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import AuthorId, FeedId, Hash, NodeId
from swarmfeed.core.feed.head import Head, sign_head
from swarmfeed.core.feed.merkle import full_consistency_proof, root_hash
from swarmfeed.core.witness.book import LastHead, TakeHead, encode_known, judge
from swarmfeed.core.witness.cosignature import open_cosignature, sign_cosignature
from swarmfeed.core.witness.words import Cosign
from swarmfeed.shell.store.ledger import SqliteLedger

from benchmarks import physical
from benchmarks.bench import Bench, feed_key
from benchmarks.report import Limit, Row, at_least

FEEDS: Final = 100
AT_ONCE: Final = 27
"""Heads in one write: what 400 children that follow 200 people each ask in 0.1 s."""

STEP: Final = 3
"""Entries between two heads of a feed."""

VERIFIED: Final = 3_000
BAR: Final = 2_000
"""Eight times what those children ask."""

NODE_KEY: Final = SigningKey(b"w" * 32)
NODE: Final = NodeId(NODE_KEY.public)


def measure(bench: Bench) -> Iterator[Row]:
    """Have heads of growing feeds cosigned; then look at the words as a reader does."""
    asked = _questions(bench.choose(40, 10))
    limit = physical.ed25519_verified_per_s(asked[0].signed_head, VERIFIED)
    path = bench.new_folder() / "ledger.db"
    started, busy = time.perf_counter(), time.process_time()
    with closing(SqliteLedger(path)) as ledger:
        lines = _cosign(ledger, asked)
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    yield Row(
        "witness.cosigned",
        f"cosign heads, {AT_ONCE} in a write that is synced",
        len(lines) / seconds,
        "/s",
        Limit("Ed25519 signatures verified /s", limit),
        (at_least(BAR),),
        {"processor microseconds each": busy / len(lines) * 1e6},
    )
    pairs = list(zip(asked, lines, strict=True))
    took = physical.seconds_of(
        lambda: [open_cosignature(each.signed_head, line) for each, line in pairs]
    )
    yield Row(
        "witness.verified",
        "verify cosignatures",
        len(lines) / took,
        "/s",
        Limit("Ed25519 signatures verified /s", limit),
    )


def _cosign(ledger: SqliteLedger, asked: Sequence[Cosign]) -> list[bytes]:
    """What a witness does with what comes, a write at a time."""
    known: dict[FeedId, LastHead] = {}
    lines: list[bytes] = []
    for at in range(0, len(asked), AT_ONCE):
        batch = asked[at : at + AT_ONCE]
        for each in batch:
            judged = judge(known.get(each.feed_id), each)
            assert isinstance(judged, TakeHead)
            known[each.feed_id] = judged.known
        rows = {bytes(each.feed_id): encode_known(known[each.feed_id]) for each in batch}
        ledger.write({"witnessed": rows})
        lines += [
            sign_cosignature(each.signed_head, NODE, 1_700_000_000, NODE_KEY.sign)
            for each in batch
        ]
    return lines


def _questions(heads: int) -> list[Cosign]:
    """So many heads of each feed, each proven from the one before; feeds take turns."""
    hashes = [Hash(sha256(b"%d" % number).digest()) for number in range(heads * STEP)]
    roots = {size: root_hash(hashes[:size]) for size in range(STEP, len(hashes) + 1, STEP)}
    keys = [feed_key(number) for number in range(FEEDS)]
    found = []
    for size, root in roots.items():
        proof = (
            full_consistency_proof(
                size - STEP, size, lambda start, end: root_hash(hashes[start:end])
            )
            if size > STEP
            else []
        )
        for key in keys:
            feed_id = FeedId(key.public)
            said = Head(
                feed_id=feed_id, size=size, root=root, time_ms=size, chunks_hash=Hash(bytes(32))
            )
            found.append(
                Cosign(
                    author_id=AuthorId(bytes(32)),
                    feed_id=feed_id,
                    signed_head=sign_head(said, key.sign),
                    old_size=size - STEP if proof else 0,
                    consistency=tuple(proof),
                )
            )
    return found
