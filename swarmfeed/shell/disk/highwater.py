"""High-water marks on disk: how far each own feed was signed, apart from the feed itself.

    high-water/<feed address>       two slots, MARK_SLOT_BYTES each, zeros behind what is used

    slot = payload length (4, big-endian) || SHA-256(payload)[:8] || payload
    payload = {"end": 0 to 2, "j": last appends, "n": count, "reach": n, "root": root,
               "size": n}

The file never changes its length and is written in place, so a sync of it is the cheapest there
is.  The slots are written in turn: a crash tears one at worst, and the other one still says
how far the feed was before.  The one with the higher count is the mark.

Syncing the mark is all that a short append needs: it has whatever the journal was not synced
for, and the next start adds that to the journal where a power cut took it away.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.asks import troubles
from swarmfeed.core.base.address import format_address, parse_address
from swarmfeed.core.base.bencoding import Fields, decode
from swarmfeed.core.base.limits import FEED_ENTRIES_MAX
from swarmfeed.core.base.types import FeedId, Hash
from swarmfeed.core.feed.highwater import Ending, Mark
from swarmfeed.core.feed.limits import (
    MARK_FRAME_BYTES_MAX,
    MARK_FRAMES_BYTES_MAX,
    MARK_SLOT_BYTES,
)
from swarmfeed.errors import (
    BadEncodingError,
    DamageError,
    FatalError,
    PassingError,
    UserError,
)
from swarmfeed.shell.disk.durable import (
    drop_temporary,
    fsync_file,
    fsync_folder,
    make_folder,
    read_file,
    unread,
    write_file,
)

_SLOTS: Final = 2
_HEADER_BYTES: Final = 12
_COUNT_MAX: Final = 2**62


class _Slot(Struct, frozen=True):
    count: int
    mark: Mark


class _File(Struct, frozen=True):
    content: bytes
    slots: tuple[_Slot | None, ...]
    used: tuple[int, ...]
    """Bytes of each slot up to the last that is not zero."""

    @property
    def counts(self) -> list[int]:
        """Of each slot; -1 for one that is not whole."""
        return [slot.count if slot else -1 for slot in self.slots]

    @property
    def mark(self) -> Mark | None:
        whole = [each for each in self.slots if each]
        return max(whole, key=lambda each: each.count).mark if whole else None


class MarkFiles:
    """The marks of one home."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[FeedId, _File] = {}
        self._paths: dict[FeedId, Path] = {}
        self._listed: set[FeedId] | None = None

    def feed_ids(self) -> list[FeedId]:
        """Feeds that have a file here, readable or not."""
        with suppress(FileNotFoundError):
            drop_temporary(self._folder)
        self._listed = self.there()
        if self._listed:
            fsync_folder(self._folder)  # an earlier process may have died before it did this
        return sorted(self._listed, key=format_address)

    def there(self) -> set[FeedId]:
        """The same, just as it is now: one may have been put back, or taken away."""
        found = set()
        with suppress(FileNotFoundError), unread(self._folder):
            for name in os.listdir(self._folder):
                with suppress(UserError):
                    found.add(FeedId(parse_address(name)))
        return found

    def has(self, feed_id: FeedId) -> bool:
        """Whether a feed had a file when they were listed, or was given one since."""
        if self._listed is None:
            self.feed_ids()
        return self._listed is not None and feed_id in self._listed

    def read(self, feed_id: FeedId) -> Mark | None:
        """Return the mark; None when there is none, or nothing of it can be read."""
        return self._file(feed_id).mark

    def write(self, feed_id: FeedId, mark: Mark) -> None:
        """Put a mark in place; when this returns it survives a power cut.

        Raises:
            PassingError: Not now: the disk is full, say.  The mark is as it was.
            FatalError: The disk failed, and what it kept is unknown.
        """
        path = self._paths[feed_id] = self._path(feed_id)
        before = self._read.get(feed_id) or self._file(feed_id)
        if before.mark is None:
            make_folder(self._folder)
            content = _encode_slot(0, mark).ljust(_SLOTS * MARK_SLOT_BYTES, b"\0")
            write_file(path, content)
            self._read[feed_id] = _take_apart(content)
            if self._listed is not None:
                self._listed.add(feed_id)
            return
        with _synced(path) as descriptor:
            self._read[feed_id] = _overwrite(descriptor, before, mark)

    def write_again(self, feed_id: FeedId) -> None:
        """Make durable what was read, whoever wrote it and was killed before the sync.

        It is written anew in its own slot: while the other one is, none may be on its way, and
        after a sync that failed the next one says nothing of what the first lost.

        Raises:
            FatalError: The disk failed.
        """
        path, known = self._path(feed_id), self._file(feed_id)
        if known.mark is None:
            return
        number = known.counts.index(max(known.counts))
        slot = known.content[number * MARK_SLOT_BYTES :][: known.used[number]]
        try:
            with _synced(path) as descriptor:
                _write_at(descriptor, slot, number * MARK_SLOT_BYTES)
        except PassingError:
            fsync_file(path)  # nothing waits on a disk that can only be read

    def keeps_appends(self, feed_id: FeedId) -> bool:
        """Whether either slot has any."""
        return any(slot and slot.mark.frames for slot in self._file(feed_id).slots)

    def forget_appends(self, feed_id: FeedId) -> None:
        """Keep no append in either slot: the journal has them, and some may be withdrawn."""
        mark = self.read(feed_id)
        assert mark is not None
        for _ in range(_SLOTS):
            self.write(feed_id, replace(mark, frames=b""))

    def _path(self, feed_id: FeedId) -> Path:
        return self._paths.get(feed_id) or self._folder / format_address(feed_id)

    def _file(self, feed_id: FeedId) -> _File:
        """Read the file: it may have been put back, or taken away, while this runs.

        It is taken apart only where it is not what was read or written last.
        """
        try:
            content = read_file(self._path(feed_id), _SLOTS * MARK_SLOT_BYTES)
        except (FileNotFoundError, DamageError):
            content = b""
        known = self._read.get(feed_id)
        if known is not None and known.content == content:
            return known
        self._read.pop(feed_id, None)
        found = _take_apart(content)
        if content:  # most feeds are those of others, and have none
            self._read[feed_id] = found
        return found


