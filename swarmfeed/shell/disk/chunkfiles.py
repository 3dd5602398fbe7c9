"""The folders of feeds, and the chunk files in them; ``logs.py`` says what else lies there.

A chunk file's name is that of its torrent.  Which ones are kept is remembered, so that nobody
has to list a folder to know.
"""

import os
import re
import shutil
import threading
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Final

from swarmfeed.core.asks import sentences
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.limits import CHUNK_BYTES_MAX
from swarmfeed.core.base.types import ChunkSpan, FeedId
from swarmfeed.core.feed.chunklist import ChunkRecord
from swarmfeed.core.feed.metainfo import chunk_name, hash_pieces
from swarmfeed.core.feed.replica import Replica
from swarmfeed.errors import DamageError, PassingError, UserError
from swarmfeed.shell.disk.durable import (
    delete_file,
    drop_temporary,
    fsync_file,
    fsync_folder,
    make_folder,
    move_file,
    read_file,
    unread,
    unsaved,
    write_apart,
    write_file,
    write_files,
)
from swarmfeed.shell.disk.fileparts import read_part, write_part

_CHUNK_NAME = re.compile(r"[a-z2-7]{16}-([0-3])-(0|[1-9][0-9]{0,9})\.zst")


PATHS_KEPT: Final = 256
"""Of feeds that were used last: 0.4 kB each, where thousands are held."""

SYNCED_AT_ONCE: Final = 4
"""Files that are brought to the disk side by side: as many as most batches of posts seal."""

_NONE: Final = frozenset[ChunkSpan]()

_STAGED_SUFFIX: Final = ".new"
"""Behind the name of a chunk that waits until the journal knows of it."""


