"""How much feeds take on the disk: what lies there, and who did not change is not looked at."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from swarmfeed.core.base.types import ChunkSpan
from swarmfeed.core.feed.replica import Replica
from swarmfeed.shell.disk.logs import FileLogs

from tests.core.samples import FEED, KEY, Author, posts

FIRST = ChunkSpan(0, 0)


def on_disk(logs: FileLogs) -> int:
    folder = logs.chunk_folder(FEED)
    beside = [each for each in (*folder.parent.glob("*"), *folder.glob("*")) if each.is_file()]
    return sum(each.stat().st_size for each in beside)


def append(logs: FileLogs, start: int, end: int) -> Replica:
    return logs.append(FEED, posts(start, end), now_ms=1_700_000_000_000, sign=KEY.sign)


def a_chunk_comes(logs: FileLogs) -> None:
    chunk = logs.read_chunk(FEED, FIRST)
    logs.drop_chunk(FEED, FIRST)
    logs.disk_bytes(FEED)
    logs.write_incoming(FEED, FIRST, chunk)
    logs.keep_chunk(FEED, FIRST)


CHANGES: dict[str, Callable[[FileLogs], object]] = {
    "a post more": lambda logs: append(logs, 300, 301),
    "a chunk sealed": lambda logs: append(logs, 300, 600),
    "the journal packed": lambda logs: logs.pack_journal(FEED),
    "certificates": lambda logs: logs.replace_certificates(FEED, [b"signed", b"signed too"]),
    "a fork": lambda logs: logs.save_fork(FEED, b"one", b"other", []),
    "a chunk dropped": lambda logs: logs.drop_chunk(FEED, FIRST),
    "a chunk distrusted": lambda logs: logs.distrust_chunk(FEED, FIRST),
    "a chunk came": a_chunk_comes,
    "another history": lambda logs: logs.replace(Author().append(posts(0, 700))),
    "a damaged journal erased": lambda logs: logs.erase(FEED),
    "all dropped": lambda logs: logs.drop_feed(FEED),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_feed_takes_is_what_lies_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr("swarmfeed.core.base.limits.JOURNAL_APPENDED_BYTES_IDLE", 0)
    logs = FileLogs(tmp_path / "feeds")
    append(logs, 0, 290)
    append(logs, 290, 300)
    (logs.chunk_folder(FEED).parent / "journal.damaged").write_bytes(b"x" * 100)
    assert logs.disk_bytes(FEED) == on_disk(logs) > 0
    before = on_disk(logs)
    CHANGES[change](logs)
    assert logs.disk_bytes(FEED) == on_disk(logs) != before or change == "a chunk came"
    assert logs.disk_bytes(FEED) == FileLogs(tmp_path / "feeds").disk_bytes(FEED)


def test_the_disk_is_asked_once_for_a_feed_that_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs, looked, scandir = FileLogs(tmp_path / "feeds"), list[Path](), os.scandir

    def note(folder: Path) -> object:
        looked.append(folder)
        return scandir(folder)

    for end in (300, 301):
        append(logs, end - 300 and 300, end)
        with monkeypatch.context() as patch:
            patch.setattr(os, "scandir", note)
            told = {logs.disk_bytes(FEED) for _ in range(5)}
        assert told == {on_disk(logs)}
    folder = logs.chunk_folder(FEED)
    assert looked == [folder.parent, folder] * 2, "once when it was new, once when it grew"
