"""What an author leaves in the DHT: whole, within a DHT item, and true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.bencoding import decode, encode
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.metainfo import hash_pieces
from swarmfeed.core.feed.replica import open_replica
from swarmfeed.core.net.limits import KRPC_VALUE_BYTES_MAX
from swarmfeed.core.talk.deposit import (
    Deposit,
    decode_deposit,
    encode_deposit,
    make_deposit,
    torrent_of_list,
)
from swarmfeed.errors import BadEncodingError, BadSignatureError, RemoteError

from tests.node.rig import Scribe


def scribe(size: int) -> Scribe:
    writer = Scribe(1)
    writer.grow_to(size)
    return writer


def deposit_of(writer: Scribe, others: tuple[FeedId, ...] = ()) -> Deposit:
    (join,) = writer.offer().certificates
    made = make_deposit(writer.newest, join, others, writer.feed_key.sign)
    assert made is not None
    return made


@pytest.mark.parametrize("size", [256, 257, 600, 4_100])
def test_a_replica_of_what_is_sealed_follows_from_deposit_and_list(size: int) -> None:
    writer = scribe(size)
    made = decode_deposit(encode_deposit(deposit_of(writer)), writer.feed_id, size // 256 * 256)
    replica = open_replica(writer.feed_id, made.signed_head, writer.newest.chunk_list, ())
    assert replica.size == size // 256 * 256
    assert replica.chunks() == writer.newest.chunks()
    assert made.torrent == torrent_of_list(writer.newest)
    assert made.pieces == hash_pieces(writer.newest.chunk_list)


def test_a_head_over_what_is_sealed_is_no_news_and_no_fork() -> None:
    """Whoever has the newest head passes it over; it lies on the same history."""
    writer = scribe(600)
    made = deposit_of(writer)
    assert made.head.size == 512 and made.head.chunks_hash == writer.newest.head.chunks_hash
    sealed = scribe(512)
    assert made.head.root == sealed.newest.head.root


def test_the_newest_head_is_taken_when_it_covers_just_the_chunks() -> None:
    writer = scribe(512)
    assert deposit_of(writer).signed_head == writer.newest.signed_head


def test_nothing_is_left_before_a_chunk_is_sealed() -> None:
    writer = scribe(255)
    (join,) = writer.offer().certificates
    assert make_deposit(writer.newest, join, (), writer.feed_key.sign) is None
    assert torrent_of_list(writer.newest) is None


def test_other_feeds_are_named_as_far_as_there_is_room() -> None:
    writer = scribe(300)
    many = tuple(FeedId(bytes([n]) * 32) for n in range(20))
    value = encode_deposit(deposit_of(writer, many))
    assert len(value) <= KRPC_VALUE_BYTES_MAX
    named = decode_deposit(value, writer.feed_id, 256).others
    assert named == many[: len(named)] and len(named) >= 4


@pytest.mark.attack("A48")
def test_a_deposit_of_another_feed_or_over_a_tail_is_refused() -> None:
    writer = scribe(600)
    made = deposit_of(writer)
    with pytest.raises(BadSignatureError):
        decode_deposit(encode_deposit(made), FeedId(bytes(32)), 512)
    fields = decode(encode_deposit(made), limit_bytes=2_000)
    assert isinstance(fields, dict)
    with pytest.raises(BadEncodingError, match="600 entries"):
        over_tail = encode({**fields, b"h": writer.newest.signed_head})
        decode_deposit(over_tail, writer.feed_id, 600)
    with pytest.raises(BadEncodingError, match="512 entries"):
        decode_deposit(encode_deposit(made), writer.feed_id, 768)


@pytest.mark.attack("A48")
@pytest.mark.parametrize(
    ("key", "value"),
    [(b"n", 0), (b"n", 2**21), (b"p", b"x" * 31), (b"s", b"x" * 21), (b"o", [b"x"]),
     (b"o", [1]), (b"o", [bytes(32)] * 9), (b"c", b"x" * 1_001), (b"h", b"head"), (b"h", 1)],
)  # fmt: skip
def test_a_malformed_deposit_is_refused(key: bytes, value: object) -> None:
    writer = scribe(300)
    fields = decode(encode_deposit(deposit_of(writer)), limit_bytes=2_000)
    assert isinstance(fields, dict)
    spoiled = {**fields, key: value}
    with pytest.raises(RemoteError):
        decode_deposit(encode(spoiled), writer.feed_id, 256)  # type: ignore[arg-type]  # bad


@pytest.mark.attack("A48")
@given(st.binary(max_size=1_100))
def test_whatever_lies_there_is_a_deposit_or_an_error(value: bytes) -> None:
    with pytest.raises(RemoteError):
        decode_deposit(value, FeedId(bytes(32)), 256)
