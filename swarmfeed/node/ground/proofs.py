"""Proofs from what is on disk: that our head extends an older one, or holds an entry.

A proof may have to reach inside a large chunk, which means hashing it; that is done in a
thread, one at a time, and the roots of the last few chunks' frames are remembered.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from itertools import groupby

from swarmfeed.core.base.limits import CHUNK_ENTRIES
from swarmfeed.core.base.types import ChunkSpan, FeedId, Hash
from swarmfeed.core.feed.chunk import frame_ranges, hash_chunk, hash_frame, unpack_frame
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.merkle import (
    SubtreeRoot,
    full_consistency_proof,
    inclusion_proof,
    root_hash,
)
from swarmfeed.core.feed.replica import Replica
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.ports import Logs

_CACHED_CHUNKS = 64
"""Chunks whose frame roots are remembered: 20 MB if all are of the largest, 4,096 each."""


class Prover:
    """Answers "does your head extend mine?" and "do you have this entry?"."""

    def __init__(self, logs: Logs) -> None:
        self._logs = logs
        self._frame_roots: OrderedDict[tuple[FeedId, Hash], list[Hash]] = OrderedDict()
        self._last_frame: tuple[tuple[FeedId, Hash, int], list[Hash]] | None = None
        self._one_at_a_time = threading.Lock()
        """Taken in threads only: a peer in debt would keep one of the loop from all others."""

    async def consistency(self, replica: Replica, old_size: int) -> tuple[Hash, ...]:
        """Return the full proof from ``old_size``; empty when none is needed.

        Raises:
            DamageError: The chunk around ``old_size`` is not held, or damaged.
            RemoteError: A chunk on disk is not a chunk.
        """
        if not 0 < old_size < replica.size:
            return ()
        return tuple(await off_loop(lambda: self._prove(replica, old_size)))

    async def inclusion(self, replica: Replica, index: int) -> tuple[bytes, tuple[Hash, ...]]:
        """Return stored entry ``index`` and its inclusion proof; 0 <= index < replica.size.

        Raises:
            DamageError: The chunk around it is not held, or damaged.
            RemoteError: A chunk on disk is not a chunk.
        """
        return await off_loop(lambda: self._include(replica, index))

    async def inclusions(
        self, replica: Replica, indexes: Sequence[int]
    ) -> list[tuple[bytes, tuple[Hash, ...]]]:
        """The same of several entries that lie near each other, sooner than one by one.

        Raises as ``inclusion``.
        """
        return await off_loop(lambda: self._include_all(replica, indexes))

    def _include_all(
        self, replica: Replica, indexes: Sequence[int]
    ) -> list[tuple[bytes, tuple[Hash, ...]]]:
        with self._one_at_a_time:
            subtree = cache(self._subtree(replica))
            stored = self._read_all(replica.feed_id, indexes)
            return [
                (stored[index], tuple(inclusion_proof(index, replica.size, subtree)))
                for index in indexes
            ]

    def _read_all(self, feed_id: FeedId, indexes: Sequence[int]) -> dict[int, bytes]:
        """Read entries; those of a frame in one go, for the whole chunk is looked at for it."""
        found: dict[int, bytes] = {}
        for _, near in groupby(sorted({*indexes}), lambda index: index // CHUNK_ENTRIES):
            places = [*near]
            first, last = places[0], places[-1]
            entries = self._logs.read_entries(feed_id, first, last + 1)
            found |= {index: entries[index - first] for index in places}
        return found

    def _include(self, replica: Replica, index: int) -> tuple[bytes, tuple[Hash, ...]]:
        with self._one_at_a_time:
            (stored,) = self._logs.read_entries(replica.feed_id, index, index + 1)
            path = inclusion_proof(index, replica.size, self._subtree(replica))
            return stored, tuple(path)

    def _prove(self, replica: Replica, old_size: int) -> list[Hash]:
        with self._one_at_a_time:
            return full_consistency_proof(old_size, replica.size, self._subtree(replica))

    def _subtree(self, replica: Replica) -> SubtreeRoot:
        """Roots of the perfect subtrees of a replica, from chunk list, tail and disk."""
        chunks = replica.chunks()

        def subtree(start: int, end: int) -> Hash:
            for span, record in chunks.items():
                if span.start == start and span.end == end:
                    return record.root
                if span.start <= start and end <= span.end:
                    return self._inside(replica.feed_id, span, record.root, start, end)
            if start >= replica.tail_start:
                at = start - replica.tail_start
                tail = replica.tail[at : at + end - start]
                return root_hash([hash_stored(entry) for entry in tail])
            # Several chunks: split where the tree does.
            middle = start + (1 << (end - start - 1).bit_length() - 1)
            return root_hash([subtree(start, middle), subtree(middle, end)])

        return subtree

    def _inside(
        self, feed_id: FeedId, span: ChunkSpan, chunk_root: Hash, start: int, end: int
    ) -> Hash:
        """Root of a perfect subtree inside a chunk: whole frames, or a part of one."""
        first = (start - span.start) // CHUNK_ENTRIES
        if end - start >= CHUNK_ENTRIES:
            roots = self._roots_of(feed_id, span, chunk_root)
            return root_hash(roots[first : first + (end - start) // CHUNK_ENTRIES])
        hashes = self._hashes_of(feed_id, span, chunk_root, first)
        at = start % CHUNK_ENTRIES
        return root_hash(hashes[at : at + end - start])

    def _hashes_of(
        self, feed_id: FeedId, span: ChunkSpan, chunk_root: Hash, number: int
    ) -> list[Hash]:
        """Entry hashes of one frame.  A proof asks for up to eight of its subtrees in a row."""
        key = (feed_id, chunk_root, number)
        if self._last_frame is None or self._last_frame[0] != key:
            chunk = self._logs.read_chunk(feed_id, span)
            begin, stop = frame_ranges(chunk)[number]
            self._last_frame = key, hash_frame(unpack_frame(chunk[begin:stop]))
        return self._last_frame[1]

    def _roots_of(self, feed_id: FeedId, span: ChunkSpan, chunk_root: Hash) -> list[Hash]:
        key = (feed_id, chunk_root)
        if key not in self._frame_roots:
            chunk = self._logs.read_chunk(feed_id, span)
            self._frame_roots[key] = [root_hash(each) for each in hash_chunk(chunk, span.level)]
            while len(self._frame_roots) > _CACHED_CHUNKS:
                self._frame_roots.popitem(last=False)
        self._frame_roots.move_to_end(key)
        return self._frame_roots[key]
