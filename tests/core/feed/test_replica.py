"""Replicas: how they grow, what may enter them, and what convicts an author."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base.types import ChunkSpan, FeedId, Hash
from swarmfeed.core.feed.chunk import unpack_chunk, verify_chunk
from swarmfeed.core.feed.chunklist import encode_chunk_list, hash_chunk_list, make_record
from swarmfeed.core.feed.entry import decode_entry, encode_withdrawn, hash_stored
from swarmfeed.core.feed.head import Head, sign_head
from swarmfeed.core.feed.replica import (
    Replica,
    check_offer,
    chunks_made_here,
    extend_replica,
    grow,
    open_replica,
)
from swarmfeed.errors import (
    BadEncodingError,
    BadProofError,
    BadSignatureError,
    RemoteError,
    RollbackError,
)

from tests.core import reference
from tests.core.samples import FEED, KEY, OTHER_KEY, Author, chunk_of, frame_of, post, posts
from tests.examples import at_most


def replica_of(stored: Sequence[bytes]) -> Replica:
    return Author().append(stored)


def resigned(replica: Replica, **changes: object) -> bytes:
    """Sign another head for the same feed, as a hostile author would."""
    head = replace(replica.head, **changes)  # type: ignore[arg-type]  # any field
    return sign_head(head, KEY.sign)


def nothing_held(span: ChunkSpan) -> bytes:
    raise AssertionError(f"{span} was loaded")


OLD = posts(0, 20)
NEW = posts(0, 50)
BRANCH = [*posts(0, 15), *posts(15, 50, "another history")]
KNOWN, NEWER, OTHER = replica_of(OLD), replica_of(NEW), replica_of(BRANCH)


# --- growing ---


def check_replica(replica: Replica, stored: Sequence[bytes], author: Author) -> None:
    """Everything a replica promises, against the definitions."""
    hashes = [hash_stored(entry) for entry in stored]
    assert replica.size == len(stored)
    assert replica.head.root == reference.mth(hashes) == replica.frontier.root()
    assert replica.head.chunks_hash == hash_chunk_list(replica.chunk_list)
    assert replica.tail == tuple(stored[replica.tail_start :])
    assert len(replica.tail) < 256
    for span, record in replica.chunks().items():
        chunk, root = chunk_of(stored[span.start : span.end])
        assert author.chunks[span] == chunk
        assert record == make_record(chunk, root)
        verify_chunk(chunk, span.level, root)
    assert open_replica(FEED, replica.signed_head, replica.chunk_list, replica.tail) == replica


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 1000])
def test_one_append_gives_a_replica_that_opens(size: int) -> None:
    author, stored = Author(), posts(0, size)
    check_replica(author.append(stored), stored, author)


@given(st.lists(st.integers(1, 300), min_size=1, max_size=6))
@settings(max_examples=at_most(12))
def test_growing_in_any_batches_gives_the_same_feed(batches: list[int]) -> None:
    total = sum(batches)
    author, at = Author(), 0
    for batch in batches:
        author.append(posts(at, at + batch))
        at += batch
    once = Author()
    once.now_ms = author.now_ms - 1
    whole = once.append(posts(0, total))
    assert author.replica == whole, "the same head to the byte, records and tail"
    assert {span: author.chunks[span] for span in whole.chunks()} == once.chunks


@pytest.mark.parametrize("before", [255, 256, 3839, 3840, 3841, 4095])
def test_sixteen_chunks_become_one_without_another_byte(before: int) -> None:
    author, stored = Author(), posts(0, 4096 + 3)
    author.append(stored[:before])
    growth = author.grow(stored[before:])
    assert [span for span, _ in growth.chunks] == [ChunkSpan(1, 0)]
    check_replica(growth.replica, stored, author)


def test_one_post_neither_seals_nor_loads_a_chunk() -> None:
    before = Author().append(posts(0, 300))
    growth = grow(before, FEED, [post(300)], now_ms=7, sign=KEY.sign, load=nothing_held)
    assert growth.chunks == ()
    assert growth.replica.size == 301
    assert growth.replica.chunk_list == before.chunk_list


@pytest.mark.parametrize("count", [2, 256, 300])
@pytest.mark.parametrize("bad", [b"", b"garbage", post(1)[:-1], post(1) + post(2)])
def test_nothing_is_signed_over_what_is_no_entry(bad: bytes, count: int) -> None:
    def sign(message: bytes) -> bytes:
        raise AssertionError("it was signed")

    stored = [*posts(0, count - 1), bad]
    with pytest.raises(BadEncodingError):
        grow(None, FEED, stored, now_ms=7, sign=sign, load=nothing_held)


def test_two_halves_of_an_entry_do_not_pass_as_a_whole_one() -> None:
    stored = [*posts(0, 253), post(253)[:9], post(253)[9:] + post(254), post(255)]
    assert len(stored) == 256
    with pytest.raises(BadEncodingError):
        Author().append(stored)


def test_a_feed_of_nothing_is_our_own_bug() -> None:
    with pytest.raises(AssertionError):
        Author().append([])


# --- opening ---


def test_a_replica_opens_from_its_three_parts() -> None:
    stored = posts(0, 600)
    replica = replica_of(stored)
    opened = open_replica(FEED, replica.signed_head, replica.chunk_list, replica.tail)
    assert opened == replica
    assert opened.feed_id == FEED
    assert list(opened.chunks()) == [ChunkSpan(0, 0), ChunkSpan(0, 1)]


@pytest.mark.attack("A12")
def test_parts_that_do_not_belong_together_are_refused() -> None:
    stored = posts(0, 600)
    one, two = replica_of(stored), replica_of([*stored[:599], post(599, "x")])
    cases: list[tuple[bytes, Sequence[bytes], type[RemoteError]]] = [
        (one.chunk_list, two.tail, BadProofError),
        (one.chunk_list, one.tail[:-1], BadEncodingError),
        (one.chunk_list, [*one.tail, post(600)], BadEncodingError),
        (one.chunk_list, [*one.tail[:-1], b"garbage"], BadEncodingError),
        (one.chunk_list, one.tail[::-1], BadProofError),
        (replica_of(posts(1, 601)).chunk_list, one.tail, BadProofError),
        (b"le", one.tail, BadProofError),
        (b"", one.tail, BadProofError),
    ]
    for chunk_list, tail, error in cases:
        with pytest.raises(error):
            open_replica(FEED, one.signed_head, chunk_list, tail)


@pytest.mark.attack("A12")
def test_a_chunk_list_with_another_root_is_refused_although_it_is_signed() -> None:
    replica = replica_of(posts(0, 600))
    wrong = [replace(replica.records[0], root=Hash(b"r" * 32)), *replica.records[1:]]
    chunk_list = encode_chunk_list(wrong)
    signed = resigned(replica, chunks_hash=hash_chunk_list(chunk_list))
    with pytest.raises(BadProofError, match="another root"):
        open_replica(FEED, signed, chunk_list, replica.tail)


def test_a_head_by_somebody_else_is_refused() -> None:
    with pytest.raises(BadSignatureError):
        open_replica(FeedId(OTHER_KEY.public), KNOWN.signed_head, b"le", OLD)


def test_a_head_of_an_empty_feed_is_refused() -> None:
    head = Head(
        feed_id=FEED,
        size=0,
        root=Hash(reference.mth([])),
        time_ms=1,
        chunks_hash=hash_chunk_list(b"le"),
    )
    with pytest.raises(BadEncodingError, match="empty feed"):
        open_replica(FEED, sign_head(head, KEY.sign), b"le", [])


# --- live pushes ---


@pytest.mark.parametrize(
    ("before", "after"),
    [(1, 2), (255, 256), (255, 257), (256, 257), (250, 770), (300, 301), (4090, 4097)],
)
@pytest.mark.parametrize("overlap", [0, 1])
def test_a_push_gives_the_author_s_replica(before: int, after: int, overlap: int) -> None:
    stored = posts(0, after)
    author = Author()
    known = author.append(stored[:before])
    newer = author.append(stored[before:])
    start = before - overlap
    chunk_list = newer.chunk_list if newer.tail_start != known.tail_start else b""
    got = extend_replica(known, start, stored[start:], newer.signed_head, chunk_list)
    assert got == newer
    pending = stored[known.tail_start :]
    made = dict(chunks_made_here(known, got, pending, author.chunks.__getitem__))
    assert made == {span: author.chunks[span] for span in got.chunks().keys() - known.chunks()}


def test_a_needless_chunk_list_is_checked_too() -> None:
    got = extend_replica(KNOWN, 20, NEW[20:], NEWER.signed_head, NEWER.chunk_list)
    assert got == NEWER
    with pytest.raises(BadProofError):
        extend_replica(KNOWN, 20, NEW[20:], NEWER.signed_head, b"lee")


@pytest.mark.attack("A12")
@pytest.mark.parametrize(
    ("start", "stored", "error", "says"),
    [
        (21, NEW[21:], BadProofError, "entries start at 21, we have 20"),
        (20, NEW[20:49], BadProofError, "entries end at 49, the head at 50"),
        (20, [*NEW[20:], post(50)], BadProofError, "entries end at 51"),
        (20, [*NEW[20:49], post(49, "x")], BadProofError, "another root"),
        (20, NEW[:19:-1], BadProofError, "another root"),
        (20, [*NEW[20:49], b"garbage"], BadEncodingError, "not a list of entries"),
        (0, NEW[20:], BadProofError, "entries end at 30"),
    ],
)
def test_a_push_of_other_entries_is_refused(
    start: int, stored: list[bytes], error: type[RemoteError], says: str
) -> None:
    with pytest.raises(error, match=says):
        extend_replica(KNOWN, start, stored, NEWER.signed_head, b"")


@pytest.mark.attack("A12")
def test_a_push_across_a_boundary_must_seal_what_we_have() -> None:
    """A head and a list that fit each other, over entries that are not ours."""
    stored = posts(0, 300)
    known = replica_of(stored[:255])
    other = replica_of([post(0, "x"), *stored[1:]])
    with pytest.raises(BadProofError, match="not what the sealed chunk holds"):
        extend_replica(known, 255, stored[255:], other.signed_head, other.chunk_list)
    whole = replica_of(stored)
    with pytest.raises(BadProofError):
        extend_replica(known, 255, stored[255:], whole.signed_head, b"")


def test_a_push_whose_head_lists_other_chunks_is_refused() -> None:
    signed = resigned(NEWER, chunks_hash=Hash(b"x" * 32))
    with pytest.raises(BadProofError, match="another chunk list"):
        extend_replica(KNOWN, 20, NEW[20:], signed, b"")


def test_a_push_by_somebody_else_is_refused() -> None:
    signed = Author(OTHER_KEY).append(NEW).signed_head
    with pytest.raises(BadSignatureError):
        extend_replica(KNOWN, 20, NEW[20:], signed, b"")


# --- withdrawn bodies ---


def withdrawn(stored: bytes) -> bytes:
    entry = decode_entry(stored)
    return encode_withdrawn(entry.kind, entry.time_ms, entry.body_hash)


def test_a_withdrawn_body_keeps_the_tree_and_takes_the_place_of_what_we_have() -> None:
    stored = posts(0, 300)
    known = replica_of(stored)
    frame = frame_of([*stored[:7], withdrawn(stored[7]), *stored[8:256]])
    record = make_record(frame, known.records[0].root)
    chunk_list = encode_chunk_list([record])
    newer = resigned(
        known, chunks_hash=hash_chunk_list(chunk_list), time_ms=known.head.time_ms + 1
    )
    offered = open_replica(FEED, newer, chunk_list, known.tail)
    check_offer(known, offered, [])
    assert extend_replica(known, 300, [], newer, chunk_list) == offered
    verify_chunk(frame, 0, known.records[0].root)
    (entries,) = unpack_chunk(frame)
    assert decode_entry(entries[7]).body is None
    # And never back to the list with the body.
    with pytest.raises(RollbackError):
        check_offer(offered, known, [])
    with pytest.raises(RollbackError):
        extend_replica(offered, 300, [], known.signed_head, known.chunk_list)


def test_withdrawn_entries_grow_into_chunks_like_others() -> None:
    stored = posts(0, 300)
    dropped = [*stored[:7], withdrawn(stored[7]), *stored[8:]]
    author = Author()
    author.append(dropped[:100])
    author.append(dropped[100:])
    assert author.replica is not None
    check_replica(author.replica, dropped, author)
    assert author.replica.head.root == replica_of(stored).head.root


def test_a_follower_with_other_bytes_makes_no_chunk_of_its_own() -> None:
    """Same entries, another encoder: the hashes tell, and the chunk is fetched instead."""
    stored = posts(0, 300)
    known = replica_of(stored[:200])
    frame = frame_of([withdrawn(stored[0]), *stored[1:256]])
    newer = replica_of(stored)
    record = make_record(frame, newer.records[0].root)
    chunk_list = encode_chunk_list([record])
    signed = resigned(newer, chunks_hash=hash_chunk_list(chunk_list))
    got = extend_replica(known, 200, stored[200:], signed, chunk_list)
    assert list(chunks_made_here(known, got, stored, nothing_held)) == []
