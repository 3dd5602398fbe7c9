"""Bencode: the corpus of bad spellings, what reading costs at most, and fields."""

import threading
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module

import pytest
from swarmfeed.core.base import bencoding
from swarmfeed.core.base.bencoding import (
    READ_AT_ONCE_BYTES_MAX,
    Fields,
    Value,
    decode,
    decode_fields,
    decode_lenient,
    encode,
)
from swarmfeed.core.base.limits import MESSAGE_DEPTH_MAX, VALUES_MAX
from swarmfeed.core.base.texts import Text
from swarmfeed.errors import BadEncodingError

LIMIT_BYTES = 1_000


@pytest.mark.parametrize(
    ("spelling", "value"),
    [
        (b"4:spam", b"spam"),
        (b"i3e", 3),
        (b"i-3e", -3),
        (b"i0e", 0),
        (b"l4:spam4:eggse", [b"spam", b"eggs"]),
        (b"d3:cow3:moo4:spam4:eggse", {b"cow": b"moo", b"spam": b"eggs"}),
        (b"d4:spaml1:a1:bee", {b"spam": [b"a", b"b"]}),
        (b"0:", b""),
        (b"le", []),
        (b"de", {}),
        (b"i9223372036854775807e", 2**63 - 1),
        (b"i-9223372036854775808e", -(2**63)),
    ],
)
def test_the_examples_of_bep_3_are_read_and_written(spelling: bytes, value: Value) -> None:
    """Source: BEP 3, "bencoding"; the last ones are edges."""
    assert decode(spelling, limit_bytes=LIMIT_BYTES) == value
    assert encode(value) == spelling


BAD = [
    *(
        b"",
        b"i",
        b"ie",
        b"i-e",
        b"i01e",
        b"i-0e",
        b"i-01e",
        b"i1_0e",
        b"i+1e",
        b"i 1e",
        b"i1 e",
    ),
    *(b"i1", b"i1ei2e", b"i0x1e", b"i1.0e", b"i\xd9\xa1e", b"ii1ee", b"i--1e"),
    *(b"i9223372036854775808e", b"i-9223372036854775809e", b"i" + b"9" * 900 + b"e"),
    *(b"1:", b"2:a", b"01:a", b"00:", b"-1:a", b"+1:a", b" 1:a", b"1_0:aaaaaaaaaa", b"1", b":"),
    *(b"1:ab", b"9999999999:a", b"99999999999999999999:a", b"9" * 900, b"4294967297:a"),
    *(b"l", b"li1e", b"lee", b"e", b"l1:a", b"lxe"),
    *(b"d", b"d1:a", b"d1:ae", b"d1:a1:b", b"di1e1:ae", b"dlee", b"d1:a1:be1:c"),
    *(b"d1:b0:1:a0:e", b"d1:a0:1:a0:e", b"d1:ai1e1:a0:e", b"d2:aa0:1:a0:e", b"d01:a0:e"),
    *(b"d-1:a0:e", b"d-0:0:e", b"d+1:a0:e", b"d1_0:aaaaaaaaaa0:e"),
    *(b"null", b"true", b"{}", b"x", b"\x00", b"d4:text5:hello", b"d4:text6:helloe"),
    b"l" * (MESSAGE_DEPTH_MAX + 1) + b"e" * (MESSAGE_DEPTH_MAX + 1),
    b"d0:" * (MESSAGE_DEPTH_MAX + 1) + b"0:" + b"e" * (MESSAGE_DEPTH_MAX + 1),
]


@pytest.mark.attack("A09")
@pytest.mark.parametrize("spelling", BAD)
def test_another_spelling_is_refused_with_the_one_error(spelling: bytes) -> None:
    with pytest.raises(BadEncodingError):
        decode(spelling, limit_bytes=LIMIT_BYTES)


