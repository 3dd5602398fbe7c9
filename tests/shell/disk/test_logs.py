"""Feed folders themselves: recovery, full disks, links put in their place, damage named."""

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from street.fakes.check_log import CheckLog
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.limits import JOURNAL_APPENDED_BYTES_IDLE, JOURNAL_APPENDED_BYTES_MAX
from swarmfeed.core.base.types import ChunkSpan
from swarmfeed.core.feed.highwater import Ending, mark_of
from swarmfeed.core.feed.metainfo import chunk_name
from swarmfeed.core.feed.replica import Replica
from swarmfeed.errors import DamageError, PassingError, UserError
from swarmfeed.shell.disk.journal import read_journal
from swarmfeed.shell.disk.logs import FileLogs

from tests.core.samples import FEED, KEY, OTHER_KEY, Author, noisy_posts, posts

NOW_MS = 1_700_000_000_000
FOLDER = format_address(FEED)


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A folder of feeds; whatever a test did, it must open again."""
    yield tmp_path / "feeds"
    FileLogs(tmp_path / "feeds").read_all()


def append(logs: FileLogs, start: int, end: int) -> None:
    logs.append(FEED, posts(start, end), now_ms=NOW_MS + end, sign=KEY.sign)


def mark_of_feed(root: Path) -> Path:
    return root.with_name("high-water") / FOLDER


class Dying(FileLogs):
    """Killed when the chunk files are there and the journal is not."""

    def _write_base(self, replica: Replica) -> None:
        raise KeyboardInterrupt


def opened(root: Path) -> FileLogs:
    logs = FileLogs(root)
    logs.read_all()
    return logs


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


@pytest.mark.parametrize("reopen", [False, True])
def test_a_journal_with_much_appended_is_written_anew(root: Path, reopen: bool) -> None:
    logs = opened(root)
    longest = bases = 0
    text = "many words " * 30
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
    text = "x" * (JOURNAL_APPENDED_BYTES_MAX // 10)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(PassingError, match="disk is full"):
            logs.append(FEED, posts(1, 12, text), now_ms=NOW_MS, sign=KEY.sign)
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


@pytest.mark.attack("A27")
def test_an_append_that_the_journal_lost_is_in_the_mark(root: Path) -> None:
    append(opened(root), 0, 300)
    journal = root / FOLDER / "journal"
    whole = journal.read_bytes()
    append(opened(root), 300, 303)
    longer = journal.read_bytes()
    for end in range(len(whole), len(longer), 131):
        journal.write_bytes(longer[:end])
        assert CheckLog(root).entries(FEED) == tuple(posts(0, 303))
        assert journal.read_bytes() == longer


@pytest.mark.attack("A27")
def test_a_journal_that_got_further_than_its_mark_counts(root: Path) -> None:
    """A crash, or a power cut, after the journal was synced and before the mark was."""
    for start, end in ((0, 3), (3, 4), (4, 300), (300, 302)):
        if start:
            before = mark_of_feed(root).read_bytes()
        append(opened(root), start, end)
        if (start, end) in ((3, 4), (300, 302)):
            mark_of_feed(root).write_bytes(before)
            assert opened(root).mark(FEED) == mark_of(CheckLog(root).feeds[FEED].replica)


@pytest.mark.attack("A50")
def test_a_mark_of_long_ago_lets_nothing_be_signed(root: Path) -> None:
    append(opened(root), 0, 3)
    before = mark_of_feed(root).read_bytes()
    append(opened(root), 3, 4)
    append(opened(root), 4, 5)
    mark_of_feed(root).write_bytes(before)
    with pytest.raises(UserError, match="nothing was saved"):
        append(opened(root), 5, 6)


@pytest.mark.attack("A50")
@pytest.mark.parametrize("spoilt", ["journal", "mark", "both", "folder"])
def test_nothing_is_signed_twice_where_a_file_is_gone(root: Path, spoilt: str) -> None:
    append(opened(root), 0, 5)
    journal, mark = root / FOLDER / "journal", mark_of_feed(root)
    if spoilt in ("journal", "both"):
        journal.unlink()
    if spoilt in ("mark", "both"):
        mark.unlink()
    if spoilt == "folder":
        shutil.rmtree(root / FOLDER)
    logs = opened(root)
    assert logs.mark(FEED) is None if spoilt in ("mark", "both") else logs.mark(FEED)
    if spoilt != "both":  # then nothing here knows of the feed, and the pen asks for its mark
        with pytest.raises(UserError, match=r"not what was signed|log is damaged"):
            append(logs, 0 if spoilt == "folder" else 5, 6)


@pytest.mark.attack("A50")
@pytest.mark.parametrize("gone", ["folder", "journal"])
def test_what_was_lost_of_an_own_feed_comes_back_and_it_goes_on(root: Path, gone: str) -> None:
    author = Author()
    replica = author.append(posts(0, 300))
    append(opened(root), 0, 300)
    if gone == "folder":
        shutil.rmtree(root / FOLDER)
    else:
        (root / FOLDER / "journal").unlink()
    logs = opened(root)
    assert "missing" in logs.damaged()[FEED]
    logs.replace(replica)
    for span in replica.chunks().keys() - logs.held(FEED):
        logs.write_chunk(FEED, span, author.chunks[span])
    append(opened(root), 300, 301)
    assert CheckLog(root).entries(FEED) == tuple(posts(0, 301))


@pytest.mark.attack("A50")
def test_a_mark_that_vanishes_while_the_node_runs_ends_the_feed(root: Path) -> None:
    logs = opened(root)
    append(logs, 0, 5)
    mark_of_feed(root).unlink()
    with pytest.raises(UserError, match="not what was signed"):
        append(logs, 5, 6)


@pytest.mark.attack("A50")
@pytest.mark.parametrize("change", ["gone", "shorter", "older"])
def test_a_journal_spoilt_while_the_node_runs_is_written_anew(root: Path, change: str) -> None:
    logs = opened(root)
    append(logs, 0, 5)
    journal = root / FOLDER / "journal"
    before = journal.read_bytes()
    append(logs, 5, 6)
    journal.unlink()
    if change != "gone":
        journal.write_bytes(before[:-1] if change == "shorter" else before)
    append(logs, 6, 7)
    assert CheckLog(root).entries(FEED) == tuple(posts(0, 7))


@pytest.mark.attack("A50")
def test_a_larger_head_of_an_own_feed_ends_it_before_it_is_kept(root: Path) -> None:
    newer = Author().append(posts(0, 9))
    append(opened(root), 0, 5)
    logs = opened(root)
    logs.replace(newer)
    mark = opened(root).mark(FEED)
    assert mark is not None
    assert (mark.size, mark.ending) == (5, Ending.NEWER)
    with pytest.raises(UserError, match="not what was signed"):
        append(opened(root), 9, 10)


@pytest.mark.attack("A27")
def test_what_a_crash_left_half_written_is_deleted(root: Path) -> None:
    append(opened(root), 0, 300)
    for name in (".journal.abc.tmp", "chunks/.c.tmp"):
        (root / FOLDER / name).write_bytes(b"half")
    CheckLog(root)
    assert not list(root.rglob("*.tmp"))


@pytest.mark.attack("A27")
def test_chunks_without_their_journal_are_made_again(root: Path) -> None:
    """A crash between the chunk files and the journal."""
    append(opened(root), 0, 250)
    logs = Dying(root)
    logs.read_all()
    with pytest.raises(KeyboardInterrupt):
        append(logs, 250, 520)
    assert logs.chunks_end(FEED) == 512
    logs = opened(root)
    assert logs.chunks_end(FEED) == 0
    append(logs, 250, 530)
    assert CheckLog(root).entries(FEED) == tuple(posts(0, 530))


@pytest.mark.attack("A27")
def test_a_folder_without_a_journal_is_no_feed_yet(root: Path) -> None:
    (root / FOLDER / "chunks").mkdir(parents=True)
    (root / "something else").mkdir()
    logs = opened(root)
    assert (logs.read_all(), logs.damaged()) == ([], {})
    append(logs, 0, 2)
    assert CheckLog(root).entries(FEED) == tuple(posts(0, 2))


@pytest.mark.attack("A29")
@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
def test_a_flipped_bit_is_named_and_nothing_is_appended(root: Path, part: float) -> None:
    logs = opened(root)
    for number in range(20):
        append(logs, number, number + 1)
    journal = root / FOLDER / "journal"
    content = bytearray(journal.read_bytes())
    content[int(len(content) * part)] ^= 8
    journal.write_bytes(content)
    again = FileLogs(root)
    kept = again.read_all()
    mark = again.mark(FEED)
    assert mark is not None and mark.size == 20
    if part == 0.99:  # the last append: the mark has it
        assert [each.size for each in kept] == [20]
        append(again, 20, 21)
    else:
        assert all(each.size < 20 for each in kept), "up to what is damaged"
        with pytest.raises(UserError, match=r"the log is damaged|nothing was saved"):
            append(again, 20, 21)
    if kept:
        evidence = journal.with_name("journal.damaged")
        assert evidence.read_bytes() == content, "evidence is kept"
    else:
        assert journal.read_bytes() == content, "evidence is not touched"


@pytest.mark.attack("A29")
def test_a_journal_is_read_again_from_the_disk(root: Path) -> None:
    logs = opened(root)
    append(logs, 0, 9)
    (replica,) = opened(root).read_all()
    journal = root / FOLDER / "journal"
    content = journal.read_bytes()
    for damaged in (content[:-1], content[:50] + b"\0" + content[51:], b""):
        journal.write_bytes(damaged)
        assert not logs.is_journal_sound(replica)
    journal.unlink()
    assert not logs.is_journal_sound(replica)
    logs.replace(replica)
    assert logs.is_journal_sound(replica)


@pytest.mark.attack("A29")
def test_a_damaged_feed_is_mended_by_a_replica_from_elsewhere(root: Path) -> None:
    author = Author()
    replica = author.append(posts(0, 9))
    opened(root).replace(replica)
    (root / FOLDER / "journal").write_bytes(b"nothing")
    logs = opened(root)
    assert list(logs.damaged()) == [FEED]
    logs.replace(replica)
    assert logs.damaged() == {}
    assert CheckLog(root).entries(FEED) == tuple(posts(0, 9))


@pytest.mark.attack("A29")
def test_damage_to_one_feed_leaves_the_others(root: Path) -> None:
    logs = opened(root)
    append(logs, 0, 3)
    theirs = Author(OTHER_KEY).append(posts(0, 3))
    logs.replace(theirs)
    (root / FOLDER / "journal").write_bytes(b"nothing")
    again = FileLogs(root)
    assert again.read_all() == [theirs]


@pytest.mark.attack("A29")
@pytest.mark.parametrize("name", ["certificates", "fork"])
def test_damaged_certificates_and_forks_are_named(root: Path, name: str) -> None:
    logs = opened(root)
    append(logs, 0, 1)
    (root / FOLDER / name).write_bytes(b"d1:a")
    with pytest.raises(DamageError, match=name):
        (logs.read_certificates if name == "certificates" else logs.read_fork)(FEED)


@pytest.mark.attack("A11")
def test_links_in_the_place_of_files_are_refused(root: Path, tmp_path: Path) -> None:
    logs = opened(root)
    append(logs, 0, 300)
    canary = tmp_path / "canary"
    chunk = root / FOLDER / "chunks" / chunk_name(FEED, ChunkSpan(0, 0))
    journal = root / FOLDER / "journal"
    for path in (chunk, journal):
        canary.write_bytes(path.read_bytes())
        path.unlink()
        path.symlink_to(canary)
    before = canary.read_bytes()
    with pytest.raises(DamageError):
        logs.read_chunk(FEED, ChunkSpan(0, 0))
    again = FileLogs(root)
    assert again.read_all() == []
    assert FEED in again.damaged()
    append(logs, 300, 301)
    assert not journal.is_symlink(), "written anew, not through the link"
    assert canary.read_bytes() == before


@pytest.mark.attack("A03")
def test_files_are_for_their_owner_only(root: Path) -> None:
    append(opened(root), 0, 300)
    for path in (root, *root.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


FILL = """
import json, resource, sys
from pathlib import Path
from swarmfeed.errors import PassingError, UserError
from swarmfeed.shell.disk.logs import FileLogs
from tests.core.samples import FEED, KEY, noisy_posts, posts

