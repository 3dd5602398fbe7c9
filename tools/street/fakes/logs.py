"""Feeds in memory; only chunks are files, because swarms serve them from folders."""

import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace
from swarmfeed.core.asks import trouble_sentences, troubles
from swarmfeed.core.base.keys import Verify, verify_signature
from swarmfeed.core.base.limits import DISK_FLOOR_BYTES
from swarmfeed.core.base.types import ChunkSpan, FeedId, Hash
from swarmfeed.core.feed.chunk import unpack_chunk
from swarmfeed.core.feed.chunklist import ChunkRecord
from swarmfeed.core.feed.grown import Grown
from swarmfeed.core.feed.head import open_head
from swarmfeed.core.feed.highwater import Ending, Mark, goes_on, mark_of, new_mark
from swarmfeed.core.feed.metainfo import chunk_name, hash_pieces
from swarmfeed.core.feed.reading import Packed
from swarmfeed.core.feed.replica import Replica, grow
from swarmfeed.errors import DamageError, PassingError, RemoteError, UserError
from swarmfeed.ports import Signer

Fork = tuple[bytes, bytes, tuple[Hash, ...]]


class FakeDisk(Struct):
    """What is there after a restart."""

    folder: Path
    replicas: dict[FeedId, Replica] = field(default_factory=dict)
    held: dict[FeedId, set[ChunkSpan]] = field(default_factory=dict)
    certificates: dict[FeedId, tuple[bytes, ...]] = field(default_factory=dict)
    forks: dict[FeedId, Fork] = field(default_factory=dict)
    damaged: dict[FeedId, str] = field(default_factory=dict)
    marks: dict[FeedId, Mark] = field(default_factory=dict)
    free_bytes: int = 10**12


