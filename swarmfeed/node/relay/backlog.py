"""Completing feeds of which only peers without a swarm have what is missing: in parts.

    missing, and no swarm has it --chunk-ask--> checked piece by piece --> verified --> kept
        the link ends: what came stays, on disk and in memory, and goes on from anybody

Without a swarm is who comes by way of a relay, or is behind a proxy: nobody can dial it there.
The newest chunk first, one at a time of each peer.  BitTorrent, which is faster, takes over as
soon as somebody is linked straight who has it.
"""

import asyncio
from collections import OrderedDict
from functools import partial

import structlog
from msgspec import Struct

from swarmfeed.core.base.limits import DISK_FLOOR_BYTES
from swarmfeed.core.base.types import ChunkSpan, FeedId, NodeId
from swarmfeed.core.feed.chunklist import ChunkRecord, is_covering
from swarmfeed.core.feed.fetching import WantedChunk
from swarmfeed.core.feed.metainfo import chunk_torrent, pieces_root
from swarmfeed.core.relay import sentences
from swarmfeed.core.relay.limits import (
    PART_BYTES_ASKED,
    PART_PATIENCE_S,
    PART_REST_S,
    PARTED_CHUNK_BYTES_MAX,
    PARTED_KEPT_MAX,
)
from swarmfeed.core.relay.parts import Assembly, Extent, Piece, find_pieces
from swarmfeed.core.relay.words import ChunkPart, PartAsk
from swarmfeed.errors import DamageError, PassingError, RemoteError, UserError
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import ChunkKept, HoldingTold, LinkClosed, Strained
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.tasks import in_turns
from swarmfeed.node.relay.parts import day_share

logger = structlog.get_logger()

_Key = tuple[FeedId, ChunkSpan]


class _Taking(Struct, eq=False, kw_only=True):
    """A chunk that one peer gives."""

    key: _Key
    record: ChunkRecord
    session: Session
    moved_s: float
    assembly: Assembly | None = None
    """None: what is there of it already is being looked at."""
    is_verified: bool = False
    """Whether all of it is here, and is being verified."""


