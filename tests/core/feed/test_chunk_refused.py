"""What is no chunk is refused with the one error, and early."""

import tracemalloc

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.limits import FRAME_BLOCKS_MAX, FRAME_BYTES_MAX
from swarmfeed.core.feed.chunk import (
    frame_content,
    frame_ranges,
    hash_chunk,
    hash_frame,
    pack_frame,
    read_frame,
    split_frame,
    unpack_chunk,
    unpack_frame,
    verify_chunk,
)
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.errors import BadEncodingError, BadProofError

from tests.core.feed.test_chunk import (
    CHUNK,
    CONTENT,
    LAST_EMPTY_BLOCK,
    MAGIC,
    ROOT,
    STORED,
    few,
    rle_frame,
)
from tests.core.samples import frame_of, post, posts

EMPTY_RAW_BLOCK = b"\0\0\0"


# --- what must be refused ---


def test_other_entries_are_refused() -> None:
    swapped = [STORED[1], STORED[0], *STORED[2:]]
    for stored in (posts(1, 257), swapped, [post(0, "other"), *STORED[1:]]):
        with pytest.raises(BadProofError, match="another root"):
            verify_chunk(frame_of(stored), 0, ROOT)


@pytest.mark.parametrize("count", [0, 1, 255, 257, 512])
def test_a_frame_of_another_number_of_entries_is_refused(count: int) -> None:
    chunk = frame_of(posts(0, count))
    with pytest.raises(BadEncodingError, match=f"frame has {count} entries"):
        verify_chunk(chunk, 0, ROOT)


@pytest.mark.parametrize(
    ("frames", "level"), [(0, 0), (2, 0), (0, 1), (1, 1), (15, 1), (17, 1), (16, 0), (16, 2)]
)
def test_a_chunk_of_another_number_of_frames_is_refused(frames: int, level: int) -> None:
    with pytest.raises(BadEncodingError, match=f"has {frames} frames"):
        next(iter(hash_chunk(CHUNK * frames, level)))


def test_a_frame_count_is_checked_before_anything_is_decompressed() -> None:
    with pytest.raises(BadEncodingError, match="has 2 frames"):
        verify_chunk(rle_frame(5) + rle_frame(5), 0, ROOT)


@pytest.mark.parametrize(
    "tail", [b"\0", b"x", MAGIC, MAGIC + b"\xa0", CHUNK[:-1], b"\x50\x2a\x4d\x18\0\0\0\0"]
)
def test_trailing_bytes_are_refused(tail: bytes) -> None:
    with pytest.raises(BadEncodingError):
        frame_ranges(CHUNK + tail)
    with pytest.raises(BadEncodingError):
        unpack_frame(CHUNK + tail)


def test_two_frames_are_not_one() -> None:
    with pytest.raises(BadEncodingError):
        unpack_frame(CHUNK + CHUNK)


def test_a_frame_is_never_decompressed_beyond_a_limit_of_the_caller() -> None:
    frame = pack_frame(b"x" * 1_000)
    assert unpack_frame(frame, 1_000) == b"x" * 1_000
    with pytest.raises(BadEncodingError, match="declares 1000 bytes"):
        unpack_frame(frame, 999)


def test_every_truncation_is_refused() -> None:
    small = pack_frame(frame_content(posts(0, 3)))
    for cut in range(1, len(small)):
        with pytest.raises(BadEncodingError):
            frame_ranges(small[:cut])
        with pytest.raises(BadEncodingError):
            unpack_frame(small[:cut])


@pytest.mark.parametrize("number", range(0x184D2A50, 0x184D2A60))
def test_skippable_frames_are_refused(number: int) -> None:
    """They would let anyone hide bytes in a chunk (RFC 8878, 3.1.2)."""
    skippable = number.to_bytes(4, "little") + (4).to_bytes(4, "little") + b"hide"
    for chunk in (skippable, skippable + CHUNK, CHUNK + skippable):
        with pytest.raises(BadEncodingError, match="no zstd frame"):
            frame_ranges(chunk)


