"""Chunk lists: the sealed chunks that cover a feed, with the hashes that prove them.

A feed of n entries is covered from the left: at each multiple of 256 by the largest aligned
full chunk that ends at or before ``n - n % 256``.  So the spans follow from the size alone,
and a list only carries, for each chunk in order:

    {"n": bytes, "p": BEP 52 piece hashes, "r": subtree root, "s": BEP 3 piece hashes}

The head signs the SHA-256 of the encoded list.  The subtree roots and the hashes of the tail's
entries give the root of the head, so a list is checked before anything is fetched by it.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256

from msgspec import Struct

from swarmfeed.core.base.bencoding import Fields, decode, encode
from swarmfeed.core.base.limits import (
    CHUNK_BYTES_MAX,
    CHUNK_ENTRIES,
    CHUNK_FANOUT,
    CHUNK_LEVEL_MAX,
    CHUNK_LIST_BYTES_MAX,
    CHUNK_LIST_RECORDS_MAX,
)
from swarmfeed.core.base.types import ChunkSpan, Hash
from swarmfeed.core.feed.merkle import Frontier
from swarmfeed.core.feed.metainfo import Pieces, hash_pieces, piece_count
from swarmfeed.errors import BadEncodingError


class ChunkRecord(Struct, frozen=True):
    """One sealed chunk: what its bytes hash to as a file, and its entries as a subtree."""

    pieces: Pieces
    root: Hash
    """Merkle root over the chunk's entries."""


def sealed_end(size: int) -> int:
    """First entry that is not in a sealed chunk: where the tail starts."""
    return size - size % CHUNK_ENTRIES


def covering_spans(size: int) -> list[ChunkSpan]:
    """Return the chunks that cover a feed of ``size`` entries, oldest first."""
    return list(_cover(sealed_end(size)))


@lru_cache(maxsize=256)  # a feed that grows is asked for it some ten times with each post
def _cover(end: int) -> tuple[ChunkSpan, ...]:
    spans, at = list[ChunkSpan](), 0
    while at < end:
        spans.append(_largest_span(at, end))
        at = spans[-1].end
    return tuple(spans)


def is_covering(span: ChunkSpan, size: int) -> bool:
    """Whether ``span in covering_spans(size)``, at the same cost for every size.

    Chunks lie one in another like boxes, so a chunk that fits is in the cover unless the next
    larger one around it fits, too.  A peer may claim any size: nothing here grows with it.
    """
    end = sealed_end(size)
    if span.end > end or span.level == CHUNK_LEVEL_MAX:
        return span.end <= end
    return ChunkSpan(span.level + 1, span.position // CHUNK_FANOUT).end > end


def encode_chunk_list(records: Sequence[ChunkRecord]) -> bytes:
    """Return the bytes whose SHA-256 a head carries."""
    return encode([_to_dict(record) for record in records])


def hash_chunk_list(encoded: bytes) -> Hash:
    """Return the digest that stands in a head."""
    return Hash(sha256(encoded).digest())


def decode_chunk_list(encoded: bytes, size: int) -> tuple[ChunkRecord, ...]:
    """Read the chunk list of a feed of ``size`` entries.

    Raises:
        BadEncodingError: Not a chunk list, or one for another size.
    """
    value = decode(encoded, limit_bytes=CHUNK_LIST_BYTES_MAX)
    spans = covering_spans(size)
    if not isinstance(value, list) or len(value) != len(spans):
        raise BadEncodingError(f"chunk list does not cover {size} entries")
    if len(value) > CHUNK_LIST_RECORDS_MAX:
        raise BadEncodingError(f"chunk list has {len(value)} records")
    return tuple(
        _from_fields(Fields(item, "chunk record"), span)
        for item, span in zip(value, spans, strict=True)
    )


def sealed_frontier(records: Sequence[ChunkRecord], size: int) -> Frontier:
    """Return the frontier over all entries in sealed chunks of a feed of ``size`` entries."""
    frontier = Frontier()
    for span, record in zip(covering_spans(size), records, strict=True):
        frontier = frontier.append_subtree(span.entry_count, record.root)
    return frontier


def make_record(chunk: bytes, root: Hash) -> ChunkRecord:
    """Describe a chunk's bytes."""
    return ChunkRecord(hash_pieces(chunk), root)


def _largest_span(start: int, end: int) -> ChunkSpan:
    for level in range(CHUNK_LEVEL_MAX, -1, -1):
        width = CHUNK_ENTRIES * CHUNK_FANOUT**level
        if start % width == 0 and start + width <= end:
            return ChunkSpan(level, start // width)
    raise AssertionError("start and end are multiples of a chunk")


def _to_dict(record: ChunkRecord) -> dict[bytes, int | bytes]:
    pieces = record.pieces
    return {b"n": pieces.size_bytes, b"p": pieces.v2, b"r": record.root, b"s": pieces.v1}


def _from_fields(fields: Fields, span: ChunkSpan) -> ChunkRecord:
    chunk_bytes_max = CHUNK_BYTES_MAX // CHUNK_FANOUT ** (CHUNK_LEVEL_MAX - span.level)
    size_bytes = fields.take_int(b"n", 1, chunk_bytes_max)
    count = piece_count(size_bytes)
    v2 = fields.take_bytes(b"p", length=32 * count)
    root = fields.take_bytes(b"r", length=32)
    v1 = fields.take_bytes(b"s", length=20 * count)
    return ChunkRecord(Pieces(size_bytes, v1, v2), Hash(root))
