"""Chunks and the disk, as ``ports.Logs`` has them: the half of it that needs no journal."""

import os
from collections.abc import Callable
from pathlib import Path

from swarmfeed.core.asks import trouble_sentences, troubles
from swarmfeed.core.base import limits
from swarmfeed.core.base.types import ChunkSpan, FeedId
from swarmfeed.core.feed.replica import Replica
from swarmfeed.errors import PassingError
from swarmfeed.shell.disk.chunkfiles import ChunkFiles
from swarmfeed.shell.disk.durable import probe_folder, unread
from swarmfeed.shell.disk.intake import Intake
from swarmfeed.shell.disk.statements import Fork, read_fork
from swarmfeed.shell.disk.still import OpenedFeed, open_files


class ChunkLogs:
    """Implements what ``ports.Logs`` says of chunks, and of the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._chunks = ChunkFiles(folder)
        self._intake = Intake(folder)

    def held(self, feed_id: FeedId) -> frozenset[ChunkSpan]:
        return self._chunks.held(feed_id)

    def chunk_folder(self, feed_id: FeedId) -> Path:
        return self._chunks.kept_folder(feed_id)

    def incoming_folder(self, feed_id: FeedId) -> Path:
        return self._chunks.incoming_folder(feed_id)

    def keep_chunk(self, feed_id: FeedId, span: ChunkSpan) -> None:
        self._chunks.keep(feed_id, span)

    def write_chunk(self, feed_id: FeedId, span: ChunkSpan, chunk: bytes) -> None:
        self._chunks.write(feed_id, {span: chunk})

    def read_chunk(self, feed_id: FeedId, span: ChunkSpan) -> bytes:
        return self._chunks.read(feed_id, span)

    def read_chunk_part(
        self, feed_id: FeedId, span: ChunkSpan, offset: int, count: int
    ) -> bytes:
        return self._chunks.read_part(feed_id, span, offset, count)

    def read_incoming(self, feed_id: FeedId, span: ChunkSpan) -> bytes:
        return self._chunks.read_incoming(feed_id, span)

    def write_incoming(self, feed_id: FeedId, span: ChunkSpan, chunk: bytes) -> None:
        self._chunks.write_incoming(feed_id, span, chunk)

    def write_incoming_part(
        self, feed_id: FeedId, span: ChunkSpan, offset: int, data: bytes
    ) -> None:
        self._chunks.write_incoming_part(feed_id, span, offset, data)

    def drop_incoming(self, feed_id: FeedId, span: ChunkSpan) -> None:
        self._chunks.drop_incoming(feed_id, span)

    def drop_chunk(self, feed_id: FeedId, span: ChunkSpan) -> None:
        self._chunks.drop(feed_id, span)

    def distrust_chunk(self, feed_id: FeedId, span: ChunkSpan) -> None:
        self._chunks.distrust(feed_id, span)

    def read_fork(self, feed_id: FeedId) -> Fork | None:
        return read_fork(self._chunks.feed_folder(feed_id))

    def still(self, replica: Replica) -> OpenedFeed:
        feed_id = replica.feed_id
        beside = self._intake.files_of(feed_id)
        files = open_files(self._chunks.feed_folder(feed_id), beside)
        return OpenedFeed(replica, self._chunks.held(feed_id), files)

    def check_writable(self) -> None:
        if self.free_bytes() < limits.DISK_FLOOR_BYTES:
            raise PassingError(trouble_sentences.DISK_ALMOST_FULL(), troubles.FULL.name)
        probe_folder(self._folder)

    def free_bytes(self) -> int:
        with unread(self._folder):
            disk = os.statvfs(self._folder)
        return disk.f_bavail * disk.f_frsize

    # --- inside ---

    def _write_beside(self, feed_id: FeedId, write: Callable[[Path], None]) -> None:
        """Have a statement written into a feed's folder."""
        self._chunks.make_folders(feed_id)
        write(self._chunks.feed_folder(feed_id))
        self._chunks.measure_again(feed_id)
