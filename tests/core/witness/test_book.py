"""What a witness cosigns: heads that follow on each other, and never two that do not."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import AuthorId, FeedId, Hash, NodeId
from swarmfeed.core.feed.head import Head, open_head, sign_head, sign_receipt
from swarmfeed.core.feed.merkle import full_consistency_proof, root_hash
from swarmfeed.core.feed.replica import verify_fork
from swarmfeed.core.witness.book import (
    ForkFound,
    LastHead,
    TakeHead,
    TellHead,
    decode_known,
    encode_known,
    judge,
)
from swarmfeed.core.witness.cosignature import open_cosignature, sign_cosignature, witness_of
from swarmfeed.core.witness.words import Cosign
from swarmfeed.errors import BadEncodingError, BadProofError, BadSignatureError, DamageError

from tests.examples import at_most

KEY, NODE_KEY = SigningKey(b"f" * 32), SigningKey(b"n" * 32)
FEED, NODE, AUTHOR = FeedId(KEY.public), NodeId(NODE_KEY.public), AuthorId(b"a" * 32)
MAX = 40


def leaves(story: int) -> list[Hash]:
    """Entry hashes of one history; two histories are one up to entry 10."""
    return [Hash(bytes([n, story if n >= 10 else 0]) * 16) for n in range(MAX)]


def head(size: int, story: int = 0, time_ms: int = 1) -> bytes:
    root = root_hash(leaves(story)[:size])
    said = Head(
        feed_id=FEED, size=size, root=root, time_ms=time_ms, chunks_hash=Hash(bytes(32))
    )
    return sign_head(said, KEY.sign)


def asked(size: int, old: int = 0, story: int = 0) -> Cosign:
    hashes = leaves(story)
    proof = (
        full_consistency_proof(old, size, lambda start, end: root_hash(hashes[start:end]))
        if 0 < old < size
        else []
    )
    return Cosign(
        author_id=AUTHOR,
        feed_id=FEED,
        signed_head=head(size, story),
        old_size=old,
        consistency=tuple(proof),
    )


def known(size: int, story: int = 0) -> LastHead:
    opened = open_head(head(size, story), FEED)
    return LastHead(signed_head=head(size, story), size=size, root=opened.root)


def test_the_first_head_is_taken_and_one_that_follows_with_its_proof() -> None:
    assert judge(None, asked(12)) == TakeHead(known(12))
    assert judge(known(12), asked(20, old=12)) == TakeHead(known(20))


@pytest.mark.parametrize(("size", "old"), [(12, 12), (12, 0), (11, 0), (20, 0), (20, 11)])
def test_what_is_older_the_same_or_proven_from_elsewhere_is_told_what_is_known(
    size: int, old: int
) -> None:
    assert judge(known(12), asked(size, old=old)) == TellHead()


@pytest.mark.attack("A144")
@pytest.mark.parametrize(("size", "old"), [(12, 0), (20, 12)])
def test_a_head_of_another_history_convicts_its_author(size: int, old: int) -> None:
    judged = judge(known(12), asked(size, old=old, story=1))
    assert isinstance(judged, ForkFound)
    kept = judged.known
    verify_fork(FEED, kept.signed_head, kept.rival, kept.proof)
    assert judge(kept, asked(30, old=12)) == TellHead(), (
        "of neither anything is cosigned any more"
    )


def test_a_false_head_or_proof_is_refused() -> None:
    true = asked(20, old=12)
    for bent, error in (
        ({"signed_head": true.signed_head + b"\n"}, BadEncodingError),
        ({"feed_id": FeedId(b"x" * 32)}, BadSignatureError),
        ({"consistency": true.consistency[:-1]}, BadProofError),
        ({"consistency": (Hash(b"z" * 32), *true.consistency[1:])}, BadProofError),
        ({"consistency": (*true.consistency[:-1], Hash(b"z" * 32))}, BadProofError),
    ):
        with pytest.raises(error):
            judge(known(12), replace(true, **bent))
    with pytest.raises(BadEncodingError):
        judge(None, asked(0))


@settings(max_examples=at_most(40))
@given(
    st.lists(st.tuples(st.integers(1, MAX), st.integers(0, MAX), st.booleans()), max_size=12)
)
def test_whatever_is_asked_all_that_is_cosigned_is_one_growing_history(
    questions: list[tuple[int, int, bool]],
) -> None:
    kept: LastHead | None = None
    cosigned: list[LastHead] = []
    for size, old, other in questions:
        judged = judge(kept, asked(size, old=old, story=int(other)))
        if isinstance(judged, TakeHead | ForkFound):
            kept = decode_known(encode_known(judged.known))
        if kept is not None and not kept.rival:
            cosigned.append(kept)
    for before, after in itertools.pairwise(cosigned):
        assert before.size <= after.size
    stories = [
        {story for story in (0, 1) if root_hash(leaves(story)[: each.size]) == each.root}
        for each in cosigned
    ]
    assert not cosigned or set.intersection(*stories)


def test_a_row_says_what_was_known_and_a_spoilt_one_nothing() -> None:
    judged = judge(known(12), asked(20, old=12, story=1))
    assert isinstance(judged, ForkFound)
    for each in (known(12), judged.known):
        assert decode_known(encode_known(each)) == each
    for spoilt in (b"", b"de", encode_known(known(12))[:-1], b"d1:g0:1:ni0e1:r0:e"):
        with pytest.raises(DamageError):
            decode_known(spoilt)


@pytest.mark.attack("A142")
def test_a_cosignature_is_neither_a_receipt_nor_of_another_head_or_node() -> None:
    line = sign_cosignature(head(12), NODE, 1_700_000_000, NODE_KEY.sign)
    opened = open_cosignature(head(12), line)
    assert (opened.witness, opened.time_s, opened.line) == (NODE, 1_700_000_000, line)
    assert witness_of(line) == NODE
    receipt = sign_receipt(head(12), NODE, 1_700_000_000, NODE_KEY.sign)
    for bent in (
        receipt,
        receipt.replace(b"-node/", b"-witness/"),
        line + b"\n",
        line[:-1],
        b"",
    ):
        with pytest.raises((BadEncodingError, BadSignatureError)):
            open_cosignature(head(12), bent)
    for text in (head(13), head(12, story=0, time_ms=2)):
        with pytest.raises(BadSignatureError):
            open_cosignature(text, line)