@pytest.mark.attack("A09")
@pytest.mark.timeout(60)
@pytest.mark.parametrize("spelling", [b"d0:i1e-6:", b"d0:de-5:", b"d1:ai1e-8:", b"d-4:"])
@pytest.mark.parametrize("read", [decode, decode_lenient])
def test_a_key_of_negative_length_does_not_read_the_same_bytes_for_ever(
    spelling: bytes, read: Callable[..., Value]
) -> None:
    """bencode.py 4.1.0 never returns from the first of these."""
    with pytest.raises(BadEncodingError):
        read(spelling, limit_bytes=LIMIT_BYTES)


@pytest.mark.attack("A09")
@pytest.mark.parametrize(
    "flood",
    [
        b"l" * 1_000_000,
        b"l" * 131_072,
        b"i" + b"9" * 131_070 + b"e",
        b"d0:" * 300_000,
        b"l" * 500_000 + b"e" * 500_000,
        b"i" + b"9" * 1_000_000 + b"e",
        b"9" * 1_000_000 + b":",
    ],
)
def test_a_flood_within_the_size_limit_is_refused_at_once(flood: bytes) -> None:
    tracemalloc.start()
    started_s = time.thread_time()
    with pytest.raises(BadEncodingError):
        decode(flood, limit_bytes=len(flood))
    assert time.thread_time() - started_s < 0.2
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


@pytest.mark.attack("A09")
@pytest.mark.parametrize(
    "nested",
    [
        b"l" * 1_000,
        b"l" * 4_000 + b"e" * 4_000,
        b"d0:" * 40_000,
        b"ll0:" * 30_000,
        b"l" * 1_000 + b"e" * 1_000,
        b"d0:" * 333 + b"0:",
    ],
)
def test_what_is_nested_deep_needs_little_stack(nested: bytes) -> None:
    """bencode2 0.3.38 needs more than 1 MiB for the second, and ends the process without it."""
    refused: list[BadEncodingError] = []

    def read() -> None:
        try:
            decode(nested, limit_bytes=len(nested))
        except BadEncodingError as error:
            refused.append(error)

    before = threading.stack_size(512 * 1024)
    try:
        reading = threading.Thread(target=read)
        reading.start()
    finally:
        threading.stack_size(before)
    reading.join()
    assert "nested too deep" in str(refused[0])


@pytest.mark.attack("A09")
@pytest.mark.parametrize("nested", [b"l" * 1_000, b"d0:" * 333, b"ll0:" * 250])
def test_what_is_nested_deep_costs_less_than_what_is_full(nested: bytes) -> None:
    """bencode2 0.3.38 takes 2.7 ms to refuse the first, our own reader 6 µs."""

    def quickest_s(spelling: bytes) -> float:
        taken = []
        for _ in range(5):
            started_s = time.thread_time()
            for _ in range(10):
                with suppress(BadEncodingError):
                    decode(spelling, limit_bytes=len(spelling))
            taken.append(time.thread_time() - started_s)
        return min(taken)

    assert quickest_s(nested) < quickest_s(b"l" + b"le" * 499 + b"e")


@pytest.mark.attack("A09")
def test_where_bencode2_was_not_compiled_our_own_reader_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its own Python has no bound that Python's stack would keep, nor one of digits."""
    monkeypatch.setattr(bencoding, "COMPILED", False)
    monkeypatch.setattr(bencoding, "bdecode", import_module("bencode2.__decoder").bdecode)
    deep = b"l" * 1_000 + b"8000:" + b"x" * 8_000 + b"e" * 1_000
    for refused in (deep, b"i" + b"9" * 131_000 + b"e"):
        with pytest.raises(BadEncodingError):
            decode(refused, limit_bytes=len(refused))


@pytest.mark.attack("A09")
def test_values_are_bounded_however_few_bytes_they_take() -> None:
    lists, keys = b"l" + b"le" * 9 + b"e", b"d1:a1:b1:c1:de"
    for fits, count in ((lists, 10), (keys, 5)):
        assert decode(fits, limit_bytes=LIMIT_BYTES, values_max=count) is not None
        with pytest.raises(BadEncodingError, match=f"more than {count - 1} values"):
            decode(fits, limit_bytes=LIMIT_BYTES, values_max=count - 1)


