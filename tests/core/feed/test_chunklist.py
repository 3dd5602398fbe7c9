"""Chunk lists: which chunks cover a feed, and lists that do not."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base.bencoding import decode, encode
from swarmfeed.core.base.limits import (
    CHUNK_BYTES_MAX,
    CHUNK_LIST_BYTES_MAX,
    CHUNK_LIST_RECORDS_MAX,
    FEED_ENTRIES_MAX,
)
from swarmfeed.core.base.types import ChunkSpan, Hash
from swarmfeed.core.feed.chunklist import (
    ChunkRecord,
    covering_spans,
    decode_chunk_list,
    encode_chunk_list,
    hash_chunk_list,
    make_record,
    sealed_end,
    sealed_frontier,
)
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.merkle import root_hash
from swarmfeed.core.feed.metainfo import Pieces
from swarmfeed.errors import BadEncodingError

from tests.core import reference
from tests.core.samples import chunk_of, posts
from tests.examples import at_most


def record_of(number: int, size_bytes: int = 100) -> ChunkRecord:
    mark = bytes([number % 256])
    return ChunkRecord(Pieces(size_bytes, mark * 20, mark * 32), Hash(mark * 32))


def list_of(size: int) -> list[ChunkRecord]:
    return [record_of(number) for number in range(len(covering_spans(size)))]


def naive_spans(size: int) -> list[ChunkSpan]:
    """protocol: at each multiple of 256 the largest aligned full chunk that fits."""
    spans, at = [], 0
    while at + 256 <= size:
        widths = [256 * 16**level for level in range(4)]
        width = max(w for w in widths if at % w == 0 and at + w <= size - size % 256)
        spans.append(ChunkSpan(widths.index(width), at // width))
        at += width
    return spans


@pytest.mark.parametrize(
    ("size", "spans"),
    [
        (0, []),
        (1, []),
        (255, []),
        (256, [(0, 0)]),
        (511, [(0, 0)]),
        (512, [(0, 0), (0, 1)]),
        (4095, [(0, position) for position in range(15)]),
        (4096, [(1, 0)]),
        (4352, [(1, 0), (0, 16)]),
        (65_536, [(2, 0)]),
        (65_536 + 4096 + 256, [(2, 0), (1, 16), (0, 272)]),
        (1_048_576, [(3, 0)]),
        (2_097_152, [(3, 0), (3, 1)]),
    ],
)
def test_a_feed_is_covered_by_the_largest_chunks(
    size: int, spans: list[tuple[int, int]]
) -> None:
    assert [(span.level, span.position) for span in covering_spans(size)] == spans


@given(st.integers(0, 3_000_000))
@settings(max_examples=at_most(60))
def test_spans_follow_each_other_up_to_the_tail(size: int) -> None:
    spans = covering_spans(size)
    assert spans == naive_spans(size)
    assert [span.end for span in spans] == [
        *(span.start for span in spans[1:]),
        *([sealed_end(size)] if spans else []),
    ]
    assert 0 <= size - sealed_end(size) < 256


@given(st.integers(0, 300_000), st.integers(0, 70_000))
@settings(max_examples=at_most(60))
def test_a_chunk_once_covered_stays_inside_later_chunks(size: int, more: int) -> None:
    later = covering_spans(size + more)
    for span in covering_spans(size):
        assert any(big.start <= span.start and span.end <= big.end for big in later)


def test_a_million_entries_are_about_thirty_chunks() -> None:
    assert len(covering_spans(1_000_000)) == 15 + 4 + 2


def test_the_longest_list_is_bounded() -> None:
    assert len(covering_spans(FEED_ENTRIES_MAX)) == 4096
    assert len(covering_spans(FEED_ENTRIES_MAX - 1)) == 4095 + 3 * 15
    assert len(covering_spans(FEED_ENTRIES_MAX - 1)) <= CHUNK_LIST_RECORDS_MAX


def test_a_list_is_these_bytes() -> None:
    assert encode_chunk_list([]) == b"le"
    assert encode_chunk_list([record_of(0x61)]) == (
        b"ld1:ni100e1:p32:" + b"a" * 32 + b"1:r32:" + b"a" * 32 + b"1:s20:" + b"a" * 20 + b"ee"
    )
    # printf le | sha256sum
    assert hash_chunk_list(b"le").hex() == (
        "61098a4bf2a5e216533e5f2994d8f290308b310f2efa046548a96302afe412ea"
    )


@pytest.mark.parametrize("size", [0, 256, 300, 4095, 4096, 1_000_000])
def test_a_list_comes_back(size: int) -> None:
    records = list_of(size)
    assert decode_chunk_list(encode_chunk_list(records), size) == tuple(records)


def test_the_frontier_of_real_chunks_is_that_of_their_entries() -> None:
    entries = posts(0, 4096 + 512)
    parts = [entries[:4096], entries[4096:4352], entries[4352:]]
    records = [make_record(*chunk_of(part)) for part in parts]
    frontier = sealed_frontier(records, 4608 + 17)
    hashes = [hash_stored(entry) for entry in entries]
    assert frontier.size == 4608
    assert frontier.root() == root_hash(hashes) == reference.mth(hashes)


# --- what must be refused ---


@pytest.mark.parametrize(("size", "other"), [(256, 512), (4095, 4096), (4096, 255), (0, 256)])
def test_a_list_for_another_size_is_refused(size: int, other: int) -> None:
    with pytest.raises(BadEncodingError, match="does not cover"):
        decode_chunk_list(encode_chunk_list(list_of(size)), other)


@pytest.mark.parametrize("bad", [b"", b"de", b"i0e", b"2:le", b"lee", b"l", b"li0ee", b"llee"])
def test_what_is_no_list_of_records_is_refused(bad: bytes) -> None:
    with pytest.raises(BadEncodingError):
        decode_chunk_list(bad, 256)


@pytest.mark.attack("A10")
@pytest.mark.parametrize(
    "pieces",
    [
        Pieces(0, b"", b""),
        Pieces(0, b"a" * 20, b"a" * 32),
        Pieces(-1, b"a" * 20, b"a" * 32),
        Pieces(100, b"a" * 19, b"a" * 32),
        Pieces(100, b"a" * 40, b"a" * 32),
        Pieces(100, b"a" * 20, b"a" * 64),
        Pieces(100, b"a" * 20, b""),
        Pieces(2**20 + 1, b"a" * 20, b"a" * 32),
        Pieces(10**7, b"a" * 200, b"a" * 320),
    ],
)
def test_a_record_that_contradicts_itself_is_refused(pieces: Pieces) -> None:
    encoded = encode_chunk_list([ChunkRecord(pieces, Hash(b"r" * 32))])
    with pytest.raises(BadEncodingError, match="chunk record"):
        decode_chunk_list(encoded, 256)


@pytest.mark.attack("A10")
def test_a_chunk_longer_than_its_entries_can_be_is_refused() -> None:
    per_frame = CHUNK_BYTES_MAX // 4096
    for size, level in ((256, 0), (4096, 1), (65_536, 2), (1_048_576, 3)):
        most = per_frame * 16**level
        for size_bytes, allowed in ((most, True), (most + 1, False)):
            count = -(-size_bytes // 2**20)
            pieces = Pieces(size_bytes, b"a" * 20 * count, b"a" * 32 * count)
            encoded = encode_chunk_list([ChunkRecord(pieces, Hash(b"r" * 32))])
            if allowed:
                assert decode_chunk_list(encoded, size)[0].pieces == pieces
            else:
                with pytest.raises(BadEncodingError, match=r"chunk record\.n"):
                    decode_chunk_list(encoded, size)


def test_a_root_of_another_length_is_refused() -> None:
    wrong = replace(record_of(1), root=Hash(b"r" * 31))
    with pytest.raises(BadEncodingError, match=r"record\.r"):
        decode_chunk_list(encode_chunk_list([wrong]), 256)


def test_a_list_in_another_spelling_is_refused() -> None:
    encoded = encode_chunk_list([record_of(1)])
    for changed in (encoded.replace(b"i100e", b"i0100e"), encoded + b" ", encoded[:-1]):
        with pytest.raises(BadEncodingError):
            decode_chunk_list(changed, 256)


def test_keys_of_a_later_version_are_passed_over() -> None:
    value = decode(encode_chunk_list([record_of(1)]), limit_bytes=1000)
    assert isinstance(value, list)
    assert isinstance(value[0], dict)
    value[0][b"z"] = b"later"
    assert decode_chunk_list(encode(value), 256) == (record_of(1),)


@pytest.mark.attack("A10")
def test_the_list_of_the_longest_feed_is_read_quickly() -> None:
    encoded = encode_chunk_list(list_of(FEED_ENTRIES_MAX - 1))
    assert len(encoded) < CHUNK_LIST_BYTES_MAX
    started = time.process_time()
    assert len(decode_chunk_list(encoded, FEED_ENTRIES_MAX - 1)) == 4140
    assert time.process_time() - started < 2


@pytest.mark.attack("A10")
@pytest.mark.parametrize("bad", [b"le", b"l" * (CHUNK_LIST_BYTES_MAX + 1)])
def test_a_list_that_is_too_long_or_too_short_is_refused_at_once(bad: bytes) -> None:
    with pytest.raises(BadEncodingError):
        decode_chunk_list(bad, FEED_ENTRIES_MAX)


@pytest.mark.slow
@pytest.mark.attack("A10")
@pytest.mark.parametrize("item", [b"i0e", b"le", b"0:", b"de"])
def test_the_worst_lists_are_refused_in_bounded_time(item: bytes) -> None:
    bad = b"l" + item * ((CHUNK_LIST_BYTES_MAX - 2) // len(item)) + b"e"
    started = time.process_time()
    with pytest.raises(BadEncodingError):
        decode_chunk_list(bad, FEED_ENTRIES_MAX)
    assert time.process_time() - started < 10


@pytest.mark.attack("A09")
@given(st.binary(max_size=60), st.integers(0, 150), st.integers(0, 150))
def test_edited_lists_raise_the_one_error_or_are_another_list(
    put: bytes, start: int, end: int
) -> None:
    encoded = encode_chunk_list([record_of(1)])
    for data in (put, encoded[:start] + put + encoded[end:]):
        try:
            records = decode_chunk_list(data, 256)
        except BadEncodingError:
            continue
        assert len(records) == 1
        assert set(encode_chunk_list(records)) <= set(data)
