"""KRPC packets: published vectors, round trips, garbage."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.keys import SigningKey, verify_signature
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.krpc import (
    METHOD_UNKNOWN,
    DhtNode,
    Failure,
    FindNode,
    Get,
    Item,
    OtherQuestion,
    Packet,
    Ping,
    Put,
    Query,
    Reply,
    decode_compact,
    decode_packet,
    distance,
    encode_packet,
    mutable_target,
    signed_buffer,
)
from swarmfeed.core.net.limits import KRPC_PACKET_BYTES_MAX, KRPC_VALUE_BYTES_MAX
from swarmfeed.errors import BadEncodingError

BEP44_PUBLIC = bytes.fromhex("77ff84905a91936367c01360803104f92432fcd904a43511876df5cdf3e7e548")
BEP44_VECTORS = [
    (
        b"",
        b"3:seqi1e1:v12:Hello World!",
        "4a533d47ec9c7d95b1ad75f576cffc641853b750",
        "305ac8aeb6c9c151fa120f120ea2cfb923564e11552d06a5d856091e5e853cff"
        "1260d3f39e4999684aa92eb73ffd136e6f4f3ecbfda0ce53a1608ecd7ae21f01",
    ),
    (
        b"foobar",
        b"4:salt6:foobar3:seqi1e1:v12:Hello World!",
        "411eba73b6f087ca51a3795d9c8c938d365e32c1",
        "6834284b6b24c3204eb2fea824d82f88883a3d95e8b4a21b8c0ded553d17d17d"
        "df9a8a7104b1258f30bed3787e6cb896fca78c58f8e03b5f18f14951a87d9a08",
    ),
]

node_ids = st.binary(min_size=20, max_size=20)
transactions = st.binary(min_size=1, max_size=4)
endpoints = st.builds(
    Endpoint, st.ip_addresses(v=4).map(str), st.integers(min_value=1, max_value=65_535)
)
items = st.builds(
    Item,
    public=st.binary(min_size=32, max_size=32),
    value=st.binary(max_size=KRPC_VALUE_BYTES_MAX),
    seq=st.integers(0, 2**63 - 1),
    signature=st.binary(min_size=64, max_size=64),
)
tokens = st.binary(min_size=1, max_size=20)
questions = st.one_of(
    st.just(Ping()),
    st.builds(FindNode, node_ids),
    st.builds(Get, node_ids),
    st.builds(Put, tokens, st.binary(max_size=64), items),
    st.just(OtherQuestion(b"get_peers")),
)
packets = st.one_of(
    st.builds(Query, transactions, node_ids, questions),
    st.builds(
        Reply,
        transaction=transactions,
        node_id=node_ids,
        nodes=st.lists(st.builds(DhtNode, node_ids, endpoints), max_size=16).map(tuple),
        token=st.none() | tokens,
        item=st.none() | items,
    ),
    st.builds(Failure, transactions, st.integers(0, 999), st.binary(max_size=40)),
)


@pytest.mark.parametrize(("salt", "buffer", "target", "signature"), BEP44_VECTORS)
def test_published_mutable_items(
    salt: bytes, buffer: bytes, target: str, signature: str
) -> None:
    """Source: BEP 44, "test vectors", 1 and 2."""
    assert signed_buffer(b"Hello World!", 1, salt) == buffer
    assert mutable_target(BEP44_PUBLIC, salt).hex() == target
    verify_signature(BEP44_PUBLIC, buffer, bytes.fromhex(signature))


SENDER = b"abcdefghij0123456789"
ANSWERER = b"mnopqrstuvwxyz123456"
BEP5_PACKETS: list[tuple[bytes, Packet]] = [
    (
        b"d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe",
        Query(b"aa", SENDER, Ping()),
    ),
    (
        b"d1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re",
        Reply(transaction=b"aa", node_id=ANSWERER),
    ),
    (
        b"d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e"
        b"1:q9:find_node1:t2:aa1:y1:qe",
        Query(b"aa", SENDER, FindNode(ANSWERER)),
    ),
    (
        b"d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz123456e"
        b"1:q9:get_peers1:t2:aa1:y1:qe",
        Query(b"aa", SENDER, OtherQuestion(b"get_peers")),
    ),
    (
        b"d1:eli201e23:A Generic Error Ocurrede1:t2:aa1:y1:ee",
        Failure(b"aa", 201, b"A Generic Error Ocurred"),
    ),
]


@pytest.mark.parametrize(("raw", "packet"), BEP5_PACKETS)
def test_published_packets(raw: bytes, packet: Packet) -> None:
    """Source: BEP 5, the examples of each query."""
    assert decode_packet(raw) == packet


def test_our_queries_say_that_we_are_read_only() -> None:
    """Source: BEP 43."""
    assert encode_packet(Query(b"aa", SENDER, Ping())) == (
        b"d1:ad2:id20:abcdefghij0123456789e1:q4:ping2:roi1e1:t2:aa1:y1:qe"
    )


def test_a_get_reply_of_another_implementation_is_read() -> None:
    """Keys in its own order, an IPv6 list, our address and a version: all as found outside."""
    compact = ANSWERER + bytes([127, 0, 0, 1, 0x1A, 0xE1]) + SENDER + bytes([1, 2, 3, 4, 0, 0])
    raw = (
        b"d2:ip6:\x7f\0\0\1\x1a\xe11:t2:aa1:rd2:id20:" + ANSWERER + b"5:token4:abcd"
        b"6:nodes638:" + bytes(38) + b"5:nodes52:" + compact + b"e1:v4:LT\x02\x011:y1:re"
    )
    assert decode_packet(raw) == Reply(
        transaction=b"aa",
        node_id=ANSWERER,
        nodes=(DhtNode(ANSWERER, Endpoint("127.0.0.1", 6_881)),),
        token=b"abcd",
    )


@given(packets)
def test_what_was_encoded_is_decoded(packet: Packet) -> None:
    assert decode_packet(encode_packet(packet)) == packet


@pytest.mark.attack("A33")
@given(st.binary(max_size=200))
def test_garbage_raises_the_one_error(garbage: bytes) -> None:
    with suppress(BadEncodingError):
        decode_packet(garbage)


@pytest.mark.attack("A33")
@given(packets, st.data())
def test_a_packet_with_a_changed_byte_raises_the_one_error_or_is_one(
    packet: Packet, data: st.DataObject
) -> None:
    raw = bytearray(encode_packet(packet))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] = data.draw(st.integers(0, 255))
    for cut in (data.draw(st.integers(0, len(raw))), len(raw)):
        with suppress(BadEncodingError):
            decode_packet(bytes(raw[:cut]))


ITEM = (
    b"1:k32:" + bytes(32) + b"3:seqi1e3:sig64:" + bytes(64) + b"5:token2:to1:v5:hello"
).join([b"d1:rd2:id20:" + ANSWERER, b"e1:t2:aa1:y1:re"])


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"2:id20:" + ANSWERER, b"2:id19:" + ANSWERER[1:]),
        (b"1:y1:r", b"1:y1:x"),
        (b"1:t2:aa", b"1:ti7e"),
        (b"1:t2:aa", b"1:t33:" + b"a" * 33),
        (b"1:k32:", b"1:k33:x"),
        (b"3:seqi1e", b"3:seqi-1e"),
        (b"3:sig64:", b"3:sig65:x"),
        (b"5:token2:to", b"5:token129:" + b"t" * 129),
        (b"1:v5:hello", b"1:vi5e"),
        (b"1:v5:hello", b"1:v997:" + b"x" * 997),
        (b"5:token2:to", b"5:nodes25:" + b"n" * 25),
    ],
)
def test_each_bound_of_a_reply_is_checked(was: bytes, becomes: bytes) -> None:
    decode_packet(ITEM)
    assert was in ITEM
    with pytest.raises(BadEncodingError):
        decode_packet(ITEM.replace(was, becomes))


@pytest.mark.parametrize(
    "raw",
    [
        b"d1:t2:aa1:y1:e1:eli1eee",
        b"d1:t2:aa1:y1:e1:el1:xi1eee",
        b"d1:t2:aa1:y1:q1:q4:pinge",
        b"d1:ade1:q4:ping1:t2:aa1:y1:qe",
        b"le",
        b"i1e",
    ],
)
def test_half_a_packet_is_refused(raw: bytes) -> None:
    with pytest.raises(BadEncodingError):
        decode_packet(raw)


def test_a_packet_too_long_is_not_even_parsed() -> None:
    with pytest.raises(BadEncodingError, match="at most"):
        decode_packet(b"d" * (KRPC_PACKET_BYTES_MAX + 1))


def test_the_longest_item_fits_a_thousand_bytes_and_its_packet_the_limit() -> None:
    key = SigningKey(bytes(32))
    value = b"x" * KRPC_VALUE_BYTES_MAX
    signature = key.sign(signed_buffer(value, 2**63 - 1, b"head"))
    item = Item(public=key.public, value=value, seq=2**63 - 1, signature=signature)
    raw = encode_packet(Query(b"aaaa", SENDER, Put(b"t" * 128, b"head", item)))
    assert b"1:v996:" in raw and len(b"996:" + value) == 1_000
    assert len(raw) < 1_472, "no fragment on an ordinary network"


def test_distance_is_the_exclusive_or() -> None:
    assert distance(b"\x0f" * 20, b"\x0f" * 20) == 0
    assert distance(b"\0" * 19 + b"\x05", b"\0" * 19 + b"\x03") == 6
    assert distance(b"\x80" + bytes(19), bytes(20)) == 2**159


def test_refusals_carry_the_published_code() -> None:
    """Source: BEP 5, "errors"."""
    assert encode_packet(Failure(b"aa", METHOD_UNKNOWN, b"Method Unknown")) == (
        b"d1:eli204e14:Method Unknowne1:t2:aa1:y1:ee"
    )


def test_compact_endpoints_of_both_families_are_read() -> None:
    assert decode_compact(bytes([127, 0, 0, 9, 0x1A, 0xE1])) == Endpoint("127.0.0.9", 6881)
    v6 = bytes(15) + b"\x01" + b"\x00\x50"
    assert decode_compact(v6) == Endpoint("::1", 80)
