"""Logs of an own feed beside its mark: what may be signed next, and what may not."""

import shutil
from pathlib import Path

import pytest
from street.fakes.check_log import CheckLog
from swarmfeed.core.feed.highwater import Ending, mark_of
from swarmfeed.errors import PassingError, UserError

from tests.core.samples import FEED, Author, posts
from tests.shell.disk.open_logs import FOLDER, Refusing, append, mark_of_feed, opened


@pytest.mark.attack("A27")
def test_appends_that_the_journal_lost_are_in_the_mark(root: Path) -> None:
    append(opened(root), 0, 300)
    journal = root / FOLDER / "journal"
    whole = journal.read_bytes()
    logs = opened(root)
    for start in (300, 303, 304, 305):
        append(logs, start, start + 3 if start == 300 else start + 1)
    longer = journal.read_bytes()
    for end in range(len(whole), len(longer), 257):
        journal.write_bytes(longer[:end])
        assert CheckLog(root).entries(FEED) == tuple(posts(0, 306))
        assert journal.read_bytes() == longer
    append(opened(root), 306, 307)
    assert CheckLog(root).entries(FEED) == tuple(posts(0, 307))


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
@pytest.mark.attack("A26", "A50")
@pytest.mark.parametrize("then", [1, 200])
def test_chunks_of_an_append_that_was_refused_do_not_end_the_feed(
    root: Path, then: int
) -> None:
    append(opened(root), 0, 100)
    logs = Refusing(root)
    logs.read_all()
    with pytest.raises(PassingError):
        append(logs, 100, 700)
    logs.refuses = False
    append(logs, 100, 100 + then)
    for each in (logs, opened(root)):
        mark = each.mark(FEED)
        assert mark is not None and mark.size == 100 + then
        assert each.chunks_end(FEED) <= mark.reach, "as if a newer self had made them"
    assert CheckLog(root).entries(FEED) == tuple(posts(0, 100 + then))
