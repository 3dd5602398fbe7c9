"""What every ``ports.Logs`` promises: the folders on disk, and the one in memory."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest
from street.fakes.logs import FakeDisk, FakeLogs
from swarmfeed.core.base.keys import verify_signature
from swarmfeed.core.base.limits import DISK_FLOOR_BYTES
from swarmfeed.core.base.types import ChunkSpan, Hash
from swarmfeed.core.feed.highwater import Ending
from swarmfeed.core.feed.metainfo import chunk_name
from swarmfeed.core.feed.replica import Replica, extend_replica
from swarmfeed.errors import DamageError, PassingError, UserError
from swarmfeed.ports import Logs
from swarmfeed.shell.disk.logs import FileLogs

from tests.core.samples import FEED, KEY, OTHER_KEY, Author, posts

NOW_MS = 1_700_000_000_000
FIRST = ChunkSpan(0, 0)


class Disk(Protocol):
    """A disk that logs are opened on, again and again."""

    def open(self) -> Logs: ...

    def fill(self) -> None:
        """Leave a byte less than the floor."""
        ...


class FakeRig:
    def __init__(self, folder: Path) -> None:
        self._disk = FakeDisk(folder)

    def open(self) -> Logs:
        return FakeLogs(self._disk)

    def fill(self) -> None:
        self._disk.free_bytes = DISK_FLOOR_BYTES - 1


class SmallDiskLogs(FileLogs):
    """On a disk whose free space a test chooses."""

    free = 10**12

    def free_bytes(self) -> int:
        return self.free


class RealRig:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._free = 10**12

    def open(self) -> Logs:
        logs = SmallDiskLogs(self._folder / "feeds")
        logs.free = self._free
        logs.read_all()
        return logs

    def fill(self) -> None:
        self._free = DISK_FLOOR_BYTES - 1


@pytest.fixture(params=["fake", "real"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Disk:
    return FakeRig(tmp_path) if request.param == "fake" else RealRig(tmp_path)


def append(logs: Logs, start: int, end: int) -> Replica:
    return logs.append(FEED, posts(start, end), now_ms=NOW_MS + end, sign=KEY.sign)


def damage(logs: Logs, span: ChunkSpan, change: Callable[[bytes], bytes]) -> None:
    path = logs.chunk_folder(FEED) / chunk_name(FEED, span)
    path.write_bytes(change(path.read_bytes()))


def flip_middle(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :]


# --- an own feed grows ---


def test_nothing_is_there_at_first(disk: Disk) -> None:
    logs = disk.open()
    assert logs.read_all() == []
    assert logs.damaged() == {}
    assert logs.held(FEED) == frozenset()
    assert logs.read_certificates(FEED) == ()
    assert logs.read_fork(FEED) is None
    assert logs.disk_bytes(FEED) == 0


@pytest.mark.parametrize(
    "steps",
    [
        [1, 2, 3],
        [255, 256, 257],
        [300],
        [1, 600, 601],
        [512, 513],
        [4095, 4096, 4097],
        [1, 4500],
    ],
    ids=str,
)
def test_what_was_appended_is_there_after_a_restart(disk: Disk, steps: list[int]) -> None:
    at = 0
    for size in steps:
        logs = disk.open()
        replica = append(logs, at, size)
        at = size
        assert replica.size == size
        again = disk.open()
        assert again.read_all() == [replica]
        assert again.read_entries(FEED, 0, size) == posts(0, size)
        assert again.held(FEED) >= replica.chunks().keys()
    assert disk.open().damaged() == {}


def test_whoever_reads_says_how_heads_are_verified(disk: Disk) -> None:
    replica, asked = append(disk.open(), 0, 3), list[bytes]()

    def verify(public: bytes, message: bytes, signature: bytes) -> None:
        verify_signature(public, message, signature)
        asked.append(public)

    assert disk.open().read_all(verify) == [replica]
    assert asked == [FEED]


def test_an_append_gives_what_the_core_gives(disk: Disk) -> None:
    author = Author()
    logs = disk.open()
    for start, end in ((0, 3), (3, 300), (300, 301)):
        known = author.append(posts(start, end))
        replica = logs.append(FEED, posts(start, end), now_ms=author.now_ms, sign=KEY.sign)
        assert replica == known
    assert logs.read_chunk(FEED, FIRST) == author.chunks[FIRST]


@pytest.mark.attack("A26")
def test_below_the_floor_of_free_disk_nothing_is_appended(disk: Disk) -> None:
    append(disk.open(), 0, 3)
    disk.fill()
    logs = disk.open()
    assert logs.free_bytes() < DISK_FLOOR_BYTES
    with pytest.raises(PassingError, match="disk is almost full"):
        append(logs, 3, 4)
    assert logs.read_entries(FEED, 0, 9) == posts(0, 3)


@pytest.mark.attack("A29")
@pytest.mark.parametrize("change", [flip_middle, lambda _: b""], ids=["flipped", "empty"])
def test_a_damaged_chunk_is_never_merged_into_a_signed_one(
    disk: Disk, change: Callable[[bytes], bytes]
) -> None:
    logs = disk.open()
    append(logs, 0, 4_095)
    good = logs.read_chunk(FEED, ChunkSpan(0, 3))
    damage(logs, ChunkSpan(0, 3), change)
    with pytest.raises(UserError, match=r"nothing was saved.*-0-3\.zst"):
        append(logs, 4_095, 4_096)
    assert disk.open().read_all()[0].size == 4_095
    logs.write_chunk(FEED, ChunkSpan(0, 3), good)
    append(logs, 4_095, 4_096)
    assert disk.open().read_entries(FEED, 0, 4_096) == posts(0, 4_096)


# --- somebody's feed is followed ---


def test_a_replica_is_kept_and_extended(disk: Disk) -> None:
    author = Author(OTHER_KEY)
    first = author.append(posts(0, 10))
    logs = disk.open()
    logs.replace(first)
    live = author.append(posts(10, 12))
    after = extend_replica(first, 10, posts(10, 12), live.signed_head, b"")
    logs.extend(after, 10)
    assert disk.open().read_all() == [after]
    logs.extend(author.append(posts(12, 13)), 12)
    assert disk.open().read_entries(author.feed_id, 9, 13) == posts(9, 13)


def test_several_feeds_lie_side_by_side(disk: Disk) -> None:
    logs = disk.open()
    mine = append(logs, 0, 5)
    theirs = Author(OTHER_KEY).append(posts(0, 7))
    logs.replace(theirs)
    assert sorted(disk.open().read_all(), key=lambda each: each.size) == [mine, theirs]
    logs.drop_feed(theirs.feed_id)
    assert disk.open().read_all() == [mine]


def test_a_dropped_feed_leaves_nothing(disk: Disk) -> None:
    logs = disk.open()
    append(logs, 0, 300)
    logs.replace_certificates(FEED, [b"one"])
    logs.save_fork(FEED, b"a", b"b", ())
    logs.drop_feed(FEED)
    logs.drop_feed(FEED)
    for each in (logs, disk.open()):
        assert each.read_all() == []
        assert each.held(FEED) == frozenset()
        assert each.read_certificates(FEED) == ()
        assert each.read_fork(FEED) is None
        assert each.disk_bytes(FEED) == 0
    assert not logs.chunk_folder(FEED).exists()


def test_a_dropped_feed_can_come_back(disk: Disk) -> None:
    logs = disk.open()
    replica = Author().append(posts(0, 300))
    logs.replace(replica)
    logs.drop_feed(FEED)
    assert disk.open().read_all() == []
    logs = disk.open()
    logs.replace(replica)
    assert disk.open().read_all() == [replica]


# --- how far an own feed was signed ---


def test_the_mark_says_what_was_signed(disk: Disk) -> None:
    assert disk.open().mark(FEED) is None
    for start, end in ((0, 1), (1, 2), (2, 300), (300, 301)):
        replica = append(disk.open(), start, end)
        mark = disk.open().mark(FEED)
        assert mark is not None
        said = (mark.size, mark.root, mark.reach, mark.ending)
        assert said == (end, replica.head.root, end, Ending.OPEN)


def test_somebody_elses_feed_has_no_mark(disk: Disk) -> None:
    logs = disk.open()
    logs.replace(Author(OTHER_KEY).append(posts(0, 3)))
    assert logs.mark(Author(OTHER_KEY).feed_id) is None
    assert logs.marked() == set()
    append(logs, 0, 1)
    assert logs.marked() == disk.open().marked() == {FEED}


@pytest.mark.attack("A50")
def test_a_dropped_own_feed_is_never_begun_again(disk: Disk) -> None:
    logs = disk.open()
    append(logs, 0, 3)
    logs.drop_feed(FEED)
    with pytest.raises(UserError):
        append(disk.open(), 0, 1)


@pytest.mark.attack("A50")
@pytest.mark.parametrize("ending", [Ending.NEWER, Ending.FORKED])
def test_an_ended_feed_is_never_signed_again(disk: Disk, ending: Ending) -> None:
    append(disk.open(), 0, 3)
    disk.open().end_mark(FEED, ending)
    disk.open().end_mark(FEED, Ending.FORKED)
    mark = disk.open().mark(FEED)
    assert mark is not None and mark.ending is ending, "the first one stays"
    with pytest.raises(UserError):
        append(disk.open(), 3, 4)


@pytest.mark.attack("A50")
def test_a_feed_without_a_mark_has_none_to_end(disk: Disk) -> None:
    disk.open().end_mark(FEED, Ending.FORKED)
    assert disk.open().mark(FEED) is None


@pytest.mark.attack("A50")
def test_a_head_of_others_never_raises_the_mark(disk: Disk) -> None:
    author = Author()
    author.append(posts(0, 3))
    append(disk.open(), 0, 3)
    logs = disk.open()
    logs.extend(author.append(posts(3, 4)), 3)
    mark = disk.open().mark(FEED)
    assert mark is not None
    assert (mark.size, mark.ending) == (3, Ending.NEWER)


def test_the_proof_of_a_fork_ends_the_mark(disk: Disk) -> None:
    append(disk.open(), 0, 3)
    disk.open().save_fork(FEED, b"one", b"two", ())
    mark = disk.open().mark(FEED)
    assert mark is not None and mark.ending is Ending.FORKED


def test_chunks_tell_how_far_they_go(disk: Disk) -> None:
    assert disk.open().chunks_end(FEED) == 0
    append(disk.open(), 0, 600)
    assert disk.open().chunks_end(FEED) == 512


def test_certificates_are_kept(disk: Disk) -> None:
    logs = disk.open()
    append(logs, 0, 1)
    logs.replace_certificates(FEED, [b"one", b"two"])
    logs.replace_certificates(FEED, [b"two", b"three"])
    assert disk.open().read_certificates(FEED) == (b"two", b"three")


@pytest.mark.attack("A15")
def test_the_proof_of_a_fork_is_kept(disk: Disk) -> None:
    author, liar = Author(), Author()
    first = author.append(posts(0, 2)).signed_head
    second = liar.append(posts(0, 2, "another")).signed_head
    hashes = (Hash(bytes(32)), Hash(b"\x01" * 32))
    logs = disk.open()
    logs.save_fork(FEED, first, second, hashes)
    assert disk.open().read_fork(FEED) == (first, second, hashes)


# --- a feed at one moment ---


def test_a_feed_at_one_moment_is_read_whatever_is_done_to_it_since(disk: Disk) -> None:
    logs = disk.open()
    before = append(logs, 0, 700)
    still = logs.still(before)
    kept = {name: b"".join(still.parts(name)) for name in still.names()}
    after = append(logs, 700, 4_100)
    for span in logs.held(FEED) - {FIRST}:
        logs.drop_chunk(FEED, span)
    logs.replace(after)
    (logs.chunk_folder(FEED) / chunk_name(FEED, FIRST)).unlink()
    assert still.ranges() == [(0, 256), (256, 512), (512, 700)]
    assert still.read_entries(0, 700) == posts(0, 700)
    assert still.read_entries(250, 520) == posts(250, 520)
    assert {name: b"".join(still.parts(name)) for name in still.names()} == kept
    chunks = {name for name in kept if name.startswith("chunks/")}
    assert chunks == {f"chunks/{chunk_name(FEED, ChunkSpan(0, at))}" for at in (0, 1)}
    still.close()


def test_what_is_not_held_is_in_no_range_and_damage_is_said(disk: Disk) -> None:
    logs = disk.open()
    replica = append(logs, 0, 700)
    logs.drop_chunk(FEED, FIRST)
    still = logs.still(replica)
    assert still.ranges() == [(256, 512), (512, 700)]
    still.close()
    damage(logs, ChunkSpan(0, 1), flip_middle)
    with pytest.raises(DamageError):
        for start, end in (still := logs.still(replica)).ranges():
            still.read_entries(start, end)
    still.close()