class ChunkFiles:
    """Chunks on disk, kept and on their way, of every feed in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._threads = ThreadPoolExecutor(SYNCED_AT_ONCE, "disk")
        # To put a path together takes as long as to write into the file.
        self.feed_folder = lru_cache(PATHS_KEPT)(self._feed_folder)
        self.journal = lru_cache(PATHS_KEPT)(self._journal)
        self._held: dict[FeedId, frozenset[ChunkSpan]] = {}  # of feeds with chunks
        self._noting = threading.Lock()
        self._made: set[FeedId] = set()  # feeds whose folders are there, and durable
        self._measured: dict[FeedId, tuple[Hashable, int]] = {}

    # --- folders ---

    def _feed_folder(self, feed_id: FeedId) -> Path:
        return self._folder / format_address(feed_id)

    def _journal(self, feed_id: FeedId) -> Path:
        """Where the journal of a feed is, or would be."""
        return self.feed_folder(feed_id) / "journal"

    def kept_folder(self, feed_id: FeedId) -> Path:
        return self.feed_folder(feed_id) / "chunks"

    def incoming_folder(self, feed_id: FeedId) -> Path:
        return self.feed_folder(feed_id) / "incoming"

    def has_folders(self, feed_id: FeedId) -> bool:
        return self.kept_folder(feed_id).is_dir() and self.incoming_folder(feed_id).is_dir()

    def make_folders(self, feed_id: FeedId) -> None:
        """Make the folders of a feed; when this returns they survive a power cut."""
        if feed_id in self._made:
            return
        make_folder(self._folder)
        self._begin_folders(feed_id)
        fsync_folder(self.feed_folder(feed_id))
        fsync_folder(self._folder)
        self._made.add(feed_id)

    def begin(self, files: Mapping[FeedId, Mapping[str, bytes]]) -> None:
        """Make the folders of new feeds, with these files in them, and sync them side by side.

        When it returns all of it survives a power cut.  May be called from any thread, for
        feeds that nobody else writes.
        """
        for feed_id in files.keys() - self._made:
            self._begin_folders(feed_id)
        by_path = {
            self.feed_folder(feed_id) / name: data
            for feed_id, named in files.items()
            for name, data in named.items()
        }
        write_apart(by_path, self._threads)
        fsync_folder(self._folder)
        for feed_id in files:
            self._made.add(feed_id)

    def forget(self, feed_id: FeedId) -> None:
        """Remember nothing of a feed that is about to be deleted."""
        self._held.pop(feed_id, None)
        self._made.discard(feed_id)

    def delete_folders(self, feed_id: FeedId) -> None:
        """Delete the folder of a feed, with all that is in it, if it is there."""
        folder = self.feed_folder(feed_id)
        with unsaved(folder), suppress(FileNotFoundError):
            shutil.rmtree(folder)
        self.measure_again(feed_id)

    # --- which are there ---

    def held(self, feed_id: FeedId) -> frozenset[ChunkSpan]:
        """The same object as long as nothing changes: thousands are asked for at a page."""
        return self._held.get(feed_id, _NONE)

    def drop_temporary(self, feed_id: FeedId) -> list[str] | None:
        """Delete what a crash left half written, in all folders of a feed.

        Returns:
            Names of the folder of what is kept; None where a folder is missing or unread.
        """
        folder = str(self.feed_folder(feed_id))  # at a start, of each feed: a Path takes longer
        drop_temporary(folder)
        on_their_way = drop_temporary(f"{folder}/incoming")
        kept = drop_temporary(f"{folder}/chunks")
        return None if on_their_way is None else kept

    def take_up_beside(
        self,
        feed_id: FeedId,
        records: Mapping[ChunkSpan, ChunkRecord],
        names: Sequence[str] | None,
    ) -> None:
        """Remember what is kept beside a journal that is whole.

        Args:
            records: What the journal knows.
            names: What ``drop_temporary`` gave.
        """
        if names is None:
            with suppress(PassingError):  # to read it, no folder has to be made
                self.make_folders(feed_id)
            names = _names(self.kept_folder(feed_id))
        else:
            # A journal is written when its folders survive a power cut, and not before.
            self._made.add(feed_id)
        if any(name.endswith(_STAGED_SUFFIX) for name in names):
            self._settle_staged(feed_id, records, names)
            names = _names(self.kept_folder(feed_id))
        self._note_held(feed_id, _spans(names))

    def take_up(self, feed_id: FeedId) -> None:
        """Remember what is in the folder now."""
        self._note_held(feed_id, self.listed(feed_id))

    def _note_held(self, feed_id: FeedId, spans: Collection[ChunkSpan]) -> None:
        if spans:
            self._held[feed_id] = frozenset(spans)
        else:
            self._held.pop(feed_id, None)

    def _note_kept(self, feed_id: FeedId, spans: Iterable[ChunkSpan]) -> None:
        with self._noting:  # a feed may be written in one thread while a chunk comes in another
            self._note_held(feed_id, self.held(feed_id).union(spans))

    def _note_gone(self, feed_id: FeedId, span: ChunkSpan) -> None:
        with self._noting:
            self._note_held(feed_id, self.held(feed_id) - {span})

    def listed(self, feed_id: FeedId) -> list[ChunkSpan]:
        """What stands in the folder, in no order, whatever is remembered of it."""
        return _spans(_names(self.kept_folder(feed_id)))

    # --- one by one ---

    def write(self, feed_id: FeedId, chunks: Mapping[ChunkSpan, bytes]) -> None:
        self.make_folders(feed_id)
        files = {chunk_name(feed_id, span): chunk for span, chunk in chunks.items()}
        write_files(self.kept_folder(feed_id), files, self._threads)
        self._note_kept(feed_id, chunks)

    def stage(self, feed_id: FeedId, chunks: Mapping[ChunkSpan, bytes]) -> None:
        """Write what is to take the place of chunks that are kept, beside them."""
        files = {
            chunk_name(feed_id, span) + _STAGED_SUFFIX: chunk for span, chunk in chunks.items()
        }
        write_files(self.kept_folder(feed_id), files, self._threads)

    def put_staged(self, feed_id: FeedId, spans: Iterable[ChunkSpan]) -> None:
        """Put what was staged in its place: the journal says so by now."""
        for span in spans:
            move_file(self._staged(feed_id, span), self._kept(feed_id, span))

    def _settle_staged(
        self, feed_id: FeedId, records: Mapping[ChunkSpan, ChunkRecord], names: Sequence[str]
    ) -> None:
        """After a crash: put in its place what the journal knows, and delete the rest."""
        staged = [each for each in names if each.endswith(_STAGED_SUFFIX)]
        folder = self.kept_folder(feed_id)
        by_name = {chunk_name(feed_id, span) + _STAGED_SUFFIX: span for span in records}
        for name in staged:
            span = by_name.get(name)
            if span and hash_pieces(_read(folder / name)) == records[span].pieces:
                move_file(folder / name, self._kept(feed_id, span))
            else:
                delete_file(folder / name)

    def set_aside_others(self, newest: Replica, known: Replica | None) -> None:
        """Distrust kept chunks that are not what their feed's newest list says.

        Args:
            newest: What is to be kept from now on.
            known: What says by which records they were verified when they were kept.
        """
        feed_id, records = newest.feed_id, newest.chunks()
        verified = known.chunks() if known else {}
        for span in self.held(feed_id) & records.keys():
            record, before = records[span], verified.get(span)
            if before is None and hash_pieces(self.read(feed_id, span)) == record.pieces:
                continue  # the journal alone was lost
            if before != record:
                self.distrust(feed_id, span)

    def keep(self, feed_id: FeedId, span: ChunkSpan) -> None:
        """Take a chunk that arrived among those that are kept."""
        arrived = self._incoming(feed_id, span)
        fsync_file(arrived)
        move_file(arrived, self._kept(feed_id, span))
        self._note_kept(feed_id, (span,))

    def read(self, feed_id: FeedId, span: ChunkSpan) -> bytes:
        return _read(self._kept(feed_id, span))

    def read_part(self, feed_id: FeedId, span: ChunkSpan, offset: int, count: int) -> bytes:
        path = self._kept(feed_id, span)
        try:
            return read_part(path, offset, count)
        except FileNotFoundError as error:
            raise DamageError(f"{path} is missing") from error

    def read_incoming(self, feed_id: FeedId, span: ChunkSpan) -> bytes:
        return _read(self._incoming(feed_id, span))

    def write_incoming(self, feed_id: FeedId, span: ChunkSpan, chunk: bytes) -> None:
        write_file(self._incoming(feed_id, span), chunk)

    def write_incoming_part(
        self, feed_id: FeedId, span: ChunkSpan, offset: int, data: bytes
    ) -> None:
        write_part(self._incoming(feed_id, span), offset, data)

    def drop(self, feed_id: FeedId, span: ChunkSpan) -> None:
        self._note_gone(feed_id, span)
        delete_file(self._kept(feed_id, span))

    def drop_incoming(self, feed_id: FeedId, span: ChunkSpan) -> None:
        delete_file(self._incoming(feed_id, span))

    def distrust(self, feed_id: FeedId, span: ChunkSpan) -> None:
        """Put a chunk back among those on their way, to be verified again."""
        kept = self._kept(feed_id, span)
        if kept.is_symlink():
            delete_file(kept)  # nobody shall write through it
        self._note_gone(feed_id, span)
        with unsaved(kept), suppress(FileNotFoundError):
            os.replace(kept, self._incoming(feed_id, span))

    def drop_superseded(
        self, feed_id: FeedId, current: Collection[ChunkSpan], *, before_ms: int
    ) -> list[ChunkSpan]:
        """Delete those that a current one took the place of before a time; sorted."""
        held = self.held(feed_id)
        dropped = []
        for span in sorted(held.difference(current)):
            successor = next((each for each in current if each.covers(span)), span)
            if successor in held and self._is_older(feed_id, successor, before_ms):
                self.drop(feed_id, span)
                dropped.append(span)
        return dropped

    def drop_with(
        self, feed_id: FeedId, going: Collection[int], *, current: Collection[ChunkSpan]
    ) -> None:
        """Delete those that are not current and have the bodies of entries that go."""
        for span in self.held(feed_id).difference(current):
            if any(span.start <= index < span.end for index in going):
                self.drop(feed_id, span)

    def drop_ending_in(self, feed_id: FeedId, first: int, stop: int) -> None:
        """Delete those that end in [first, stop); when this returns they stay away."""
        for span in self.listed(feed_id):
            if first <= span.end < stop:
                self.drop(feed_id, span)
        fsync_folder(self.kept_folder(feed_id))

    def drop_others(self, feed_id: FeedId, current: Collection[ChunkSpan]) -> None:
        """Delete those that are not current, and all on their way that nobody waits for."""
        for span in self.held(feed_id).difference(current):
            self.drop(feed_id, span)
        awaited = set(current) - self.held(feed_id)
        for span in set(_spans(_names(self.incoming_folder(feed_id)))) - awaited:
            self.drop_incoming(feed_id, span)
        self.measure_again(feed_id)

    def disk_bytes(self, feed_id: FeedId, said: Hashable) -> int:
        """Length of all that is kept of a feed; the disk is asked when anything changed.

        Args:
            said: What the files beside the chunks were written of, all but statements.
        """
        now = (said, self.held(feed_id))
        before, total = self._measured.get(feed_id, (None, 0))
        if before != now:
            total = self._measure(feed_id)
            self._measured[feed_id] = now, total
        return total

    def measure_again(self, feed_id: FeedId) -> None:
        """A statement was written, or what nobody remembers was deleted."""
        self._measured.pop(feed_id, None)

    def _measure(self, feed_id: FeedId) -> int:
        total = 0
        for folder in (self.feed_folder(feed_id), self.kept_folder(feed_id)):
            with suppress(FileNotFoundError), unread(folder), os.scandir(folder) as items:
                total += sum(item.stat().st_size for item in items if item.is_file())
        return total

    def _is_older(self, feed_id: FeedId, span: ChunkSpan, before_ms: int) -> bool:
        """Whether a chunk was written before a time; one that is gone was."""
        with suppress(FileNotFoundError):
            return self._kept(feed_id, span).stat().st_mtime * 1000 < before_ms
        return True

    def _begin_folders(self, feed_id: FeedId) -> None:
        """Make those that are missing; their names are not durable yet."""
        for folder in (self.feed_folder(feed_id), *self._both(feed_id)):
            try:
                with unsaved(folder):
                    folder.mkdir(mode=0o700)
            except FileExistsError as error:
                if not folder.is_dir():
                    raise UserError(sentences.NO_FOLDER(path=folder)) from error

    def _both(self, feed_id: FeedId) -> tuple[Path, Path]:
        return self.kept_folder(feed_id), self.incoming_folder(feed_id)

    def _staged(self, feed_id: FeedId, span: ChunkSpan) -> Path:
        return self.kept_folder(feed_id) / (chunk_name(feed_id, span) + _STAGED_SUFFIX)

    def _kept(self, feed_id: FeedId, span: ChunkSpan) -> Path:
        return self.kept_folder(feed_id) / chunk_name(feed_id, span)

    def _incoming(self, feed_id: FeedId, span: ChunkSpan) -> Path:
        return self.incoming_folder(feed_id) / chunk_name(feed_id, span)


def _names(folder: Path) -> list[str]:
    """Names in a folder; none where there is no such folder.  Raises PassingError."""
    with suppress(FileNotFoundError), unread(folder):
        return os.listdir(folder)
    return []


def _spans(names: Iterable[str]) -> list[ChunkSpan]:
    """Which chunks have these names."""
    matches = filter(None, map(_CHUNK_NAME.fullmatch, names))
    return [ChunkSpan(int(each[1]), int(each[2])) for each in matches]


def _read(path: Path) -> bytes:
    try:
        return read_file(path, CHUNK_BYTES_MAX)
    except FileNotFoundError as error:
        raise DamageError(f"{path} is missing") from error
