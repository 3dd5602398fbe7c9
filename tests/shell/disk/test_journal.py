"""The journal: what a crash may do to it, and what is damage."""

import errno
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from swarmfeed.core.asks.troubles import FILES
from swarmfeed.core.base.limits import (
    CHUNK_LIST_BYTES_MAX,
    HEAD_BYTES_MAX,
    JOURNAL_BYTES_MAX,
    STORED_BYTES_MAX,
)
from swarmfeed.core.feed.chunk import pack_frame, unpack_frame
from swarmfeed.errors import BadEncodingError, DamageError, FatalError, PassingError
from swarmfeed.shell.disk.journal import (
    JournalState,
    append_frame,
    append_to_journal,
    base_frame,
    cut_journal,
    read_frames,
    read_journal,
    sync_journal,
)

from tests.core.samples import post, posts
from tests.examples import at_most

LIST, HEAD = b"le", b"a signed head, as far as the journal knows"
BASE = base_frame(LIST, posts(0, 2), HEAD + b" 2")
FRAMES = [append_frame([post(number)], HEAD + b" %d" % (number + 1)) for number in (2, 3, 4)]
WHOLE = BASE + b"".join(FRAMES)
LAST = len(WHOLE) - len(FRAMES[-1])


def noise(length_bytes: int, seed: int = 0) -> bytes:
    """Bytes that do not compress."""
    return Random(seed).randbytes(length_bytes)


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def state(entry_count: int, end: int) -> JournalState:
    tail, head = tuple(posts(0, entry_count)), HEAD + b" %d" % entry_count
    earlier = HEAD + b" %d" % (entry_count - 1) if end > len(BASE) else None
    return JournalState(LIST, tail, head, len(BASE), end, earlier)


def flip(content: bytes, bit: int) -> bytes:
    at = bit // 8
    return content[:at] + bytes([content[at] ^ 1 << bit % 8]) + content[at + 1 :]


def test_a_journal_says_what_its_frames_say(tmp_path: Path) -> None:
    path = write(tmp_path / "journal", BASE)
    assert read_journal(path) == state(2, len(BASE))
    for frame in FRAMES:
        append_to_journal(path, frame)
    assert path.read_bytes() == WHOLE
    assert read_journal(path) == state(5, len(WHOLE))


def test_a_frame_is_length_digest_and_payload() -> None:
    # printf 'd1:ele1:h1:Xe' | sha256sum
    header = bytes.fromhex("0000000d c93ab0a7c0824836")
    assert append_frame([], b"X") == header + b"d1:ele1:h1:Xe"


def test_a_base_is_one_zstd_frame_of_what_an_append_says_and_the_chunk_list() -> None:
    content = b"d1:c2:le1:el1:ae1:h1:Xe"
    assert unpack_frame(base_frame(b"le", [b"a"], b"X")[12:]) == content
    tail = posts(0, 200)
    assert len(base_frame(b"le", tail, HEAD)) < sum(map(len, tail)) / 3


def test_the_longest_base_is_read(tmp_path: Path) -> None:
    noisy = [noise(STORED_BYTES_MAX, number) for number in range(255)]
    listed, head = noise(CHUNK_LIST_BYTES_MAX, 255), noise(HEAD_BYTES_MAX, 256)
    frame = base_frame(listed, noisy, head)
    assert len(frame) > CHUNK_LIST_BYTES_MAX + 255 * STORED_BYTES_MAX
    found = read_journal(write(tmp_path / "journal", frame))
    assert found == JournalState(listed, tuple(noisy), head, len(frame), len(frame), None)


def framed(payload: bytes) -> bytes:
    return len(payload).to_bytes(4, "big") + sha256(payload).digest()[:8] + payload


BASE_CONTENT = unpack_frame(BASE[12:])


