"""Fetches chunks through the swarm: newest first, several holders at a time, verified.

    missing --plan--> in flight --arrived--> verified --> kept, seeded, indexed
       ^                 |  stands still: 2, 6, 18 more holders race for it
       +---- failed -----+  nobody linked has it: plain clients are looked for

Nothing is remembered of a fetch: what is missing follows from the chunk list and the disk, so
a node that was killed goes on where it was.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import structlog
from msgspec import Struct, field

from swarmfeed.core.asks import trouble_sentences
from swarmfeed.core.asks.troubles import FULL
from swarmfeed.core.base.limits import (
    CHUNKS_IN_FLIGHT_MAX,
    DISK_FLOOR_BYTES,
    GATHER_S,
    REFUSED_PAUSE_S,
)
from swarmfeed.core.base.types import ChunkSpan, Endpoint, FeedId, NodeId
from swarmfeed.core.feed.fetching import (
    ChunkAsk,
    Source,
    WantedChunk,
    plan_fetches,
)
from swarmfeed.core.talk.words import Wake
from swarmfeed.errors import DamageError, FatalError, PassingError, RemoteError
from swarmfeed.node.feeds.arrivals import Arrivals
from swarmfeed.node.feeds.flights import Flight, Flights
from swarmfeed.node.feeds.searching import Searching
from swarmfeed.node.feeds.seeder import Seeder
from swarmfeed.node.ground.events import ChunkKept, Fatal, LinkClosed, Relieved, Strained
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.tasks import Tasks
from swarmfeed.ports import ChunkArrived, DhtPeersFound, PeerSentGarbage, SwarmFailed

logger = structlog.get_logger()

_PLAN_MS = 1_000
"""How often is planned when nothing happens: holders may have come, or room on the disk."""


class _Feed(Struct):
    """A feed that is being completed."""

    spans: set[ChunkSpan] | None = None
    """Which chunks are wanted; None: all of them."""
    gathering: bool = True
    """Still waiting for other holders to be dialled."""
    tried: dict[ChunkSpan, frozenset[NodeId]] = field(default_factory=dict)


class FetcherSide(Struct):
    """What the fetcher remembers of a peer."""

    woken: set[FeedId] = field(default_factory=set)
    """Feeds we asked the peer to load, and it has not said since that they sleep again."""


class Fetcher:
    """Completes feeds."""

    def __init__(self, ground: Ground, seeder: Seeder) -> None:
        self._shelf = ground.shelf
        self._logs = ground.shells.logs
        self._verifier = ground.shells.verifier
        self._swarm = ground.shells.swarm
        self._sessions = ground.sessions
        self._clock = ground.shells.clock
        self._events = ground.events
        self._seeder = seeder
        self._feeds: dict[FeedId, _Feed] = {}
        self._flights, self._searching = Flights(ground), Searching(ground)
        self._more_is_wanted = False
        """Whether chunks wait for others to arrive before they are asked for."""
        self._plan_at_ms = 0
        self._served_by: dict[FeedId, set[Endpoint]] = {}
        self._finishing = Tasks()
        self._arrivals = Arrivals(ground, self._finishing, self._finish)
        self._refused_until_ms = 0
        self._held_back: set[tuple[FeedId, ChunkSpan]] = set()

    async def stop(self) -> None:
        # A timer of `want` may still fire: it finds nothing to begin.
        self._feeds.clear()
        await self._finishing.stop()

    # --- asking for feeds ---

    def want(self, feed_id: FeedId, spans: set[ChunkSpan] | None = None) -> None:
        """Fetch what is missing of a feed: all, or only the chunks named."""
        feed = self._feeds.get(feed_id)
        if feed is None:
            feed = self._feeds[feed_id] = _Feed()
            asyncio.get_running_loop().call_later(GATHER_S, self.gathered, feed_id)
        feed.spans = spans
        self.plan()

    def gathered(self, feed_id: FeedId) -> None:
        """All holders we were told of were dialled: begin."""
        feed = self._feeds.get(feed_id)
        if feed is not None and feed.gathering:
            feed.gathering = False
            self.plan()

    def hold_back(self, feed_id: FeedId, span: ChunkSpan) -> None:
        """Do not fetch a chunk for now: a patch of it is on its way."""
        self._held_back.add((feed_id, span))

    def let_go(self, feed_id: FeedId, span: ChunkSpan) -> None:
        """Fetch a chunk again if it is missing."""
        self._held_back.discard((feed_id, span))
        self.plan()

    def forget(self, feed_id: FeedId) -> None:
        """Stop fetching a feed."""
        self._feeds.pop(feed_id, None)
        for info_hash, flight in self._flights.all():
            if flight.chunk.feed_id == feed_id:
                self._flights.end(info_hash)

    # --- looking ---

    def in_flight(self, feed_id: FeedId) -> list[bytes]:
        """Info-hashes of the chunks of a feed that are being fetched."""
        return [key for key, of in self.all_in_flight() if of == feed_id]

    def all_in_flight(self) -> list[tuple[bytes, FeedId]]:
        """Info-hashes of all chunks that are being fetched, each with its feed."""
        return [(key, flight.chunk.feed_id) for key, flight in self._flights.all()]

    def missing(self, feed_ids: Iterable[FeedId]) -> list[WantedChunk]:
        """Chunks of these that are wanted, and neither on their way nor held back; the newest
        first."""
        return self._wanted([each for each in feed_ids if each in self._feeds])

    def served_by(self, feed_id: FeedId) -> set[Endpoint]:
        """Swarm endpoints that chunks of a feed were asked of."""
        served = set(self._served_by.get(feed_id, ()))
        for _, flight in self._flights.all():
            if flight.chunk.feed_id == feed_id:
                served |= flight.swarms()
        return served

    # --- working ---

    def found(self, feed_id: FeedId) -> None:
        """There is one more holder of a feed: go on with that one, if it is being fetched."""
        if feed_id in self._feeds and (slots := self._room()) > 0:
            self._begin(self._wanted([feed_id]), slots)

    def plan(self) -> None:
        """Ask for what is missing, as far as there are holders and room."""
        if (slots := self._room()) <= 0:
            return
        self._plan_at_ms = self._clock.monotonic_ms() + _PLAN_MS
        wanted = self._wanted(list(self._feeds))
        self._more_is_wanted = len(wanted) > slots
        self._flights.recruit()
        self._begin(wanted, slots)
        self._search(wanted)

    def watch(self) -> int:
        """Let more holders race for each chunk that stands still; returns how many do."""
        stuck = self._flights.watch()
        for info_hash in stuck:
            if self._flights.is_hopeless(info_hash):
                self._searching.begin(info_hash)
                if not self._searching.is_served(info_hash):
                    # Nobody else is linked: begin anew, which dials the same ones again.
                    self._give_up(info_hash)
        for info_hash in self._searching.work(self._flights.find):
            self._rest(info_hash)
        if not self._more_is_wanted:
            self._flights.help_out()
        if stuck or self._clock.monotonic_ms() >= self._plan_at_ms:
            self.plan()
        return len(stuck)

    def on_close(self, event: LinkClosed) -> None:
        """Ask others at once for chunks that were asked of a node that is gone."""
        node_id = event.session.node_id
        if self._sessions.find(node_id) is None:
            self.on_lost(node_id)

    def on_lost(self, node_id: NodeId) -> None:
        """Ask others at once for chunks that were asked of a node whose link ended."""
        for info_hash, flight in self._flights.all():
            if flight.asked.keys() == {node_id} and not flight.verifying:
                self._flights.race(info_hash)
        self.plan()

    def on_relieved(self, _: Relieved) -> None:
        """The disk takes everything again."""
        self._refused_until_ms = self._plan_at_ms = 0

    def on_dht_peers(self, found: DhtPeersFound) -> bool:
        """Take an answer of the DHT; False when it is about no chunk we look for."""
        return self._searching.on_peers(found)

    def on_event(self, event: ChunkArrived | SwarmFailed | PeerSentGarbage) -> None:
        match event:
            case ChunkArrived(info_hash):
                self._on_arrived(info_hash)
            case SwarmFailed(info_hash, _, PassingError() as refused):
                self._put_off(info_hash, refused)
            case SwarmFailed(info_hash, reason):
                logger.warning("chunk failed", reason=reason)
                self._give_up(info_hash)
            case PeerSentGarbage(info_hash, peer):
                self._blame(info_hash, peer)

    # --- inside ---

    def _room(self) -> int:
        """How many more chunks may be in flight; 0 or less: none, or the disk refuses."""
        self._drop_stale()
        return 0 if self._is_refused() else CHUNKS_IN_FLIGHT_MAX - self._flights.asked_count()

    def _begin(self, wanted: Sequence[WantedChunk], slots: int) -> None:
        if wanted and self._logs.free_bytes() < DISK_FLOOR_BYTES:
            full = PassingError(trouble_sentences.DISK_ALMOST_FULL(), FULL.name)
            self._events.tell(Strained(full))
            self._plan_at_ms = 0
            return
        sources = {each.feed_id: self._sessions.sources(each.feed_id) for each in wanted}
        self._wake(sources)
        for ask in plan_fetches(wanted, sources, self._flights.accounts(), slots=slots):
            self._start(ask)

    def _search(self, wanted: Sequence[WantedChunk]) -> None:
        """Look among plain clients for what nobody linked has."""
        if wanted and self._logs.free_bytes() >= DISK_FLOOR_BYTES:
            sources = {each.feed_id: self._sessions.sources(each.feed_id) for each in wanted}
            for chunk in self._searching.choose(wanted, sources):
                self._searching.begin(self._start(ChunkAsk(chunk, ())))

    def _wanted(self, feed_ids: Iterable[FeedId]) -> list[WantedChunk]:
        flying = {
            (flight.chunk.feed_id, flight.chunk.span) for _, flight in self._flights.all()
        }
        wanted = []
        for feed_id in feed_ids:
            replica, feed = self._shelf.replica(feed_id), self._feeds[feed_id]
            if replica is None or feed.gathering:
                continue
            chunks = replica.chunks()
            for span in self._shelf.missing(feed_id):
                if (feed_id, span) in flying or (feed_id, span) in self._held_back:
                    continue
                if feed.spans is not None and span not in feed.spans:
                    continue
                size_bytes = chunks[span].pieces.size_bytes
                tried = feed.tried.get(span, frozenset())
                wanted.append(WantedChunk(feed_id, span, size_bytes, tried))
        return wanted

    def _wake(self, sources: Mapping[FeedId, Sequence[Source]]) -> None:
        """Ask holders whose torrents sleep to load them; they say when they have."""
        for feed_id, found in sources.items():
            for source in found:
                session = self._sessions.find(source.node_id)
                if source.awake or session is None:
                    continue
                woken = session.part(FetcherSide).woken
                if feed_id in woken:
                    continue
                woken.add(feed_id)
                session.outbox.put(("wake", feed_id), partial(session.send, Wake(feed_id)))

    def _drop_stale(self) -> None:
        """Leave swarms of chunks that a larger one has taken the place of meanwhile."""
        for info_hash, flight in self._flights.all():
            replica = self._shelf.replica(flight.chunk.feed_id)
            current = replica.chunks().get(flight.chunk.span) if replica else None
            if current != flight.record and not flight.verifying:
                self._flights.end(info_hash)

    def _start(self, ask: ChunkAsk) -> bytes:
        feed_id = ask.chunk.feed_id
        replica = self._shelf.replica(feed_id)
        assert replica is not None, "wanted chunks are those of a replica"
        record = replica.chunks()[ask.chunk.span]
        self._verifier.get_ready(ask.chunk.span.level)
        return self._flights.begin(ask, record, self._logs.incoming_folder(feed_id))

    def _is_refused(self) -> bool:
        return self._clock.monotonic_ms() < self._refused_until_ms

    def _refuse(self, error: PassingError) -> None:
        """Begin nothing new for a while: what comes would not be taken."""
        self._refused_until_ms = self._clock.monotonic_ms() + REFUSED_PAUSE_S * 1000
        self._events.tell(Strained(error))

    def _put_off(self, info_hash: bytes, error: PassingError) -> None:
        """Leave a chunk for later, from whomever: what is here of it stays."""
        self._flights.end(info_hash)
        self._refuse(error)

    def _give_up(self, info_hash: bytes) -> None:
        """Ask for a chunk anew, in the next round: at once it might fail at once."""
        flight = self._flights.end(info_hash)
        if flight is None:
            return
        self._plan_at_ms = 0
        feed = self._feeds.get(flight.chunk.feed_id)
        if feed is not None:
            before = feed.tried.get(flight.chunk.span, frozenset())
            feed.tried[flight.chunk.span] = before | flight.asked.keys()

    def _rest(self, info_hash: bytes) -> None:
        """Look for something else among plain clients; holders are asked as ever."""
        if (flight := self._flights.find(info_hash)) is not None:
            self._searching.rest(info_hash, flight)
        self._give_up(info_hash)

    def _blame(self, info_hash: bytes, endpoint: Endpoint) -> None:
        """Shut out a peer whose bytes fail the hashes the author signed.

        Peers answer for the swarm they named as theirs.  An address where others are linked
        too is not banned; what anybody says of where they are does not count for that.
        """
        vouching = self._sessions.vouching(endpoint)
        if all(each in vouching for each in self._sessions.at_host(endpoint.host)):
            self._swarm.ban(endpoint.host)
        for session in vouching:
            session.holds.clear()  # at once: nothing is asked of it again
            self._finishing.spawn(
                self._sessions.shut_out(session, "sent bytes that are not the chunk")
            )
        for key, flight in self._flights.all():
            asked = flight.asked.values()
            is_its = bool(asked) and all(each.swarm.host == endpoint.host for each in asked)
            if not flight.verifying and (key == info_hash or is_its):
                # A new start, from another holder: this torrent may hold on to the liar.
                self._give_up(key)
        self.plan()

    def _on_arrived(self, info_hash: bytes) -> None:
        flight = self._flights.find(info_hash)
        if flight is None or flight.verifying:
            return
        self._flights.arrived(info_hash)
        self._arrivals.add(info_hash, flight)

    def _finish(self, info_hash: bytes, flight: Flight, verdict: asyncio.Future[None]) -> None:
        """Keep a chunk that was verified, or give it up."""
        try:
            self._keep(info_hash, flight, verdict)
        except PassingError as error:
            self._put_off(info_hash, error)
        except FatalError as error:
            self._events.tell(Fatal(error))
        except Exception:
            # A bug: this chunk is asked for again, the others go on.
            logger.error("chunk not kept", exc_info=True)
            self._give_up(info_hash)

    def _keep(self, info_hash: bytes, flight: Flight, verdict: asyncio.Future[None]) -> None:
        feed_id, span = flight.chunk.feed_id, flight.chunk.span
        try:
            verdict.result()
            if self._flights.find(info_hash) is not flight:
                self._logs.drop_incoming(feed_id, span)
                return  # the feed was let go meanwhile
        except (DamageError, RemoteError) as error:
            if self._flights.find(info_hash) is not flight:
                return
            # The pieces are what the author signed, and yet no chunk: the author's fault, or
            # our disk's.  Either way these bytes are not kept.
            logger.warning("chunk refused", reason=str(error))
            self._give_up(info_hash)
            self._logs.drop_incoming(feed_id, span)
            return
        self._flights.end(info_hash)
        self._searching.end(info_hash)
        self._served_by.setdefault(feed_id, set()).update(flight.swarms())
        self._logs.keep_chunk(feed_id, span)
        self._seeder.seed(feed_id, flight.torrent)
        self._events.tell(ChunkKept(feed_id, span))
        self.plan()
