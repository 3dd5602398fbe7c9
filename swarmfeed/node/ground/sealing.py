"""Newly sealed chunks of others' feeds, made here where all their entries were seen."""

from collections.abc import Sequence

from swarmfeed.core.base.types import ChunkSpan
from swarmfeed.core.feed.replica import Replica, chunks_made_here
from swarmfeed.errors import DamageError, PassingError
from swarmfeed.ports import Logs


def make_chunks(logs: Logs, known: Replica, after: Replica, new: Sequence[bytes]) -> None:
    """Make those between two replicas, if ``new`` are all the entries in between."""
    pending = [*known.tail, *new]
    if known.size + len(new) != after.size or known.tail_start == after.tail_start:
        return

    def load(span: ChunkSpan) -> bytes:
        return logs.read_chunk(known.feed_id, span)

    try:
        for span, chunk in chunks_made_here(known, after, pending, load):
            logs.write_chunk(known.feed_id, span, chunk)
    except (DamageError, PassingError, KeyError):
        return  # a part is not here, or no room: the swarm will bring the whole
