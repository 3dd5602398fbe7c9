"""Mark files: two slots in turn, one of which is always whole."""

import os
from hashlib import sha256
from pathlib import Path

import pytest
from msgspec.structs import replace
from swarmfeed.core.base.bencoding import encode
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.highwater import Ending, Mark, new_mark
from swarmfeed.core.feed.limits import (
    MARK_FRAME_BYTES_MAX,
    MARK_FRAMES_BYTES_MAX,
    MARK_SLOT_BYTES,
)
from swarmfeed.errors import FatalError, PassingError
from swarmfeed.shell.disk.highwater import MarkFiles, fits, fits_together

from tests.core.samples import FEED

pytestmark = pytest.mark.attack("A50")


def mark(size: int, frames: bytes = b"") -> Mark:
    return Mark(size=size, root=Hash(bytes([size]) * 32), reach=size, frames=frames)


def write_all(folder: Path, *sizes: int) -> MarkFiles:
    files = MarkFiles(folder)
    for size in sizes:
        files.write(FEED, mark(size))
    return files


def path_in(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_what_was_written_last_is_read(tmp_path: Path) -> None:
    assert MarkFiles(tmp_path / "none").read(FEED) is None
    assert MarkFiles(tmp_path / "none").feed_ids() == []
    full = replace(mark(7, b"frame"), ending=Ending.FORKED, reach=9)
    for size in range(1, 8):
        write_all(tmp_path / "marks", size)
        assert MarkFiles(tmp_path / "marks").read(FEED) == mark(size)
    write_all(tmp_path / "marks").write(FEED, full)
    assert MarkFiles(tmp_path / "marks").read(FEED) == full
    assert MarkFiles(tmp_path / "marks").feed_ids() == [FEED]


def test_the_bytes_are_those_of_the_format(tmp_path: Path) -> None:
    write_all(tmp_path, 1, 2)
    content = path_in(tmp_path).read_bytes()
    assert len(content) == 2 * MARK_SLOT_BYTES
    for count, at in ((0, 0), (1, MARK_SLOT_BYTES)):
        size = count + 1
        payload = encode(
            {
                b"end": 0,
                b"j": b"",
                b"n": count,
                b"reach": size,
                b"root": bytes([size]) * 32,
                b"size": size,
            }
        )
        slot = len(payload).to_bytes(4, "big") + sha256(payload).digest()[:8] + payload
        assert content[at:].startswith(slot)


def test_the_file_is_written_in_place_and_is_for_its_owner_only(tmp_path: Path) -> None:
    write_all(tmp_path, 1)
    before = path_in(tmp_path).stat()
    write_all(tmp_path, 2, 3, 4)
    after = path_in(tmp_path).stat()
    assert (before.st_ino, before.st_size) == (after.st_ino, after.st_size)
    assert after.st_mode & 0o777 == 0o600


@pytest.mark.parametrize("newer", [0, 1])
def test_a_slot_torn_at_any_byte_leaves_the_one_before(tmp_path: Path, newer: int) -> None:
    files = write_all(tmp_path, *range(1, 4 + newer))
    size, path = 3 + newer, path_in(tmp_path)
    whole = path.read_bytes()
    at = (size - 1) % 2 * MARK_SLOT_BYTES
    length = 12 + int.from_bytes(whole[at : at + 4], "big")
    for torn in range(length):
        path.write_bytes(
            whole[: at + torn] + bytes(MARK_SLOT_BYTES - torn) + whole[at:][MARK_SLOT_BYTES:]
        )
        assert files.read(FEED) == mark(size - 1)
    path.write_bytes(whole)
    assert files.read(FEED) == mark(size)


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 2 * MARK_SLOT_BYTES, b"x" * 40_000, b"9" * 99]
)
def test_a_file_that_says_nothing_is_no_mark(tmp_path: Path, content: bytes) -> None:
    files = write_all(tmp_path, 1)
    path_in(tmp_path).write_bytes(content)
    assert files.read(FEED) is None


@pytest.mark.parametrize("field", [b"end", b"n", b"reach", b"root", b"size", b"j"])
def test_a_whole_slot_that_says_nonsense_is_no_mark(tmp_path: Path, field: bytes) -> None:
    fields = {b"end": 0, b"j": b"", b"n": 0, b"reach": 1, b"root": b"r" * 32, b"size": 1}
    payload = encode({**fields, field: b"?" if isinstance(fields[field], int) else 3})
    files = write_all(tmp_path, 1)
    slot = len(payload).to_bytes(4, "big") + sha256(payload).digest()[:8] + payload
    path_in(tmp_path).write_bytes(slot.ljust(2 * MARK_SLOT_BYTES, b"\0"))
    assert files.read(FEED) is None


def test_a_link_is_neither_read_nor_written(tmp_path: Path) -> None:
    files = write_all(tmp_path / "marks", 1)
    path = path_in(tmp_path / "marks")
    canary = tmp_path / "canary"
    path.rename(canary)
    path.symlink_to(canary)
    before = canary.read_bytes()
    assert files.read(FEED) is None
    files.write(FEED, mark(2))
    assert canary.read_bytes() == before


def test_a_file_that_vanished_is_not_made_again(tmp_path: Path) -> None:
    files = write_all(tmp_path, 1)
    path = path_in(tmp_path)
    path.unlink()
    with pytest.raises(PassingError):
        files.write(FEED, mark(2))
    assert not path.exists()


def test_what_somebody_else_wrote_is_seen_and_written_after(tmp_path: Path) -> None:
    files = write_all(tmp_path, 1, 2)
    write_all(tmp_path, 7, 8)
    assert files.read(FEED) == mark(8)
    files.write(FEED, mark(9))
    assert MarkFiles(tmp_path).read(FEED) == mark(9)


def test_of_longer_appends_nothing_stays_behind_shorter_ones(tmp_path: Path) -> None:
    files = write_all(tmp_path, 1, 2)
    for frames in (b"secret " * 900, b"secret " * 90, b"", b""):
        files.write(FEED, mark(3, frames))
    assert b"secret" not in path_in(tmp_path).read_bytes()
    files.write(FEED, mark(3, b"secret"))
    assert files.keeps_appends(FEED)
    again = MarkFiles(tmp_path)
    again.forget_appends(FEED)
    assert not again.keeps_appends(FEED)
    assert b"secret" not in path_in(tmp_path).read_bytes()
    assert again.read(FEED) == mark(3)


def test_a_full_disk_leaves_the_mark_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = write_all(tmp_path, 1, 2)
    monkeypatch.setattr(os, "pwrite", lambda *_: 3)
    with pytest.raises(PassingError, match="the disk is full"):
        files.write(FEED, mark(3))
    assert files.read(FEED) == mark(2)


def test_after_a_failed_sync_nobody_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(5, "Input/output error")

    files = write_all(tmp_path, 1)
    monkeypatch.setattr(os, "fdatasync", fail)
    with pytest.raises(FatalError, match="not synced"):
        files.write(FEED, mark(2))


def test_a_longest_frame_fits_and_one_more_byte_does_not(tmp_path: Path) -> None:
    frame = b"f" * MARK_FRAME_BYTES_MAX
    assert fits(frame) and not fits(frame + b"f")
    together = b"f" * MARK_FRAMES_BYTES_MAX
    assert fits_together(together) and not fits_together(together + b"f")
    files = write_all(tmp_path, 1)
    longest = replace(mark(200, frame), size=2**32, reach=2**32)
    for _ in range(3):
        files.write(FEED, longest)
        assert files.read(FEED) == longest
    assert new_mark().frames == b""
