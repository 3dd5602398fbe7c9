"""Feeds on disk.  They are the truth; everything else is derived from them.

    feeds/<feed address>/
        journal          head, chunk list and tail: see journal.py
        certificates     signed certificates of the feed's author
        chunks/          kept chunks, in place for the swarm; names as their torrents
        incoming/        chunks on their way, not verified yet
        fork             two signed heads that contradict each other, if there are any
    feeds/arrived-<n>    small feeds that came together: see intake.py

Order of a change: chunk files first, then the journal, in one step.  A crash leaves at worst
chunk files that the journal does not know of yet, also beside one whose place they will take.

Of an own feed the high-water mark, beside the folder of the feeds, says how far it was signed
(highwater.py).  While that is more than the journal says, nothing is added to the feed.
"""

import os
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from swarmfeed.core.asks import trouble_sentences, troubles
from swarmfeed.core.base import limits
from swarmfeed.core.base.address import format_address, parse_address
from swarmfeed.core.base.keys import Verify, verify_signature
from swarmfeed.core.base.types import ChunkSpan, FeedId, Hash
from swarmfeed.core.feed.head import Sign, open_head
from swarmfeed.core.feed.highwater import Ending, Mark, mark_of, settle_mark
from swarmfeed.core.feed.metainfo import chunk_name, hash_pieces
from swarmfeed.core.feed.reading import Packed
from swarmfeed.core.feed.replica import Growth, Replica, grow, open_replica
from swarmfeed.errors import DamageError, FatalError, PassingError, RemoteError, UserError
from swarmfeed.shell.disk import own, statements
from swarmfeed.shell.disk.durable import (
    delete_file,
    drop_temporary,
    fsync_folder,
    make_folder,
    unread,
    write_file,
)
from swarmfeed.shell.disk.growing import GrowingLogs
from swarmfeed.shell.disk.highwater import fits
from swarmfeed.shell.disk.intake import fits_in
from swarmfeed.shell.disk.journal import (
    JournalState,
    append_frame,
    append_to_journal,
    base_frame,
    cut_journal,
    read_journal,
    salvage_journal,
)
from swarmfeed.shell.disk.slices import packed_part, read_part


