"""What any logs do with chunks: incoming, kept, dropped, distrusted, superseded."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from swarmfeed.core.base.types import ChunkSpan, FeedId
from swarmfeed.core.feed.chunk import read_frame
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.metainfo import chunk_name
from swarmfeed.core.feed.reading import unpack
from swarmfeed.core.feed.replica import open_replica
from swarmfeed.errors import DamageError
from swarmfeed.ports import Logs

from tests.core.samples import FEED, OTHER_KEY, Author, posts
from tests.examples import at_most
from tests.shell.disk.test_logs_contract import (
    FIRST,
    Disk,
    FakeRig,
    RealRig,
    append,
    damage,
    disk,
)

__all__ = ["disk"]  # fixtures


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


def test_a_chunk_may_come_in_parts_and_be_given_in_parts(disk: Disk) -> None:
    logs, feed_id, author = fetched(disk)
    chunk = author.chunks[FIRST]
    logs.write_incoming_part(feed_id, FIRST, 100, chunk[100:])
    assert logs.read_incoming(feed_id, FIRST) == bytes(100) + chunk[100:]
    logs.write_incoming_part(feed_id, FIRST, 0, chunk[:100])
    assert disk.open().read_incoming(feed_id, FIRST) == chunk
    with pytest.raises(DamageError):
        logs.read_chunk_part(feed_id, FIRST, 0, 10)
    logs.keep_chunk(feed_id, FIRST)
    for each in (logs, disk.open()):
        assert each.held(feed_id) == {FIRST}
        assert each.read_chunk_part(feed_id, FIRST, 90, 20) == chunk[90:110]
        assert each.read_chunk_part(feed_id, FIRST, len(chunk) - 5, 20) == chunk[-5:]


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
    folder = logs.chunk_folder(FEED)
    for span in small:
        os.utime(folder / chunk_name(FEED, span), (1_000, 1_000))
    os.utime(folder / chunk_name(FEED, ChunkSpan(1, 0)), (2_000, 2_000))
    assert logs.drop_superseded(FEED, before_ms=2_000_000) == []
    (folder / chunk_name(FEED, small[2])).unlink()
    assert logs.drop_superseded(FEED, before_ms=2_000_001) == small
    for each in (logs, disk.open()):
        assert each.held(FEED) == {ChunkSpan(1, 0)}
        assert each.read_entries(FEED, 0, 4_097) == posts(0, 4_097)


def test_a_chunk_stays_while_the_larger_one_is_not_held(disk: Disk) -> None:
    logs = disk.open()
    append(logs, 0, 4_097)
    append(logs, 4_097, 4_098)
    logs.drop_chunk(FEED, ChunkSpan(1, 0))
    before = logs.held(FEED)
    assert logs.drop_superseded(FEED, before_ms=10**15) == []
    assert logs.held(FEED) == before


@pytest.mark.parametrize(
    ("start", "end"), [(0, 520), (3, 300), (250, 260), (255, 256), (511, 513), (513, 900)]
)
def test_entries_come_with_their_hashes(disk: Disk, start: int, end: int) -> None:
    logs = disk.open()
    append(logs, 0, 520)
    entries = posts(start, min(end, 520))
    assert logs.read_entries(FEED, start, end) == entries
    hashed = [(each, hash_stored(each)) for each in entries]
    packed = logs.read_packed(FEED, start, end)
    assert read_frame(unpack(packed))[packed.skip :][: packed.count] == hashed


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
        logs.read_packed(FEED, 0, 520)
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