class FakeLogs:
    """Implements ``ports.Logs``; several of them on one disk are restarts of one node."""

    def __init__(self, disk: FakeDisk) -> None:
        self.disk = disk

    def read_all(self, verify: Verify = verify_signature) -> list[Replica]:
        found = self.disk.replicas.items()
        read = [each for feed_id, each in sorted(found) if feed_id not in self.disk.damaged]
        for each in read:
            open_head(each.signed_head, each.feed_id, verify)
        return read

    def damaged(self) -> dict[FeedId, str]:
        return dict(self.disk.damaged)

    def unread(self) -> dict[FeedId, PassingError]:
        return {}

    def unsure(self) -> PassingError | None:
        return None

    def read_again(self) -> list[Replica]:
        return []

    def check_writable(self) -> None:
        if self.disk.free_bytes < DISK_FLOOR_BYTES:
            raise PassingError(trouble_sentences.DISK_ALMOST_FULL(), troubles.FULL.name)

    def append(
        self,
        feed_id: FeedId,
        stored: Sequence[bytes],
        *,
        now_ms: int,
        sign: Signer,
        going: Collection[int] = (),
    ) -> Replica:
        if feed_id in self.disk.damaged:
            raise UserError(f"the log is damaged: {self.disk.damaged[feed_id]}")
        self.check_writable()

        def load(span: ChunkSpan) -> bytes:
            try:
                chunk = self.read_chunk(feed_id, span)
            except DamageError as error:
                raise UserError(f"nothing was saved: {error}") from error
            if hash_pieces(chunk) != self.disk.replicas[feed_id].chunks()[span].pieces:
                raise UserError(f"nothing was saved: {chunk_name(feed_id, span)} is damaged")
            return chunk

        known, mark = self.disk.replicas.get(feed_id), self.disk.marks.get(feed_id)
        if mark is None and known is None:
            mark = new_mark()
        if mark is None or not goes_on(mark, known):
            raise UserError("nothing was saved: this is not what was signed last")
        growth = grow(known, feed_id, stored, now_ms=now_ms, sign=sign, load=load, going=going)
        self.disk.marks[feed_id] = mark_of(growth.replica)
        self.disk.replicas[feed_id] = growth.replica
        self._make_folders(feed_id)
        for span, chunk in growth.chunks:
            self.write_chunk(feed_id, span, chunk)
        for span in self.held(feed_id) - growth.replica.chunks().keys():
            if any(span.start <= index < span.end for index in going):
                self.drop_chunk(feed_id, span)
        return growth.replica

    def mark(self, feed_id: FeedId) -> Mark | None:
        return self.disk.marks.get(feed_id)

    def marked(self) -> set[FeedId]:
        return set(self.disk.marks)

    def end_mark(self, feed_id: FeedId, ending: Ending) -> None:
        mark = self.disk.marks.get(feed_id)
        if mark is not None and mark.ending is Ending.OPEN:
            self.disk.marks[feed_id] = replace(mark, ending=ending)

    def chunks_end(self, feed_id: FeedId) -> int:
        return max((span.end for span in self.held(feed_id)), default=0)

    def replace(self, replica: Replica) -> None:
        mark = self.disk.marks.get(replica.feed_id)
        if mark is not None and replica.size > mark.size:
            self.end_mark(replica.feed_id, Ending.NEWER)
        self._make_folders(replica.feed_id)
        self._set_aside_others(replica)
        self.disk.replicas[replica.feed_id] = replica
        self.disk.damaged.pop(replica.feed_id, None)

    def _set_aside_others(self, replica: Replica) -> None:
        feed_id, records = replica.feed_id, replica.chunks()
        for span in self.held(feed_id) & records.keys():
            if hash_pieces(self.read_chunk(feed_id, span)) != records[span].pieces:
                self.distrust_chunk(feed_id, span)

    def extend(self, replica: Replica, start: int) -> None:
        before = self.disk.replicas[replica.feed_id]
        assert before.tail_start == replica.tail_start, "a chunk was sealed: use replace"
        assert start == before.size, "entries are missing, or there twice"
        self.replace(replica)

    def grow_together(self, grown: Sequence[Grown]) -> dict[FeedId, PassingError]:
        for each in grown:
            assert self.disk.replicas[each.feed_id] is each.before, "it grew meanwhile"
            self.replace(each.after)
            for span, chunk in each.chunks:
                self.write_chunk(each.feed_id, span, chunk)
        return {}

    def pack_journal(self, feed_id: FeedId) -> bool:
        return False  # memory keeps no journals

    def erase(self, feed_id: FeedId) -> None:
        for span in self.held(feed_id).difference(self.disk.replicas[feed_id].chunks()):
            self.drop_chunk(feed_id, span)

    def drop_feed(self, feed_id: FeedId) -> None:
        for kept in (
            self.disk.replicas,
            self.disk.held,
            self.disk.certificates,
            self.disk.forks,
            self.disk.damaged,
        ):
            kept.pop(feed_id, None)
        with suppress(FileNotFoundError):
            shutil.rmtree(self._feed_folder(feed_id))

    def read_certificates(self, feed_id: FeedId) -> tuple[bytes, ...]:
        return self.disk.certificates.get(feed_id, ())

    def write_new(self, arrived: Sequence[tuple[Replica, Sequence[bytes]]]) -> None:
        self.check_writable()
        for replica, certificates in arrived:
            assert replica.feed_id not in self.disk.replicas, "it is known"
            assert replica.feed_id not in self.disk.marks, "it is an own one"
            self.replace_certificates(replica.feed_id, certificates)
            self.replace(replica)

    def take_in(self, replicas: Sequence[Replica]) -> None:
        for replica in replicas:
            assert self.disk.replicas[replica.feed_id] == replica, "it was not written"

    def replace_certificates(self, feed_id: FeedId, signed: Sequence[bytes]) -> None:
        self.disk.certificates[feed_id] = tuple(signed)

    def read_fork(self, feed_id: FeedId) -> Fork | None:
        return self.disk.forks.get(feed_id)

    def save_fork(
        self, feed_id: FeedId, first: bytes, second: bytes, proof: Sequence[Hash]
    ) -> None:
        self.end_mark(feed_id, Ending.FORKED)
        self.disk.forks[feed_id] = (first, second, tuple(proof))

    def held(self, feed_id: FeedId) -> frozenset[ChunkSpan]:
        return frozenset(self.disk.held.get(feed_id, ()))

    def chunk_folder(self, feed_id: FeedId) -> Path:
        return self._feed_folder(feed_id) / "chunks"

    def incoming_folder(self, feed_id: FeedId) -> Path:
        return self._feed_folder(feed_id) / "incoming"

    def keep_chunk(self, feed_id: FeedId, span: ChunkSpan) -> None:
        name = chunk_name(feed_id, span)
        (self.incoming_folder(feed_id) / name).replace(self.chunk_folder(feed_id) / name)
        self.disk.held[feed_id].add(span)

    def write_chunk(self, feed_id: FeedId, span: ChunkSpan, chunk: bytes) -> None:
        self._make_folders(feed_id)
        (self.chunk_folder(feed_id) / chunk_name(feed_id, span)).write_bytes(chunk)
        self.disk.held[feed_id].add(span)

    def read_chunk(self, feed_id: FeedId, span: ChunkSpan) -> bytes:
        return _read(self.chunk_folder(feed_id) / chunk_name(feed_id, span))

    def read_chunk_part(
        self, feed_id: FeedId, span: ChunkSpan, offset: int, count: int
    ) -> bytes:
        return self.read_chunk(feed_id, span)[offset : offset + count]

    def read_incoming(self, feed_id: FeedId, span: ChunkSpan) -> bytes:
        return _read(self.incoming_folder(feed_id) / chunk_name(feed_id, span))

    def write_incoming(self, feed_id: FeedId, span: ChunkSpan, chunk: bytes) -> None:
        (self.incoming_folder(feed_id) / chunk_name(feed_id, span)).write_bytes(chunk)

    def write_incoming_part(
        self, feed_id: FeedId, span: ChunkSpan, offset: int, data: bytes
    ) -> None:
        path = self.incoming_folder(feed_id) / chunk_name(feed_id, span)
        path.touch()
        with path.open("r+b") as file:
            file.seek(offset)
            file.write(data)

    def drop_incoming(self, feed_id: FeedId, span: ChunkSpan) -> None:
        (self.incoming_folder(feed_id) / chunk_name(feed_id, span)).unlink(missing_ok=True)

    def drop_chunk(self, feed_id: FeedId, span: ChunkSpan) -> None:
        self.disk.held.get(feed_id, set()).discard(span)
        (self.chunk_folder(feed_id) / chunk_name(feed_id, span)).unlink(missing_ok=True)

    def distrust_chunk(self, feed_id: FeedId, span: ChunkSpan) -> None:
        name = chunk_name(feed_id, span)
        self.disk.held.get(feed_id, set()).discard(span)
        with suppress(FileNotFoundError):
            (self.chunk_folder(feed_id) / name).replace(self.incoming_folder(feed_id) / name)

    def is_journal_sound(self, replica: Replica) -> bool:
        return self.disk.replicas.get(replica.feed_id) == replica

    def drop_superseded(self, feed_id: FeedId, *, before_ms: int) -> list[ChunkSpan]:
        held, current = self.held(feed_id), self.disk.replicas[feed_id].chunks()
        dropped = []
        for span in sorted(held - current.keys()):
            successor = next((each for each in current if each.covers(span)), span)
            path = self.chunk_folder(feed_id) / chunk_name(feed_id, successor)
            if successor not in held:
                continue
            if not path.exists() or path.stat().st_mtime * 1000 < before_ms:
                self.drop_chunk(feed_id, span)
                dropped.append(span)
        return dropped

    def read_entries(self, feed_id: FeedId, start: int, end: int) -> list[bytes]:
        replica = self.disk.replicas.get(feed_id)
        if replica is None:
            raise DamageError("the feed is not here any more")
        stored: list[bytes] = []
        for span, record in replica.chunks().items():
            if span.start < end and span.end > start:
                entries = self._unpack(feed_id, span, record)
                stored += entries[max(start - span.start, 0) : end - span.start]
        first = max(start - replica.tail_start, 0)
        return stored + list(replica.tail[first : max(end - replica.tail_start, 0)])

    def still(self, replica: Replica) -> "FakeStillFeed":
        return FakeStillFeed(self, replica)

    def read_packed(self, feed_id: FeedId, start: int, end: int) -> Packed:
        return Packed(tail=self.read_entries(feed_id, start, end), count=end - start)

    def disk_bytes(self, feed_id: FeedId) -> int:
        replica = self.disk.replicas.get(feed_id)
        tail_bytes = sum(map(len, replica.tail)) if replica else 0
        return tail_bytes + sum(len(self.read_chunk(feed_id, s)) for s in self.held(feed_id))

    def free_bytes(self) -> int:
        return self.disk.free_bytes

    def _unpack(self, feed_id: FeedId, span: ChunkSpan, record: ChunkRecord) -> list[bytes]:
        chunk = self.read_chunk(feed_id, span)
        try:
            if hash_pieces(chunk) == record.pieces:
                return [entry for frame in unpack_chunk(chunk) for entry in frame]
        except RemoteError as error:
            raise DamageError(f"{chunk_name(feed_id, span)} is damaged: {error}") from error
        raise DamageError(f"{chunk_name(feed_id, span)} is damaged")

    def _make_folders(self, feed_id: FeedId) -> None:
        self.disk.held.setdefault(feed_id, set())
        for folder in (self.chunk_folder(feed_id), self.incoming_folder(feed_id)):
            folder.mkdir(parents=True, exist_ok=True)

    def _feed_folder(self, feed_id: FeedId) -> Path:
        return self.disk.folder / feed_id.hex()


class FakeStillFeed:
    """Implements ``ports.StillFeed``: all of it is in memory."""

    def __init__(self, logs: FakeLogs, replica: Replica) -> None:
        feed_id, held = replica.feed_id, logs.held(replica.feed_id)
        self._ranges = [(each.start, each.end) for each in replica.chunks() if each in held]
        if replica.tail:
            self._ranges.append((replica.tail_start, replica.size))
        self._entries = {
            start: logs.read_entries(feed_id, start, end) for start, end in self._ranges
        }
        self._files = {
            f"chunks/{chunk_name(feed_id, each)}": logs.read_chunk(feed_id, each)
            for each in held
        }

    def ranges(self) -> list[tuple[int, int]]:
        return self._ranges

    def read_entries(self, start: int, end: int) -> list[bytes]:
        return [
            stored
            for first, last in self._ranges
            for index, stored in zip(range(first, last), self._entries[first], strict=True)
            if start <= index < end
        ]

    def names(self) -> Sequence[str]:
        return sorted(self._files)

    def parts(self, name: str) -> Iterator[bytes]:
        yield self._files[name]

    def close(self) -> None:
        """Nothing is open."""


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise DamageError(f"{path} is missing") from error
