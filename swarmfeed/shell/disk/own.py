"""Own feeds on disk: their marks, and what is done with a journal that says less than its mark.

Beside a journal that was damaged, ``journal.damaged`` keeps what was found, for people.
"""

import os
from contextlib import suppress
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from swarmfeed.core.asks import sentences
from swarmfeed.core.base.limits import JOURNAL_BYTES_MAX
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.highwater import Ending, Mark, goes_on, mark_of, new_mark
from swarmfeed.core.feed.replica import Replica, extend_replica
from swarmfeed.errors import DamageError, FatalError, PassingError, RemoteError, UserError
from swarmfeed.shell.disk.durable import (
    delete_file,
    fsync_file,
    fsync_folder,
    read_file,
    write_file,
)
from swarmfeed.shell.disk.highwater import MarkFiles, fits_together
from swarmfeed.shell.disk.journal import (
    append_to_journal,
    cut_journal,
    read_frames,
    read_journal,
    sync_journal,
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

    def marked(self) -> set[FeedId]:
        return self._marks.there()

    def mark_left(self, feed_id: FeedId) -> Mark | None:
        """The same at a start, when files were listed: most feeds are those of others."""
        return self._marks.read(feed_id) if self._marks.has(feed_id) else None

    def end(self, feed_id: FeedId, ending: Ending) -> None:
        mark = self._marks.read(feed_id)
        if mark is not None and mark.ending is Ending.OPEN:
            self._marks.write(feed_id, replace(mark, ending=ending))

    def heed(self, replica: Replica) -> None:
        """End an own feed of which somebody shows more than was ever signed here."""
        if not self._marks.has(replica.feed_id):
            return
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

    def announce(self, mark: Mark, after: Replica, journal: Path) -> None:
        """Say before an append of many parts how far it may come."""
        if mark.frames:
            sync_journal(journal)
        reach = max(mark.reach, after.size)
        # What the last appends said may be withdrawn.
        self._marks.write(after.feed_id, replace(mark, reach=reach, frames=b""))

    def write(self, feed_id: FeedId, mark: Mark) -> None:
        """Say how far an append came.

        Raises:
            FatalError: That failed; the journal has it already, and the next start says it.
        """
        try:
            self._marks.write(feed_id, mark)
        except (UserError, PassingError) as error:
            raise FatalError(f"the high-water mark was not written: {error}") from error

    def settle(self, feed_id: FeedId, mark: Mark, journal: Path) -> None:
        """Say for good what a start found: whoever left it may have been killed before its
        sync, and from now on others are told of it.

        Raises:
            PassingError: Something cannot be opened now.
            FatalError: The disk failed.
        """
        fsync_folder(journal.parent)
        fsync_file(journal)
        self._marks.write_again(feed_id)
        if mark != self._marks.read(feed_id):
            self.write(feed_id, mark)

    def add(self, mark: Mark, after: Replica, frame: bytes, journal: Path) -> None:
        """Carry out a short append; when this returns it survives a power cut.

        The mark has it, and so the journal is synced once for many.

        Raises:
            PassingError: Not now: the disk is full, say.  Nothing was added.
            FatalError: The disk failed, and what it kept is unknown.
        """
        frames = mark.frames + frame
        if mark.frames and not fits_together(frames):
            sync_journal(journal)
            frames = frame
        newer = mark_of(after, frames, reach=mark.reach)
        append_to_journal(journal, frame, partial(self._marks.write, after.feed_id, newer))

    def forget_appends(self, feed_id: FeedId, journal: Path) -> None:
        """Keep no append beside the marks; the journal has them for good."""
        if self._marks.keeps_appends(feed_id):
            sync_journal(journal)
            self._marks.forget_appends(feed_id)

    # --- journals ---

    def note_left(self, feed_id: FeedId, path: Path) -> None:
        self._stamps[feed_id] = _stamp(path)

    def is_as_left(self, feed_id: FeedId, path: Path) -> bool:
        """Whether nobody else touched a journal since we did."""
        return self._stamps.get(feed_id) == _stamp(path)


def replay(mark: Mark, replica: Replica, path: Path) -> Replica:
    """Add the last appends, which the mark has, to a journal that lacks just some of these."""
    if mark.size <= replica.size or mark.ending is not Ending.OPEN:
        return replica
    try:
        frames = list(read_frames(mark.frames))
        after, lacking = replica, b""
        at = mark.size - sum(len(stored) for _, stored, _ in frames)
        for frame, stored, signed_head in frames:
            if stored and at >= replica.size:
                after = extend_replica(after, at, stored, signed_head, b"")
                lacking += frame
            at += len(stored)
    except RemoteError:
        return replica
    if lacking:
        append_to_journal(path, lacking)
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