@pytest.mark.attack("A09")
def test_what_is_long_or_full_of_letters_is_read_the_same() -> None:
    texts: list[Value] = [b"all dogs" * 100] * 100
    for value in (texts, [b"x" * READ_AT_ONCE_BYTES_MAX], {b"a": texts, b"b": [1, {}]}):
        spelling = encode(value)
        assert decode(spelling, limit_bytes=len(spelling)) == value


@pytest.mark.slow
@pytest.mark.attack("A09")
def test_more_values_than_any_message_has_are_refused() -> None:
    fits = b"l" + b"le" * (VALUES_MAX - 1) + b"e"
    value = decode(fits, limit_bytes=len(fits))
    assert isinstance(value, list) and len(value) == VALUES_MAX - 1
    for one_more in (b"le", b"i1e", b"0:"):
        flood = fits[:-1] + one_more + b"e"
        with pytest.raises(BadEncodingError, match="more than"):
            decode(flood, limit_bytes=len(flood))


@pytest.mark.attack("A09")
def test_the_size_limit_is_checked_before_anything_is_read() -> None:
    assert decode(b"3:abc", limit_bytes=5) == b"abc"
    with pytest.raises(BadEncodingError, match="5 bytes, at most 4"):
        decode(b"3:abc", limit_bytes=4)


@pytest.mark.attack("A09")
def test_a_length_beyond_the_end_is_told_where_it_stands() -> None:
    for spelling in (b"l4:abe", b"d9999999999:a0:e", b"l0:0:4294967295:e"):
        with pytest.raises(BadEncodingError, match="goes beyond the end"):
            decode(spelling, limit_bytes=LIMIT_BYTES)


def test_the_deepest_nesting_is_read() -> None:
    deepest = b"l" * MESSAGE_DEPTH_MAX + b"e" * MESSAGE_DEPTH_MAX
    assert encode(decode(deepest, limit_bytes=LIMIT_BYTES)) == deepest


def test_text_and_tuples_are_written_as_bytes_and_lists() -> None:
    assert encode({"é": ("a", b"b", 1)}) == "d2:él1:a1:bi1eee".encode()


def test_keys_are_ordered_as_raw_bytes() -> None:
    assert encode({b"\xff": 1, "a": 2, b"Z": 3, "": 4}) == b"d0:i4e1:Zi3e1:ai2e1:\xffi1ee"  # type: ignore[arg-type]  # mixed on purpose


@pytest.mark.parametrize("value", [True, None, 1.0, {1}, bytearray(b"a"), object(), [None]])
def test_what_bencode_has_no_word_for_is_a_type_error(value: object) -> None:
    with pytest.raises(TypeError):
        encode(value)  # type: ignore[arg-type]  # that is the test
    with pytest.raises(TypeError):
        encode({"key": value})  # type: ignore[arg-type]  # that is the test


def test_a_key_that_is_no_text_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        encode({1: 2})  # type: ignore[arg-type]  # that is the test


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, "\ud800", {"a": 1, b"a": 2}])
def test_values_that_cannot_be_spelled_are_a_value_error(value: object) -> None:
    with pytest.raises(ValueError):
        encode(value)  # type: ignore[arg-type]  # that is the test


def test_lenient_reading_allows_any_order_of_keys_and_nothing_else() -> None:
    assert decode_lenient(b"d1:bi1e1:ai2ee", limit_bytes=99) == {b"a": 2, b"b": 1}
    for spelling in (b"i01e", b"01:a", b"d1:ai1e", b"d1:ai1eei2e", b"l" * 50 + b"e" * 50):
        with pytest.raises(BadEncodingError):
            decode_lenient(spelling, limit_bytes=99)


