"""A snapshot: private state as it lies in a device's own feed, in parts.

    blob    = wraps (1) || wraps * box of the key (1,168) || nonce (24) || sealed
    box     = FORMAT 13: to each device, and to the recovery keys of the sheets
    sealed  = XChaCha20-Poly1305 of the padded content, under the key, in the context
    content = zlib (RFC 1950) of {"r": [rows], "t": when it was made}
    context = "swarmfeed snapshot 1\\n" || feed id || SHA-256(all before the nonce)

A blob is a power of two long.  It is cut into parts of STATE_PART_BYTES, one entry of kind
``state`` each, that name the blob by its hash and say which part they are.  The boxes are for
the feed in whose log they stand: in another they open nothing.

What a holder can do is to keep the newest back; rows merge in any order, so an older snapshot
does no harm where a newer one was seen.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.aead import NONCE_BYTES, TAG_BYTES, seal, unseal
from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.boxes import EXTRA_BYTES
from swarmfeed.core.base.limits import KEY_BYTES, TIME_MS_MAX
from swarmfeed.core.base.padding import LENGTH_BYTES, pad, power_of_two, unpad
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.limits import STATE_BLOB_BYTES_MAX, STATE_ID_BYTES, STATE_PART_BYTES
from swarmfeed.core.feed.sealed_kinds import StateBody
from swarmfeed.core.state.limits import (
    MERGED_BYTES_MAX,
    ROW_BYTES_EXTRA,
    SNAPSHOT_BYTES_MIN,
    WRAPS_MAX,
)
from swarmfeed.core.state.rows import PrivateRow, encode_row, read_rows
from swarmfeed.errors import BadEncodingError, BadSealError

DOMAIN: Final = b"swarmfeed snapshot 1\n"
WRAP_BYTES: Final = KEY_BYTES + EXTRA_BYTES
ROWS_MAX: Final = MERGED_BYTES_MAX // ROW_BYTES_EXTRA

OpenBox = Callable[[bytes, bytes], bytes]
"""Box and info in, what is in it out; BadSealError: it is for somebody else."""


class Snapshot(Struct, frozen=True):
    """What a snapshot says."""

    rows: tuple[PrivateRow, ...]
    made_ms: int
    """The clock of the device that made it: Unix time in milliseconds."""


def wrap_info(feed_id: FeedId) -> bytes:
    """Return the ``info`` of the boxes in a snapshot of a feed."""
    return DOMAIN + feed_id


def seal_snapshot(
    snapshot: Snapshot, feed_id: FeedId, *, key: bytes, nonce: bytes, wraps: Sequence[bytes]
) -> bytes:
    """Return the blob.

    Args:
        key: 32 random bytes, for this snapshot alone.
        nonce: 24 random bytes.
        wraps: Boxes of ``key``, each WRAP_BYTES, with ``wrap_info`` as info.
    """
    assert 1 <= len(wraps) <= WRAPS_MAX
    assert all(len(wrap) == WRAP_BYTES for wrap in wraps)
    start = bytes([len(wraps)]) + b"".join(wraps)
    rows = [encode_row(row) for row in snapshot.rows]
    content = zlib.compress(encode({"r": rows, "t": snapshot.made_ms}), level=9)
    around = len(start) + NONCE_BYTES + TAG_BYTES
    total = power_of_two(SNAPSHOT_BYTES_MIN, around + LENGTH_BYTES + len(content))
    sealed = seal(key, nonce, pad(content, total - around), _context(feed_id, start))
    return start + nonce + sealed


def open_snapshot(blob: bytes, feed_id: FeedId, open_box: OpenBox) -> Snapshot:
    """Return what a blob says.

    Raises:
        BadSealError: It is not for us, of another feed, or was changed.
        BadEncodingError: It is none.
    """
    start, nonce, sealed = _split(blob)
    key = _unwrap(start, wrap_info(feed_id), open_box)
    packed = unpad(unseal(key, nonce, sealed, _context(feed_id, start)))
    fields = decode_fields(_unpack(packed), "snapshot", limit_bytes=STATE_BLOB_BYTES_MAX)
    items = fields.take_bytes_list(b"r", count_max=ROWS_MAX)
    return Snapshot(tuple(read_rows(items)), fields.take_int(b"t", 0, TIME_MS_MAX))


def split_blob(blob: bytes) -> list[StateBody]:
    """Return the bodies of the entries that a blob goes into, in order."""
    assert len(blob) <= STATE_BLOB_BYTES_MAX
    name = sha256(blob).digest()[:STATE_ID_BYTES]
    pieces = [blob[at : at + STATE_PART_BYTES] for at in range(0, len(blob), STATE_PART_BYTES)]
    return [
        StateBody(data=piece, id=name, part=number, parts=len(pieces))
        for number, piece in enumerate(pieces)
    ]


class WholeSnapshot(Struct, frozen=True):
    """A snapshot of which all parts are there."""

    blob: bytes
    indices: tuple[int, ...]
    """Entries of the feed that its parts are, in their order."""


def join_parts(parts: Mapping[int, StateBody]) -> Iterator[WholeSnapshot]:
    """Yield the snapshots that are whole, the newest first.

    Args:
        parts: By the index of their entries in one feed.
    """
    groups: dict[bytes, dict[int, int]] = {}
    for index in sorted(parts, reverse=True):
        # Of one part twice the later entry counts; it was put back by whoever wrote it.
        groups.setdefault(parts[index].id, {}).setdefault(parts[index].part, index)
    for name, found in groups.items():
        indices = tuple(found[part] for part in sorted(found))
        blob = b"".join(parts[index].data for index in indices)
        if sha256(blob).digest()[:STATE_ID_BYTES] == name:
            yield WholeSnapshot(blob, indices)


def _split(blob: bytes) -> tuple[bytes, bytes, bytes]:
    """Return what stands before the nonce, the nonce, and what is sealed."""
    count = blob[0] if blob else 0
    at = 1 + count * WRAP_BYTES
    if not 1 <= count <= WRAPS_MAX or len(blob) < at + NONCE_BYTES + TAG_BYTES:
        raise BadEncodingError(f"snapshot of {len(blob)} bytes with {count} boxes")
    return blob[:at], blob[at : at + NONCE_BYTES], blob[at + NONCE_BYTES :]


def _unpack(packed: bytes) -> bytes:
    """Return what was compressed, if it is no more than a blob may be long."""
    try:
        unpacking = zlib.decompressobj()
        content = unpacking.decompress(packed, STATE_BLOB_BYTES_MAX)
    except zlib.error as error:
        raise BadEncodingError(f"snapshot is not zlib: {error}") from error
    if not unpacking.eof or unpacking.unused_data:
        raise BadEncodingError("snapshot is too long, or something follows it")
    return content


def _unwrap(start: bytes, info: bytes, open_box: OpenBox) -> bytes:
    for at in range(1, len(start), WRAP_BYTES):
        try:
            key = open_box(start[at : at + WRAP_BYTES], info)
        except BadSealError:
            continue
        if len(key) == KEY_BYTES:
            return key
    raise BadSealError("none of the boxes is for us")


def _context(feed_id: FeedId, start: bytes) -> bytes:
    return DOMAIN + feed_id + sha256(start).digest()