@pytest.mark.attack("A10")
@pytest.mark.parametrize(
    "payload",
    [
        b"",
        BASE_CONTENT,
        BASE[12:] + b"\0",
        BASE[12:] * 2,
        BASE[12:-1],
        b"\x50\x2a\x4d\x18" + bytes(4) + BASE[12:],
        pack_frame(BASE_CONTENT + b"e"),
        pack_frame(b"le"),
        b"\x28\xb5\x2f\xfd\xe0" + b"\xff" * 8 + b"\1\0\0",
        b"\x28\xb5\x2f\xfd\x00\x58\1\0\0",
    ],
    ids=[
        "empty",
        "not compressed",
        "a byte more",
        "two frames",
        "a byte less",
        "after a skippable frame",
        "no bencode",
        "no dict",
        "far too much",
        "without its size",
    ],
)
def test_a_whole_base_that_says_nothing_is_damage(tmp_path: Path, payload: bytes) -> None:
    with pytest.raises(DamageError, match="journal"):
        read_journal(write(tmp_path / "journal", framed(payload) + FRAMES[0]))


@pytest.mark.attack("A10")
def test_a_base_is_never_decompressed_beyond_the_limit(tmp_path: Path) -> None:
    path = write(tmp_path / "journal", framed(pack_frame(bytes(JOURNAL_BYTES_MAX + 1))))
    with pytest.raises(DamageError, match=f"declares {JOURNAL_BYTES_MAX + 1} bytes"):
        read_journal(path)


def test_a_second_base_is_damage(tmp_path: Path) -> None:
    with pytest.raises(DamageError, match="journal"):
        read_journal(write(tmp_path / "journal", BASE + BASE))


@pytest.mark.attack("A27")
def test_a_frame_torn_at_any_byte_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    for end in range(LAST, len(WHOLE)):
        write(path, WHOLE[:end])
        assert read_journal(path) == state(4, LAST)
    cut_journal(path, LAST)
    assert path.read_bytes() == WHOLE[:LAST]
    append_to_journal(path, FRAMES[-1])
    assert path.read_bytes() == WHOLE


@pytest.mark.attack("A28")
@pytest.mark.parametrize("shift", [*range(0, 512, 50), *range(480, 512)])
def test_a_frame_that_lacks_a_sector_is_passed_over(tmp_path: Path, shift: int) -> None:
    base = base_frame(LIST, [noise(shift + 600)], HEAD)
    whole = base + append_frame([post(1, "long " * 300)], HEAD)
    for sector in range(len(base) // 512, len(whole) // 512):
        start, end = max(sector * 512, len(base)), (sector + 1) * 512
        lacking = whole[:start] + bytes(end - start) + whole[end:]
        if lacking == whole:
            continue  # what was lost was zeros
        found = read_journal(write(tmp_path / "journal", lacking))
        assert (len(found.tail), found.end) == (1, len(base))


@pytest.mark.attack("A28")
@pytest.mark.parametrize("zeros", [1, 11, 12, 13, 600, 5_000])
def test_zeros_after_the_last_frame_are_passed_over(tmp_path: Path, zeros: int) -> None:
    found = read_journal(write(tmp_path / "journal", WHOLE + bytes(zeros)))
    assert found == state(5, len(WHOLE))


@pytest.mark.attack("A29")
@pytest.mark.parametrize("every", [101, pytest.param(1, marks=pytest.mark.slow)])
def test_no_flipped_bit_goes_unnoticed(tmp_path: Path, every: int) -> None:
    path = tmp_path / "journal"
    for bit in range(0, len(WHOLE) * 8, every):
        write(path, flip(WHOLE, bit))
        with pytest.raises(DamageError, match="journal"):
            read_journal(path)


@pytest.mark.attack("A29")
@given(st.binary(max_size=300), st.integers(0, len(WHOLE)))
@settings(max_examples=at_most(100), deadline=None)
def test_bytes_of_any_kind_raise_nothing_but_damage(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, at: int
) -> None:
    path = write(tmp_path_factory.getbasetemp() / "junk", WHOLE[:at] + junk)
    try:
        found = read_journal(path)
    except DamageError:
        return
    assert found.tail == tuple(posts(0, len(found.tail)))


@pytest.mark.parametrize("content", [b"", b"\0" * 100, BASE[:-1], FRAMES[0]])
def test_a_journal_without_a_base_is_damaged(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DamageError, match="journal"):
        read_journal(write(tmp_path / "journal", content))


def test_a_journal_that_is_too_long_is_damaged(tmp_path: Path) -> None:
    path = write(tmp_path / "journal", WHOLE)
    os.truncate(path, JOURNAL_BYTES_MAX + 1)
    with pytest.raises(DamageError, match="longer"):
        read_journal(path)


def test_no_journal_is_told_apart_from_a_damaged_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_journal(tmp_path / "journal")


@pytest.mark.attack("A11")
def test_a_symbolic_link_is_neither_read_nor_written(tmp_path: Path) -> None:
    elsewhere = write(tmp_path / "elsewhere", WHOLE)
    link = tmp_path / "journal"
    link.symlink_to(elsewhere)
    with pytest.raises(DamageError):
        read_journal(link)
    with pytest.raises(FatalError):
        append_to_journal(link, FRAMES[0])
    with pytest.raises(FatalError):
        cut_journal(link, 0)
    assert elsewhere.read_bytes() == WHOLE


def fail(number: int) -> Callable[..., int]:
    def failing(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    return failing


@pytest.mark.attack("A26")
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EIO])
def test_a_write_that_stops_short_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    path = write(tmp_path / "journal", BASE)
    real_write = os.write
    with monkeypatch.context() as patch:

        def short(descriptor: int, data: bytes) -> int:
            patch.setattr(os, "write", fail(number))
            return real_write(descriptor, data[:7])

        patch.setattr(os, "write", short)
        with pytest.raises(PassingError, match="was not saved"):
            append_to_journal(path, FRAMES[0])
    assert path.read_bytes() == BASE
    append_to_journal(path, FRAMES[0])
    assert read_journal(path) == state(3, len(BASE + FRAMES[0]))


