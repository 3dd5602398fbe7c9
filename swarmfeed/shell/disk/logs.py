"""Feeds on disk.  They are the truth; everything else is derived from them.

    feeds/<feed address>/
        journal          head, chunk list and tail: see journal.py
        certificates     signed certificates of the feed's author
        chunks/          kept chunks, in place for the swarm; names as their torrents
        incoming/        chunks on their way, not verified yet
        fork             two signed heads that contradict each other, if there are any

Order of a change: chunk files first, then the journal, in one step.  So a crash leaves at
worst chunk files that the journal does not know of yet; the same append makes them again.
"""

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from swarmfeed.core.asks import sentences, troubles
from swarmfeed.core.base.address import format_address, parse_address
from swarmfeed.core.base.bencoding import encode
from swarmfeed.core.base.limits import (
    CHUNK_BYTES_MAX,
    CHUNK_ENTRIES,
    DISK_FLOOR_BYTES,
    JOURNAL_APPENDED_BYTES_IDLE,
    JOURNAL_APPENDED_BYTES_MAX,
)
from swarmfeed.core.base.types import ChunkSpan, FeedId, Hash
from swarmfeed.core.feed.chunk import frame_ranges, unpack_chunk
from swarmfeed.core.feed.chunklist import ChunkRecord
from swarmfeed.core.feed.head import Sign
from swarmfeed.core.feed.metainfo import chunk_name, hash_pieces, is_undamaged
from swarmfeed.core.feed.replica import Replica, grow, open_replica
from swarmfeed.errors import DamageError, PassingError, RemoteError, UserError
from swarmfeed.shell.disk.durable import (
    delete_file,
    drop_temporary,
    fsync_file,
    fsync_folder,
    make_folder,
    move_file,
    probe_folder,
    read_file,
    unread,
    unsaved,
    write_file,
    write_files,
)
from swarmfeed.shell.disk.journal import (
    append_frame,
    append_to_journal,
    base_frame,
    cut_journal,
    read_journal,
)
from swarmfeed.shell.disk.papers import Fork, read_certificates, read_fork

_CHUNK_NAME = re.compile(r"[a-z2-7]{16}-([0-3])-(0|[1-9][0-9]{0,9})\.zst")