def test_a_frame_without_a_content_size_is_refused() -> None:
    compressor = zstandard.ZstdCompressor(write_content_size=False)
    frame = compressor.compress(frame_content(STORED))
    with pytest.raises(BadEncodingError, match="does not declare its size"):
        frame_ranges(frame)
    with pytest.raises(BadEncodingError, match="declares -1 bytes"):
        unpack_frame(frame)


def test_a_frame_with_a_window_of_its_own_is_refused() -> None:
    """How large a window they take, readers do not agree: so there is none."""
    windowed = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters.from_level(3, window_log=10)
    ).compress(CONTENT)
    assert zstandard.frame_content_size(windowed) == len(CONTENT) > 2**10
    for read in (frame_ranges, unpack_frame, lambda frame: verify_chunk(frame, 0, ROOT)):
        with pytest.raises(BadEncodingError, match="single segment"):
            read(windowed)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 2**21, 2**21 + 1, FRAME_BYTES_MAX, 2**23])
def test_a_frame_of_any_size_is_a_single_segment(size: int) -> None:
    frame = pack_frame(b"e" * size)
    assert frame_ranges(frame) == [(0, len(frame))]
    assert unpack_frame(frame, size) == b"e" * size


def test_a_frame_that_names_a_dictionary_is_refused() -> None:
    content = frame_content(STORED)
    single = MAGIC + bytes([0xA0 | 1]) + b"\x07" + len(content).to_bytes(4, "little")
    plain = pack_frame(content)
    body = plain[zstandard.frame_header_size(plain[:18]) :]
    for frame in (single + body, single.replace(b"\x07", b"\0", 1) + body):
        with pytest.raises(BadEncodingError, match="dictionary"):
            frame_ranges(frame)
    with pytest.raises(BadEncodingError):
        unpack_frame(single + body)


def test_a_frame_with_the_reserved_bit_is_refused() -> None:
    frame = CHUNK[:4] + bytes([CHUNK[4] | 8]) + CHUNK[5:]
    with pytest.raises(BadEncodingError):
        frame_ranges(frame)


def test_a_reserved_block_is_refused() -> None:
    frame = MAGIC + b"\xa0" + (0).to_bytes(4, "little") + b"\7\0\0"
    with pytest.raises(BadEncodingError, match="reserved kind"):
        frame_ranges(frame)


def test_a_wrong_checksum_is_refused() -> None:
    frame = zstandard.ZstdCompressor(write_checksum=True).compress(frame_content(STORED))
    wrong = frame[:-1] + bytes([frame[-1] ^ 1])
    assert frame_ranges(wrong) == [(0, len(wrong))]
    with pytest.raises(BadEncodingError, match="does not decompress"):
        unpack_frame(wrong)


@pytest.mark.attack("A20")
@pytest.mark.parametrize("declared", [FRAME_BYTES_MAX + 1, 2**31, 2**32 - 1])
def test_a_frame_that_declares_too_much_is_not_even_opened(declared: int) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(BadEncodingError, match=f"declares {declared} bytes"):
            unpack_frame(rle_frame(100, declared=declared))
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


@pytest.mark.attack("A20")
@pytest.mark.parametrize("declared", [0, 1, 100, 299_999, 300_001, FRAME_BYTES_MAX])
def test_a_frame_that_holds_another_size_than_it_declares_is_refused(declared: int) -> None:
    with pytest.raises(BadEncodingError):
        unpack_frame(rle_frame(300_000, declared=declared))


@pytest.mark.attack("A20")
def test_a_bomb_that_keeps_to_its_size_is_no_list_of_entries() -> None:
    bomb = rle_frame(FRAME_BYTES_MAX)
    assert len(bomb) < 100
    with pytest.raises(BadEncodingError):
        verify_chunk(bomb, 0, ROOT)
    with pytest.raises(BadEncodingError, match="declares"):
        unpack_frame(rle_frame(FRAME_BYTES_MAX + 1))


