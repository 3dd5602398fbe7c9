"""Logs that a crash, a flipped bit, a link or a full disk spoilt."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from street.fakes.check_log import CheckLog
from swarmfeed.core.base.types import ChunkSpan
from swarmfeed.core.feed.metainfo import chunk_name
from swarmfeed.errors import DamageError, PassingError, UserError
from swarmfeed.shell.disk.logs import FileLogs

from tests.core.samples import FEED, OTHER_KEY, Author, noisy_posts, posts
from tests.shell.disk.open_logs import (
    FOLDER,
    Dying,
    append,
    opened,
)


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
    for number in range(40):  # twice as many as the mark keeps
        append(logs, number, number + 1)
    journal = root / FOLDER / "journal"
    content = bytearray(journal.read_bytes())
    content[int(len(content) * part)] ^= 8
    journal.write_bytes(content)
    again = FileLogs(root)
    kept = again.read_all()
    mark = again.mark(FEED)
    assert mark is not None and mark.size == 40
    if part == 0.99:  # the last append: the mark has it
        assert [each.size for each in kept] == [40]
        append(again, 40, 41)
    else:
        assert all(each.size < 40 for each in kept), "up to what is damaged"
        with pytest.raises(UserError, match=r"the log is damaged|nothing was saved"):
            append(again, 40, 41)
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
        timeout=300,
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