def fits(frame: bytes) -> bool:
    """Whether a mark has room for an append's frame."""
    return len(frame) <= MARK_FRAME_BYTES_MAX


def fits_together(frames: bytes) -> bool:
    """Whether a mark is to keep several frames, rather than the last one alone."""
    return len(frames) <= MARK_FRAMES_BYTES_MAX


def _take_apart(content: bytes) -> _File:
    starts = range(0, _SLOTS * MARK_SLOT_BYTES, MARK_SLOT_BYTES)
    parts = [content[at : at + MARK_SLOT_BYTES] for at in starts]
    used = tuple(len(part.rstrip(b"\0")) for part in parts)
    return _File(content, tuple(map(_decode_slot, parts)), used)


def _overwrite(descriptor: int, before: _File, mark: Mark) -> _File:
    """Write the older slot, not synced yet; return what is in the file then."""
    counts = before.counts
    number, newer = counts.index(min(counts)), _Slot(max(counts) + 1, mark)
    slot, at = _encode_slot(newer.count, mark), number * MARK_SLOT_BYTES
    # Of a longer one that stood there nothing stays behind it.
    padded = slot.ljust(before.used[number], b"\0")
    _write_at(descriptor, padded, at)
    content = before.content[:at] + padded + before.content[at + len(padded) :]
    slots, used = list(before.slots), list(before.used)
    slots[number], used[number] = newer, len(slot)
    return _File(content, tuple(slots), tuple(used))


def _encode_slot(count: int, mark: Mark) -> bytes:
    payload = b"d3:endi%de1:j%d:%b1:ni%de5:reachi%de4:root32:%b4:sizei%dee" % (
        mark.ending.value,
        len(mark.frames),
        mark.frames,
        count,
        mark.reach,
        mark.root,
        mark.size,
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
            frames=fields.take_bytes(b"j", bytes_max=MARK_FRAME_BYTES_MAX),
        )
        return _Slot(fields.take_int(b"n", 0, _COUNT_MAX), mark)
    except BadEncodingError:
        return None


def _write_at(descriptor: int, content: bytes, at: int) -> None:
    if os.pwrite(descriptor, content, at) < len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextmanager
def _synced(path: Path) -> Iterator[int]:
    """A file to write in place; what was written is on the disk afterwards."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise _unsaved(error, path) from error
    try:
        yield descriptor
        _sync(descriptor, path)
    except OSError as error:
        raise _unsaved(error, path) from error
    finally:
        os.close(descriptor)


def _unsaved(error: OSError, path: Path) -> PassingError:
    trouble = troubles.trouble_of_errno(error.errno) or troubles.FAILING
    return trouble.unsaved(path)


def _sync(descriptor: int, path: Path) -> None:
    try:
        os.fdatasync(descriptor)
    except OSError as error:
        raise FatalError(f"{path} was not synced: {error.strerror}") from error
