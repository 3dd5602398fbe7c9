"""Withdrawing: which bodies go, and what stays where they were.

    in the tail             the body goes with the head that has the ``withdraw`` entry
    in a sealed chunk       its one frame is packed anew; so the chunk list is another one

No hash in the tree changes: an entry's hash is made of the hash of its body.  An entry of the
tail stands before its withdrawal in the same tail, so whoever has a tail can clear it.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from swarmfeed.core.base.limits import CHUNK_ENTRIES
from swarmfeed.core.feed.chunk import (
    frame_content,
    frame_ranges,
    pack_frame,
    split_frame,
    unpack_frame,
)
from swarmfeed.core.feed.entry import decode_entry, encode_withdrawn
from swarmfeed.core.feed.kinds import FeedBody, LeaveBody, WithdrawBody, decode_body
from swarmfeed.errors import BadEncodingError

STAYING: Final = frozenset({FeedBody.kind, LeaveBody.kind, WithdrawBody.kind})
"""Kinds whose bodies never go: they say whose a feed is, and what went."""

_MARK: Final = b"1:k8:withdraw1:ti"
_MARK_WITHIN: Final = len(_MARK) + 15 + 2
"""At most so many bytes before its end stands the kind of an entry with that name."""


def named_in(stored: Iterable[bytes], start: int) -> set[int]:
    """Return which entries those among [start, ...) withdraw: each names an earlier one."""
    found = set[int]()
    if _MARK not in b"".join(stored):
        return found  # nearly always, and sooner seen of all than of each
    for index, record in enumerate(stored, start):
        if _MARK in record[-_MARK_WITHIN:]:
            target = _target_of(record)
            if target is not None and target < index:
                found.add(target)
    return found


def without_named(stored: Sequence[bytes], start: int) -> list[bytes]:
    """Return entries [start, ...) without the bodies that some of them withdraw."""
    return strip_all(stored, start, named_in(stored, start))


def strip_all(stored: Sequence[bytes], start: int, indexes: Collection[int]) -> list[bytes]:
    """Return entries [start, ...) without the bodies of those in ``indexes``."""
    left = list(stored)
    for index in indexes:
        if start <= index < start + len(left):
            left[index - start] = strip(left[index - start])
    return left


def strip(stored: bytes) -> bytes:
    """Return a stored entry without its body; as it is where that stays, or is gone."""
    entry = decode_entry(stored)
    if entry.body is None or entry.kind in STAYING:
        return stored
    return encode_withdrawn(entry.kind, entry.time_ms, entry.body_hash)


def strip_chunk(chunk: bytes, start: int, indexes: Iterable[int]) -> bytes:
    """Return a chunk of entries [start, ...) without the bodies of ``indexes``.

    Only the frames they lie in are packed anew; where nothing is left to go, it is the same.

    Raises:
        BadEncodingError: Not a chunk.
    """
    by_frame: dict[int, list[int]] = {}
    for index in indexes:
        by_frame.setdefault((index - start) // CHUNK_ENTRIES, []).append(index)
    frames = {}
    for number, (first, end) in enumerate(frame_ranges(chunk)):
        if number in by_frame:
            at = start + number * CHUNK_ENTRIES
            frames[number] = _strip_frame(chunk[first:end], at, by_frame[number])
    return splice(chunk, frames)


def splice(chunk: bytes, frames: dict[int, bytes]) -> bytes:
    """Return a chunk with some of its frames in the place of others.

    Args:
        frames: By their number in the chunk, from 0 on.

    Raises:
        BadEncodingError: Not a chunk, or it has no such frame.
    """
    ranges = frame_ranges(chunk)
    if not frames.keys() <= set(range(len(ranges))):
        raise BadEncodingError(f"chunk has only {len(ranges)} frames")
    return b"".join(
        frames.get(number, chunk[first:end]) for number, (first, end) in enumerate(ranges)
    )


def _strip_frame(frame: bytes, start: int, indexes: Sequence[int]) -> bytes:
    stored = split_frame(unpack_frame(frame))
    left = strip_all(stored, start, indexes)
    return frame if left == stored else pack_frame(frame_content(left))


def _target_of(record: bytes) -> int | None:
    """What an entry withdraws; None when it is no such entry, or one that says nothing."""
    try:
        entry = decode_entry(record)
        body = decode_body(entry.kind, entry.body) if entry.body is not None else None
    except BadEncodingError:
        return None
    return body.index if isinstance(body, WithdrawBody) else None
