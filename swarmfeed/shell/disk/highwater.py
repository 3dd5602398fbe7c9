"""High-water marks on disk: how far each own feed was signed, apart from the feed itself.

    high-water/<feed address>       two slots, MARK_SLOT_BYTES each, zeros behind what is used

    slot = payload length (4, big-endian) || SHA-256(payload)[:8] || payload
    payload = {"end": 0 to 2, "j": last append, "n": count, "reach": n, "root": root,
               "size": n}

The file never changes its length and is written in place, so a sync of it is the cheapest there
is.  The slots are written in turn: a crash tears one at worst, and the other one still says
how far the feed was before.  The one with the higher count is the mark.

The mark may be synced at the same time as the journal, because each has the whole last append:
what the one lost in a power cut, the other one tells.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from threading import Thread
from typing import Final

from swarmfeed.core.asks import troubles
from swarmfeed.core.base.address import format_address, parse_address
from swarmfeed.core.base.bencoding import Fields, decode, encode
from swarmfeed.core.base.limits import FEED_ENTRIES_MAX, MARK_FRAME_BYTES_MAX, MARK_SLOT_BYTES
from swarmfeed.core.base.types import FeedId, Hash
from swarmfeed.core.feed.highwater import Ending, Mark
from swarmfeed.errors import BadEncodingError, DamageError, FatalError, UserError
from swarmfeed.shell.disk.durable import (
    drop_temporary,
    make_folder,
    read_file,
    unread,
    write_file,
)

_SLOTS: Final = 2
_HEADER_BYTES: Final = 12
_COUNT_MAX: Final = 2**62


@dataclass(frozen=True, slots=True)
class _Slot:
    count: int
    mark: Mark


class MarkFiles:
    """The marks of one home."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def feed_ids(self) -> list[FeedId]:
        """Feeds that have a file here, readable or not."""
        found = []
        with suppress(FileNotFoundError):
            drop_temporary(self._folder)
            with unread(self._folder):
                names = sorted(os.listdir(self._folder))
            for name in names:
                with suppress(UserError):
                    found.append(FeedId(parse_address(name)))
        return found

    def read(self, feed_id: FeedId) -> Mark | None:
        """Return the mark; None when there is none, or nothing of it can be read."""
        slots = self._read_slots(feed_id)
        newest = max(
            (each for each in slots if each), key=lambda each: each.count, default=None
        )
        return newest.mark if newest else None

    def write(self, feed_id: FeedId, mark: Mark) -> None:
        """Put a mark in place; when this returns it survives a power cut.

        Raises:
            PassingError: Not now: the disk is full, say.  The mark is as it was.
            FatalError: The disk failed, and what it kept is unknown.
        """
        if self.read(feed_id) is None:
            make_folder(self._folder)
            content = _encode_slot(0, mark).ljust(_SLOTS * MARK_SLOT_BYTES, b"\0")
            write_file(self._path(feed_id), content)
            return
        try:
            descriptor = self._overwrite(feed_id, mark)
        except OSError as error:
            trouble = troubles.trouble_of_errno(error.errno) or troubles.FAILING
            raise trouble.unsaved(self._path(feed_id)) from error
        try:
            _sync(descriptor, self._path(feed_id))
        finally:
            os.close(descriptor)

    def forget_appends(self, feed_id: FeedId) -> None:
        """Keep no append in either slot: the journal has them, and some may be withdrawn."""
        if not any(slot and slot.mark.frame for slot in self._read_slots(feed_id)):
            return
        mark = self.read(feed_id)
        assert mark is not None
        for _ in range(_SLOTS):
            self.write(feed_id, replace(mark, frame=b""))

    @contextmanager
    def beside(self, feed_id: FeedId, mark: Mark) -> Iterator[None]:
        """Put a mark in place and sync it while the block runs; the block's end waits for it.

        Raises:
            OSError: It could not be put in place, and is as it was.
            FatalError: The disk failed, and what it kept is unknown.
        """
        path, failed = self._path(feed_id), list[FatalError]()
        descriptor = self._overwrite(feed_id, mark)

        def run() -> None:
            try:
                _sync(descriptor, path)
            except FatalError as error:
                failed.append(error)

        syncing = Thread(target=run, name="mark")
        syncing.start()
        try:
            yield
        finally:
            syncing.join()
            os.close(descriptor)
        if failed:
            raise failed[0]

    def _path(self, feed_id: FeedId) -> Path:
        return self._folder / format_address(feed_id)

    def _read_slots(self, feed_id: FeedId) -> list[_Slot | None]:
        return [_decode_slot(content) for content in self._read_contents(feed_id)]

    def _read_contents(self, feed_id: FeedId) -> list[bytes]:
        try:
            content = read_file(self._path(feed_id), _SLOTS * MARK_SLOT_BYTES)
        except (FileNotFoundError, DamageError):
            content = b""
        starts = range(0, _SLOTS * MARK_SLOT_BYTES, MARK_SLOT_BYTES)
        return [content[at : at + MARK_SLOT_BYTES] for at in starts]

    def _overwrite(self, feed_id: FeedId, mark: Mark) -> int:
        """Write the older slot, and return the open file: it is not synced yet."""
        path, before = self._path(feed_id), self._read_contents(feed_id)
        counts = [slot.count if slot else -1 for slot in map(_decode_slot, before)]
        number = counts.index(min(counts))
        content, at = _encode_slot(max(counts) + 1, mark), number * MARK_SLOT_BYTES
        # Of a longer one that stood there nothing stays behind it.
        content = content.ljust(len(before[number].rstrip(b"\0")), b"\0")
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            if os.pwrite(descriptor, content, at) < len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor


def fits(frame: bytes) -> bool:
    """Whether a mark has room for an append's frame."""
    return len(frame) <= MARK_FRAME_BYTES_MAX


def _encode_slot(count: int, mark: Mark) -> bytes:
    payload = encode(
        {
            b"end": mark.ending.value,
            b"j": mark.frame,
            b"n": count,
            b"reach": mark.reach,
            b"root": mark.root,
            b"size": mark.size,
        }
    )
    return len(payload).to_bytes(4, "big") + sha256(payload).digest()[:8] + payload


def _decode_slot(content: bytes) -> _Slot | None:
    length = int.from_bytes(content[:4], "big")
    payload = content[_HEADER_BYTES : _HEADER_BYTES + length]
    if not payload or sha256(payload).digest()[:8] != content[4:_HEADER_BYTES]:
        return None
    try:
        fields = Fields(decode(payload, limit_bytes=MARK_SLOT_BYTES), "high-water mark")
        mark = Mark(
            size=fields.take_int(b"size", 0, FEED_ENTRIES_MAX),
            root=Hash(fields.take_bytes(b"root", length=32)),
            reach=fields.take_int(b"reach", 0, FEED_ENTRIES_MAX),
            ending=Ending(fields.take_int(b"end", 0, 2)),
            frame=fields.take_bytes(b"j", bytes_max=MARK_FRAME_BYTES_MAX),
        )
        return _Slot(fields.take_int(b"n", 0, _COUNT_MAX), mark)
    except BadEncodingError:
        return None


def _sync(descriptor: int, path: Path) -> None:
    try:
        os.fdatasync(descriptor)
    except OSError as error:
        raise FatalError(f"{path} was not synced: {error.strerror}") from error
