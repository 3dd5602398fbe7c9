"""Looks among plain BitTorrent clients for chunks that nobody linked gives us.

    no holder for 3 s --> in flight without one --> DHT: who has it? --> a few are dialled
                                                    and told: we look for it, dial us

Whoever answers is a stranger, and what it sends is checked as from anybody: by the hashes that
the author signed.  One that says it has a chunk and has not costs a connection.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from typing import Protocol

from msgspec import Struct, field

from swarmfeed.core.base.types import ChunkSpan, Endpoint, FeedId
from swarmfeed.core.feed.chunklist import is_covering
from swarmfeed.core.feed.fetching import Source, WantedChunk
from swarmfeed.core.feed.limits import (
    SEARCH_EVERY_MS,
    SEARCH_LOST_MS,
    SEARCH_MS_MAX,
    SEARCH_PAUSE_MS_FIRST,
    SEARCH_PAUSE_MS_MAX,
    SEARCH_PEERS_AT_ONCE,
    SEARCH_PEERS_MAX,
    SEARCH_PEERS_MS,
    SEARCH_REST_MS,
    SEARCHES_MAX,
    STRANGERS_AFTER_MS,
)
from swarmfeed.node.feeds.flights import Flight
from swarmfeed.node.ground.ground import Ground
from swarmfeed.ports import DhtPeersFound

_Key = tuple[FeedId, ChunkSpan]


class Underway(Protocol):
    """A torrent that is being fetched."""

    @property
    def begun_ms(self) -> int: ...

    @property
    def verifying(self) -> bool:
        """Whether all of it came."""
        ...

    @property
    def asked(self) -> Sized:
        """Linked holders it was asked of."""
        ...


class _Search(Struct, kw_only=True):
    """One chunk that is looked for."""

    moved_ms: int
    """When it was begun, or bytes came of it."""
    seen_ms: int
    """When it was in flight."""
    look_ms: int
    """When it is looked up next."""
    flight_ms: int = 0
    """When the flight was begun that it was dialled for."""
    pause_ms: int = SEARCH_PAUSE_MS_FIRST
    found: list[Endpoint] = field(default_factory=list)
    """Who is said to have it, in the order in which we heard of them."""
    dialled: int = 0
    """How many of those were."""
    dial_ms: int = 0
    """When the next ones are dialled, unless something comes."""
    bytes_done: int = 0


class Searching:
    """Knows which chunks are looked for, and when the DHT is asked again."""

    def __init__(self, ground: Ground) -> None:
        self._has_dht = ground.settings.dht
        self._swarm = ground.shells.swarm
        self._clock = ground.shells.clock
        self._introduction = ground.introduction
        self._searches: dict[bytes, _Search] = {}
        self._lonely_since_ms: dict[FeedId, int] = {}
        self._resting_until_ms: dict[_Key, int] = {}
        self._look_ms = 0

    # --- which ---

    def choose(
        self, wanted: Iterable[WantedChunk], sources: Mapping[FeedId, Sequence[Source]]
    ) -> list[WantedChunk]:
        """Of the chunks nobody linked has, those that are to be looked for now."""
        now_ms = self._clock.monotonic_ms()
        lonely = [each for each in wanted if not _has_holder(each, sources)]
        feeds = {each.feed_id for each in lonely}
        self._lonely_since_ms = {
            each: self._lonely_since_ms.get(each, now_ms) for each in feeds
        }
        room = SEARCHES_MAX - len(self._searches)
        if not lonely or room <= 0 or not self._is_online():
            return []
        self._wake_rested(now_ms)
        ripe = [each for each in lonely if self._is_ripe(each, now_ms)]
        return ripe[:room]

    def begin(self, info_hash: bytes) -> None:
        """Look for a chunk in flight, as far as there is room."""
        if info_hash in self._searches or not self._is_online():
            return
        if len(self._searches) < SEARCHES_MAX:
            now_ms = self._clock.monotonic_ms()
            self._searches[info_hash] = _Search(moved_ms=now_ms, seen_ms=now_ms, look_ms=now_ms)

    def is_served(self, info_hash: bytes) -> bool:
        """Whether plain clients that were found give a chunk now."""
        search = self._searches.get(info_hash)
        if search is None or not search.bytes_done:
            return False
        return self._clock.monotonic_ms() - search.moved_ms <= SEARCH_PEERS_MS

    def end(self, info_hash: bytes) -> None:
        """Look for a chunk no more: it is here, or no longer wanted."""
        self._searches.pop(info_hash, None)

    def rest(self, info_hash: bytes, flight: Flight) -> None:
        """A chunk was looked for in vain: others have their turn."""
        if self._searches.pop(info_hash, None) is not None:
            key = (flight.chunk.feed_id, flight.chunk.span)
            self._resting_until_ms[key] = self._clock.monotonic_ms() + SEARCH_REST_MS

    # --- working ---

    def work(self, find: Callable[[bytes], Underway | None]) -> list[bytes]:
        """Ask the DHT for what is due, and dial whom it told; returns what was in vain."""
        now_ms = self._clock.monotonic_ms()
        in_vain = []
        for info_hash, search in list(self._searches.items()):
            flight = find(info_hash)
            if flight is None:
                if now_ms - search.seen_ms > SEARCH_LOST_MS:
                    self.end(info_hash)
                continue
            search.seen_ms = now_ms
            self._count(info_hash, search, now_ms)
            self._join(search, flight)
            self._dial_more(info_hash, search, now_ms)
            if self._is_in_vain(search, flight, now_ms):
                in_vain.append(info_hash)
        self._look_up_one(now_ms)
        return in_vain

    def on_peers(self, found: DhtPeersFound) -> bool:
        """Take an answer of the DHT; False when it is about no chunk that is looked for."""
        search = self._searches.get(found.topic)
        if search is None:
            return False
        room = SEARCH_PEERS_MAX - len(search.found)
        known = {*search.found, *self._introduction.swarm_at()}
        new = [each for each in found.peers if each not in known]
        search.found += new[: max(room, 0)]
        self._dial_more(found.topic, search, self._clock.monotonic_ms())
        return True

    # --- inside ---

    def _is_online(self) -> bool:
        return self._has_dht and bool(self._swarm.dht_nodes())

    def _is_ripe(self, chunk: WantedChunk, now_ms: int) -> bool:
        waited_ms = now_ms - self._lonely_since_ms[chunk.feed_id]
        is_resting = (chunk.feed_id, chunk.span) in self._resting_until_ms
        return waited_ms >= STRANGERS_AFTER_MS and not is_resting

    def _wake_rested(self, now_ms: int) -> None:
        resting = self._resting_until_ms.items()
        self._resting_until_ms = {each: until for each, until in resting if until > now_ms}

    def _is_in_vain(self, search: _Search, flight: Underway, now_ms: int) -> bool:
        """Whether nothing came of it for so long that others have their turn."""
        if flight.asked or flight.verifying or len(self._searches) < SEARCHES_MAX:
            return False
        return now_ms - search.moved_ms >= SEARCH_MS_MAX

    def _count(self, info_hash: bytes, search: _Search, now_ms: int) -> None:
        """Note whether bytes came since the last look."""
        progress = self._swarm.progress_of(info_hash)
        before, search.bytes_done = search.bytes_done, progress.bytes_done if progress else 0
        if search.bytes_done > before:
            search.moved_ms = now_ms
            search.dial_ms = now_ms + SEARCH_PEERS_MS

    def _join(self, search: _Search, flight: Underway) -> None:
        """Begin with the dialling again when the chunk was begun anew."""
        if search.flight_ms != flight.begun_ms:
            search.flight_ms = flight.begun_ms
            search.dialled = search.dial_ms = 0

    def _dial_more(self, info_hash: bytes, search: _Search, now_ms: int) -> None:
        """Dial the next few, unless those before have their time still."""
        if now_ms < search.dial_ms or search.dialled >= len(search.found):
            return
        few = search.found[search.dialled : search.dialled + SEARCH_PEERS_AT_ONCE]
        search.dialled += len(few)
        search.dial_ms = now_ms + SEARCH_PEERS_MS
        self._swarm.add_peers(info_hash, few)

    def _look_up_one(self, now_ms: int) -> None:
        """Look one chunk up, the one that is due for longest; never two in a second."""
        if now_ms < self._look_ms or not self._searches:
            return
        info_hash = min(self._searches, key=lambda each: self._searches[each].look_ms)
        search = self._searches[info_hash]
        if search.look_ms > now_ms:
            return
        self._look_ms = now_ms + SEARCH_EVERY_MS
        search.look_ms = now_ms + search.pause_ms
        search.pause_ms = min(search.pause_ms * 2, SEARCH_PAUSE_MS_MAX)
        self._swarm.find_peers(info_hash)
        if port := self._introduction.swarm_port:
            # So that one who cannot be dialled dials us.
            self._swarm.announce(info_hash, port)


def _has_holder(chunk: WantedChunk, sources: Mapping[FeedId, Sequence[Source]]) -> bool:
    """Whether somebody linked has a chunk, awake or not."""
    return any(is_covering(chunk.span, each.size) for each in sources.get(chunk.feed_id, ()))