class FileLogs:
    """Implements ``ports.Logs`` on a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        make_folder(folder)
        fsync_folder(folder.parent)  # an earlier process may have died before it did this
        self._replicas: dict[FeedId, Replica] = {}
        self._folders: dict[FeedId, Path] = {}
        self._held: dict[FeedId, set[ChunkSpan]] = {}
        self._made: set[FeedId] = set()  # feeds whose folders are there, and durable
        self._damaged: dict[FeedId, str] = {}
        self._unread: dict[FeedId, PassingError] = {}
        self._appended_bytes: dict[FeedId, int] = {}  # since the base of the journal

    # --- reading at start ---

    def read_all(self) -> list[Replica]:
        """Recover every feed; the damaged ones are named by ``damaged``."""
        with unread(self._folder):
            names = sorted(os.listdir(self._folder))
        for name in names:
            with suppress(UserError):  # not a feed's folder
                self._recover(FeedId(parse_address(name)))
        return list(self._replicas.values())

    def read_again(self) -> list[Replica]:
        """As in ``ports.Logs``.  Raises PassingError for the first that still cannot be."""
        before = list(self._unread)
        for feed_id in before:
            self._recover(feed_id)
        for error in self._unread.values():
            raise error
        return [self._replicas[each] for each in before if each in self._replicas]

    def damaged(self) -> dict[FeedId, str]:
        return dict(self._damaged)

    def unread(self) -> dict[FeedId, PassingError]:
        return dict(self._unread)

    def check_writable(self) -> None:
        if self.free_bytes() < DISK_FLOOR_BYTES:
            raise PassingError(sentences.DISK_ALMOST_FULL(), troubles.FULL.name)
        probe_folder(self._folder)

    # --- changing a feed ---

    def append(
        self, feed_id: FeedId, stored: Sequence[bytes], *, now_ms: int, sign: Sign
    ) -> Replica:
        if feed_id in self._damaged:
            raise UserError(f"the log is damaged: {self._damaged[feed_id]}")
        self._check_known(feed_id)
        if self.free_bytes() < DISK_FLOOR_BYTES:
            raise PassingError(sentences.DISK_ALMOST_FULL(), troubles.FULL.name)
        known = self._replicas.get(feed_id)
        growth = grow(
            known,
            feed_id,
            stored,
            now_ms=now_ms,
            sign=sign,
            load=lambda span: self._read_own_chunk(feed_id, span),
        )
        self._write_chunk_files(feed_id, dict(growth.chunks))
        if growth.chunks or known is None:
            self.replace(growth.replica)
        else:
            self.extend(growth.replica, known.size)
        return growth.replica

    def replace(self, replica: Replica) -> None:
        self._check_known(replica.feed_id)
        self._make_folder(replica.feed_id)
        frame = base_frame(replica.chunk_list, replica.tail, replica.signed_head)
        write_file(self._journal(replica.feed_id), frame)
        self._appended_bytes[replica.feed_id] = 0
        self._keep(replica)

    def extend(self, replica: Replica, start: int) -> None:
        stored = replica.tail[start - replica.tail_start :]
        frame = append_frame(stored, replica.signed_head)
        appended_bytes = self._appended_bytes[replica.feed_id] + len(frame)
        if appended_bytes > JOURNAL_APPENDED_BYTES_MAX:
            self.replace(replica)
            return
        append_to_journal(self._journal(replica.feed_id), frame)
        self._appended_bytes[replica.feed_id] = appended_bytes
        self._keep(replica)

    def pack_journal(self, feed_id: FeedId) -> bool:
        if self._appended_bytes.get(feed_id, 0) <= JOURNAL_APPENDED_BYTES_IDLE:
            return False
        self.replace(self._replicas[feed_id])
        return True

    def drop_feed(self, feed_id: FeedId) -> None:
        self._replicas.pop(feed_id, None)
        self._held.pop(feed_id, None)
        self._made.discard(feed_id)
        self._damaged.pop(feed_id, None)
        self._unread.pop(feed_id, None)
        self._appended_bytes.pop(feed_id, None)
        # Without its journal a folder is no feed any more, whatever is left of it.
        delete_file(self._journal(feed_id))
        folder = self._feed_folder(feed_id)
        with unsaved(folder), suppress(FileNotFoundError):
            shutil.rmtree(folder)
        self._folders.pop(feed_id, None)

    # --- certificates and forks ---

    def read_certificates(self, feed_id: FeedId) -> tuple[bytes, ...]:
        return read_certificates(self._feed_folder(feed_id) / "certificates")

    def replace_certificates(self, feed_id: FeedId, signed: Sequence[bytes]) -> None:
        self._make_folder(feed_id)
        write_file(self._feed_folder(feed_id) / "certificates", encode(list(signed)))

    def read_fork(self, feed_id: FeedId) -> Fork | None:
        return read_fork(self._feed_folder(feed_id) / "fork")

    def save_fork(
        self, feed_id: FeedId, first: bytes, second: bytes, proof: Sequence[Hash]
    ) -> None:
        self._make_folder(feed_id)
        content = encode({b"a": first, b"b": second, b"p": list(proof)})
        write_file(self._feed_folder(feed_id) / "fork", content)

    # --- chunks ---

    def held(self, feed_id: FeedId) -> frozenset[ChunkSpan]:
        return frozenset(self._held.get(feed_id, ()))

    def chunk_folder(self, feed_id: FeedId) -> Path:
        return self._feed_folder(feed_id) / "chunks"

    def incoming_folder(self, feed_id: FeedId) -> Path:
        return self._feed_folder(feed_id) / "incoming"

    def keep_chunk(self, feed_id: FeedId, span: ChunkSpan) -> None:
        name = chunk_name(feed_id, span)
        arrived = self.incoming_folder(feed_id) / name
        fsync_file(arrived)
        move_file(arrived, self.chunk_folder(feed_id) / name)
        self._held[feed_id].add(span)

    def write_chunk(self, feed_id: FeedId, span: ChunkSpan, chunk: bytes) -> None:
        self._write_chunk_files(feed_id, {span: chunk})

    def read_chunk(self, feed_id: FeedId, span: ChunkSpan) -> bytes:
        path = self.chunk_folder(feed_id) / chunk_name(feed_id, span)
        try:
            return read_file(path, CHUNK_BYTES_MAX)
        except FileNotFoundError as error:
            raise DamageError(f"{path} is missing") from error

    def read_incoming(self, feed_id: FeedId, span: ChunkSpan) -> bytes:
        path = self.incoming_folder(feed_id) / chunk_name(feed_id, span)
        try:
            return read_file(path, CHUNK_BYTES_MAX)
        except FileNotFoundError as error:
            raise DamageError(f"{path} is missing") from error

    def drop_incoming(self, feed_id: FeedId, span: ChunkSpan) -> None:
        delete_file(self.incoming_folder(feed_id) / chunk_name(feed_id, span))

    def drop_chunk(self, feed_id: FeedId, span: ChunkSpan) -> None:
        self._held.get(feed_id, set()).discard(span)
        delete_file(self.chunk_folder(feed_id) / chunk_name(feed_id, span))

    def distrust_chunk(self, feed_id: FeedId, span: ChunkSpan) -> None:
        name = chunk_name(feed_id, span)
        kept = self.chunk_folder(feed_id) / name
        if kept.is_symlink():
            delete_file(kept)  # nobody shall write through it
        self._held.get(feed_id, set()).discard(span)
        with unsaved(kept), suppress(FileNotFoundError):
            os.replace(kept, self.incoming_folder(feed_id) / name)

    def is_journal_sound(self, replica: Replica) -> bool:
        try:
            state = read_journal(self._journal(replica.feed_id))
        except (DamageError, FileNotFoundError):
            return False
        said = (state.signed_head, state.chunk_list, state.tail)
        return said == (replica.signed_head, replica.chunk_list, replica.tail)

    def drop_superseded(self, feed_id: FeedId, *, before_ms: int) -> list[ChunkSpan]:
        current = self._replicas[feed_id].chunks()
        dropped = []
        for span in self.held(feed_id) - current.keys():
            path = self.chunk_folder(feed_id) / chunk_name(feed_id, span)
            with suppress(FileNotFoundError):
                if path.stat().st_mtime * 1000 >= before_ms:
                    continue
            self.drop_chunk(feed_id, span)
            dropped.append(span)
        return sorted(dropped)

    def read_entries(self, feed_id: FeedId, start: int, end: int) -> list[bytes]:
        replica = self._replicas[feed_id]
        stored: list[bytes] = []
        for span, record in replica.chunks().items():
            if max(span.start, start) < min(span.end, end):
                stored += self._entries_of(feed_id, span, record, start, end)
        first = max(start - replica.tail_start, 0)
        return stored + list(replica.tail[first : max(end - replica.tail_start, 0)])

    # --- disk ---

    def disk_bytes(self, feed_id: FeedId) -> int:
        total = 0
        for folder in (self._feed_folder(feed_id), self.chunk_folder(feed_id)):
            with suppress(FileNotFoundError), unread(folder), os.scandir(folder) as items:
                total += sum(item.stat().st_size for item in items if item.is_file())
        return total

    def free_bytes(self) -> int:
        with unread(self._folder):
            return shutil.disk_usage(self._folder).free

    # --- inside ---

    def _recover(self, feed_id: FeedId) -> None:
        path = self._journal(feed_id)
        for folder in (path.parent, self.chunk_folder(feed_id)):
            drop_temporary(folder)
        try:
            state = read_journal(path)
            replica = open_replica(feed_id, state.signed_head, state.chunk_list, state.tail)
            cut_journal(path, state.end)
            held = self._list_chunks(feed_id)
        except FileNotFoundError:
            return  # a crash came before the first journal: nothing was promised
        except PassingError as error:
            self._unread[feed_id] = error
            return
        except (DamageError, RemoteError) as error:
            self._damaged[feed_id] = f"{path}: {error}"
            return
        self._unread.pop(feed_id, None)
        self._appended_bytes[feed_id] = state.end - state.base_end
        self._held[feed_id] = held
        with suppress(PassingError):  # to read it, no folder has to be made
            self._make_folder(feed_id)
        self._keep(replica)

    def _list_chunks(self, feed_id: FeedId) -> set[ChunkSpan]:
        folder = self.chunk_folder(feed_id)
        names: list[str] = []
        with suppress(FileNotFoundError), unread(folder):
            names = os.listdir(folder)
        found = filter(None, map(_CHUNK_NAME.fullmatch, names))
        return {ChunkSpan(int(match[1]), int(match[2])) for match in found}

    def _check_known(self, feed_id: FeedId) -> None:
        """What stands in a journal that was not read may be newer: never write over it."""
        if feed_id in self._unread:
            raise self._unread[feed_id]

    def _keep(self, replica: Replica) -> None:
        self._replicas[replica.feed_id] = replica
        self._damaged.pop(replica.feed_id, None)

    def _entries_of(
        self, feed_id: FeedId, span: ChunkSpan, record: ChunkRecord, start: int, end: int
    ) -> list[bytes]:
        first = max(start - span.start, 0) // CHUNK_ENTRIES
        stop = -(-min(end - span.start, span.entry_count) // CHUNK_ENTRIES)
        chunk = self.read_chunk(feed_id, span)
        try:
            frames = frame_ranges(chunk)[first:stop]
            # A frame with flipped bits may decompress all the same.
            begin, until = (frames[0][0], frames[-1][1]) if frames else (0, 0)
            if not frames or not is_undamaged(chunk, record.pieces, begin, until):
                raise DamageError(f"{chunk_name(feed_id, span)} is damaged")
            unpacked = unpack_chunk(chunk, first, stop - first)
            stored = [entry for frame in unpacked for entry in frame]
        except RemoteError as error:
            raise DamageError(f"{chunk_name(feed_id, span)} is damaged: {error}") from error
        base = span.start + first * CHUNK_ENTRIES
        return stored[max(start - base, 0) : end - base]

    def _read_own_chunk(self, feed_id: FeedId, span: ChunkSpan) -> bytes:
        """Read a chunk to merge it: what is signed next must not be what a disk made of it."""
        try:
            chunk = self.read_chunk(feed_id, span)
            if hash_pieces(chunk) != self._replicas[feed_id].chunks()[span].pieces:
                raise DamageError(f"{chunk_name(feed_id, span)} is damaged")
        except DamageError as error:
            raise UserError(
                f"nothing was saved: {error}; mend it with: swarmfeed verify"
            ) from error
        return chunk

    def _write_chunk_files(self, feed_id: FeedId, chunks: Mapping[ChunkSpan, bytes]) -> None:
        self._make_folder(feed_id)
        files = {chunk_name(feed_id, span): chunk for span, chunk in chunks.items()}
        write_files(self.chunk_folder(feed_id), files)
        self._held[feed_id].update(chunks)

    def _make_folder(self, feed_id: FeedId) -> None:
        if feed_id in self._made:
            return
        for folder in (self.chunk_folder(feed_id), self.incoming_folder(feed_id)):
            make_folder(folder)
        fsync_folder(self._feed_folder(feed_id))
        fsync_folder(self._folder)
        self._made.add(feed_id)
        self._held.setdefault(feed_id, set())

    def _journal(self, feed_id: FeedId) -> Path:
        return self._feed_folder(feed_id) / "journal"

    def _feed_folder(self, feed_id: FeedId) -> Path:
        # To spell an address and join paths anew is a tenth of an append's own time.
        folder = self._folders.get(feed_id)
        if folder is None:
            folder = self._folders[feed_id] = self._folder / format_address(feed_id)
        return folder
