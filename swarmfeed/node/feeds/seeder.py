"""Which chunks are in the swarm: loaded for good, or asleep until somebody asks.

Own, followed and fetched feeds are few, and plain BitTorrent clients come for them: their
torrents are always loaded.  Feeds held only for others are many, and nobody asks for most of
them: theirs are loaded when a fetcher says that it is coming, and dropped when it is gone.
"""

from collections.abc import Iterable
from typing import Final

from swarmfeed.core.asks import sentences
from swarmfeed.core.base.limits import AWAKE_S, TORRENTS_AWAKE_MAX
from swarmfeed.core.base.types import ChunkSpan, FeedId
from swarmfeed.core.feed.metainfo import ChunkTorrent, chunk_name, chunk_torrent
from swarmfeed.core.feed.replica import Replica
from swarmfeed.node.ground.events import FellAsleep
from swarmfeed.node.ground.ground import Ground

_MS: Final = 1000


class Seeder:
    """Loads torrents of held chunks, and drops them."""

    def __init__(self, ground: Ground) -> None:
        self._shelf = ground.shelf
        self._logs = ground.shells.logs
        self._swarm = ground.shells.swarm
        self._interests = ground.interests
        self._clock = ground.shells.clock
        self._events = ground.events
        self._asked_at_ms: dict[FeedId, int] = {}
        """Sleepers that were woken, the one asked for longest ago first."""
        self._uploaded: dict[FeedId, int] = {}
        self._out_bytes = 0

    # --- looking ---

    def is_awake(self, feed_id: FeedId) -> bool:
        """Whether chunks of a feed can be fetched from us now."""
        return not self._sleeps(feed_id) or feed_id in self._asked_at_ms

    def out_bytes(self) -> int:
        """Bytes sent since the start, of torrents that are loaded and of those dropped."""
        return self._out_bytes + sum(self._swarm.uploaded().values())

    # --- changing ---

    def seed_held(self, feed_id: FeedId) -> None:
        """Load every chunk that is on disk, unless the feed is asleep."""
        replica = self._shelf.replica(feed_id)
        if replica is None or not self.is_awake(feed_id):
            return
        held = self._logs.held(feed_id)
        for span, record in replica.chunks().items():
            if span in held:
                self.seed(feed_id, chunk_torrent(feed_id, span, record.pieces))

    def drop_replaced(self, before: Replica, after: Replica) -> None:
        """Leave the swarms of chunks that others of the same name took the place of."""
        newest = after.chunks()
        for span, record in before.chunks().items():
            if span in newest and newest[span] != record:
                self._drop(chunk_torrent(after.feed_id, span, record.pieces).info_hash)

    def drop_named(self, feed_id: FeedId, spans: Iterable[ChunkSpan]) -> None:
        """Leave the swarms of chunks that are no more, whatever their bytes were."""
        names = {chunk_name(feed_id, span) for span in spans}
        if not names:
            return
        for info_hash, progress in self._swarm.progress().items():
            if progress.name in names:
                self._drop(info_hash)

    def seed(self, feed_id: FeedId, torrent: ChunkTorrent) -> None:
        """Load one chunk that was just kept, unless the feed is asleep."""
        if self.is_awake(feed_id):
            self._swarm.seed(torrent, self._logs.chunk_folder(feed_id))

    def wake(self, feed_id: FeedId) -> bool:
        """Somebody is about to fetch; returns whether the feed is awake now."""
        if self._shelf.replica(feed_id) is None:
            return False
        if self._sleeps(feed_id):
            was_awake = self._asked_at_ms.pop(feed_id, None) is not None
            self._asked_at_ms[feed_id] = self._clock.monotonic_ms()
            if not was_awake:
                self.seed_held(feed_id)
        return True

    def forget(self, feed_id: FeedId) -> None:
        """Drop all torrents of a feed that is being let go."""
        self._asked_at_ms.pop(feed_id, None)
        self._drop_all(feed_id)

    async def rest(self) -> str:
        """Put to sleep what nobody asked for lately; a round of the scheduler."""
        now_ms = self._clock.monotonic_ms()
        awake = list(self._asked_at_ms)
        loaded = {each: len(self._logs.held(each)) for each in awake}
        too_many = sum(loaded.values()) - TORRENTS_AWAKE_MAX
        for feed_id in awake:
            idle = now_ms - self._asked_at_ms[feed_id] >= AWAKE_S * _MS
            if too_many <= 0 and (not idle or self._is_busy(feed_id)):
                continue
            too_many -= loaded[feed_id]
            del self._asked_at_ms[feed_id]
            self._drop_all(feed_id)
            self._events.tell(FellAsleep(feed_id))
        return sentences.FEEDS_AWAKE(feeds=len(self._asked_at_ms))

    # --- inside ---

    def _sleeps(self, feed_id: FeedId) -> bool:
        author_id = self._shelf.author_of(feed_id)
        return author_id is not None and self._interests.sleeps(author_id)

    def _is_busy(self, feed_id: FeedId) -> bool:
        """Whether bytes were sent since the last round."""
        before = self._uploaded.get(feed_id, 0)
        loaded = map(self._swarm.progress_of, self._info_hashes(feed_id))
        sent = sum(each.uploaded_bytes for each in loaded if each is not None)
        self._uploaded[feed_id] = sent
        return sent > before

    def _info_hashes(self, feed_id: FeedId) -> list[bytes]:
        replica = self._shelf.replica(feed_id)
        chunks = replica.chunks() if replica else {}
        return [chunk_torrent(feed_id, each, chunks[each].pieces).info_hash for each in chunks]

    def _drop_all(self, feed_id: FeedId) -> None:
        self._uploaded.pop(feed_id, None)
        for info_hash in self._info_hashes(feed_id):
            self._drop(info_hash)

    def _drop(self, info_hash: bytes) -> None:
        progress = self._swarm.progress_of(info_hash)
        if progress is not None:
            self._out_bytes += progress.uploaded_bytes
        self._swarm.drop(info_hash)
