"""A replica that grew by entries of somebody else: what is to be kept of it."""

from collections.abc import Sequence
from contextlib import suppress

from msgspec import Struct

from swarmfeed.core.base.types import ChunkSpan, FeedId
from swarmfeed.core.feed.replica import Replica, chunks_made_here, extend_replica
from swarmfeed.core.feed.sealing import LoadChunk
from swarmfeed.errors import DamageError, PassingError


class Grown(Struct, frozen=True):
    """A newer replica, verified, and the chunks that come with it."""

    before: Replica
    after: Replica
    chunks: tuple[tuple[ChunkSpan, bytes], ...]
    """Those sealed since that could be made here; the swarm brings the others."""

    @property
    def feed_id(self) -> FeedId:
        return self.after.feed_id

    @property
    def start(self) -> int:
        """First entry that is new."""
        return self.before.size


def grow_by(
    known: Replica,
    stored: Sequence[bytes],
    signed_head: bytes,
    chunk_list: bytes,
    load: LoadChunk,
) -> Grown:
    """Verify entries that follow on a replica, and make the chunks that they seal.

    Args:
        stored: All entries from ``known.size`` up to the size of the head.
        chunk_list: The list that the head signs.
        load: Reads chunks that are on disk.

    Raises:
        BadProofError: They do not follow on ours.
        RollbackError, ForkError, RemoteError: As in ``extend_replica``.
    """
    after = extend_replica(known, known.size, stored, signed_head, chunk_list)
    return Grown(known, after, tuple(_made(known, after, stored, load)))


def _made(
    known: Replica, after: Replica, stored: Sequence[bytes], load: LoadChunk
) -> list[tuple[ChunkSpan, bytes]]:
    if known.tail_start == after.tail_start:
        return []
    made: list[tuple[ChunkSpan, bytes]] = []
    with suppress(DamageError, PassingError, KeyError):
        # Where a part is not here, the swarm will bring the whole.
        made.extend(chunks_made_here(known, after, [*known.tail, *stored], load))
    return made
