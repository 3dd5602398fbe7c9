"""Beside the newest replica of a feed nothing lies that may hold what was withdrawn."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest
from seeker.needle import Needle
from seeker.seeking import seek
from street.fakes.check_log import CheckLog
from swarmfeed.core.base.types import ChunkSpan
from swarmfeed.core.feed.entry import decode_entry, encode_withdrawn
from swarmfeed.core.feed.limits import MARK_FRAMES_BYTES_MAX
from swarmfeed.core.feed.metainfo import chunk_name
from swarmfeed.core.feed.replica import Replica, open_replica
from swarmfeed.shell.disk.logs import FileLogs

from tests.core.samples import FEED, KEY, post, posts
from tests.shell.disk.open_logs import FOLDER, NOW_MS, mark_of_feed, opened

CANARY: Final = "Xyqvkwzjhpmbtrlgnd"
NEEDLE: Final = Needle(CANARY)

pytestmark = pytest.mark.attack("A75")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "home" / "feeds"
    folder.mkdir(parents=True)
    return folder


def append(logs: FileLogs, stored: Sequence[bytes]) -> Replica:
    return logs.append(FEED, stored, now_ms=NOW_MS, sign=KEY.sign)


def withdrawn(stored: bytes) -> bytes:
    entry = decode_entry(stored)
    return encode_withdrawn(entry.kind, entry.time_ms, entry.body_hash)


def withdraw(logs: FileLogs, replica: Replica, *indexes: int) -> None:
    """Take bodies out of the tail, as a withdrawal does; heads stay as they are."""
    tail = [
        withdrawn(stored) if at in indexes else stored
        for at, stored in enumerate(replica.tail, replica.tail_start)
    ]
    logs.replace(open_replica(FEED, replica.signed_head, replica.chunk_list, tail))


def found(root: Path) -> set[str]:
    return {place.file.rpartition("/")[2] for place in seek(root.parent, NEEDLE)}


def test_the_last_appends_leave_the_journal_and_both_slots_of_the_mark(root: Path) -> None:
    logs = opened(root)
    append(logs, posts(0, 2))
    append(logs, [post(2, CANARY)])
    replica = append(logs, [post(3)])
    mark = logs.mark(FEED)
    withdraw(logs, replica, 2)
    assert found(root) == {FOLDER}, "the mark"
    logs.erase(FEED)
    assert found(root) == set()
    kept = logs.mark(FEED)
    assert mark and kept and (kept.size, kept.root) == (mark.size, mark.root)
    append(opened(root), [post(4)])
    assert CheckLog(root).entries(FEED)[3:] == (post(3), post(4))


def test_after_a_crash_in_between_the_next_start_does_it(root: Path) -> None:
    logs = opened(root)
    append(logs, posts(0, 2))
    replica = append(logs, [post(2, CANARY)])
    withdraw(logs, replica, 2)
    assert found(root) == {FOLDER}
    opened(root)
    assert found(root) == set()


def test_what_was_written_since_stays(root: Path) -> None:
    logs = opened(root)
    append(logs, [post(0, CANARY)])
    replica = append(logs, [post(1)])
    withdraw(logs, replica, 0)
    append(logs, [post(2)])
    journal = root / FOLDER / "journal"
    assert journal.stat().st_size > 600
    logs.erase(FEED)
    assert found(root) == set()
    kept = [withdrawn(post(0, CANARY)), post(1), post(2)]
    assert opened(root).read_entries(FEED, 0, 3) == kept


def test_of_longer_appends_nothing_stays_behind_shorter_ones(root: Path) -> None:
    logs = opened(root)
    append(logs, posts(0, 2))
    append(logs, [post(2, "long " * 500 + CANARY)])
    for number in range(3, 3 + MARK_FRAMES_BYTES_MAX // 500):
        append(logs, [post(number)])
    assert NEEDLE.places(mark_of_feed(root).read_bytes()) == []
    assert found(root) == {"journal"}


def test_chunks_that_others_took_the_place_of_go_and_what_nobody_waits_for(root: Path) -> None:
    logs = opened(root)
    replica = append(logs, posts(0, 300))
    other = ChunkSpan(0, 1)
    chunk = logs.read_chunk(FEED, ChunkSpan(0, 0))
    logs.write_chunk(FEED, other, chunk)
    for span in (other, ChunkSpan(0, 0), ChunkSpan(1, 0)):
        (logs.incoming_folder(FEED) / chunk_name(FEED, span)).write_bytes(chunk)
    logs.erase(FEED)
    assert logs.held(FEED) == frozenset(replica.chunks())
    assert list(logs.incoming_folder(FEED).iterdir()) == []
    assert opened(root).held(FEED) == logs.held(FEED)


def test_a_chunk_on_its_way_stays(root: Path) -> None:
    logs = opened(root)
    append(logs, posts(0, 300))
    logs.distrust_chunk(FEED, ChunkSpan(0, 0))
    logs.erase(FEED)
    assert len(list(logs.incoming_folder(FEED).iterdir())) == 1


def test_the_copy_of_a_damaged_journal_goes(root: Path) -> None:
    logs = opened(root)
    append(logs, [post(0, CANARY)])
    replica = append(logs, [post(1)])
    journal = root / FOLDER / "journal"
    journal.with_name("journal.damaged").write_bytes(journal.read_bytes())
    withdraw(logs, replica, 0)
    logs.erase(FEED)
    assert found(root) == set()
