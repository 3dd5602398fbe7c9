"""Giving chunks in parts, to who comes by way of a relay and has no other way to them."""

from functools import partial

import structlog
from msgspec import Struct, field

from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.base.types import ChunkSpan, FeedId
from swarmfeed.core.feed.metainfo import pieces_root
from swarmfeed.core.relay.limits import (
    PART_BYTES_MAX,
    PART_BYTES_PER_S,
    PARTS_AHEAD,
    PARTS_BURST_BYTES,
    PARTS_DAY_BYTES,
    PARTS_WAITING_MAX,
)
from swarmfeed.core.relay.words import ChunkPart, PartAsk
from swarmfeed.errors import DamageError, PassingError
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session

logger = structlog.get_logger()

_DAY_S = 86_400


def day_share(now_s: float) -> TokenBucket:
    """What of chunks goes by way of relays, in one direction: a burst, and so much a day."""
    return TokenBucket(PARTS_BURST_BYTES, PARTS_DAY_BYTES / _DAY_S, now_s)


class PartsSide(Struct):
    """What one peer was given, and waits for."""

    waiting: set[tuple[FeedId, ChunkSpan, int]] = field(default_factory=set)
    pace: TokenBucket = field(
        default_factory=lambda: TokenBucket(PARTS_AHEAD * PART_BYTES_MAX, PART_BYTES_PER_S, 0)
    )


class Parts:
    """Reads parts of chunks for peers."""

    def __init__(self, ground: Ground) -> None:
        self._shelf = ground.shelf
        self._logs = ground.shells.logs
        self._clock = ground.shells.clock
        self._share = day_share(self._now_s())

    def on_ask(self, session: Session, ask: PartAsk) -> None:
        """Give a part, as soon as the peer reads."""
        waiting, key = session.part(PartsSide).waiting, _key(ask)
        if key in waiting or len(waiting) < PARTS_WAITING_MAX:
            waiting.add(key)
            session.outbox.put(("part", key), partial(self._give, session, ask))

    async def _give(self, session: Session, ask: PartAsk) -> None:
        side = session.part(PartsSide)
        side.waiting.discard(_key(ask))
        data = b""
        if self._is_held(ask) and self._may_give(session, side, ask.count):
            try:
                data = await off_loop(partial(self._read, ask))
            except (DamageError, PassingError) as error:
                logger.info("no part given", reason=str(error))
        await session.send(
            ChunkPart(
                feed_id=ask.feed_id,
                level=ask.level,
                position=ask.position,
                offset=ask.offset,
                data=data,
            )
        )

    def _is_held(self, ask: PartAsk) -> bool:
        """Whether this very file is here."""
        replica, span = self._shelf.replica(ask.feed_id), ChunkSpan(ask.level, ask.position)
        record = replica.chunks().get(span) if replica else None
        is_same = record is not None and pieces_root(record.pieces) == ask.root
        return is_same and span in self._logs.held(ask.feed_id)

    def _may_give(self, session: Session, side: PartsSide, count: int) -> bool:
        now_s, is_relayed = self._now_s(), session.peer.remote is None
        if is_relayed and self._share.left(now_s) < count:
            return False
        if not side.pace.take(count, now_s):
            return False
        if is_relayed:
            self._share.owe(count, now_s)
        return True

    def _read(self, ask: PartAsk) -> bytes:
        span = ChunkSpan(ask.level, ask.position)
        return self._logs.read_chunk_part(ask.feed_id, span, ask.offset, ask.count)

    def _now_s(self) -> float:
        return self._clock.monotonic_ms() / 1000


def _key(ask: PartAsk) -> tuple[FeedId, ChunkSpan, int]:
    return ask.feed_id, ChunkSpan(ask.level, ask.position), ask.offset