root, limit, step = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
logs = FileLogs(root)
(replica,) = logs.read_all()
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
size, refused = replica.size, 0
for _ in range(40):
    try:
        size = logs.append(
            FEED, noisy_posts(size, size + step), now_ms=1_700_000_000_000 + size, sign=KEY.sign
        ).size
    except PassingError as error:
        assert "not saved" in str(error), error
        refused += 1
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(json.dumps({"acknowledged": size, "refused": refused}))
after = logs.append(FEED, posts(size, size + 1), now_ms=1_700_000_000_000 + size, sign=KEY.sign)
assert after.size == size + 1
"""


@pytest.mark.attack("A26")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("limit", "step"), [(39_000, 1), (33_000, 7), (32_900, 300), (36_000, 300), (100, 1)]
)
def test_a_full_disk_loses_nothing_and_says_so(root: Path, limit: int, step: int) -> None:
    """RLIMIT_FSIZE: write() stops short at the limit, then fails.

    The limits lie about the length of a mark, which a full disk does not hinder.
    """
    append(opened(root), 0, 3)
    ran = subprocess.run(
        [sys.executable, "-c", FILL, str(root), str(limit), str(step)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout)
    assert said["refused"] > 0
    size = said["acknowledged"]
    written = (*posts(0, 3), *noisy_posts(3, size), *posts(size, size + 1))
    assert CheckLog(root).entries(FEED) == written


@pytest.mark.attack("A26")
@pytest.mark.parametrize("number", [errno.EMFILE, errno.EACCES, errno.EIO, errno.ENOMEM])
def test_a_journal_that_cannot_be_read_now_is_neither_damaged_nor_begun_anew(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    append(opened(root), 0, 3)
    journal = root / FOLDER / "journal"
    before = journal.read_bytes()
    real = os.open

    def refusing(path: Path, flags: int, *mode: int, **named: int) -> int:
        if Path(path) == journal:
            raise OSError(number, os.strerror(number))
        return real(path, flags, *mode, **named)

    logs = FileLogs(root)
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refusing)
        assert logs.read_all() == []
        assert logs.damaged() == {} and list(logs.unread()) == [FEED]
        with pytest.raises(PassingError, match="was not read"):
            append(logs, 0, 1)
        with pytest.raises(PassingError, match="was not read"):
            logs.read_again()
    assert journal.read_bytes() == before
    (replica,) = logs.read_again()
    assert replica.size == 3 and logs.unread() == {}
    append(logs, 3, 4)
    assert CheckLog(root).entries(FEED) == tuple(posts(0, 4))
