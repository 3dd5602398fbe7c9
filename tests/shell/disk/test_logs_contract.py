"""What every ``ports.Logs`` promises: the folders on disk, and the one in memory."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from street.fakes.logs import FakeDisk, FakeLogs
from swarmfeed.core.base.limits import DISK_FLOOR_BYTES
from swarmfeed.core.base.types import ChunkSpan, FeedId, Hash
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.highwater import Ending
from swarmfeed.core.feed.metainfo import chunk_name
from swarmfeed.core.feed.replica import Replica, extend_replica, open_replica
from swarmfeed.errors import DamageError, PassingError, UserError
from swarmfeed.ports import Logs
from swarmfeed.shell.disk.logs import FileLogs

from tests.core.samples import FEED, KEY, OTHER_KEY, Author, posts
from tests.examples import at_most

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


# --- chunks ---


def fetched(disk: Disk) -> tuple[Logs, FeedId, Author]:
    author = Author(OTHER_KEY)
    replica = author.append(posts(0, 520))
    logs = disk.open()
    logs.replace(replica)
    return logs, replica.feed_id, author


def test_a_fetched_chunk_moves_from_incoming_to_kept(disk: Disk) -> None:
    logs, feed_id, author = fetched(disk)
    assert logs.held(feed_id) == frozenset()
    arrived = logs.incoming_folder(feed_id) / chunk_name(feed_id, FIRST)
    arrived.write_bytes(author.chunks[FIRST])
    assert logs.read_incoming(feed_id, FIRST) == author.chunks[FIRST]
    logs.keep_chunk(feed_id, FIRST)
    for each in (logs, disk.open()):
        assert each.held(feed_id) == {FIRST}
        assert each.read_chunk(feed_id, FIRST) == author.chunks[FIRST]
    assert (logs.chunk_folder(feed_id) / arrived.name).exists()
    assert not arrived.exists()


def test_of_a_feed_that_was_let_go_nothing_is_held(disk: Disk) -> None:
    logs = disk.open()
    append(logs, 0, 5)
    logs.drop_feed(FEED)
    with pytest.raises(DamageError, match="not here any more"):
        logs.read_entries(FEED, 0, 5)


def test_what_is_not_held_is_damage_not_a_gap(disk: Disk) -> None:
    logs, feed_id, author = fetched(disk)
    logs.write_chunk(feed_id, ChunkSpan(0, 1), author.chunks[ChunkSpan(0, 1)])
    assert logs.read_entries(feed_id, 256, 520) == posts(256, 520)
    with pytest.raises(DamageError, match=r"-0-0\.zst"):
        logs.read_entries(feed_id, 255, 257)
    with pytest.raises(DamageError):
        logs.read_chunk(feed_id, FIRST)
    with pytest.raises(DamageError):
        logs.read_incoming(feed_id, FIRST)


def test_an_incoming_chunk_can_be_dropped(disk: Disk) -> None:
    logs, feed_id, _ = fetched(disk)
    logs.drop_incoming(feed_id, FIRST)
    (logs.incoming_folder(feed_id) / chunk_name(feed_id, FIRST)).write_bytes(b"half")
    logs.drop_incoming(feed_id, FIRST)
    with pytest.raises(DamageError):
        logs.read_incoming(feed_id, FIRST)


def test_a_dropped_chunk_is_not_held(disk: Disk) -> None:
    logs = disk.open()
    append(logs, 0, 600)
    before = logs.disk_bytes(FEED)
    logs.drop_chunk(FEED, FIRST)
    logs.drop_chunk(FEED, FIRST)
    for each in (logs, disk.open()):
        assert each.held(FEED) == {ChunkSpan(0, 1)}
        assert 0 < each.disk_bytes(FEED) < before


@pytest.mark.attack("A29")
def test_a_distrusted_chunk_is_not_held_but_not_lost(disk: Disk) -> None:
    logs = disk.open()
    append(logs, 0, 600)
    chunk = logs.read_chunk(FEED, FIRST)
    logs.distrust_chunk(FEED, FIRST)
    logs.distrust_chunk(FEED, FIRST)
    for each in (logs, disk.open()):
        assert each.held(FEED) == {ChunkSpan(0, 1)}
        assert each.read_incoming(FEED, FIRST) == chunk
    logs.keep_chunk(FEED, FIRST)
    assert disk.open().held(FEED) == {FIRST, ChunkSpan(0, 1)}


@pytest.mark.attack("A29")
def test_a_journal_that_says_something_else_is_not_sound(disk: Disk) -> None:
    logs = disk.open()
    first = append(logs, 0, 3)
    assert logs.is_journal_sound(first)
    second = append(logs, 3, 4)
    assert logs.is_journal_sound(second)
    assert not logs.is_journal_sound(first)
    assert not logs.is_journal_sound(Author(OTHER_KEY).append(posts(0, 1)))


def test_a_packed_journal_says_the_same(disk: Disk) -> None:
    logs = disk.open()
    assert not logs.pack_journal(FEED)
    for number in range(20):
        replica = append(logs, number, number + 1)
    logs.pack_journal(FEED)
    assert logs.is_journal_sound(replica)
    assert disk.open().read_all() == [replica]


def test_a_dropped_feed_has_no_journal_to_pack(disk: Disk) -> None:
    logs = disk.open()
    for number in range(20):
        append(logs, number, number + 1)
    logs.drop_feed(FEED)
    assert not logs.pack_journal(FEED)
    assert disk.open().read_all() == []


def test_superseded_chunks_stay_for_a_while(disk: Disk) -> None:
    logs = disk.open()
    append(logs, 0, 4_095)
    append(logs, 4_095, 4_097)
    small = [ChunkSpan(0, position) for position in range(15)]
    assert logs.held(FEED) == {ChunkSpan(1, 0), *small}
    for span in small:
        path = logs.chunk_folder(FEED) / chunk_name(FEED, span)
        os.utime(path, (1_000 + span.position, 1_000 + span.position))
    assert logs.drop_superseded(FEED, before_ms=1_002_000) == small[:2]
    (logs.chunk_folder(FEED) / chunk_name(FEED, small[2])).unlink()
    assert logs.drop_superseded(FEED, before_ms=10**15) == small[2:]
    for each in (logs, disk.open()):
        assert each.held(FEED) == {ChunkSpan(1, 0)}
        assert each.read_entries(FEED, 0, 4_097) == posts(0, 4_097)


@pytest.mark.parametrize(
    ("start", "end"), [(0, 520), (3, 300), (250, 260), (255, 256), (511, 513), (513, 900)]
)
def test_entries_come_with_their_hashes(disk: Disk, start: int, end: int) -> None:
    logs = disk.open()
    append(logs, 0, 520)
    entries = posts(start, min(end, 520))
    assert logs.read_entries(FEED, start, end) == entries
    hashed = [(each, hash_stored(each)) for each in entries]
    assert logs.read_hashed(FEED, start, end) == hashed


@pytest.mark.attack("A29")
@pytest.mark.parametrize("offset", range(0, 1_500, 97))
def test_entries_of_a_damaged_chunk_are_never_shown(disk: Disk, offset: int) -> None:
    logs = disk.open()
    append(logs, 0, 520)

    def flip(content: bytes) -> bytes:
        at = offset % len(content)
        return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]

    damage(logs, FIRST, flip)
    with pytest.raises(DamageError, match=r"-0-0\.zst is damaged"):
        logs.read_entries(FEED, 0, 520)
    with pytest.raises(DamageError, match=r"-0-0\.zst is damaged"):
        logs.read_hashed(FEED, 0, 520)
    assert logs.read_entries(FEED, 256, 520) == posts(256, 520)


@pytest.mark.attack("A29")
def test_a_chunk_cut_at_a_frame_is_damaged_too(disk: Disk) -> None:
    logs = disk.open()
    append(logs, 0, 4_096)
    first_frame = len(logs.read_chunk(FEED, ChunkSpan(1, 0))) // 2
    damage(logs, ChunkSpan(1, 0), lambda content: content[: first_frame + 1])
    with pytest.raises(DamageError, match=r"-1-0\.zst"):
        logs.read_entries(FEED, 0, 10)


# --- ranges ---

WHOLE = 4_096 + 256 + 9


@pytest.fixture(scope="module", params=["fake", "real"])
def grown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Logs:
    folder = tmp_path_factory.mktemp(request.param)
    rig: Disk = FakeRig(folder) if request.param == "fake" else RealRig(folder)
    append(rig.open(), 0, WHOLE)
    return rig.open()


@given(
    start=st.one_of(st.integers(0, WHOLE), st.sampled_from([0, 255, 256, 4_095, 4_096, 4_352])),
    length=st.one_of(st.integers(0, 300), st.integers(0, WHOLE)),
)
@settings(max_examples=at_most(40), deadline=None)
def test_any_range_of_entries_is_what_was_appended(
    grown: Logs, start: int, length: int
) -> None:
    end = min(start + length, WHOLE)
    assert grown.read_entries(FEED, start, end) == posts(start, end)


def test_a_replica_from_disk_is_one_from_the_network(disk: Disk) -> None:
    append(disk.open(), 0, 300)
    (replica,) = disk.open().read_all()
    again = open_replica(FEED, replica.signed_head, replica.chunk_list, replica.tail)
    assert again == replica
