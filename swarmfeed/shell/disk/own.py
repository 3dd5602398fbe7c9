"""Own feeds on disk: their marks, and what is done with a journal that says less than its mark.

Beside a journal that was damaged, ``journal.damaged`` keeps what was found, for people.
"""

import os
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path

from swarmfeed.core.asks import sentences
from swarmfeed.core.base.limits import JOURNAL_BYTES_MAX
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.highwater import Ending, Mark, goes_on, mark_of, new_mark
from swarmfeed.core.feed.replica import Replica, extend_replica
from swarmfeed.errors import DamageError, FatalError, PassingError, RemoteError, UserError
from swarmfeed.shell.disk.durable import delete_file, read_file, write_file
from swarmfeed.shell.disk.highwater import MarkFiles
from swarmfeed.shell.disk.journal import (
    append_to_journal,
    cut_journal,
    read_frame,
    read_journal,
)

_Stamp = tuple[int, int, int] | None


class OwnFeeds:
    """Marks, and how own journals were left."""

    def __init__(self, folder: Path) -> None:
        self._marks = MarkFiles(folder)
        self._stamps: dict[FeedId, _Stamp] = {}

    # --- marks ---

    def feed_ids(self) -> list[FeedId]:
        return self._marks.feed_ids()

    def mark(self, feed_id: FeedId) -> Mark | None:
        return self._marks.read(feed_id)

    def end(self, feed_id: FeedId, ending: Ending) -> None:
        mark = self._marks.read(feed_id)
        if mark is not None and mark.ending is Ending.OPEN:
            self._marks.write(feed_id, replace(mark, ending=ending))

    def heed(self, replica: Replica) -> None:
        """End an own feed of which somebody shows more than was ever signed here."""
        mark = self._marks.read(replica.feed_id)
        if mark is not None and replica.size > mark.size:
            self.end(replica.feed_id, Ending.NEWER)

    def to_go_on(self, feed_id: FeedId, known: Replica | None) -> Mark:
        """Return the mark of a feed; raise UserError if it does not say what is here."""
        mark = self._marks.read(feed_id)
        if mark is None and known is None:
            return new_mark()
        if mark is None or not goes_on(mark, known):
            raise UserError(sentences.NOT_SIGNED())
        return mark

    def announce(self, mark: Mark, after: Replica) -> None:
        """Say before an append of many parts how far it may come."""
        reach = max(mark.reach, after.size)
        # The journal has the last append by now, and what it said may be withdrawn.
        self._marks.write(after.feed_id, replace(mark, reach=reach, frame=b""))

    def write(self, feed_id: FeedId, mark: Mark) -> None:
        """Say how far an append came.

        Raises:
            FatalError: That failed; the journal has it already, and the next start says it.
        """
        try:
            self._marks.write(feed_id, mark)
        except (UserError, PassingError) as error:
            raise FatalError(f"the high-water mark was not written: {error}") from error

    def beside(self, mark: Mark, after: Replica, frame: bytes) -> AbstractContextManager[None]:
        """Put the mark of an append in place while its frame is synced."""
        return self._marks.beside(after.feed_id, mark_of(after, frame, reach=mark.reach))

    def forget_appends(self, feed_id: FeedId) -> None:
        """Keep no append beside the marks, once the journal has them for good."""
        self._marks.forget_appends(feed_id)

    # --- journals ---

    def note_left(self, feed_id: FeedId, path: Path) -> None:
        self._stamps[feed_id] = _stamp(path)

    def is_as_left(self, feed_id: FeedId, path: Path) -> bool:
        """Whether nobody else touched a journal since we did."""
        return self._stamps.get(feed_id) == _stamp(path)


def replay(mark: Mark, replica: Replica, path: Path) -> Replica:
    """Add the last append, which the mark has, to a journal that lacks just this one."""
    if mark.size <= replica.size or mark.ending is not Ending.OPEN or not mark.frame:
        return replica
    try:
        stored, signed_head = read_frame(mark.frame)
        if mark.size - len(stored) != replica.size:
            return replica
        after = extend_replica(replica, replica.size, stored, signed_head, b"")
    except RemoteError:
        return replica
    append_to_journal(path, mark.frame)
    return after


def keeps_tail(known: Replica | None, after: Replica) -> bool:
    """Whether a journal that has the one is made to have the other by adding entries."""
    return known is not None and after.tail[: len(known.tail)] == known.tail


def cut_or_keep(path: Path, end: int) -> None:
    """Cut off what stands behind ``end``; what no crash left there is kept beside it."""
    try:
        read_journal(path)
    except DamageError:
        keep_damaged(path)
    cut_journal(path, end)


def keep_damaged(path: Path) -> None:
    """Keep a copy of a damaged journal."""
    with suppress(FileNotFoundError, DamageError):
        write_file(path.with_name("journal.damaged"), read_file(path, JOURNAL_BYTES_MAX))


def drop_damaged(path: Path) -> None:
    """Delete the copy of a damaged journal, if one was kept."""
    delete_file(path.with_name("journal.damaged"))


def _stamp(path: Path) -> _Stamp:
    """What changes when a file is written: inode, length, time of the last change."""
    with suppress(FileNotFoundError):
        at = os.stat(path, follow_symlinks=False)
        return at.st_ino, at.st_size, at.st_mtime_ns
    return None
