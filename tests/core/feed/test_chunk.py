"""Chunks: frames, their bounds, and bombs that must not go off."""

import subprocess

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from swarmfeed.core.base.limits import BODY_BYTES_MAX, FRAME_BYTES_MAX
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.chunk import (
    content_sizes,
    frame_content,
    frame_ranges,
    hash_frame,
    hash_whole,
    pack_frame,
    read_frame,
    split_frame,
    unpack_chunk,
    unpack_frame,
    verify_chunk,
)
from swarmfeed.core.feed.entry import decode_entry, encode_entry, encode_withdrawn, hash_stored
from swarmfeed.core.feed.merkle import root_hash
from swarmfeed.errors import BadEncodingError

from tests.core import reference
from tests.core.samples import chunk_of, frame_of, post, posts
from tests.examples import at_most

MAGIC = b"\x28\xb5\x2f\xfd"
STORED = posts(0, 256)
CONTENT = frame_content(STORED)
CHUNK, ROOT = chunk_of(STORED)
LAST_EMPTY_BLOCK = b"\1\0\0"


def hashes_of(stored: list[bytes]) -> list[Hash]:
    return [hash_stored(entry) for entry in stored]


few = st.lists(st.binary(max_size=40), max_size=12).map(
    lambda bodies: [encode_entry("post", at, body) for at, body in enumerate(bodies)]
)


def rle_frame(size: int, *, declared: int | None = None) -> bytes:
    """A frame by hand that repeats one byte ``size`` times (RFC 8878, 3.1.1)."""
    head = MAGIC + b"\xa0" + (size if declared is None else declared).to_bytes(4, "little")
    blocks = b""
    left = size
    while left > 0:
        step = min(left, 128 * 1024)
        left -= step
        blocks += ((step << 3) | (1 << 1) | (left == 0)).to_bytes(3, "little") + b"e"
    return head + (blocks or LAST_EMPTY_BLOCK)


# --- the form ---


@given(few)
def test_a_frame_is_a_list_of_entries_and_hashes_like_them(stored: list[bytes]) -> None:
    content = frame_content(stored)
    assert hash_frame(content) == [hash_stored(entry) for entry in stored]
    assert split_frame(content) == stored
    assert read_frame(content) == [(entry, hash_stored(entry)) for entry in stored]
    assert hash_whole(stored) == (content, hash_frame(content))
    assert unpack_frame(pack_frame(content)) == content


def test_neither_half_an_entry_nor_two_are_one() -> None:
    first, second = (encode_entry("post", at, b"body") for at in (1, 2))
    assert hash_whole([first, second])[1] == hashes_of([first, second])
    for stored in ([first[:9], first[9:]], [first + second], [first, b"", second], [b""]):
        with pytest.raises(BadEncodingError):
            hash_whole(stored)
    assert hash_whole([]) == (b"le", [])


def test_a_chunk_of_level_0_is_one_frame() -> None:
    assert frame_ranges(CHUNK) == [(0, len(CHUNK))]
    assert list(unpack_chunk(CHUNK)) == [STORED]
    assert root_hash(hashes_of(STORED)) == ROOT
    verify_chunk(CHUNK, 0, ROOT)


def test_a_chunk_of_level_1_is_its_16_parts_and_a_valid_zstd_file() -> None:
    stored = posts(0, 4096)
    parts = [frame_of(stored[at : at + 256]) for at in range(0, 4096, 256)]
    chunk = b"".join(parts)
    verify_chunk(chunk, 1, Hash(reference.mth(hashes_of(stored))))
    assert [chunk[start:end] for start, end in frame_ranges(chunk)] == parts
    assert [entry for frame in unpack_chunk(chunk) for entry in frame] == stored
    assert list(unpack_chunk(chunk, 3, 2)) == [stored[768:1024], stored[1024:1280]]
    reader = zstandard.ZstdDecompressor().stream_reader(chunk, read_across_frames=True)
    assert reader.read() == b"".join(b"l%be" % b"".join(part) for part in groups(stored))


def groups(stored: list[bytes]) -> list[list[bytes]]:
    return [stored[at : at + 256] for at in range(0, len(stored), 256)]


def test_zstd_itself_opens_a_chunk() -> None:
    try:
        done = subprocess.run(["zstd", "-dc"], input=CHUNK, capture_output=True, check=True)
    except FileNotFoundError:
        pytest.skip("zstd is not installed")
    assert done.stdout == frame_content(STORED)


@given(st.sets(st.integers(0, 255), max_size=5))
@settings(max_examples=at_most(10))
def test_withdrawn_bodies_leave_the_root_as_it_is(withdrawn: set[int]) -> None:
    stored = list(STORED)
    for at in withdrawn:
        entry = decode_entry(stored[at])
        stored[at] = encode_withdrawn(entry.kind, entry.time_ms, entry.body_hash)
    chunk = frame_of(stored)
    assert (chunk == CHUNK) == (not withdrawn)
    verify_chunk(chunk, 0, ROOT)


@pytest.mark.parametrize(("level", "checksum"), [(3, True), (19, False), (-5, False)])
def test_frames_of_other_encoders_are_taken(level: int, checksum: bool) -> None:
    other = zstandard.ZstdCompressor(level=level, write_checksum=checksum).compress(CONTENT)
    verify_chunk(other, 0, ROOT)
    assert frame_ranges(other + CHUNK) == [
        (0, len(other)),
        (len(other), len(other) + len(CHUNK)),
    ]


def test_raw_and_repeated_blocks_are_walked_over() -> None:
    noise = b"".join(Hash(hash_stored(post(at))) for at in range(64))
    frame = pack_frame(noise)
    assert len(frame) > len(noise), "kept as a raw block"
    zeros = rle_frame(300_000)
    assert frame_ranges(frame + zeros) == [
        (0, len(frame)),
        (len(frame), len(frame) + len(zeros)),
    ]
    assert unpack_frame(zeros) == b"e" * 300_000


def test_the_longest_frame_is_allowed() -> None:
    body = bytes(range(256)) * (BODY_BYTES_MAX // 256)
    content = frame_content([encode_entry("k" * 16, 10**15 - 1, body)] * 256)
    assert len(content) <= FRAME_BYTES_MAX
    assert len(hash_frame(unpack_frame(pack_frame(content)))) == 256


@pytest.mark.attack("A20")
def test_what_a_chunk_unpacks_to_is_known_without_unpacking_it() -> None:
    small, large = frame_content(posts(0, 256)), frame_content(posts(0, 256, "x" * 8_000))
    chunk = pack_frame(small) + pack_frame(large)
    assert content_sizes(chunk) == [len(small), len(large)]
    assert len(large) > 2_000_000 > 100 * len(pack_frame(large))
    with pytest.raises(BadEncodingError):
        content_sizes(chunk[:-1])