@pytest.mark.attack("A20")
def test_a_frame_of_endless_empty_blocks_is_refused_early() -> None:
    head = MAGIC + b"\xa0" + (0).to_bytes(4, "little")
    most = head + EMPTY_RAW_BLOCK * (FRAME_BLOCKS_MAX - 1) + LAST_EMPTY_BLOCK
    assert frame_ranges(most) == [(0, len(most))]
    with pytest.raises(BadEncodingError, match="blocks"):
        frame_ranges(head + EMPTY_RAW_BLOCK * FRAME_BLOCKS_MAX + LAST_EMPTY_BLOCK)
    with pytest.raises(BadEncodingError, match="blocks"):
        frame_ranges(head + EMPTY_RAW_BLOCK * 3_000_000)


@pytest.mark.attack("A20")
def test_a_chunk_of_endless_empty_frames_is_refused_early() -> None:
    empty = MAGIC + b"\xa0" + (0).to_bytes(4, "little") + LAST_EMPTY_BLOCK
    assert len(frame_ranges(empty * 4096)) == 4096
    with pytest.raises(BadEncodingError, match="more than 4096 frames"):
        frame_ranges(empty * 500_000)


@pytest.mark.attack("A09")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"l",
        b"e",
        b"el",
        b"d" + post(0) + b"e",
        b"l" + post(0),
        b"l" + post(0) + b"d",
        b"l" + post(0) + b"ee",
        b"l" + post(0) + b"xe",
        b"l" + post(0)[:-1] + b"e",
        b"l" + post(0) + b"le" + b"e",
        b"l" + b"d1:b8193:" + b"x" * 8193 + b"1:k4:post1:ti0ee" + b"e",
        b"l" + b"d1:h32:" + b"h" * 31 + b"1:k4:post1:ti0ee" + b"e",
        b"l" + b"d1:h32:" + b"h" * 20,
        b"ld1:b9999:e",
        b"li5ee",
    ],
)
def test_content_that_is_no_list_of_entries_is_refused(content: bytes) -> None:
    for read in (hash_frame, read_frame):
        with pytest.raises(BadEncodingError):
            read(content)


def test_splitting_damaged_content_is_refused() -> None:
    """Frames that were verified once may still rot on our disk."""
    for content in (b"lxxe", b"ld1:b2:xx1:k4:post1:ti0e"):
        with pytest.raises(BadEncodingError):
            split_frame(content)


@pytest.mark.attack("A09")
@given(few, st.integers(0, 400), st.integers(0, 4), st.binary(max_size=6))
def test_edited_content_is_refused_or_is_a_list_of_entries(
    stored: list[bytes], at: int, cut: int, put: bytes
) -> None:
    content = frame_content(stored)
    at %= len(content)
    changed = content[:at] + put + content[at + cut :]
    try:
        hashes = hash_frame(changed)
    except BadEncodingError:
        return
    again = split_frame(changed)
    assert frame_content(again) == changed, "two spellings of one list"
    assert hashes == [hash_stored(entry) for entry in again]
    assert read_frame(changed) == list(zip(again, hashes, strict=True))


@pytest.mark.attack("A20")
@given(st.one_of(st.binary(max_size=60), st.binary(max_size=60).map(lambda tail: MAGIC + tail)))
def test_garbage_raises_the_one_error(garbage: bytes) -> None:
    for read in (frame_ranges, unpack_frame, lambda data: verify_chunk(data, 0, ROOT)):
        try:
            read(garbage)
        except BadEncodingError:
            continue
        assert read in (frame_ranges, unpack_frame)


@pytest.mark.attack("A12")
def test_every_changed_bit_of_a_chunk_is_refused_or_changes_nothing() -> None:
    """Two zstd spellings of the same entries are fine: piece hashes tell them apart."""
    for at in range(0, len(CHUNK), 7):
        changed = CHUNK[:at] + bytes([CHUNK[at] ^ 1 << at % 8]) + CHUNK[at + 1 :]
        try:
            verify_chunk(changed, 0, ROOT)
        except (BadEncodingError, BadProofError):
            continue
        assert list(unpack_chunk(changed)) == [STORED]
