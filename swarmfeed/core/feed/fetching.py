"""Which chunk to ask of which holder next.

Newest first, several holders at a time, the one with the least still to send before the
others.  A chunk of one piece is asked of one holder, because a second would only send the
same bytes again; a larger one of all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from swarmfeed.core.base.limits import PIECE_BYTES_MAX
from swarmfeed.core.base.types import ChunkSpan, Endpoint, FeedId, NodeId
from swarmfeed.core.feed.chunklist import is_covering


@dataclass(frozen=True, slots=True)
class Source:
    """A holder we are linked to."""

    node_id: NodeId
    swarm: Endpoint
    size: int
    """Entries its newest head covers; it cannot serve chunks sealed after them."""
    complete: bool
    """Whether it says that no chunk is missing."""
    awake: bool = True
    """Whether it has its torrents loaded; otherwise it has to be woken first."""


@dataclass(frozen=True, slots=True)
class WantedChunk:
    """A chunk that is not here yet."""

    feed_id: FeedId
    span: ChunkSpan
    size_bytes: int
    tried: frozenset[NodeId] = frozenset()
    """Holders that were asked for it in vain."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Fetch this chunk from these holders, the first one first."""

    chunk: WantedChunk
    sources: tuple[Source, ...]


def can_serve(source: Source, span: ChunkSpan) -> bool:
    """Whether a holder serves this very chunk: as a whole, at its own size of the feed."""
    return source.awake and is_covering(span, source.size)


def plan_fetches(
    wanted: Sequence[WantedChunk],
    sources: Mapping[FeedId, Sequence[Source]],
    load_bytes: Mapping[NodeId, int],
    *,
    slots: int,
) -> list[Ask]:
    """Choose holders for up to ``slots`` chunks, in the order they are wanted.

    Args:
        wanted: Chunks neither held nor in flight, most wanted first.
        sources: Holders we are linked to, by feed.
        load_bytes: What each holder still has to send us; missing means nothing.
        slots: How many more may be in flight.
    """
    load = dict(load_bytes)
    asks: list[Ask] = []
    for chunk in wanted:
        if len(asks) >= slots:
            break
        able = [each for each in sources.get(chunk.feed_id, ()) if can_serve(each, chunk.span)]
        if not able:
            continue
        # Those that failed before come last; complete ones before those with gaps.
        able.sort(
            key=lambda each: (
                each.node_id in chunk.tried,
                not each.complete,
                load.get(each.node_id, 0),
                each.node_id,
            )
        )
        chosen = able if chunk.size_bytes > PIECE_BYTES_MAX else able[:1]
        asks.append(Ask(chunk, tuple(chosen)))
        for each in chosen:
            share = chunk.size_bytes // len(chosen)
            load[each.node_id] = load.get(each.node_id, 0) + share
    return asks
