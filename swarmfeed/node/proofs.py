"""Consistency proofs for peers that know an older head.

A proof may have to reach inside a large chunk, which means hashing it; that is done in a
thread, one at a time, and the last few chunks' hashes are remembered.
"""

import asyncio
from collections import OrderedDict

from swarmfeed.core.chunk import hash_chunk
from swarmfeed.core.entry import hash_stored
from swarmfeed.core.feed import Replica
from swarmfeed.core.merkle import full_consistency_proof, root_hash
from swarmfeed.core.types import ChunkSpan, FeedId, Hash
from swarmfeed.ports import Logs

_CACHED_CHUNKS = 4
"""Chunks whose entry hashes are remembered: 32 MB at most, for four of the largest."""


class Prover:
    """Answers "does your head extend mine?"."""

    def __init__(self, logs: Logs) -> None:
        self._logs = logs
        self._hashes: OrderedDict[tuple[FeedId, ChunkSpan], list[Hash]] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def consistency(self, replica: Replica, old_size: int) -> tuple[Hash, ...]:
        """Return the full proof from ``old_size``; empty when none is needed.

        Raises:
            DamageError: The chunk around ``old_size`` is not held, or damaged.
            RemoteError: A chunk on disk is not a chunk.
        """
        if not 0 < old_size < replica.size:
            return ()
        async with self._one_at_a_time:
            proof = await asyncio.to_thread(self._prove, replica, old_size)
        return tuple(proof)

    def _prove(self, replica: Replica, old_size: int) -> list[Hash]:
        chunks = replica.chunks()

        def subtree(start: int, end: int) -> Hash:
            for span, record in chunks.items():
                if span.start == start and span.end == end:
                    return record.root
                if span.start <= start and end <= span.end:
                    hashes = self._chunk_hashes(replica.feed_id, span)
                    return root_hash(hashes[start - span.start : end - span.start])
            if start >= replica.tail_start:
                at = start - replica.tail_start
                tail = replica.tail[at : at + end - start]
                return root_hash([hash_stored(entry) for entry in tail])
            # Several chunks: split where the tree does.
            middle = start + (1 << (end - start - 1).bit_length() - 1)
            return root_hash([subtree(start, middle), subtree(middle, end)])

        return full_consistency_proof(old_size, replica.size, subtree)

    def _chunk_hashes(self, feed_id: FeedId, span: ChunkSpan) -> list[Hash]:
        key = (feed_id, span)
        if key not in self._hashes:
            chunk = self._logs.read_chunk(feed_id, span)
            frames = hash_chunk(chunk, span.level)
            self._hashes[key] = [each for frame in frames for each in frame]
            while len(self._hashes) > _CACHED_CHUNKS:
                self._hashes.popitem(last=False)
        self._hashes.move_to_end(key)
        return self._hashes[key]
