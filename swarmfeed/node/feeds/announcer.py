"""Tells the DHT which chunks are here, where plain clients were told of them.

Holders find each other by the author's topic, so chunks of most feeds are not announced: ten
thousand would cost a quarter of a megabyte a second for ever.  Whoever takes a magnet link or
the RSS knows nothing of topics; from when a feed's torrents were listed theirs are announced,
a few in each round.  The chunk list is one of them: chunks are checked by it.
"""

from collections.abc import AsyncIterator

import structlog

from swarmfeed.core.asks import sentences
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.limits import ANNOUNCE_CHUNK_MS, ANNOUNCED_CHUNKS_MAX, OPENED_S
from swarmfeed.core.feed.metainfo import ChunkTorrent, chunk_torrent
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.talk.deposit import torrent_of_list
from swarmfeed.errors import PassingError, RetryError
from swarmfeed.node.feeds.seeder import Seeder
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.tasks import in_turns

logger = structlog.get_logger()


class Announcer:
    """Announces torrents of the feeds that were opened to plain clients."""

    def __init__(self, ground: Ground, seeder: Seeder) -> None:
        self._has_dht = ground.settings.dht
        self._shelf = ground.shelf
        self._logs = ground.shells.logs
        self._lists = ground.shells.lists
        self._swarm = ground.shells.swarm
        self._clock = ground.shells.clock
        self._introduction = ground.introduction
        self._seeder = seeder
        self._opened_ms: dict[FeedId, int] = {}
        """When torrents were listed last, the longest ago first."""
        self._announced_ms: dict[bytes, int] = {}
        self._due: list[bytes] = []
        self._lists_of: dict[FeedId, ChunkTorrent] = {}
        """Chunk lists that are in the swarm."""
        self._looked_ms: int | None = None

    def open(self, feed_id: FeedId) -> None:
        """Somebody was told of a feed's torrents: plain clients will come for them."""
        self._opened_ms.pop(feed_id, None)
        self._opened_ms[feed_id] = self._clock.monotonic_ms()
        if (replica := self._shelf.replica(feed_id)) is not None:
            self._offer_list(replica)
        # A plain client cannot ask over a link for what sleeps.
        self._seeder.wake(feed_id)
        self._looked_ms = None

    async def announce(self) -> str:
        """Announce the next torrent that is due; a round of the scheduler, one a second."""
        port = self._introduction.swarm_port
        if not self._has_dht or not port or not self._opened_ms or not self._swarm.dht_nodes():
            return sentences.NOTHING_TO_ANNOUNCE()
        now_ms = self._clock.monotonic_ms()
        if self._looked_ms is None or now_ms - self._looked_ms >= _LOOK_MS:
            self._looked_ms = now_ms
            self._due = await self._list_due(now_ms)
        if self._due:
            info_hash = self._due.pop()
            self._announced_ms[info_hash] = now_ms
            self._swarm.announce(info_hash, port)
        return sentences.CHUNKS_ANNOUNCED(chunks=len(self._announced_ms), due=len(self._due))

    async def _list_due(self, now_ms: int) -> list[bytes]:
        """What is to be announced, the last first."""
        self._close_old(now_ms)
        torrents = await self._torrents()
        self._announced_ms = {
            each: self._announced_ms[each] for each in torrents if each in self._announced_ms
        }
        due = [
            each
            for each in torrents
            if now_ms - self._announced_ms.get(each, -ANNOUNCE_CHUNK_MS) >= ANNOUNCE_CHUNK_MS
        ]
        # Those never announced first: they are told of newly, or were sealed just now.
        return sorted(due, key=lambda each: self._announced_ms.get(each, -1), reverse=True)

    def _close_old(self, now_ms: int) -> None:
        """Feeds whose torrents nobody listed for long, or that were let go."""
        for feed_id, opened_ms in list(self._opened_ms.items()):
            is_here = self._shelf.replica(feed_id) is not None
            if is_here and now_ms - opened_ms < OPENED_S * 1000:
                continue
            del self._opened_ms[feed_id]
            self._close_list(feed_id)

    def _close_list(self, feed_id: FeedId) -> None:
        if (chunk_list := self._lists_of.pop(feed_id, None)) is not None:
            self._swarm.drop(chunk_list.info_hash)
            self._lists.drop(chunk_list.name)

    async def _torrents(self) -> list[bytes]:
        """Info-hashes of what is held of the feeds that were opened, within the bound.

        Others run in between: each is hashed anew.
        """
        found: list[bytes] = []
        async for feed_id in in_turns(list(reversed(self._opened_ms))):
            if (replica := self._shelf.replica(feed_id)) is None:
                continue
            self._seeder.wake(feed_id)
            async for info_hash in self._torrents_of(replica):
                found.append(info_hash)
                if len(found) == ANNOUNCED_CHUNKS_MAX:
                    return found
        return found

    async def _torrents_of(self, replica: Replica) -> AsyncIterator[bytes]:
        """Of one feed: the chunk list, and what is held of its chunks, the newest first."""
        feed_id, chunk_list = replica.feed_id, self._offer_list(replica)
        if chunk_list is not None:
            yield chunk_list
        held = self._logs.held(feed_id)
        async for span, record in in_turns(list(reversed(replica.chunks().items()))):
            if span in held:
                yield chunk_torrent(feed_id, span, record.pieces).info_hash

    def _offer_list(self, replica: Replica) -> bytes | None:
        """Have the newest chunk list in the swarm; returns its info-hash, None without one."""
        torrent, feed_id = torrent_of_list(replica), replica.feed_id
        before = self._lists_of.get(feed_id)
        if torrent is None or (before and before.info_hash == torrent.info_hash):
            return torrent.info_hash if torrent else None
        if before is not None and before.name == torrent.name:
            self._close_list(feed_id)  # the same chunks, without what was withdrawn
            before = None
        try:
            self._lists.write(torrent.name, replica.chunk_list)
            self._swarm.seed(torrent, self._lists.folder)
        except (PassingError, RetryError) as error:
            logger.info("a chunk list is offered later", reason=str(error))
            return None
        self._lists_of[feed_id] = torrent
        if before is not None:
            self._swarm.drop(before.info_hash)
            self._lists.drop(before.name)
        return torrent.info_hash


_LOOK_MS = 60_000
"""How often is looked which torrents there are, unless a feed was opened."""
