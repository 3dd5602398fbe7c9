"""Logs on disk: what is appended is there, verifies, and stays when it is written anew."""

import errno
import os
import shutil
from pathlib import Path

import pytest
from street.fakes.check_log import CheckLog
from swarmfeed.core.base.limits import JOURNAL_APPENDED_BYTES_IDLE, JOURNAL_APPENDED_BYTES_MAX
from swarmfeed.errors import PassingError
from swarmfeed.shell.disk.journal import read_journal
from swarmfeed.shell.disk.logs import FileLogs

from tests.core.samples import FEED, KEY, posts
from tests.shell.disk.open_logs import (
    FOLDER,
    NOW_MS,
    append,
    mark_of_feed,
    opened,
)


@pytest.mark.slow
def test_everything_verifies_after_every_append(root: Path) -> None:
    at = 0
    for size in (1, 2, 3, 255, 256, 257, 511, 600, 1024, 4_095, 4_100):
        append(opened(root), at, size)
        at = size
        assert CheckLog(root).entries(FEED) == tuple(posts(0, size))


def test_an_append_to_the_tail_only_adds_to_the_journal(root: Path) -> None:
    logs = opened(root)
    append(logs, 0, 3)
    journal = root / FOLDER / "journal"
    before, inode = journal.read_bytes(), journal.stat().st_ino
    append(logs, 3, 4)
    assert journal.read_bytes().startswith(before)
    assert journal.stat().st_ino == inode
    append(logs, 4, 256)
    assert journal.stat().st_ino != inode, "a sealed chunk starts a new journal"
    assert len(journal.read_bytes()) < 1_000


@pytest.mark.slow
@pytest.mark.parametrize("reopen", [False, True])
def test_a_journal_with_much_appended_is_written_anew(root: Path, reopen: bool) -> None:
    logs = opened(root)
    longest = bases = 0
    text = "many words " * 240
    for number in range(200):
        stored = posts(number, number + 1, text)
        logs.append(FEED, stored, now_ms=NOW_MS + number, sign=KEY.sign)
        if reopen and number % 20 == 0:
            logs = opened(root)
        state = read_journal(root / FOLDER / "journal")
        longest = max(longest, state.end - state.base_end)
        bases += state.end == state.base_end
    assert JOURNAL_APPENDED_BYTES_MAX * 0.9 < longest <= JOURNAL_APPENDED_BYTES_MAX
    assert bases == 3, "at the start, and twice"
    assert CheckLog(root).entries(FEED) == tuple(posts(0, 200, text))


@pytest.mark.slow
def test_posts_that_seal_no_chunk_are_appended_and_nothing_else(root: Path) -> None:
    """Real ones take 540 bytes with their heads: nobody waits for a new base."""
    logs, journal = opened(root), root / FOLDER / "journal"
    append(logs, 0, 1)
    inode = journal.stat().st_ino
    for number in range(1, 255):
        logs.append(FEED, posts(number, number + 1, "x" * 200), now_ms=NOW_MS, sign=KEY.sign)
    assert journal.stat().st_ino == inode


def test_packing_a_journal_leaves_nothing_but_its_base(root: Path) -> None:
    logs = opened(root)
    journal = root / FOLDER / "journal"
    assert not logs.pack_journal(FEED), "there is none"
    for number in range(20):
        append(logs, number, number + 1)
        if journal.stat().st_size < JOURNAL_APPENDED_BYTES_IDLE:
            assert not logs.pack_journal(FEED), "it would save next to nothing"
    before = journal.stat().st_size
    logs = opened(root)
    assert logs.pack_journal(FEED)
    state = read_journal(journal)
    assert state.base_end == state.end == journal.stat().st_size < before / 4
    assert not logs.pack_journal(FEED)
    append(logs, 20, 21)
    assert CheckLog(root).entries(FEED) == tuple(posts(0, 21))


@pytest.mark.attack("A26")
def test_a_journal_that_could_not_be_written_anew_is_as_before(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    logs = opened(root)
    append(logs, 0, 1)
    before = (root / FOLDER / "journal").read_bytes()
    text = "x" * (JOURNAL_APPENDED_BYTES_MAX // 50)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(PassingError, match="disk is full"):
            logs.append(FEED, posts(1, 52, text), now_ms=NOW_MS, sign=KEY.sign)
    assert (root / FOLDER / "journal").read_bytes() == before
    append(logs, 1, 3)
    assert CheckLog(root).entries(FEED) == tuple(posts(0, 3))


@pytest.mark.attack("A27")
def test_an_append_that_was_never_acknowledged_is_cut_and_the_feed_goes_on(root: Path) -> None:
    """A crash in the middle of the frame: the mark was not written yet."""
    append(opened(root), 0, 300)
    journal, mark = root / FOLDER / "journal", mark_of_feed(root)
    whole, marked = journal.read_bytes(), mark.read_bytes()
    append(opened(root), 300, 303)
    longer = journal.read_bytes()
    for end in range(len(whole), len(longer), 131):
        journal.write_bytes(longer[:end])
        mark.write_bytes(marked)
        logs = opened(root)
        assert journal.read_bytes() == whole
        append(logs, 300, 303)
        assert CheckLog(root).entries(FEED) == tuple(posts(0, 303))


def write_elsewhere(root: Path) -> None:
    """Make 300 entries of somebody else's feed, of which no mark says anything."""
    author = root.parent / "author" / "feeds"
    append(opened(author), 0, 300)
    root.mkdir()
    (author / FOLDER).rename(root / FOLDER)


def test_feeds_that_are_whole_are_read_without_a_sync_and_cost_none_but_their_own(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_elsewhere(root)
    synced: list[int] = []
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(fd), sync(fd)))
    logs = FileLogs(root)
    at_open = len(synced)
    (replica,) = logs.read_all()
    assert (replica.size, len(logs.held(FEED)), len(synced)) == (300, 1, at_open)
    logs.replace(replica)
    assert len(synced) == at_open + 2, "the journal, and its folder"


@pytest.mark.parametrize("missing", ["chunks", "incoming"])
def test_a_folder_that_is_missing_is_made_when_its_feed_is_read(
    root: Path, missing: str
) -> None:
    write_elsewhere(root)
    shutil.rmtree(root / FOLDER / missing)
    logs = FileLogs(root)
    assert len(logs.read_all()) == 1
    assert len(logs.held(FEED)) == (0 if missing == "chunks" else 1)
    assert (root / FOLDER / missing).is_dir()
