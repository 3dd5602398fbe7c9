"""Entries: their bytes, their hash, and everything that is not one."""

import re
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.bencoding import decode, encode
from swarmfeed.core.base.limits import BODY_BYTES_MAX, STORED_BYTES_MAX, TIME_MS_MAX
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.entry import (
    Entry,
    decode_entry,
    decode_hashed,
    encode_entry,
    encode_withdrawn,
    hash_stored,
    is_of_kind,
    split_stored,
)
from swarmfeed.errors import BadEncodingError

BODY = b"d4:text2:hie"
STORED = b"d1:b12:d4:text2:hie1:k4:post1:ti1700000000000ee"
# printf 'd4:text2:hie' | sha256sum
BODY_HASH = "9cee9c3e0260a5f9fb8ecfe25e82a37097bc5e0cad6729cfca09b3331043718f"
# (printf '\0d1:b32:'; printf $BODY_HASH | xxd -r -p; \
#  printf '1:k4:post1:ti1700000000000ee') | sha256sum
ENTRY_HASH = "964b6f55622d4d0060d5349c5f7de695d226c83237f0a5f46d5bab41325a29f5"

kinds = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=16)
times = st.integers(0, TIME_MS_MAX)
bodies = st.binary(max_size=300)


def reference_hash(kind: str, time_ms: int, body: bytes) -> bytes:
    """SHA-256(0x00 || bencode({"b": SHA-256(body), "k": kind, "t": time_ms}))."""
    header = encode({"b": sha256(body).digest(), "k": kind, "t": time_ms})
    return sha256(b"\x00" + header).digest()


def test_the_stored_form_is_these_bytes() -> None:
    assert encode_entry("post", 1_700_000_000_000, BODY) == STORED


def test_the_hash_is_that_of_header_and_prefix() -> None:
    assert decode_entry(STORED).body_hash.hex() == BODY_HASH
    assert hash_stored(STORED).hex() == ENTRY_HASH


def test_a_withdrawn_entry_is_these_bytes() -> None:
    withdrawn = encode_withdrawn("post", 1_700_000_000_000, Hash(b"h" * 32))
    assert withdrawn == b"d1:h32:" + b"h" * 32 + b"1:k4:post1:ti1700000000000ee"


@given(kinds, times, bodies)
def test_an_entry_is_canonical_bencode_and_comes_back(
    kind: str, time_ms: int, body: bytes
) -> None:
    stored = encode_entry(kind, time_ms, body)
    fields = {b"b": body, b"k": kind.encode(), b"t": time_ms}
    assert decode(stored, limit_bytes=STORED_BYTES_MAX) == fields
    assert decode_entry(stored) == Entry(kind, time_ms, body, Hash(sha256(body).digest()))
    assert hash_stored(stored) == reference_hash(kind, time_ms, body)
    assert decode_hashed(stored) == (decode_entry(stored), hash_stored(stored))


@given(kinds, times, bodies)
def test_withdrawing_a_body_keeps_the_hash(kind: str, time_ms: int, body: bytes) -> None:
    body_hash = Hash(sha256(body).digest())
    withdrawn = encode_withdrawn(kind, time_ms, body_hash)
    assert hash_stored(withdrawn) == hash_stored(encode_entry(kind, time_ms, body))
    assert decode_entry(withdrawn) == Entry(kind, time_ms, None, body_hash)
    assert split_stored(withdrawn)[0] is None


def test_a_body_that_looks_like_the_end_of_an_entry_is_only_a_body() -> None:
    body = b"1:k4:post1:ti1ee"
    entry = decode_entry(encode_entry("note", 7, body))
    assert (entry.kind, entry.time_ms, entry.body) == ("note", 7, body)


def test_the_kind_is_seen_at_the_end_of_an_entry_alone() -> None:
    body = encode_entry("post", 5, b"le")  # what says so stands in a body, and is not believed
    entry = encode_entry("profile", 5, b"%d:%b" % (len(body), body))
    assert is_of_kind(entry, "profile")
    assert not any(is_of_kind(entry, kind) for kind in ("post", "file", "e"))
    assert is_of_kind(encode_withdrawn("post", 5, Hash(bytes(32))), "post")


@pytest.mark.parametrize("kind", ["a", "abcdefghijklmnop", "k"])
@pytest.mark.parametrize("time_ms", [0, 9, 10, TIME_MS_MAX])
@pytest.mark.parametrize("size", [0, 9, 10, 999, 1_000, BODY_BYTES_MAX])
def test_the_bounds_themselves_are_allowed(kind: str, time_ms: int, size: int) -> None:
    stored = encode_entry(kind, time_ms, b"x" * size)
    assert len(stored) <= STORED_BYTES_MAX
    assert decode_entry(stored).body == b"x" * size


