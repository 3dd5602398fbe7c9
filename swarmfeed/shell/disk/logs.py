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

from swarmfeed.core.base.address import format_address, parse_address
from swarmfeed.core.base.bencoding import Fields, decode, encode
from swarmfeed.core.base.limits import (
    CERTIFICATE_BYTES_MAX,
    CERTIFICATES_MAX,
    CHUNK_BYTES_MAX,
    CHUNK_ENTRIES,
    CONSISTENCY_HASHES_MAX,
    DISK_FLOOR_BYTES,
    HEAD_BYTES_MAX,
    JOURNAL_APPENDED_BYTES_IDLE,
    JOURNAL_APPENDED_BYTES_MAX,
)
from swarmfeed.core.base.types import ChunkSpan, FeedId, Hash
from swarmfeed.core.feed.chunk import content_sizes, frame_ranges, unpack_chunk
from swarmfeed.core.feed.chunklist import ChunkRecord
from swarmfeed.core.feed.head import Sign
from swarmfeed.core.feed.metainfo import chunk_name, hash_pieces, is_undamaged
from swarmfeed.core.feed.replica import Replica, grow, open_replica
from swarmfeed.errors import DamageError, RemoteError, UserError
from swarmfeed.shell.disk.durable import (
    drop_temporary,
    fsync_file,
    fsync_folder,
    make_folder,
    read_file,
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

SIZES_KEPT_MAX = 1_024
"""Chunks whose unpacked sizes are remembered; 5 MB if all have 256 frames."""

_CHUNK_NAME = re.compile(r"[a-z2-7]{16}-([0-3])-(0|[1-9][0-9]{0,9})\.zst")
_CERTIFICATES_BYTES_MAX = CERTIFICATES_MAX * (CERTIFICATE_BYTES_MAX + 8)
_FORK_BYTES_MAX = 2 * HEAD_BYTES_MAX + CONSISTENCY_HASHES_MAX * 40


class FileLogs:
    """Implements ``ports.Logs`` on a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        make_folder(folder)
        fsync_folder(folder.parent)  # an earlier process may have died before it did this
        self._replicas: dict[FeedId, Replica] = {}
        self._folders: dict[FeedId, Path] = {}
        self._held: dict[FeedId, set[ChunkSpan]] = {}
        self._damaged: dict[FeedId, str] = {}
        self._appended_bytes: dict[FeedId, int] = {}  # since the base of the journal
        self._sizes: dict[tuple[FeedId, ChunkSpan], tuple[int, ...]] = {}

    # --- reading at start ---

    def read_all(self) -> list[Replica]:
        """Recover every feed; the damaged ones are named by ``damaged``."""
        for folder in sorted(self._folder.iterdir()):
            with suppress(UserError):  # not a feed's folder
                self._recover(FeedId(parse_address(folder.name)))
        return list(self._replicas.values())

    def damaged(self) -> dict[FeedId, str]:
        return dict(self._damaged)

    # --- changing a feed ---

    def append(
        self, feed_id: FeedId, stored: Sequence[bytes], *, now_ms: int, sign: Sign
    ) -> Replica:
        if feed_id in self._damaged:
            raise UserError(f"the log is damaged: {self._damaged[feed_id]}")
        if self.free_bytes() < DISK_FLOOR_BYTES:
            raise UserError("the disk is almost full: nothing was saved; free some space")
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
        self._damaged.pop(feed_id, None)
        self._appended_bytes.pop(feed_id, None)
        # Without its journal a folder is no feed any more, whatever is left of it.
        with suppress(FileNotFoundError):
            self._journal(feed_id).unlink()
        with suppress(FileNotFoundError):
            shutil.rmtree(self._feed_folder(feed_id))
        self._folders.pop(feed_id, None)

    # --- certificates and forks ---

    def read_certificates(self, feed_id: FeedId) -> tuple[bytes, ...]:
        path = self._feed_folder(feed_id) / "certificates"
        try:
            value = decode(
                read_file(path, _CERTIFICATES_BYTES_MAX), limit_bytes=_CERTIFICATES_BYTES_MAX
            )
        except FileNotFoundError:
            return ()
        except RemoteError as error:
            raise DamageError(f"{path} is damaged: {error}") from error
        items = value if isinstance(value, list) else []
        return tuple(item for item in items if isinstance(item, bytes))

    def replace_certificates(self, feed_id: FeedId, signed: Sequence[bytes]) -> None:
        self._make_folder(feed_id)
        write_file(self._feed_folder(feed_id) / "certificates", encode(list(signed)))

    def read_fork(self, feed_id: FeedId) -> tuple[bytes, bytes, tuple[Hash, ...]] | None:
        path = self._feed_folder(feed_id) / "fork"
        try:
            content = read_file(path, _FORK_BYTES_MAX)
            fields = Fields(decode(content, limit_bytes=_FORK_BYTES_MAX), "fork")
            proof = fields.take_bytes_list(b"p", count_max=CONSISTENCY_HASHES_MAX, length=32)
            return (
                fields.take_bytes(b"a", bytes_max=HEAD_BYTES_MAX),
                fields.take_bytes(b"b", bytes_max=HEAD_BYTES_MAX),
                tuple(Hash(item) for item in proof),
            )
        except FileNotFoundError:
            return None
        except RemoteError as error:
            raise DamageError(f"{path} is damaged: {error}") from error

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
        os.replace(arrived, self.chunk_folder(feed_id) / name)
        fsync_folder(self.chunk_folder(feed_id))
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
        with suppress(FileNotFoundError):
            (self.incoming_folder(feed_id) / chunk_name(feed_id, span)).unlink()

    def drop_chunk(self, feed_id: FeedId, span: ChunkSpan) -> None:
        self._held.get(feed_id, set()).discard(span)
        self._sizes.pop((feed_id, span), None)
        with suppress(FileNotFoundError):
            (self.chunk_folder(feed_id) / chunk_name(feed_id, span)).unlink()

    def distrust_chunk(self, feed_id: FeedId, span: ChunkSpan) -> None:
        name = chunk_name(feed_id, span)
        kept = self.chunk_folder(feed_id) / name
        if kept.is_symlink():
            kept.unlink()  # nobody shall write through it
        self._held.get(feed_id, set()).discard(span)
        with suppress(FileNotFoundError):
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

    def unpacked_sizes(self, feed_id: FeedId, span: ChunkSpan) -> tuple[int, ...]:
        found = self._sizes.get((feed_id, span))
        if found is None:
            try:
                found = tuple(content_sizes(self.read_chunk(feed_id, span)))
            except RemoteError as error:
                raise DamageError(f"{chunk_name(feed_id, span)} is damaged") from error
            if len(self._sizes) >= SIZES_KEPT_MAX:
                self._sizes.clear()
            self._sizes[feed_id, span] = found
        return found

    # --- disk ---

    def disk_bytes(self, feed_id: FeedId) -> int:
        total = 0
        for folder in (self._feed_folder(feed_id), self.chunk_folder(feed_id)):
            with suppress(FileNotFoundError), os.scandir(folder) as items:
                total += sum(item.stat().st_size for item in items if item.is_file())
        return total

    def free_bytes(self) -> int:
        return shutil.disk_usage(self._folder).free

    # --- inside ---

    def _recover(self, feed_id: FeedId) -> None:
        path = self._journal(feed_id)
        for folder in (path.parent, self.chunk_folder(feed_id)):
            drop_temporary(folder)
        try:
            state = read_journal(path)
            replica = open_replica(feed_id, state.signed_head, state.chunk_list, state.tail)
        except FileNotFoundError:
            return  # a crash came before the first journal: nothing was promised
        except (DamageError, RemoteError) as error:
            self._damaged[feed_id] = f"{path}: {error}"
            return
        cut_journal(path, state.end)
        self._appended_bytes[feed_id] = state.end - state.base_end
        self._make_folder(feed_id)
        self._keep(replica)
        for name in os.listdir(self.chunk_folder(feed_id)):
            if match := _CHUNK_NAME.fullmatch(name):
                self._held[feed_id].add(ChunkSpan(int(match[1]), int(match[2])))

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
        if feed_id in self._held:
            return
        for folder in (self.chunk_folder(feed_id), self.incoming_folder(feed_id)):
            make_folder(folder)
        fsync_folder(self._feed_folder(feed_id))
        fsync_folder(self._folder)
        self._held[feed_id] = set()

    def _journal(self, feed_id: FeedId) -> Path:
        return self._feed_folder(feed_id) / "journal"

    def _feed_folder(self, feed_id: FeedId) -> Path:
        # To spell an address and join paths anew is a tenth of an append's own time.
        folder = self._folders.get(feed_id)
        if folder is None:
            folder = self._folders[feed_id] = self._folder / format_address(feed_id)
        return folder
