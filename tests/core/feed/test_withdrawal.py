"""Withdrawn bodies: what goes, what stays, and that every proof holds as before."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from swarmfeed.core.base.limits import BODY_BYTES_MAX
from swarmfeed.core.base.types import ChunkSpan, Hash
from swarmfeed.core.feed.chunk import frame_ranges, unpack_chunk, verify_chunk
from swarmfeed.core.feed.chunklist import make_record
from swarmfeed.core.feed.entry import decode_entry, encode_entry, hash_stored
from swarmfeed.core.feed.kinds import (
    Body,
    FeedBody,
    LeaveBody,
    PostBody,
    WithdrawBody,
    encode_body,
)
from swarmfeed.core.feed.merkle import inclusion_proof, verify_inclusion
from swarmfeed.core.feed.replica import extend_replica, open_replica
from swarmfeed.core.feed.withdrawal import (
    named_in,
    splice,
    strip,
    strip_chunk,
    without_named,
)
from swarmfeed.errors import BadEncodingError

from tests.core import reference
from tests.core.samples import FEED, Author, chunk_of, post, posts
from tests.examples import at_most

CANARY = b"canary"


def entry(body: Body) -> bytes:
    return encode_entry(body.kind, 1, encode_body(body))


def withdrawal(index: int) -> bytes:
    return entry(WithdrawBody(index))


def proof_of(index: int, hashes: Sequence[Hash]) -> list[Hash]:
    return inclusion_proof(
        index, len(hashes), lambda start, end: Hash(reference.mth(hashes[start:end]))
    )


def test_a_body_goes_and_its_hash_stays() -> None:
    stored = entry(PostBody("canary"))
    left = strip(stored)
    assert CANARY not in left
    assert hash_stored(left) == hash_stored(stored)
    assert decode_entry(left).body is None
    assert strip(left) == left


@pytest.mark.parametrize("body", [FeedBody(b"join"), LeaveBody(b"leave"), WithdrawBody(0)])
def test_what_says_whose_a_feed_is_and_what_went_stays(body: Body) -> None:
    assert strip(entry(body)) == entry(body)


def test_only_what_stands_before_it_is_withdrawn() -> None:
    stored = [post(7), withdrawal(7), withdrawal(9), withdrawal(10), withdrawal(2), post(12)]
    assert named_in(stored, 7) == {7, 2}
    assert without_named(stored, 7) == [strip(post(7)), *stored[1:]]


def test_who_writes_like_a_withdrawal_withdraws_nothing() -> None:
    lies = [
        entry(PostBody("1:k8:withdraw1:ti1ee")),
        encode_entry("withdrawn", 1, encode_body(WithdrawBody(0))),
        encode_entry("withdraw", 1, b"d1:n1:0e"),
        encode_entry("withdraw", 1, b""),
        encode_entry("withdraw", 10**15 - 1, encode_body(WithdrawBody(1))),
    ]
    assert named_in(lies, 3) == {1}


def test_one_frame_of_a_chunk_is_packed_anew_and_no_other() -> None:
    stored = [*posts(0, 300), post(300, "canary in a coal mine"), *posts(301, 4096)]
    chunk, root = chunk_of(stored)
    left = strip_chunk(chunk, 0, [300])
    verify_chunk(left, 1, root)
    frames = [left[start:end] for start, end in frame_ranges(left)]
    changed = [
        number
        for number, (start, end) in enumerate(frame_ranges(chunk))
        if chunk[start:end] != frames[number]
    ]
    assert changed == [1]
    assert [each for part in unpack_chunk(left) for each in part] == [
        *stored[:300],
        strip(stored[300]),
        *stored[301:],
    ]
    assert splice(chunk, {1: frames[1]}) == left
    assert strip_chunk(left, 0, [300]) == left, "nothing is left to go"


def test_a_frame_that_is_not_there_is_not_spliced() -> None:
    chunk, _ = chunk_of(posts(0, 256))
    with pytest.raises(BadEncodingError, match="only 1 frames"):
        splice(chunk, {1: chunk})


def test_a_tail_is_cleared_by_its_author_and_by_who_takes_it_in() -> None:
    author = Author()
    before = author.append([*posts(0, 3), post(3, "canary")])
    after = author.append([withdrawal(3)])
    assert CANARY not in b"".join(after.tail)
    assert after.head.chunks_hash == before.head.chunks_hash
    pushed = extend_replica(before, 4, [withdrawal(3)], after.signed_head, b"")
    assert pushed == after
    lax = [*before.tail, withdrawal(3)]
    assert open_replica(FEED, after.signed_head, after.chunk_list, lax) == after


def test_a_sealed_entry_goes_with_another_chunk_list() -> None:
    author = Author()
    before = author.append([*posts(0, 5), post(5, "canary"), *posts(6, 300)])
    span = ChunkSpan(0, 0)
    growth = author.grow([withdrawal(5)], going=[5])
    after = growth.replica
    assert [each for each, _ in growth.chunks] == [span]
    assert after.chunks()[span].root == before.chunks()[span].root
    assert after.chunks()[span] == make_record(author.chunks[span], before.records[0].root)
    assert CANARY not in b"".join(b"".join(part) for part in unpack_chunk(author.chunks[span]))
    pushed = extend_replica(
        before, before.size, [withdrawal(5)], after.signed_head, after.chunk_list
    )
    assert pushed == after
    assert author.grow([post(301)]).chunks == ()


def test_it_may_be_sealed_first_and_go_later() -> None:
    author = Author()
    author.append([post(0, "canary"), *posts(1, 256)])
    later = author.append([withdrawal(0)])
    assert later.chunk_list == author.append([post(257)]).chunk_list
    growth = author.grow([withdrawal(0)], going=[0])
    assert [span for span, _ in growth.chunks] == [ChunkSpan(0, 0)]


def test_it_goes_while_sixteen_chunks_become_one() -> None:
    author = Author()
    author.append([post(0, "canary"), *posts(1, 4095)])
    growth = author.grow([withdrawal(0)], going=[0])
    assert [span for span, _ in growth.chunks] == [ChunkSpan(1, 0)]
    ((_, chunk),) = growth.chunks
    texts = b"".join(b"".join(part) for part in unpack_chunk(chunk))
    assert CANARY not in texts
    verify_chunk(chunk, 1, growth.replica.records[0].root)


def test_what_is_written_and_withdrawn_before_it_is_sealed_never_enters_a_chunk() -> None:
    author = Author()
    author.append([*posts(0, 254), post(254, "canary")])
    author.append([withdrawal(254)])
    (chunk,) = author.chunks.values()
    assert CANARY not in b"".join(b"".join(part) for part in unpack_chunk(chunk))


@given(st.integers(0, 2**32), st.lists(st.integers(1, 400), min_size=1, max_size=4))
@settings(max_examples=at_most(10))
def test_whatever_is_withdrawn_every_proof_holds(seed: int, batches: list[int]) -> None:
    dice, author = Random(seed), Author()
    gone: set[int] = set()
    hashes = []
    size = 0
    for batch in batches:
        stored = posts(size, size + batch)
        size += batch
        for _ in range(dice.randrange(4)):
            gone.add(target := dice.randrange(size))
            stored.append(withdrawal(target))
            size += 1
        hashes += [hash_stored(each) for each in stored]
        replica = author.append(stored, going=gone)
        start = replica.tail_start
        kept = [
            each
            for span in replica.chunks()
            for part in unpack_chunk(author.chunks[span])
            for each in part
        ]
        kept += replica.tail
        assert [hash_stored(each) for each in kept] == hashes
        stay = {n for n, each in enumerate(kept) if b"1:k8:withdraw" in each}
        assert {n for n, each in enumerate(kept) if each.startswith(b"d1:h")} == gone - stay
        for span, record in replica.chunks().items():
            verify_chunk(author.chunks[span], span.level, record.root)
            assert record == make_record(author.chunks[span], record.root)
        again = open_replica(FEED, replica.signed_head, replica.chunk_list, kept[start:])
        assert again == replica
        index = dice.randrange(size)
        proof = proof_of(index, tuple(hashes))
        verify_inclusion(hashes[index], index, size, proof, replica.head.root)


def test_the_longest_body_goes_too() -> None:
    longest = encode_entry("post", 1, bytes(BODY_BYTES_MAX))
    assert len(strip(longest)) < 100
