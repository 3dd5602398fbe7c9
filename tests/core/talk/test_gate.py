"""The gate: a newcomer comes from an address to the newest feed, and to no false one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from street.authors import author_of, moved
from swarmfeed.core.base.bencoding import decode, encode
from swarmfeed.core.base.keys import SigningKey, verify_signature
from swarmfeed.core.base.limits import GENERATIONS_MAX
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.authorkey import AuthorKey
from swarmfeed.core.feed.certificate import (
    DOMAIN,
    Certificate,
    open_certificate,
    sign_join,
    sign_keep,
    sign_leave,
    sign_rotate,
)
from swarmfeed.core.net.krpc import GATE_SALT, Item, signed_buffer
from swarmfeed.core.net.limits import KRPC_VALUE_BYTES_MAX
from swarmfeed.core.talk.gate import gate_key, make_gate, read_gate
from swarmfeed.errors import RemoteError

ANNA, MALLORY = author_of(b"\x01" * 32), author_of(b"\x09" * 32)
DESK, LAPTOP = SigningKey(b"\x11" * 32), SigningKey(b"\x12" * 32)
JOIN = sign_join(ANNA, DESK, from_ms=1_700_000_000_000, is_first=True)
LATER = sign_join(ANNA, LAPTOP, from_ms=1_700_000_000_001)


def opened(*signed: bytes) -> dict[bytes, Certificate]:
    return {each: open_certificate(each) for each in signed}


def gate_of(*signed: bytes) -> Item:
    item = make_gate(ANNA.author_id, opened(*signed))
    assert item is not None
    return item


def chain(length: int) -> tuple[AuthorKey, list[bytes]]:
    """The author after so many moves, and the rotates that prove it."""
    author, rotates = ANNA, list[bytes]()
    for _ in range(length):
        was, author = author.key, moved(author)
        rotates.append(sign_rotate(author, was))
    return author, rotates


def test_a_gate_leads_to_the_newest_feed_and_proves_it() -> None:
    item = gate_of(JOIN, LATER)
    assert item.public == gate_key(ANNA.author_id).public
    verify_signature(
        item.public, signed_buffer(item.value, item.seq, GATE_SALT), item.signature
    )
    found = read_gate(item.value, ANNA.author_id)
    assert (found.feed_id, found.certificates) == (LAPTOP.public, (LATER,))
    assert read_gate(gate_of(JOIN).value, ANNA.author_id).certificates == (JOIN,)


def test_a_feed_that_ended_or_whose_key_is_lost_is_named_by_no_gate() -> None:
    leave = sign_leave(ANNA, FeedId(LAPTOP.public), size=9, from_ms=2)
    assert read_gate(gate_of(JOIN, LATER, leave).value, ANNA.author_id).feed_id == DESK.public
    second, rotates = chain(1)
    kept = opened(*rotates, sign_keep(second, JOIN, from_ms=3))
    assert make_gate(ANNA.author_id, kept) is None
    assert make_gate(ANNA.author_id, {}) is None


def test_a_newer_generation_comes_before_any_older_one() -> None:
    second, rotates = chain(1)
    early = sign_join(second, DESK, from_ms=1)
    item = gate_of(JOIN, LATER, *rotates, early)
    assert read_gate(item.value, ANNA.author_id).certificates == (*rotates, early)
    assert item.seq > gate_of(JOIN, LATER).seq


def test_as_many_rotates_as_fit_a_dht_item_are_in_it_and_beyond_that_there_is_no_gate() -> None:
    fits = []
    for moves in range(GENERATIONS_MAX):
        author, rotates = chain(moves)
        join = sign_join(author, DESK, from_ms=10**15 - 1, is_first=True)
        item = make_gate(ANNA.author_id, opened(*rotates, join))
        if item is None:
            continue
        fits.append(moves)
        assert len(item.value) <= KRPC_VALUE_BYTES_MAX and item.seq < 2**63
        assert read_gate(item.value, ANNA.author_id).certificates == (*rotates, join)
    assert fits == list(range(7))


@pytest.mark.attack("A48")
def test_a_gate_of_somebody_else_proves_nothing() -> None:
    """Whoever has the address has the key of the gate, and can put there what they like."""
    false = make_gate(MALLORY.author_id, opened(sign_join(MALLORY, DESK, from_ms=1)))
    assert false is not None
    with pytest.raises(RemoteError):
        read_gate(false.value, ANNA.author_id)
    value = decode(gate_of(JOIN).value, limit_bytes=1_000)
    assert isinstance(value, dict)
    second, rotates = chain(1)
    later = decode(
        gate_of(*rotates, sign_join(second, DESK, from_ms=1)).value, limit_bytes=1_000
    )
    assert isinstance(later, dict)
    for changes in (
        {b"f": LAPTOP.public},
        {b"t": 5},
        {b"i": 0} if b"i" not in value else {b"a": value[b"b"]},
        {b"b": bytes(64)},
        {b"k": [MALLORY.key]},
        {b"k": [ANNA.key, MALLORY.key]},
        {b"k": [ANNA.key, MALLORY.key], b"r": [bytes(64)]},
        {b"k": []},
        {b"n": bytes(32)},
        {b"n": later[b"n"]},
        {b"r": later[b"r"]},
        {b"k": later[b"k"], b"r": later[b"r"]},
    ):
        with pytest.raises(RemoteError):
            read_gate(encode({**value, **changes}), ANNA.author_id)


@pytest.mark.attack("A48")
@given(st.binary(max_size=1_100))
def test_whatever_lies_there_is_a_gate_or_an_error(value: bytes) -> None:
    with pytest.raises(RemoteError):
        read_gate(value, ANNA.author_id)


def test_what_a_later_version_said_more_makes_no_gate() -> None:
    """A reader puts the messages together anew, and would find another one than was signed."""
    fields = decode(JOIN[len(DOMAIN) : -128], limit_bytes=1_000)
    assert isinstance(fields, dict)
    message = DOMAIN + encode({**fields, b"zz": 1})
    more = message + ANNA.signing.sign(message) + DESK.sign(message)
    assert open_certificate(more) == open_certificate(JOIN)
    assert make_gate(ANNA.author_id, opened(more)) is None
