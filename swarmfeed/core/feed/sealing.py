"""Sealing: full runs of entries become frames, and frames and chunks become chunks."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from swarmfeed.core.base.limits import CHUNK_ENTRIES
from swarmfeed.core.base.types import ChunkSpan, Hash
from swarmfeed.core.feed.chunk import frame_content, hash_whole, pack_frame
from swarmfeed.core.feed.chunklist import ChunkRecord, covering_spans, make_record, sealed_end
from swarmfeed.core.feed.merkle import Frontier, root_hash
from swarmfeed.core.feed.withdrawal import strip_chunk

LoadChunk = Callable[[ChunkSpan], bytes]
"""Reads a chunk that is on disk."""


def seal(pending: Sequence[bytes], start: int) -> dict[int, tuple[bytes, Hash]]:
    """Pack each full run of 256 entries: level-0 position to (frame, subtree root).

    Raises:
        BadEncodingError: One of ``pending`` is not exactly one entry.
    """
    return seal_after(Frontier(start), pending, hash_whole(pending)[1])


def seal_after(
    before: Frontier, pending: Sequence[bytes], hashes: Sequence[Hash]
) -> dict[int, tuple[bytes, Hash]]:
    """The same of entries whose tail stands under a tree already: nothing is hashed twice.

    Args:
        before: The tree over all entries but those of ``hashes``; only what it has of the tail
            counts.
        pending: The tail and what comes after it.
        hashes: Of the entries after ``before``.
    """
    in_tail = before.size % CHUNK_ENTRIES
    start = before.size - in_tail
    full = range(0, sealed_end(len(pending)), CHUNK_ENTRIES)
    roots = _run_roots(before, hashes)
    return {
        (start + at) // CHUNK_ENTRIES: (
            pack_frame(frame_content(pending[at : at + CHUNK_ENTRIES])),
            root,
        )
        for at, root in zip(full, roots, strict=True)
    }


def _run_roots(before: Frontier, hashes: Sequence[Hash]) -> Iterator[Hash]:
    """The subtree root of each run of 256 entries that these fill up."""
    in_tail = before.size % CHUNK_ENTRIES
    at = -in_tail % CHUNK_ENTRIES
    if in_tail and len(hashes) >= at:
        tail = Frontier(in_tail, before.roots[-in_tail.bit_count() :])
        yield tail.append(hashes[:at]).root()
    for first in range(at, len(hashes) - CHUNK_ENTRIES + 1, CHUNK_ENTRIES):
        yield root_hash(hashes[first : first + CHUNK_ENTRIES])


def cover(
    size: int,
    frames: Mapping[int, tuple[bytes, Hash]],
    old: Mapping[ChunkSpan, ChunkRecord],
    load: LoadChunk,
    going: Collection[int],
) -> tuple[tuple[ChunkRecord, ...], tuple[tuple[ChunkSpan, bytes], ...]]:
    """Return the records of a feed's chunks, and those chunks that were not there before.

    Args:
        size: Entries of the feed.
        frames: What ``seal`` made.
        old: Chunks before.
        going: Entries in these whose bodies go.
    """
    records: list[ChunkRecord] = []
    made: list[tuple[ChunkSpan, bytes]] = []
    for span in covering_spans(size):
        gone = [index for index in going if span.start <= index < span.end]
        if span in old and not gone:
            records.append(old[span])
            continue
        chunk, root = build(span, frames, old, load)
        chunk = strip_chunk(chunk, span.start, gone) if gone else chunk
        records.append(make_record(chunk, root))
        made.append((span, chunk))
    return tuple(records), tuple(made)


def build(
    span: ChunkSpan,
    frames: Mapping[int, tuple[bytes, Hash]],
    old: Mapping[ChunkSpan, ChunkRecord],
    load: LoadChunk,
) -> tuple[bytes, Hash]:
    """Make a chunk from new frames and older chunks: its bytes and its subtree root."""
    if span in old:
        return load(span), old[span].root
    if span.level == 0:
        return frames[span.position]
    parts = [build(part, frames, old, load) for part in span.parts()]
    return b"".join(part for part, _ in parts), root_hash([root for _, root in parts])
