import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base import limits
from swarmfeed.core.base.bencoding import encode
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.talk.handshake import (
    BLAME_CODES,
    CloseCode,
    Greeting,
    decode_hello,
    decode_welcome,
    encode_hello,
    encode_welcome,
    proof_text,
)
from swarmfeed.core.talk.words import Hello
from swarmfeed.errors import BadEncodingError

from tests.examples import at_most

NODE = NodeId(b"i" * 32)
HELLO = Hello(
    node_id=NODE,
    roles=("history", "supernode"),
    hosts=("192.0.2.1", "2001:db8::1"),
    link_port=7_000,
    swarm_port=7_001,
)


def test_a_hello_is_spelled_exactly_like_this() -> None:
    assert encode_hello(Greeting(hello=Hello(node_id=NODE), nonce=b"n" * 32)) == (
        b"d1:ale1:i32:" + NODE + b"1:li0e1:m5:hello1:n32:" + b"n" * 32
        + b"1:p0:1:rle1:si0e1:vi2ee"
    )  # fmt: skip


def test_a_proof_covers_the_domain_the_certificate_the_nonce_and_the_client() -> None:
    text = proof_text(b"c" * 32, b"n" * 32, NODE)
    assert text == b"swarmfeed hello 1" + b"c" * 32 + b"n" * 32 + b"i" * 32


@pytest.mark.parametrize(
    "greeting",
    [
        Greeting(hello=HELLO, nonce=bytes(32)),
        Greeting(hello=HELLO, proof=bytes(64)),
        Greeting(hello=Hello(node_id=NODE), version=9),
    ],
)
def test_a_hello_comes_back_as_it_was_sent(greeting: Greeting) -> None:
    assert decode_hello(encode_hello(greeting)) == greeting


@pytest.mark.parametrize(
    "greeting",
    [
        Greeting(hello=replace(HELLO, node_id=NodeId(b"short"))),
        Greeting(hello=replace(HELLO, roles=("history",) * (limits.ROLES_MAX + 1))),
        Greeting(hello=replace(HELLO, roles=("a" * (limits.ROLE_CHARS_MAX + 1),))),
        Greeting(hello=replace(HELLO, roles=("",))),
        Greeting(hello=replace(HELLO, roles=("History",))),
        Greeting(hello=replace(HELLO, hosts=("192.0.2.1",) * (limits.ENDPOINTS_MAX + 1))),
        Greeting(hello=replace(HELLO, hosts=("example.org",))),
        Greeting(hello=replace(HELLO, link_port=-1)),
        Greeting(hello=replace(HELLO, swarm_port=65_536)),
        Greeting(hello=HELLO, nonce=bytes(31)),
        Greeting(hello=HELLO, proof=bytes(65)),
        Greeting(hello=HELLO, proof=bytes(1)),
        Greeting(hello=HELLO, version=0),
    ],
)
@pytest.mark.attack("A33")
def test_a_hello_out_of_bounds_is_refused(greeting: Greeting) -> None:
    with pytest.raises(BadEncodingError):
        decode_hello(encode_hello(greeting))


@pytest.mark.attack("A33")
@settings(max_examples=at_most(60))
@given(st.binary(max_size=100))
def test_garbage_is_refused_as_a_hello_and_as_a_welcome(garbage: bytes) -> None:
    for data in (garbage, b"d1:m5:hello" + garbage + b"e", b"d1:i32:" + garbage):
        with pytest.raises(BadEncodingError):
            decode_hello(data)
    with pytest.raises(BadEncodingError):
        decode_welcome(garbage)


@pytest.mark.attack("A10")
def test_a_hello_longer_than_its_limit_is_refused() -> None:
    with pytest.raises(BadEncodingError, match="at most"):
        decode_hello(encode({b"m": b"hello", b"z": bytes(limits.HELLO_BYTES_MAX)}))


def test_hello_and_welcome_are_not_taken_for_each_other() -> None:
    decode_welcome(encode_welcome())
    with pytest.raises(BadEncodingError):
        decode_welcome(encode_hello(Greeting(hello=HELLO)))
    with pytest.raises(BadEncodingError):
        decode_hello(encode_welcome())


def test_a_goodbye_blames_nobody_and_a_broken_rule_does() -> None:
    assert all(4_000 <= code < 5_000 for code in CloseCode)
    assert {CloseCode.GOODBYE, CloseCode.FULL, CloseCode.SELF, CloseCode.TOO_SLOW}.isdisjoint(
        BLAME_CODES
    )
    assert {CloseCode.BAD_HELLO, CloseCode.BAD_MESSAGE, CloseCode.OVER_BUDGET} <= BLAME_CODES
