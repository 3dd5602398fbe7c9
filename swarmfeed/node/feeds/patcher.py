"""Chunks that were packed anew: a holder of the old file asks for the few frames that differ.

    newest head: another record for a chunk we hold --> set aside, its torrent dropped
        --> "frames" to who holds it all --> "patch" --> spliced, verified, kept, seeded
        nobody answers in time, or the patch does not fit --> fetched as any other chunk

The old file stays aside until then: nothing of a feed is lost because its author left.  When
the feed is whole again, smaller chunks that larger ones took the place of go at once.
"""

import asyncio
from collections import Counter
from functools import partial

import structlog
from msgspec import Struct

from swarmfeed.core.base.types import ChunkSpan, FeedId, NodeId
from swarmfeed.core.feed.chunklist import ChunkRecord
from swarmfeed.core.feed.limits import (
    PATCH_WAIT_S,
    PATCHES_PER_MINUTE,
    PATCHES_PER_MINUTE_IN_ALL,
    PATCHES_PER_MINUTE_OF_HOST,
)
from swarmfeed.core.feed.metainfo import chunk_name, chunk_torrent
from swarmfeed.core.feed.patching import digests_of, patch_for, patched
from swarmfeed.core.feed.renewing import Renewals, next_day_s
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.feed.withdrawal import named_in
from swarmfeed.core.talk.words import Frames, Patch, PatchFrame
from swarmfeed.errors import DamageError, PassingError, RemoteError
from swarmfeed.node.feeds.fetcher import Fetcher
from swarmfeed.node.feeds.seeder import Seeder
from swarmfeed.node.ground.events import (
    ChunkKept,
    FeedCompleted,
    FeedDropped,
    HeadGrew,
    HoldingTold,
    Strained,
)
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session

logger = structlog.get_logger()

_Key = tuple[FeedId, ChunkSpan]
_MINUTE_MS = 60_000
_ALL = "all"
"""Who is counted with everybody; no address is called so."""


class _Wanted(Struct, kw_only=True):
    """A chunk whose old file waits for a patch."""

    size: int
    """Of the first head with the new record: who holds so much has the new file."""
    before: ChunkRecord
    record: ChunkRecord
    asked: NodeId | None = None
    is_answered: bool = False
    """Whether a patch came: each reads and writes a chunk, and nobody sends two."""