@pytest.mark.attack("A26")
@pytest.mark.parametrize("refused", [OSError(errno.EMFILE, "too many"), FILES.unread("mark")])
def test_a_frame_whose_mark_is_refused_is_taken_back(
    tmp_path: Path, refused: Exception
) -> None:
    path = write(tmp_path / "journal", BASE)

    def no_mark() -> None:
        raise refused

    with pytest.raises(PassingError):
        append_to_journal(path, FRAMES[0], no_mark)
    assert path.read_bytes() == BASE


@pytest.mark.attack("A28")
def test_a_frame_that_is_saved_elsewhere_waits_for_a_sync_of_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "journal", BASE)
    said: list[str] = []
    monkeypatch.setattr(os, "fdatasync", lambda _: said.append("synced"))
    for number, frame in enumerate(FRAMES):
        append_to_journal(path, frame, lambda number=number: said.append(f"saved {number}"))
    sync_journal(path)
    append_to_journal(path, FRAMES[0])
    assert said == ["saved 0", "saved 1", "saved 2", "synced", "synced"]
    assert path.read_bytes() == BASE + b"".join(FRAMES) + FRAMES[0]


def test_frames_are_read_one_after_the_other() -> None:
    read = list(read_frames(b"".join(FRAMES)))
    assert [frame for frame, _, _ in read] == FRAMES
    assert [stored for _, stored, _ in read] == [(post(number),) for number in (2, 3, 4)]
    assert [head for _, _, head in read] == [HEAD + b" %d" % number for number in (3, 4, 5)]
    for torn in (FRAMES[0][:-1], FRAMES[0] + FRAMES[1][:20], b"\0"):
        with pytest.raises(BadEncodingError):
            list(read_frames(torn))


@pytest.mark.attack("A26")
def test_a_write_in_several_parts_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "journal", BASE)
    real_write = os.write
    monkeypatch.setattr(os, "write", lambda to, data: real_write(to, data[:5]))
    append_to_journal(path, FRAMES[0])
    assert read_journal(path) == state(3, len(BASE + FRAMES[0]))


@pytest.mark.attack("A28")
@pytest.mark.parametrize("call", ["fdatasync", "ftruncate"])
def test_after_a_failed_sync_nobody_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = write(tmp_path / "journal", BASE)
    monkeypatch.setattr(os, call, fail(errno.EIO))
    if call == "ftruncate":
        monkeypatch.setattr(os, "write", fail(errno.ENOSPC))
    with pytest.raises(FatalError):
        append_to_journal(path, FRAMES[0])
