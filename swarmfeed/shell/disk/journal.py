"""A feed's journal: one small file that says what the feed is, up to the last whole frame.

    frame = payload length (4, big-endian) || SHA-256(payload)[:8] || payload

    base    zstd({"c": chunk list, "e": [stored entries of the tail], "h": signed head})
    append  {"e": [stored entries], "h": signed head}

The first frame is a base and only ever comes into being by replacing the whole file in one
step; appends follow.  A crash can only tear frames that were not synced, which are then cut
off: either nobody was told that they were saved, or the feed's mark has them (highwater.py).

The base is one zstd frame (RFC 8878), because most feeds are small and are hardly anything
but a tail.  Appends are short and many: they stay as they are.

A torn frame ends too early (the process was killed), or lacks whole sectors, which read as
zeros (the power went).  Any other bad frame is no crash but damage, and is never passed over:
whoever forgot an entry that others have seen would sign a second history.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from swarmfeed.core.asks import trouble_sentences, troubles
from swarmfeed.core.base.bencoding import Fields, decode
from swarmfeed.core.base.limits import (
    CHUNK_ENTRIES,
    CHUNK_LIST_BYTES_MAX,
    HEAD_BYTES_MAX,
    JOURNAL_BYTES_MAX,
    STORED_BYTES_MAX,
)
from swarmfeed.core.feed.chunk import pack_frame, unpack_frame
from swarmfeed.errors import (
    BadEncodingError,
    DamageError,
    FatalError,
    PassingError,
    UserError,
)
from swarmfeed.shell.disk.durable import read_file, unread, unsaved

_HEADER_BYTES = 12

_SECTOR_BYTES = 512
"""What a disk writes whole or not at all."""


class JournalState(Struct, frozen=True):
    """What a journal says."""

    chunk_list: bytes
    tail: tuple[bytes, ...]
    signed_head: bytes
    base_end: int
    """Where the base ends and what was appended starts."""
    end: int
    """Where the last whole frame ends; what stands after it was torn by a crash."""
    earlier_head: bytes | None
    """Signed head of the frame before the last one; None where the base is the last."""


def base_frame(chunk_list: bytes, tail: Sequence[bytes], signed_head: bytes) -> bytes:
    """Return the frame that starts a journal."""
    content = b"d1:c%d:%b1:el%be1:h%d:%be" % (
        len(chunk_list),
        chunk_list,
        _strings(tail),
        len(signed_head),
        signed_head,
    )
    return frame(pack_frame(content))


def append_frame(stored: Sequence[bytes], signed_head: bytes) -> bytes:
    """Return a frame that adds entries under a new head."""
    return frame(b"d1:el%be1:h%d:%be" % (_strings(stored), len(signed_head), signed_head))


def read_journal(path: Path) -> JournalState:
    """Read a journal up to its last whole frame.

    Raises:
        FileNotFoundError: There is none.
        DamageError: Its base, or a frame before the last, is not what was written.
    """
    return open_journal(path, read_file(path, JOURNAL_BYTES_MAX))


def open_journal(path: Path, content: bytes) -> JournalState:
    """Return what a journal says up to its last whole frame.

    Args:
        path: Where it stands, to name it in an error.

    Raises:
        DamageError: Its base, or a frame before the last, is not what was written.
    """
    state = _read_frames(path, content)
    if not _is_torn(content, state.end) or _has_whole_frame(content, state.end + 1):
        raise DamageError(f"{path} is damaged at byte {state.end}")
    return state


def salvage_journal(path: Path) -> JournalState:
    """Read a journal up to its first frame that is not whole, whatever stands behind it.

    Only for feeds whose size somebody else knows: what is missing must not pass unseen.

    Raises:
        FileNotFoundError, DamageError: There is none, or its base is not what was written.
    """
    return _read_frames(path, read_file(path, JOURNAL_BYTES_MAX))


def read_frames(frames: bytes) -> Iterator[tuple[bytes, tuple[bytes, ...], bytes]]:
    """Yield appended frames: each with its stored entries and its signed head.

    Raises:
        BadEncodingError: They are none.
    """
    at = 0
    while at < len(frames):
        payload, end = next_payload(frames, at)
        if payload is None:
            raise BadEncodingError("no whole frame")
        yield frames[at:end], *_entries_and_head(_fields(payload))
        at = end


def _read_frames(path: Path, content: bytes) -> JournalState:
    base, base_end = next_payload(content, 0)
    if base is None:
        raise DamageError(f"{path} does not start with a whole frame")
    try:
        fields = _fields(unpack_frame(base, JOURNAL_BYTES_MAX))
        chunk_list = fields.take_bytes(b"c", bytes_max=CHUNK_LIST_BYTES_MAX)
        tail, signed_head = _entries_and_head(fields)
        end, earlier = base_end, None
        while (step := next_payload(content, end))[0] is not None:
            earlier = signed_head
            more, signed_head = _entries_and_head(_fields(step[0] or b""))
            tail, end = tail + more, step[1]
    except BadEncodingError as error:
        raise DamageError(f"{path} has a frame that says nothing: {error}") from error
    return JournalState(chunk_list, tail, signed_head, base_end, end, earlier)


def append_to_journal(path: Path, frame: bytes, save: Callable[[], None] | None = None) -> None:
    """Add a frame; when this returns it survives a power cut.

    Args:
        save: Makes the frame durable in another place, so that the journal needs no sync; a
            PassingError of it takes the frame back.

    Raises:
        PassingError: Not now: the disk is full, say.  The journal is as it was before.
        FatalError: The disk failed, and what it kept is unknown; or the journal is gone.
    """
    descriptor = _open(path, os.O_APPEND)
    try:
        end = os.fstat(descriptor).st_size
        try:
            _write_all(descriptor, frame)
            if save is not None:
                save()
        except PassingError:
            _cut(descriptor, end, path)
            raise
        except OSError as error:
            _cut(descriptor, end, path)
            # Cut back and synced: nothing of it is there, whatever kept it out.
            trouble = troubles.trouble_of_errno(error.errno) or troubles.FAILING
            raise trouble.unsaved(trouble_sentences.WHAT_WAS_NEW()) from error
        if save is None:
            _sync(descriptor, path)
    finally:
        os.close(descriptor)


def sync_journal(path: Path) -> None:
    """Make durable what was appended and saved in another place only.

    Raises:
        PassingError: It cannot be opened now.
        FatalError: The disk failed, and what it kept is unknown; or the journal is gone.
    """
    descriptor = _open(path, 0)
    try:
        _sync(descriptor, path)
    finally:
        os.close(descriptor)


def cut_journal(path: Path, end: int) -> None:
    """Cut off what a crash left behind the last whole frame.

    Raises:
        PassingError: It cannot be opened for writing now; nothing changed.
        FatalError: The disk failed, and what it kept is unknown; or the journal is gone.
    """
    with unread(path):
        if path.stat().st_size <= end:
            return  # most are whole, and may lie on a disk that can only be read
    descriptor = _open(path, 0)
    try:
        _cut(descriptor, end, path)
    finally:
        os.close(descriptor)


def frame(payload: bytes) -> bytes:
    """Return a payload with its length and its checksum."""
    return len(payload).to_bytes(4, "big") + sha256(payload).digest()[:8] + payload


def _strings(stored: Sequence[bytes]) -> bytes:
    return b"".join([b"%d:%b" % (len(entry), entry) for entry in stored])


def next_payload(content: bytes, at: int) -> tuple[bytes | None, int]:
    """Return the payload of the frame at ``at`` and its end; None if it is not whole."""
    start = at + _HEADER_BYTES
    end = start + int.from_bytes(content[at : at + 4], "big")
    if start > len(content) or end > len(content):
        return None, at
    payload = content[start:end]
    if sha256(payload).digest()[:8] != content[at + 4 : start]:
        return None, at
    return payload, end


def _is_torn(content: bytes, at: int) -> bool:
    """Whether what stands after the last whole frame can be the work of a crash."""
    start = at + _HEADER_BYTES
    end = start + int.from_bytes(content[at : at + 4], "big")
    if start > len(content):
        return True
    if sha256(content[start:]).digest()[:8] == content[at + 4 : start]:
        return False  # all is there but its length
    return end > len(content) or _lacks_sector(content, at, end)


def _lacks_sector(content: bytes, start: int, end: int) -> bool:
    """Whether the part of some sector in a frame at [start, end) is all zeros."""
    # The first two bytes of a length are mostly zeros anyway.
    first = start + 2 - (start + 2) % _SECTOR_BYTES
    return any(
        not any(content[max(at, start) : min(at + _SECTOR_BYTES, end)])
        for at in range(first, end, _SECTOR_BYTES)
    )


def _has_whole_frame(content: bytes, start: int) -> bool:
    """Whether a whole appended frame starts anywhere at or after ``start``.

    Their payloads start with ``d1:``, so the search jumps from one such place to the next.
    """
    at = content.find(b"d1:", start + _HEADER_BYTES)
    while at >= 0:
        payload, _ = next_payload(content, at - _HEADER_BYTES)
        if payload:
            return True
        at = content.find(b"d1:", at + 1)
    return False


def _fields(payload: bytes) -> Fields:
    return Fields(decode(payload, limit_bytes=JOURNAL_BYTES_MAX), "journal frame")


def _entries_and_head(fields: Fields) -> tuple[tuple[bytes, ...], bytes]:
    stored = fields.take_bytes_list(b"e", count_max=CHUNK_ENTRIES, bytes_max=STORED_BYTES_MAX)
    return stored, fields.take_bytes(b"h", bytes_max=HEAD_BYTES_MAX)


def _open(path: Path, flags: int) -> int:
    try:
        with unsaved(path):
            return os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC | flags)
    except UserError as error:
        # It is there as long as the feed is: whoever took it away, nobody knows what else.
        raise FatalError(f"{path} cannot be opened: {error}") from error


def _write_all(descriptor: int, content: bytes) -> None:
    # A full disk makes write() stop short before it fails.
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def _cut(descriptor: int, end: int, path: Path) -> None:
    try:
        os.ftruncate(descriptor, end)
    except OSError as error:
        raise FatalError(f"{path} could not be cut back: {error.strerror}") from error
    _sync(descriptor, path)


def _sync(descriptor: int, path: Path) -> None:
    try:
        os.fdatasync(descriptor)
    except OSError as error:
        # After a failed fsync nobody knows what is on the disk: read it again from the start.
        raise FatalError(f"{path} was not synced: {error.strerror}") from error