class Patcher:
    """Asks for patches, puts them in, and makes them for others."""

    def __init__(self, ground: Ground, fetcher: Fetcher, seeder: Seeder) -> None:
        self._identity = ground.identity
        self._shelf = ground.shelf
        self._logs = ground.shells.logs
        self._clock = ground.shells.clock
        self._sessions = ground.sessions
        self._events = ground.events
        self._beside = ground.beside
        self._is_online = ground.settings.network
        self._fetcher = fetcher
        self._seeder = seeder
        self._wanted: dict[_Key, _Wanted] = {}
        self._renewals = Renewals()
        self._put_off: set[_Key] = set()
        """Chunks that were packed anew too often: they have to wait for the next day."""
        self._shrinking: set[FeedId] = set()
        """Feeds of which something was withdrawn since they were whole."""
        self._minute = 0
        self._made: Counter[NodeId | str] = Counter()
        """Patches of this minute, by peer, by address, and in all."""

    def waits(self, feed_id: FeedId) -> bool:
        """Whether something of a feed waits because its author packs it anew too often."""
        return any(each[0] == feed_id for each in self._put_off)

    # --- asking ---

    def on_head(self, event: HeadGrew) -> None:
        """See whether a newer head has another record for something that was held."""
        before, after = event.before, event.after
        if before is None or after.feed_id == self._identity.feed_id:
            return
        newest = after.chunks()
        changed = {
            span: record
            for span, record in before.chunks().items()
            if newest.get(span, record) != record
        }
        if changed or _has_withdrawal(before, after):
            self._shrinking.add(after.feed_id)
        for span, record in changed.items():
            if self._is_online and self._lies_aside(after.feed_id, span):
                self._want(after, span, record)

    def on_holding(self, event: HoldingTold) -> None:
        """A peer said what it holds: it may have what is waited for."""
        self._ask_for(event.feed_id)

    def on_dropped(self, event: FeedDropped) -> None:
        for key in [each for each in self._wanted if each[0] == event.feed_id]:
            self._end(key)
        for key in [each for each in self._put_off if each[0] == event.feed_id]:
            self._take_up(key)
        self._shrinking.discard(event.feed_id)

    def on_completed(self, event: FeedCompleted) -> None:
        """A feed is whole without what was withdrawn: nothing of it has to wait any longer."""
        feed_id = event.feed_id
        if feed_id in self._shrinking:
            self._shrinking.discard(feed_id)
            before_ms = self._clock.now_ms() + _MINUTE_MS
            gone = self._logs.drop_superseded(feed_id, before_ms=before_ms)
            self._seeder.drop_named(feed_id, gone)

    def on_patch(self, session: Session, patch: Patch) -> None:
        """Take a patch in, if it was asked for; one that does not fit is fetched instead."""
        key = patch.feed_id, ChunkSpan(patch.level, patch.position)
        wanted = self._wanted.get(key)
        if wanted is None or wanted.asked != session.node_id or wanted.is_answered:
            return
        wanted.is_answered = True
        frames = {each.number: each.frame for each in patch.frames}
        self._beside.spawn(self._put_in(key, wanted, frames))

    # --- answering ---

    def on_frames(self, session: Session, asked: Frames) -> None:
        """Make a patch, as soon as the peer reads; no peer may keep our disk busy."""
        if self._may_make(session):
            key = ("patch", asked.feed_id, asked.level, asked.position)
            session.outbox.put(key, partial(self._answer, session, asked))

    def _may_make(self, session: Session) -> bool:
        minute = self._clock.monotonic_ms() // _MINUTE_MS
        if minute != self._minute:
            self._minute, self._made = minute, Counter()
        bounds = (
            (session.node_id, PATCHES_PER_MINUTE),
            (session.proven_host, PATCHES_PER_MINUTE_OF_HOST),
            (_ALL, PATCHES_PER_MINUTE_IN_ALL),
        )
        # Only what is made counts: who asks too much takes nothing from others.
        if any(self._made[whose] >= most for whose, most in bounds):
            return False
        self._made.update(whose for whose, _ in bounds)
        return True

    async def _answer(self, session: Session, asked: Frames) -> None:
        span = ChunkSpan(asked.level, asked.position)
        frames: dict[int, bytes] = {}
        if span in self._logs.held(asked.feed_id):
            try:
                frames = await off_loop(lambda: self._make(asked, span))
            except (DamageError, PassingError, RemoteError) as error:
                logger.info("no patch made", reason=str(error))
        await session.send(
            Patch(
                feed_id=asked.feed_id,
                level=asked.level,
                position=asked.position,
                frames=tuple(PatchFrame(number, frames[number]) for number in sorted(frames)),
            )
        )

    def _make(self, asked: Frames, span: ChunkSpan) -> dict[int, bytes]:
        return patch_for(self._logs.read_chunk(asked.feed_id, span), asked.digests)

    # --- inside ---

    def _lies_aside(self, feed_id: FeedId, span: ChunkSpan) -> bool:
        if span in self._logs.held(feed_id):
            return False
        return (self._logs.incoming_folder(feed_id) / chunk_name(feed_id, span)).exists()

    def _want(self, after: Replica, span: ChunkSpan, before: ChunkRecord) -> None:
        key, record = (after.feed_id, span), after.chunks()[span]
        if key in self._put_off or not self._may_renew(after, record):
            self._wait_a_day(key)
            return
        known = self._wanted.get(key)
        if known is not None:
            before = known.before  # the file that lies aside is older still
        self._wanted[key] = _Wanted(size=after.size, before=before, record=record)
        self._fetcher.hold_back(*key)
        loop = asyncio.get_running_loop()
        loop.call_later(PATCH_WAIT_S, self._end_if, key, self._wanted[key])
        # The sender's word of what it holds may be heard in this very turn: ask behind it.
        loop.call_soon(self._ask_for, after.feed_id)

    def _may_renew(self, after: Replica, record: ChunkRecord) -> bool:
        return self._renewals.may_take(
            after.feed_id,
            record.pieces.size_bytes,
            feed_bytes=sum(each.pieces.size_bytes for each in after.chunks().values()),
            now_ms=self._clock.monotonic_ms(),
        )

    def _wait_a_day(self, key: _Key) -> None:
        """Fetch nothing of a chunk that is packed anew again and again, until tomorrow."""
        self._wanted.pop(key, None)
        self._fetcher.hold_back(*key)
        if key not in self._put_off:
            if not self.waits(key[0]):
                logger.warning("packed anew too often", feed=key[0].hex())
            self._put_off.add(key)
            in_s = next_day_s(self._clock.monotonic_ms())
            asyncio.get_running_loop().call_later(in_s, self._take_up, key)

    def _take_up(self, key: _Key) -> None:
        if key in self._put_off:
            self._put_off.discard(key)
            self._fetcher.let_go(*key)

    def _ask_for(self, feed_id: FeedId) -> None:
        for key, wanted in self._wanted.items():
            if key[0] == feed_id and wanted.asked is None:
                holder = self._holder(feed_id, wanted.size)
                if holder is not None:
                    wanted.asked = holder.node_id
                    holder.outbox.put(("frames", *key), partial(self._send, holder, key))

    def _holder(self, feed_id: FeedId, size: int) -> Session | None:
        """A peer that says it holds all of a feed, up to a size."""
        for session in self._sessions.all():
            holding = session.holds.get(feed_id)
            if holding is not None and holding.complete and holding.size >= size:
                return session
        return None

    async def _send(self, session: Session, key: _Key) -> None:
        feed_id, span = key
        try:
            digests = await off_loop(lambda: digests_of(self._logs.read_incoming(*key)))
        except (DamageError, PassingError, RemoteError) as error:
            logger.info("no old chunk to patch", reason=str(error))
            self._end(key)
            return
        await session.send(
            Frames(feed_id=feed_id, level=span.level, position=span.position, digests=digests)
        )

    async def _put_in(self, key: _Key, wanted: _Wanted, frames: dict[int, bytes]) -> None:
        feed_id, span = key
        try:
            await asyncio.to_thread(self._splice, key, wanted, frames)
        except (DamageError, RemoteError) as error:
            logger.info("patch refused", reason=str(error))
            self._end_if(key, wanted)
            return
        except PassingError as error:
            self._events.tell(Strained(error))
            self._end_if(key, wanted)
            return
        replica = self._shelf.replica(feed_id)
        if replica is None or replica.chunks().get(span) != wanted.record:
            return  # let go, or packed anew once more: that is asked for already
        self._wanted.pop(key, None)
        self._logs.keep_chunk(feed_id, span)
        self._seeder.seed(feed_id, chunk_torrent(feed_id, span, wanted.record.pieces))
        self._fetcher.let_go(*key)
        self._events.tell(ChunkKept(feed_id, span))

    def _splice(self, key: _Key, wanted: _Wanted, frames: dict[int, bytes]) -> None:
        old = self._logs.read_incoming(*key)
        self._logs.write_incoming(*key, patched(old, wanted.before, frames, wanted.record))

    def _end_if(self, key: _Key, wanted: _Wanted) -> None:
        if self._wanted.get(key) is wanted:
            self._end(key)

    def _end(self, key: _Key) -> None:
        """Wait for no patch any more: the chunk is fetched, if the feed is kept whole."""
        self._wanted.pop(key, None)
        self._fetcher.let_go(*key)


def _has_withdrawal(before: Replica, after: Replica) -> bool:
    """Whether something was withdrawn between two heads, or nobody can tell from the tail."""
    if before.size < after.tail_start:
        return True
    return bool(named_in(after.tail[before.size - after.tail_start :], before.size))
