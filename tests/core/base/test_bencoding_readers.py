"""Both readers of bencode beside one that is written by the words of BEP 3."""

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base import bencoding
from swarmfeed.core.base.bencoding import INT_MAX, INT_MIN, Value, decode, encode
from swarmfeed.core.base.limits import MESSAGE_DEPTH_MAX
from swarmfeed.errors import BadEncodingError

LIMIT_BYTES = 1_000


class Reference:
    """Reads canonical bencode by the words of BEP 3, one byte after the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def read_all(self) -> Value:
        value = self.read_value(depth=0)
        self.require(self.at == len(self.data))
        return value

    def read_value(self, depth: int) -> Value:
        mark = self.peek()
        if mark == b"i":
            return self.read_int()
        if mark in (b"l", b"d"):
            self.require(depth < MESSAGE_DEPTH_MAX)
            self.at += 1
            return self.read_list(depth) if mark == b"l" else self.read_dict(depth)
        return self.read_bytes()

    def read_int(self) -> int:
        self.at += 1
        start = self.at
        if self.peek() == b"-":
            self.at += 1
        digits = self.read_digits(b"e")
        number = -int(digits) if self.data[start : start + 1] == b"-" else int(digits)
        self.require(str(number).encode() == self.data[start : self.at - 1])
        self.require(-(2**63) <= number < 2**63)
        return number

    def read_bytes(self) -> bytes:
        digits = self.read_digits(b":")
        length = int(digits)
        self.require(str(length).encode() == digits and self.at + length <= len(self.data))
        self.at += length
        return self.data[self.at - length : self.at]

    def read_digits(self, end: bytes) -> bytes:
        start = self.at
        while self.peek() in (b"0", b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"8", b"9"):
            self.at += 1
        self.require(start < self.at and self.peek() == end)
        self.at += 1
        return self.data[start : self.at - 1]

    def read_list(self, depth: int) -> list[Value]:
        found = []
        while self.peek() != b"e":
            found.append(self.read_value(depth + 1))
        self.at += 1
        return found

    def read_dict(self, depth: int) -> dict[bytes, Value]:
        found: dict[bytes, Value] = {}
        last: bytes | None = None
        while self.peek() != b"e":
            key = self.read_bytes()
            self.require(last is None or last < key)
            found[key] = self.read_value(depth + 1)
            last = key
        self.at += 1
        return found

    def peek(self) -> bytes:
        self.require(self.at < len(self.data))
        return self.data[self.at : self.at + 1]

    def require(self, held: bool) -> None:
        if not held:
            raise BadEncodingError("reference")


def outcome(read: Callable[[], Value]) -> Value | None:
    """The value, or None for the one error; any other exception fails the test."""
    try:
        return read()
    except BadEncodingError:
        return None


def read_alone(spelling: bytes) -> Value:
    """What our own reader makes of it, as where bencode2 was not compiled."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bencoding, "COMPILED", False)
        return decode(spelling, limit_bytes=len(spelling))


def write_alone(value: Value) -> bytes:
    """The same of writing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bencoding, "COMPILED", False)
        return encode(value)


values = st.recursive(
    st.integers(INT_MIN, INT_MAX) | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.binary(max_size=4), inner),
    max_leaves=12,
)
look_alikes = st.lists(
    st.sampled_from([b"i", b"l", b"d", b"e", b":", b"-", b"0", b"1", b"2", b"9", b"_", b" "])
    | st.sampled_from([b"i0e", b"1:a", b"1:b", b"0:", b"le", b"de", b"\xff"]),
    max_size=24,
).map(b"".join)
misspelt = [
    frame.replace(b"#", sign + str(number).encode() + tail)
    for frame in (b"i#e", b"li#e#:ae", b"#:a", b"d#:ai#ee", b"d1:ai#e1:bi#ee", b"l#:ae")
    for sign in (b"", b"-", b"+", b"0", b"-0", b"00", b" ", b"0x")
    for number in (0, 1, 2**31, 2**32 + 1, 2**63 - 1, 2**63, 2**63 + 1, 2**64 + 1, 10**40)
    for tail in (b"", b"_0", b" ", b".0", b"-")
]
dicts_in_any_order = [
    b"d" + b"".join(key + b"0:" for key in keys) + b"e"
    for count in range(4)
    for keys in product(
        (b"0:", b"1:a", b"1:b", b"2:aa", b"1:\x7f", b"1:\x80", b"01:a", b"i1e"), repeat=count
    )
]


@given(values)
def test_a_value_comes_back_unchanged(value: Value) -> None:
    encoded = encode(value)
    expected = outcome(Reference(encoded).read_all)
    assert outcome(lambda: decode(encoded, limit_bytes=len(encoded))) == expected
    assert expected in (value, None)  # None: nested too deep
    assert write_alone(value) == encoded


@pytest.mark.attack("A09")
@given(look_alikes | st.binary(max_size=60))
def test_garbage_gives_what_the_reference_gives(garbage: bytes) -> None:
    value = outcome(lambda: decode(garbage, limit_bytes=LIMIT_BYTES))
    assert value == outcome(Reference(garbage).read_all)
    assert value is None or encode(value) == garbage


@pytest.mark.attack("A09")
@given(values, st.data())
def test_a_changed_byte_gives_what_the_reference_gives(
    value: Value, data: st.DataObject
) -> None:
    changed = bytearray(encode(value))
    at = data.draw(st.integers(0, len(changed) - 1))
    changed[at] = data.draw(st.sampled_from(b"ilde:0123456789-_") | st.integers(0, 255))
    spelling = bytes(changed)
    value_now = outcome(lambda: decode(spelling, limit_bytes=len(spelling)))
    assert value_now == outcome(Reference(spelling).read_all)


def differs(spelling: bytes) -> bool:
    """Whether a reader takes it for something else than the reference does."""
    # In text: equal dicts may differ in their order.
    expected = repr(outcome(Reference(spelling).read_all))
    both = (
        outcome(lambda: read_alone(spelling)),
        outcome(lambda: decode(spelling, limit_bytes=len(spelling))),
    )
    return [*map(repr, both)] != [expected] * 2


@pytest.mark.attack("A09")
@pytest.mark.parametrize("spellings", [misspelt, dicts_in_any_order])
def test_both_readers_take_and_refuse_the_same(spellings: list[bytes]) -> None:
    assert [spelling for spelling in spellings if differs(spelling)] == []


@pytest.mark.attack("A09")
@given(values.map(encode), st.data())
def test_both_readers_take_and_refuse_the_same_of_what_was_mended(
    spelling: bytes, data: st.DataObject
) -> None:
    for _ in range(data.draw(st.integers(0, 3))):
        start = data.draw(st.integers(0, len(spelling)))
        end = data.draw(st.integers(start, min(start + 4, len(spelling))))
        put = data.draw(look_alikes | st.just(spelling[start:end] * 2))
        spelling = spelling[:start] + put + spelling[end:]
    assert not differs(spelling)