@pytest.mark.parametrize(
    ("kind", "time_ms", "size"),
    [
        ("", 0, 1),
        ("abcdefghijklmnopq", 0, 1),
        ("Post", 0, 1),
        ("po st", 0, 1),
        ("post1", 0, 1),
        ("post", -1, 1),
        ("post", TIME_MS_MAX + 1, 1),
        ("post", 0, BODY_BYTES_MAX + 1),
        ("pöst", 0, 1),
    ],
)
def test_nothing_out_of_bounds_is_written(kind: str, time_ms: int, size: int) -> None:
    with pytest.raises(ValueError):
        encode_entry(kind, time_ms, b"x" * size)


@pytest.mark.parametrize(
    ("kind", "time_ms", "body_hash"),
    [("Post", 0, b"h" * 32), ("post", -1, b"h" * 32), ("post", 0, b"h" * 31)],
)
def test_no_withdrawn_entry_out_of_bounds_is_written(
    kind: str, time_ms: int, body_hash: bytes
) -> None:
    with pytest.raises(ValueError):
        encode_withdrawn(kind, time_ms, Hash(body_hash))


OVERLONG = b"d1:b8193:" + b"x" * 8193 + b"1:k4:post1:ti0ee"


@pytest.mark.attack("A09")
@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"de",
        b"le",
        b"d1:b0:1:k4:post1:ti0e",
        b"d1:b0:1:k4:post1:ti0eee",
        b"d1:b0:1:k4:post1:ti0ee ",
        b" d1:b0:1:k4:post1:ti0ee",
        b"d1:b00:1:k4:post1:ti0ee",
        b"d1:b01:x1:k4:post1:ti0ee",
        b"d1:b-1:1:k4:post1:ti0ee",
        b"d1:b1:1:k4:post1:ti0ee",
        b"d1:b9:1:k4:post1:ti0ee",
        b"d1:b99999:1:k4:post1:ti0ee",
        b"d1:b0:1:k04:post1:ti0ee",
        b"d1:b0:1:k3:post1:ti0ee",
        b"d1:b0:1:k5:post1:ti0ee",
        b"d1:b0:1:k0:1:ti0ee",
        b"d1:b0:1:k17:abcdefghijklmnopq1:ti0ee",
        b"d1:b0:1:k4:Post1:ti0ee",
        b"d1:b0:1:k4:post1:ti-1ee",
        b"d1:b0:1:k4:post1:ti-0ee",
        b"d1:b0:1:k4:post1:ti00ee",
        b"d1:b0:1:k4:post1:ti1000000000000000ee",
        b"d1:b0:1:k4:post1:tiee",
        b"d1:b0:1:k4:post1:t1:0e",
        b"d1:b0:1:k4:post1:ti0e1:zi0ee",
        b"d1:a0:1:b0:1:k4:post1:ti0ee",
        b"d1:k4:post1:b0:1:ti0ee",
        b"d1:b0:1:h32:" + b"h" * 32 + b"1:k4:post1:ti0ee",
        b"d1:h31:" + b"h" * 31 + b"1:k4:post1:ti0ee",
        b"d1:h32:" + b"h" * 31 + b"1:k4:post1:ti0ee",
        OVERLONG,
    ],
)
def test_what_is_not_the_one_spelling_is_refused(bad: bytes) -> None:
    for read in (decode_entry, decode_hashed, hash_stored, split_stored):
        with pytest.raises(BadEncodingError):
            read(bad)


def check_total(data: bytes) -> None:
    """Either the one error, or the value has exactly these bytes."""
    try:
        entry = decode_entry(data)
    except BadEncodingError:
        with pytest.raises(BadEncodingError):
            hash_stored(data)
        return
    if entry.body is None:
        again = encode_withdrawn(entry.kind, entry.time_ms, entry.body_hash)
    else:
        again = encode_entry(entry.kind, entry.time_ms, entry.body)
    assert again == data, "two spellings of one entry"
    assert len(hash_stored(data)) == 32


@pytest.mark.attack("A09")
@given(st.one_of(st.binary(max_size=80), st.from_regex(re.compile(rb"d1:[bh].*"))))
def test_garbage_raises_the_one_error_or_comes_back(garbage: bytes) -> None:
    check_total(garbage)


@pytest.mark.attack("A12")
def test_every_changed_byte_is_refused_or_changes_the_hash() -> None:
    seen = {hash_stored(STORED)}
    for at in range(len(STORED)):
        for value in range(256):
            changed = STORED[:at] + bytes([value]) + STORED[at + 1 :]
            if changed == STORED:
                continue
            check_total(changed)
            try:
                found = hash_stored(changed)
            except BadEncodingError:
                continue
            assert found not in seen
            seen.add(found)


def test_every_truncation_and_extension_is_refused() -> None:
    for cut in range(len(STORED)):
        with pytest.raises(BadEncodingError):
            split_stored(STORED[:cut])
    with pytest.raises(BadEncodingError):
        split_stored(STORED + STORED)