class FileLogs(GrowingLogs):
    """Implements ``ports.Logs`` on a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._own = own.OwnFeeds(folder.with_name("high-water"))
        make_folder(folder)
        fsync_folder(folder.parent)  # an earlier process may have died before it did this
        self._replicas: dict[FeedId, Replica] = {}
        self._damaged: dict[FeedId, str] = {}
        self._unread: dict[FeedId, PassingError] = {}
        self._appended_bytes: Counter[FeedId] = Counter()  # since the base of the journal

    # --- reading at start ---

    def read_all(self, verify: Verify = verify_signature) -> list[Replica]:
        """Recover every feed; the damaged ones are named by ``damaged``."""
        found = {format_address(each): each for each in self._own.feed_ids()}
        drop_temporary(self._folder)
        with unread(self._folder):
            names = os.listdir(self._folder)
        self._intake.load(names)
        for name in names:
            with suppress(UserError):  # not a feed's folder
                found[name] = FeedId(parse_address(name))
        for name in sorted(found):
            self._recover(found[name], verify)
        for feed_id in self._intake.feed_ids():
            self._recover_arrived(feed_id, verify)
        return list(self._replicas.values())

    def read_again(self) -> list[Replica]:
        """As in ``ports.Logs``.  Raises PassingError for the first that still cannot be."""
        before = list(self._unread)
        for feed_id in before:
            self._recover(feed_id)
        for error in self._unread.values():
            raise error
        arrived = self._intake.load_again()
        for feed_id in arrived:
            self._recover_arrived(feed_id)
        return [self._replicas[each] for each in (*before, *arrived) if each in self._replicas]

    def damaged(self) -> dict[FeedId, str]:
        return dict(self._damaged)

    def unread(self) -> dict[FeedId, PassingError]:
        return dict(self._unread)

    def unsure(self) -> PassingError | None:
        return self._intake.unread()

    # --- changing a feed ---

    def append(
        self,
        feed_id: FeedId,
        stored: Sequence[bytes],
        *,
        now_ms: int,
        sign: Sign,
        going: Collection[int] = (),
    ) -> Replica:
        if feed_id in self._damaged:
            raise UserError(f"the log is damaged: {self._damaged[feed_id]}")
        self._check_known(feed_id)
        if self.free_bytes() < limits.DISK_FLOOR_BYTES:
            raise PassingError(trouble_sentences.DISK_ALMOST_FULL(), troubles.FULL.name)
        mark = self._own.to_go_on(feed_id, known := self._replicas.get(feed_id))
        journal = self._journal(feed_id)
        if known is not None and not self._own.is_as_left(feed_id, journal):
            self._write_base(known)  # somebody changed it meanwhile; we know what it said
        growth = grow(
            known,
            feed_id,
            stored,
            now_ms=now_ms,
            sign=sign,
            load=lambda span: self._read_own_chunk(feed_id, span),
            going=going,
        )
        after = growth.replica
        frame = b"" if growth.chunks else append_frame(stored, after.signed_head)
        is_short = frame and fits(frame) and own.keeps_tail(known, after)
        if is_short and self._has_room(feed_id, frame):
            self._own.add(mark, after, frame, journal)
            self._note_added(after, frame)
        else:
            self._change(mark, growth, going)
        self._own.note_left(feed_id, journal)
        return after

    def _change(self, mark: Mark, growth: Growth, going: Collection[int]) -> None:
        """Carry out an append of many parts; the next start ends what a crash cut short."""
        after, chunks, feed_id = growth.replica, dict(growth.chunks), growth.replica.feed_id
        replaced = chunks.keys() & self._chunks.held(feed_id)
        self._own.announce(mark, after, self._journal(feed_id))
        self._chunks.write(feed_id, {each: chunks[each] for each in chunks.keys() - replaced})
        self._chunks.stage(feed_id, {each: chunks[each] for each in replaced})
        self._write_base(after)
        try:
            self._chunks.put_staged(feed_id, replaced)
            self._chunks.drop_with(feed_id, going, current=after.chunks().keys())
        except (UserError, PassingError) as error:
            raise FatalError(f"a chunk was not put in its place: {error}") from error
        self._own.write(feed_id, mark_of(after, reach=mark.reach))

    def write_new(self, arrived: Sequence[tuple[Replica, Sequence[bytes]]]) -> None:
        files = {each.feed_id: statements.first_files(each, signed) for each, signed in arrived}
        apart = [each.feed_id for each, _ in arrived if not fits_in(each, files[each.feed_id])]
        if apart:
            self._chunks.begin({each: files.pop(each) for each in apart})
        self._intake.write(files)

    def take_in(self, replicas: Sequence[Replica]) -> None:
        for replica in replicas:
            self._keep(replica)

    def replace(self, replica: Replica) -> None:
        feed_id = replica.feed_id
        self._check_known(feed_id)
        self._own.heed(replica)
        self._chunks.set_aside_others(replica, self._replicas.get(feed_id))
        self._write_base(replica)

    def extend(self, replica: Replica, start: int) -> None:
        self._own.heed(replica)
        stored = replica.tail[start - replica.tail_start :]
        frame = append_frame(stored, replica.signed_head)
        is_short = own.keeps_tail(self._replicas.get(replica.feed_id), replica)
        if is_short and self._has_room(replica.feed_id, frame):
            append_to_journal(self._journal(replica.feed_id), frame)
            self._note_added(replica, frame)
        else:
            self._write_base(replica)

    def pack_journal(self, feed_id: FeedId) -> bool:
        self._intake.pack(feed_id)
        if self._appended_bytes[feed_id] <= limits.JOURNAL_APPENDED_BYTES_IDLE:
            return False
        self._write_base(self._replicas[feed_id])
        return True

    def erase(self, feed_id: FeedId) -> None:
        self._own.forget_appends(feed_id, self._journal(feed_id))
        own.drop_damaged(self._journal(feed_id))
        if not self._intake.counts(feed_id):
            self._intake.drop(feed_id)
        self._chunks.drop_others(feed_id, self._replicas[feed_id].chunks())

    def drop_feed(self, feed_id: FeedId) -> None:
        self._intake.drop(feed_id)
        self._replicas.pop(feed_id, None)
        self._chunks.forget(feed_id)
        self._damaged.pop(feed_id, None)
        self._unread.pop(feed_id, None)
        self._appended_bytes.pop(feed_id, None)
        # Without its journal a folder is no feed any more, whatever is left of it.
        delete_file(self._journal(feed_id))
        self._chunks.delete_folders(feed_id)

    # --- how far an own feed was signed ---

    def mark(self, feed_id: FeedId) -> Mark | None:
        return self._own.mark(feed_id)

    def marked(self) -> set[FeedId]:
        return self._own.marked()

    def end_mark(self, feed_id: FeedId, ending: Ending) -> None:
        self._own.end(feed_id, ending)

    def chunks_end(self, feed_id: FeedId) -> int:
        return max((span.end for span in self._chunks.listed(feed_id)), default=0)

    # --- certificates and forks ---

    def read_certificates(self, feed_id: FeedId) -> tuple[bytes, ...]:
        found = statements.read_certificates(self._chunks.feed_folder(feed_id))
        return found or self._intake.read_certificates(feed_id)

    def replace_certificates(self, feed_id: FeedId, signed: Sequence[bytes]) -> None:
        self._write_beside(feed_id, partial(statements.write_certificates, signed=signed))

    def save_fork(
        self, feed_id: FeedId, first: bytes, second: bytes, proof: Sequence[Hash]
    ) -> None:
        self._own.end(feed_id, Ending.FORKED)
        fork = (first, second, tuple(proof))
        self._write_beside(feed_id, partial(statements.write_fork, fork=fork))

    # --- what is sound, and the disk ---

    def is_journal_sound(self, replica: Replica) -> bool:
        try:
            state = self._read_state(replica.feed_id)
        except (DamageError, FileNotFoundError):
            return False
        said = (state.signed_head, state.chunk_list, state.tail)
        return said == (replica.signed_head, replica.chunk_list, replica.tail)

    def drop_superseded(self, feed_id: FeedId, *, before_ms: int) -> list[ChunkSpan]:
        current = self._replicas[feed_id].chunks().keys()
        return self._chunks.drop_superseded(feed_id, current, before_ms=before_ms)

    def read_entries(self, feed_id: FeedId, start: int, end: int) -> list[bytes]:
        return read_part(self._here(feed_id), start, end, partial(self.read_chunk, feed_id))

    def read_packed(self, feed_id: FeedId, start: int, end: int) -> Packed:
        return packed_part(self._here(feed_id), start, end, partial(self.read_chunk, feed_id))

    def disk_bytes(self, feed_id: FeedId) -> int:
        here = self._replicas.get(feed_id)
        said = (here and here.signed_head, self._appended_bytes[feed_id])
        return self._chunks.disk_bytes(feed_id, said) + self._intake.bytes_of(feed_id)

    # --- inside ---

    def _here(self, feed_id: FeedId) -> Replica:
        if (replica := self._replicas.get(feed_id)) is None:
            raise DamageError("the feed is not here any more")
        return replica

    def _recover(self, feed_id: FeedId, verify: Verify = verify_signature) -> None:
        try:
            self._recover_now(feed_id, verify)
            self._unread.pop(feed_id, None)
        except PassingError as error:
            self._replicas.pop(feed_id, None)
            self._unread[feed_id] = error

    def _recover_now(self, feed_id: FeedId, verify: Verify) -> None:
        path, mark = self._journal(feed_id), self._own.mark_left(feed_id)
        names = self._chunks.drop_temporary(feed_id)
        try:
            # Where a mark knows the size, nothing is forgotten by passing over what is damaged.
            state = salvage_journal(path) if mark else read_journal(path)
            replica = _open(feed_id, state, verify)
        except FileNotFoundError:
            if mark is not None and mark.size > 0:
                self._lose(feed_id, f"{path} is missing")
            return  # else a crash came before the first journal
        except (DamageError, RemoteError) as error:
            self._lose(feed_id, f"{path}: {error}")
            return
        self._appended_bytes[feed_id] = state.end - state.base_end
        self._chunks.take_up_beside(feed_id, replica.chunks(), names)
        self._keep(replica)
        if mark is None:
            cut_journal(path, state.end)
        else:
            self._settle(mark, state, replica)

    def _recover_arrived(self, feed_id: FeedId, verify: Verify = verify_signature) -> None:
        """Take up a feed that has no journal of its own yet."""
        if any(feed_id in each for each in (self._replicas, self._damaged, self._unread)):
            self._intake.replace(feed_id)
            return
        try:
            self._keep(_open(feed_id, self._read_state(feed_id), verify))
        except (DamageError, RemoteError) as error:
            self._lose(feed_id, str(error))

    def _read_state(self, feed_id: FeedId) -> JournalState:
        """What a feed's journal says.  Raises FileNotFoundError, DamageError, PassingError."""
        arrived = self._intake.read_journal(feed_id)
        return read_journal(self._journal(feed_id)) if arrived is None else arrived

    def _lose(self, feed_id: FeedId, reason: str) -> None:
        """Note that a journal is damaged; the chunks beside it are what they were."""
        self._damaged[feed_id] = reason
        if self._chunks.has_folders(feed_id):
            self._chunks.take_up(feed_id)

    def _settle(self, mark: Mark, state: JournalState, replica: Replica) -> None:
        """Finish an own append that a crash cut short: either journal or mark has all of it."""
        feed_id, path = replica.feed_id, self._journal(replica.feed_id)
        own.cut_or_keep(path, state.end)
        after = own.replay(mark, replica, path)
        if after is not replica:
            self._appended_bytes[feed_id] = path.stat().st_size - state.base_end
            self._keep(after)
        earlier = open_head(state.earlier_head, feed_id) if state.earlier_head else None
        settled = settle_mark(mark, after, earlier)
        if settled != mark:
            # Made for an append that never was.
            self._chunks.drop_ending_in(feed_id, after.size + 1, mark.reach + 1)
        self._own.settle(feed_id, settled, path)
        if mark.size == replica.size and state.end == state.base_end:
            self._own.forget_appends(feed_id, path)  # the base has all of it
        self._own.note_left(feed_id, path)

    def _write_base(self, replica: Replica) -> None:
        feed_id, path = replica.feed_id, self._journal(replica.feed_id)
        self._chunks.make_folders(feed_id)
        if feed_id in self._damaged:
            own.keep_damaged(path)
        write_file(path, base_frame(replica.chunk_list, replica.tail, replica.signed_head))
        self._intake.replace(feed_id)
        self._appended_bytes[feed_id] = 0
        self._keep(replica)
        self._own.note_left(feed_id, path)

    def _note_added(self, after: Replica, frame: bytes) -> None:
        self._appended_bytes[after.feed_id] += len(frame)
        self._keep(after)

    def _has_room(self, feed_id: FeedId, frame: bytes) -> bool:
        if self._intake.counts(feed_id):
            return False
        return self._appended_bytes[feed_id] + len(frame) <= limits.JOURNAL_APPENDED_BYTES_MAX

    def _check_known(self, feed_id: FeedId) -> None:
        """What stands in a journal that was not read may be newer: never write over it."""
        if feed_id in self._unread:
            raise self._unread[feed_id]

    def _keep(self, replica: Replica) -> None:
        self._replicas[replica.feed_id] = replica
        self._damaged.pop(replica.feed_id, None)

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

    def _journal(self, feed_id: FeedId) -> Path:
        return self._chunks.journal(feed_id)


def _open(feed_id: FeedId, said: JournalState, verify: Verify) -> Replica:
    return open_replica(feed_id, said.signed_head, said.chunk_list, said.tail, verify)