FIELDS = Fields(
    {
        b"bytes": b"\xff\x00",
        b"dict": {b"n": 1},
        b"dicts": [{b"n": 1}, {b"n": 2}],
        b"int": 7,
        b"list": [b"ab", b"cd"],
        b"mixed": [b"ab", 1],
        b"text": "né".encode(),
    },
    "thing",
)


def test_fields_are_read_by_key() -> None:
    assert FIELDS.take_bytes(b"bytes", length=2) == b"\xff\x00"
    assert FIELDS.take_int(b"int", 7, 7) == 7
    assert FIELDS.take_text(b"text", chars_max=2) == "né"
    assert FIELDS.take_list(b"mixed", count_max=2) == [b"ab", 1]
    assert FIELDS.take_bytes_list(b"list", count_max=2, length=2) == (b"ab", b"cd")
    assert FIELDS.take_text_list(b"list", count_max=2, chars_max=2) == ("ab", "cd")
    assert FIELDS.take_fields(b"dict").take_int(b"n", 0, 9) == 1
    found = FIELDS.take_fields_list(b"dicts", count_max=2)
    assert [inner.take_int(b"n", 0, 9) for inner in found] == [1, 2]
    assert b"int" in FIELDS and b"none" not in FIELDS


def test_optional_bytes_may_be_missing() -> None:
    assert FIELDS.optional_bytes(b"none") is None
    assert FIELDS.optional_bytes(b"bytes") == b"\xff\x00"


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda: FIELDS.take_bytes(b"none"), "thing.none is missing"),
        (lambda: FIELDS.take_bytes(b"int"), "thing.int is not bytes"),
        (lambda: FIELDS.take_bytes(b"bytes", length=3), "thing.bytes is 2 bytes, not 3"),
        (lambda: FIELDS.optional_bytes(b"bytes", bytes_max=1), "is 2 bytes, at most 1"),
        (lambda: FIELDS.take_int(b"text", 0, 9), "thing.text is not an integer"),
        (lambda: FIELDS.take_int(b"int", 8, 9), "thing.int is 7, not 8 to 9"),
        (lambda: FIELDS.take_text(b"bytes", chars_max=9), "thing.bytes is not UTF-8"),
        (lambda: FIELDS.take_text(b"text", chars_max=1), "is 2 characters, not 0 to 1"),
        (lambda: FIELDS.take_text(b"text", chars_max=0), "is 3 bytes, at most 0"),
        (lambda: FIELDS.take_text(b"text", chars_max=9, chars_min=3), "not 3 to 9"),
        (lambda: FIELDS.take_list(b"int", count_max=9), "thing.int is not a list"),
        (lambda: FIELDS.take_list(b"list", count_max=1), "has 2 values, at most 1"),
        (lambda: FIELDS.take_bytes_list(b"mixed", count_max=9), "is not bytes"),
        (lambda: FIELDS.take_bytes_list(b"list", count_max=9, length=1), "2 bytes, not 1"),
        (lambda: FIELDS.take_bytes_list(b"list", count_max=9, bytes_max=1), "at most 1"),
        (lambda: FIELDS.take_fields(b"int"), "thing.int is not a dict"),
        (lambda: FIELDS.take_fields_list(b"mixed", count_max=9), "thing.mixed is not a dict"),
        (lambda: FIELDS.take_fields(b"dict").take_int(b"m", 0, 1), "thing.dict.m is missing"),
        (lambda: decode_fields(b"i1e", "thing", limit_bytes=9), "thing is not a dict"),
    ],
)
def test_a_field_out_of_bounds_names_its_key(read: Callable[[], object], message: str) -> None:
    with pytest.raises(BadEncodingError) as error:
        read()
    assert message in str(error.value)


def test_a_sentence_is_a_string_to_who_is_told_it() -> None:
    full = Text("{n:1 place is|# places are} taken")(n=2)
    assert encode([full, {full: full}]) == encode(
        ["2 places are taken", {str(full): str(full)}]
    )