class Backlog:
    """Asks for chunks in parts, and keeps them."""

    def __init__(self, ground: Ground, feeds: Feeds) -> None:
        self._shelf = ground.shelf
        self._logs = ground.shells.logs
        self._verifier = ground.shells.verifier
        self._sessions = ground.sessions
        self._clock = ground.shells.clock
        self._events = ground.events
        self._beside = ground.beside
        self._fetcher, self._seeder = feeds.fetcher, feeds.seeder
        self._share = day_share(self._now_s())
        self._takings: dict[NodeId, _Taking] = {}
        self._begun: OrderedDict[_Key, tuple[ChunkRecord, Assembly]] = OrderedDict()
        """Of which nobody gives more just now, the one left longest ago first."""
        self._resting_until_s: dict[NodeId, float] = {}
        self._refused: set[tuple[_Key, ChunkRecord]] = set()
        """Chunks that are what the author signed, and yet none."""

    # --- working ---

    async def work(self) -> str:
        """Go on wherever somebody gives something; once a second."""
        self._end_some()
        for session in self._sessions.all():
            if self._may_ask(session):
                async for feed_id in in_turns(list(session.holds)):
                    if self._go_on(session, feed_id):
                        break
        return sentences.IN_PARTS(chunks=len(self._takings))

    def on_holding(self, event: HoldingTold) -> None:
        """A peer said what it holds."""
        if self._may_ask(event.session):
            self._go_on(event.session, event.feed_id)

    def on_closed(self, event: LinkClosed) -> None:
        """What a peer gave stays."""
        taking = self._takings.get(event.session.node_id)
        if taking is not None and taking.session is event.session:
            self._end(taking)

    async def on_part(self, session: Session, part: ChunkPart) -> None:
        """Take a part in.  RemoteError when a piece of parts is not the author's."""
        taking = self._takings.get(session.node_id)
        if taking is None or taking.assembly is None or taking.key != _key_of(part):
            return
        if not part.data:
            self._end(taking, rests=True)
            return
        piece = taking.assembly.take(part.offset, part.data, session.node_id)
        taking.moved_s = self._now_s()
        if piece is not None and not await self._wrote(taking, piece):
            return
        if self._takings.get(session.node_id) is taking:
            self._ask_or_finish(taking)

    # --- beginning ---

    def _may_ask(self, session: Session) -> bool:
        """Whether a peer has no swarm that we could dial, and nothing else to give just now."""
        node_id = session.node_id
        if session.swarm is not None or node_id in self._takings:
            return False
        is_resting = self._resting_until_s.get(node_id, 0) > self._now_s()
        return not is_resting and self._has_share(session) and self._has_room()

    def _go_on(self, session: Session, feed_id: FeedId) -> bool:
        """Ask a peer for the newest chunk of a feed that it alone can give, if there is one.

        Returns whether it gives something now.
        """
        if session.node_id in self._takings:
            return True  # begun while others had their turn
        for chunk in self._fetcher.missing([feed_id]):
            replica = self._shelf.replica(chunk.feed_id)
            assert replica is not None, "wanted chunks are those of a replica"
            record = replica.chunks()[chunk.span]
            if self._is_for(session, chunk) and (_key_of(chunk), record) not in self._refused:
                self._begin(session, chunk, record)
                return True
        return False

    def _is_for(self, session: Session, chunk: WantedChunk) -> bool:
        """Whether a peer has a chunk, and nobody who is linked straight."""
        if chunk.size_bytes > PARTED_CHUNK_BYTES_MAX:
            return False
        holding = session.holds.get(chunk.feed_id)
        has_it = holding is not None and is_covering(chunk.span, holding.size)
        return has_it and not self._has_swarm(_key_of(chunk))

    def _has_swarm(self, key: _Key) -> bool:
        feed_id, span = key
        return any(is_covering(span, each.size) for each in self._sessions.sources(feed_id))

    def _has_share(self, session: Session) -> bool:
        """Whether more of chunks may go by relays today, if it goes there."""
        is_relayed = session.peer.remote is None
        return not is_relayed or self._share.left(self._now_s()) >= PART_BYTES_ASKED

    def _has_room(self) -> bool:
        return self._logs.free_bytes() >= DISK_FLOOR_BYTES

    def _begin(self, session: Session, chunk: WantedChunk, record: ChunkRecord) -> None:
        key = chunk.feed_id, chunk.span
        taking = _Taking(key=key, record=record, session=session, moved_s=self._now_s())
        self._takings[session.node_id] = taking
        self._fetcher.hold_back(*key)
        self._beside.spawn(self._prepare(taking))

    async def _prepare(self, taking: _Taking) -> None:
        """See what is there of a chunk, and ask for the rest."""
        record, assembly = self._begun.pop(taking.key, (None, None))
        if assembly is None or record != taking.record:
            there = await off_loop(partial(self._look, taking))
            assembly = Assembly(taking.record.pieces, there)
        if self._takings.get(taking.session.node_id) is taking:
            taking.assembly = assembly
            self._ask_or_finish(taking)

    def _look(self, taking: _Taking) -> frozenset[int]:
        try:
            content = self._logs.read_incoming(*taking.key)
        except (DamageError, PassingError):
            return frozenset()
        return find_pieces(content, taking.record.pieces)

    # --- going on ---

    def _ask_or_finish(self, taking: _Taking) -> None:
        assert taking.assembly is not None, "it was prepared"
        if taking.assembly.is_whole:
            taking.is_verified = True
            self._beside.spawn(self._finish(taking))
            return
        session = taking.session
        while self._has_share(session):
            extent = taking.assembly.next_ask()
            if extent is None:
                return
            if session.peer.remote is None:
                self._share.owe(extent.count, self._now_s())
            key = "chunk-ask", taking.key, extent.offset
            session.outbox.put(key, partial(session.send, _ask_for(taking, extent)))

    async def _wrote(self, taking: _Taking, piece: Piece) -> bool:
        """Write a piece where it belongs; returns whether that could be."""
        put = partial(self._logs.write_incoming_part, *taking.key, piece.offset, piece.content)
        try:
            await off_loop(put)
        except PassingError as error:
            self._events.tell(Strained(error))
        except (DamageError, UserError) as error:
            logger.info("a piece was not kept", reason=str(error))  # the feed was let go
        else:
            return True
        self._end(taking, rests=True, is_lost=True)
        return False

    async def _finish(self, taking: _Taking) -> None:
        """Verify a chunk whose pieces are all here, and keep it."""
        try:
            await asyncio.to_thread(self._verify, taking)
            self._keep(taking)
        except PassingError as error:
            self._events.tell(Strained(error))
            self._end(taking, rests=True, is_lost=True)
        except (DamageError, RemoteError) as error:
            # The pieces are what the author signed: nobody who gave them is to blame.
            logger.warning("chunk refused", reason=str(error))
            self._refused.add((taking.key, taking.record))
            self._logs.drop_incoming(*taking.key)
            self._end(taking, is_lost=True)

    def _verify(self, taking: _Taking) -> None:
        level = taking.key[1].level
        self._verifier.get_ready(level)
        chunk = self._logs.read_incoming(*taking.key)
        self._verifier.verify(chunk, level, taking.record.root)

    def _keep(self, taking: _Taking) -> None:
        feed_id, span = taking.key
        if not self._is_wanted(taking):
            self._end(taking, is_lost=True)
            return
        self._logs.keep_chunk(feed_id, span)
        self._seeder.seed(feed_id, chunk_torrent(feed_id, span, taking.record.pieces))
        self._end(taking, is_lost=True)
        self._events.tell(ChunkKept(feed_id, span))
        if self._may_ask(taking.session):
            self._go_on(taking.session, feed_id)

    # --- ending ---

    def _end_some(self) -> None:
        """End what came to stand still, is not wanted any more, or comes by a swarm now."""
        now_s = self._now_s()
        self._resting_until_s = {
            each: until_s for each, until_s in self._resting_until_s.items() if until_s > now_s
        }
        for taking in list(self._takings.values()):
            if taking.is_verified:
                continue
            if not self._is_wanted(taking):
                self._end(taking, is_lost=True)
            elif self._has_swarm(taking.key):
                self._end(taking)
            elif now_s - taking.moved_s > PART_PATIENCE_S:
                self._end(taking, rests=True)

    def _is_wanted(self, taking: _Taking) -> bool:
        replica = self._shelf.replica(taking.key[0])
        return replica is not None and replica.chunks().get(taking.key[1]) == taking.record

    def _end(self, taking: _Taking, *, rests: bool = False, is_lost: bool = False) -> None:
        """Ask a peer for a chunk no more.

        Args:
            rests: The peer is asked for nothing else, for a while.
            is_lost: What is in memory of it is of no use any more.
        """
        node_id = taking.session.node_id
        if self._takings.get(node_id) is not taking:
            return
        del self._takings[node_id]
        if rests:
            self._resting_until_s[node_id] = self._now_s() + PART_REST_S
        if taking.assembly is not None and not is_lost:
            taking.assembly.unask()
            self._begun[taking.key] = taking.record, taking.assembly
            if len(self._begun) > PARTED_KEPT_MAX:
                self._begun.popitem(last=False)
        self._fetcher.let_go(*taking.key)

    def _now_s(self) -> float:
        return self._clock.monotonic_ms() / 1000


def _key_of(named: WantedChunk | ChunkPart) -> _Key:
    if isinstance(named, WantedChunk):
        return named.feed_id, named.span
    return named.feed_id, ChunkSpan(named.level, named.position)


def _ask_for(taking: _Taking, extent: Extent) -> PartAsk:
    feed_id, span = taking.key
    return PartAsk(
        feed_id=feed_id,
        level=span.level,
        position=span.position,
        root=pieces_root(taking.record.pieces),
        offset=extent.offset,
        count=extent.count,
    )
