"""Tells the DHT which chunks are here, where plain clients were told of them.

Holders find each other by the author's topic, so chunks of most feeds are not announced: ten
thousand would cost a quarter of a megabyte a second for ever.  Whoever takes a magnet link or
the RSS knows nothing of topics; from when a feed's torrents were listed theirs are announced,
a few in each round.
"""

from swarmfeed.core.asks import sentences
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.limits import ANNOUNCE_CHUNK_MS, ANNOUNCED_CHUNKS_MAX, OPENED_S
from swarmfeed.core.feed.metainfo import chunk_torrent
from swarmfeed.node.feeds.seeder import Seeder
from swarmfeed.node.ground.ground import Ground


class Announcer:
    """Announces torrents of the feeds that were opened to plain clients."""

    def __init__(self, ground: Ground, seeder: Seeder) -> None:
        self._has_dht = ground.settings.dht
        self._shelf = ground.shelf
        self._logs = ground.shells.logs
        self._swarm = ground.shells.swarm
        self._clock = ground.shells.clock
        self._introduction = ground.introduction
        self._seeder = seeder
        self._opened_ms: dict[FeedId, int] = {}
        """When torrents were listed last, the longest ago first."""
        self._announced_ms: dict[bytes, int] = {}
        self._due: list[bytes] = []
        self._looked_ms: int | None = None

    def open(self, feed_id: FeedId) -> None:
        """Somebody was told of a feed's torrents: plain clients will come for them."""
        self._opened_ms.pop(feed_id, None)
        self._opened_ms[feed_id] = self._clock.monotonic_ms()
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
            self._looked_ms, self._due = now_ms, self._list_due(now_ms)
        if self._due:
            info_hash = self._due.pop()
            self._announced_ms[info_hash] = now_ms
            self._swarm.announce(info_hash, port)
        return sentences.CHUNKS_ANNOUNCED(chunks=len(self._announced_ms), due=len(self._due))

    def _list_due(self, now_ms: int) -> list[bytes]:
        """What is to be announced, the last first."""
        torrents = self._torrents(now_ms)
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

    def _torrents(self, now_ms: int) -> list[bytes]:
        """Info-hashes of what is held of the feeds that were opened, within the bound."""
        found: list[bytes] = []
        for feed_id, opened_ms in reversed(list(self._opened_ms.items())):
            replica = self._shelf.replica(feed_id)
            if replica is None or now_ms - opened_ms >= OPENED_S * 1000:
                del self._opened_ms[feed_id]
                continue
            self._seeder.wake(feed_id)
            held = self._logs.held(feed_id)
            for span, record in reversed(replica.chunks().items()):
                if len(found) >= ANNOUNCED_CHUNKS_MAX:
                    return found
                if span in held:
                    found.append(chunk_torrent(feed_id, span, record.pieces).info_hash)
        return found


_LOOK_MS = 60_000
"""How often is looked which torrents there are, unless a feed was opened."""
