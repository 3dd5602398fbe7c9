"""Which chunks of friends' friends to keep, within a disk budget.

Own feeds and followed ones are always kept whole; what is left of the budget goes to authors
that several of one's friends follow, newest chunks first, so that the little that fits is the
part most asked for.
"""

from collections.abc import Sequence

from msgspec import Struct

from swarmfeed.core.base.types import AuthorId, ChunkSpan, FeedId


class HoldableChunk(Struct, frozen=True):
    """A chunk of a friend's friend."""

    author_id: AuthorId
    feed_id: FeedId
    span: ChunkSpan
    size_bytes: int
    held: bool
    friend_count: int
    """How many of the authors we follow follow this one."""


class Hold(Struct, frozen=True):
    """Fetch this chunk and seed it."""

    feed_id: FeedId
    span: ChunkSpan
    reason: str


class Drop(Struct, frozen=True):
    """Delete this chunk."""

    feed_id: FeedId
    span: ChunkSpan
    reason: str


def plan_holding(chunks: Sequence[HoldableChunk], *, budget_bytes: int) -> list[Hold | Drop]:
    """Choose what fits, and return only what must change; drops come first.

    A plan carried out in order never exceeds the budget.  Ties go to what is on disk already,
    then to the lower feed id, so that equal inputs give equal plans.
    """
    ranked = sorted(
        chunks,
        key=lambda each: (
            -each.friend_count,
            -each.span.start,
            not each.held,
            each.feed_id,
        ),
    )
    drops: list[Hold | Drop] = []
    holds: list[Hold | Drop] = []
    free_bytes = budget_bytes
    for chunk in ranked:
        fits = chunk.size_bytes <= free_bytes
        if fits:
            free_bytes -= chunk.size_bytes
        if fits and not chunk.held:
            reason = f"{chunk.friend_count} friends follow the author"
            holds.append(Hold(chunk.feed_id, chunk.span, reason))
        elif chunk.held and not fits:
            drops.append(Drop(chunk.feed_id, chunk.span, "over the disk budget"))
    return drops + holds
