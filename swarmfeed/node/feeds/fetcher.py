"""Fetches chunks through the swarm: newest first, several holders at a time, verified.

    missing --plan--> in flight --arrived--> verified --> kept, seeded, indexed
       ^                 |  stands still: ask one more holder
       +---- failed -----+

Nothing is remembered of a fetch: what is missing follows from the chunk list and the disk, so
a node that was killed goes on where it was.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog

from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.troubles import FULL
from swarmfeed.core.base.limits import (
    CHUNKS_IN_FLIGHT_MAX,
    DISK_FLOOR_BYTES,
    FETCH_TIMEOUT_S,
    GATHER_S,
    REFUSED_PAUSE_S,
)
from swarmfeed.core.base.types import ChunkSpan, Endpoint, FeedId, NodeId
from swarmfeed.core.feed.chunk import verify_chunk
from swarmfeed.core.feed.chunklist import ChunkRecord
from swarmfeed.core.feed.fetching import (
    ChunkAsk,
    Source,
    WantedChunk,
    can_serve,
    plan_fetches,
)
from swarmfeed.core.feed.metainfo import ChunkTorrent, chunk_torrent
from swarmfeed.core.talk.words import Wake
from swarmfeed.errors import DamageError, FatalError, PassingError, RemoteError
from swarmfeed.node.feeds.seeder import Seeder
from swarmfeed.node.ground.events import ChunkKept, Fatal, LinkClosed, Relieved, Strained
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.tasks import Tasks
from swarmfeed.ports import ChunkArrived, PeerSentGarbage, SwarmFailed

logger = structlog.get_logger()


@dataclass(slots=True)
class _Task:
    """A chunk in flight."""

    chunk: WantedChunk
    record: ChunkRecord
    torrent: ChunkTorrent
    asked: dict[NodeId, Endpoint]
    bytes_done: int
    moved_at_ms: int
    verifying: bool = False


@dataclass(slots=True)
class _Feed:
    """A feed that is being completed."""

    spans: set[ChunkSpan] | None = None
    """Which chunks are wanted; None: all of them."""
    gathering: bool = True
    """Still waiting for other holders to be dialled."""
    tried: dict[ChunkSpan, frozenset[NodeId]] = field(default_factory=dict)


@dataclass(slots=True)
class FetcherSide:
    """What the fetcher remembers of a peer."""

    woken: set[FeedId] = field(default_factory=set)
    """Feeds we asked the peer to load, and it has not said since that they sleep again."""


class Fetcher:
    """Completes feeds."""

    def __init__(self, ground: Ground, seeder: Seeder) -> None:
        self._shelf = ground.shelf
        self._logs = ground.shells.logs
        self._swarm = ground.shells.swarm
        self._sessions = ground.sessions
        self._clock = ground.shells.clock
        self._events = ground.events
        self._nothing_to_verify = ground.nothing_to_verify
        self._seeder = seeder
        self._feeds: dict[FeedId, _Feed] = {}
        self._tasks: dict[bytes, _Task] = {}
        self._served_by: dict[FeedId, set[Endpoint]] = {}
        self._finishing = Tasks()
        self._arrived: dict[bytes, _Task] = {}
        self._refused_until_ms = 0

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

    def forget(self, feed_id: FeedId) -> None:
        """Stop fetching a feed."""
        self._feeds.pop(feed_id, None)
        for info_hash, task in list(self._tasks.items()):
            if task.chunk.feed_id == feed_id:
                self._swarm.drop(info_hash)
                del self._tasks[info_hash]

    # --- looking ---

    def in_flight(self, feed_id: FeedId) -> list[bytes]:
        """Info-hashes of the chunks of a feed that are being fetched."""
        return [key for key, task in self._tasks.items() if task.chunk.feed_id == feed_id]

    def served_by(self, feed_id: FeedId) -> set[Endpoint]:
        """Swarm endpoints that chunks of a feed were asked of."""
        return set(self._served_by.get(feed_id, ()))

    # --- working ---

    def plan(self) -> None:
        """Ask for what is missing, as far as there are holders and room."""
        self._drop_stale()
        slots = CHUNKS_IN_FLIGHT_MAX - len(self._tasks)
        wanted = self._wanted() if slots > 0 and not self._is_refused() else []
        if not wanted:
            return
        if self._logs.free_bytes() < DISK_FLOOR_BYTES:
            full = PassingError(sentences.DISK_ALMOST_FULL(), FULL.name)
            self._events.tell(Strained(full))
            return
        sources = {each.feed_id: self._sessions.sources(each.feed_id) for each in wanted}
        self._wake(sources)
        for ask in plan_fetches(wanted, sources, self._load(), slots=slots):
            self._start(ask)

    def watch(self) -> int:
        """Ask one more holder for each chunk that stands still; returns how many do."""
        progress = self._swarm.progress()
        now_ms = self._clock.monotonic_ms()
        stuck = 0
        for info_hash, task in list(self._tasks.items()):
            done = progress[info_hash].bytes_done if info_hash in progress else 0
            if done > task.bytes_done or task.verifying:
                task.bytes_done, task.moved_at_ms = done, now_ms
            elif now_ms - task.moved_at_ms > FETCH_TIMEOUT_S * 1000:
                stuck += 1
                self._ask_another(info_hash, task, now_ms)
        self.plan()
        return stuck

    def on_close(self, event: LinkClosed) -> None:
        """Ask others at once for chunks that were asked of a node that is gone."""
        node_id = event.session.node_id
        if self._sessions.find(node_id) is None:
            self.on_lost(node_id)

    def on_lost(self, node_id: NodeId) -> None:
        """Ask others at once for chunks that were asked of a node whose link ended."""
        now_ms = self._clock.monotonic_ms()
        for info_hash, task in list(self._tasks.items()):
            if task.asked.keys() == {node_id} and not task.verifying and self._others(task):
                self._ask_another(info_hash, task, now_ms)
        self.plan()

    def on_relieved(self, _: Relieved) -> None:
        """The disk takes everything again."""
        self._refused_until_ms = 0

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

    def _wanted(self) -> list[WantedChunk]:
        flying = {(task.chunk.feed_id, task.chunk.span) for task in self._tasks.values()}
        wanted = []
        for feed_id, feed in list(self._feeds.items()):
            replica = self._shelf.replica(feed_id)
            if replica is None or feed.gathering:
                continue
            chunks = replica.chunks()
            for span in self._shelf.missing(feed_id):
                if (feed_id, span) in flying:
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
        for info_hash, task in list(self._tasks.items()):
            replica = self._shelf.replica(task.chunk.feed_id)
            current = replica.chunks().get(task.chunk.span) if replica else None
            if current != task.record and not task.verifying:
                self._swarm.drop(info_hash)
                del self._tasks[info_hash]

    def _load(self) -> Mapping[NodeId, int]:
        load: dict[NodeId, int] = {}
        for task in self._tasks.values():
            for node_id in task.asked:
                share = task.chunk.size_bytes // len(task.asked)
                load[node_id] = load.get(node_id, 0) + share
        return load

    def _start(self, ask: ChunkAsk) -> None:
        chunk = ask.chunk
        replica = self._shelf.replica(chunk.feed_id)
        assert replica is not None, "wanted chunks are those of a replica"
        record = replica.chunks()[chunk.span]
        torrent = chunk_torrent(chunk.feed_id, chunk.span, record.pieces)
        peers = [source.swarm for source in ask.sources]
        asked = {source.node_id: source.swarm for source in ask.sources}
        now_ms = self._clock.monotonic_ms()
        self._tasks[torrent.info_hash] = _Task(chunk, record, torrent, asked, 0, now_ms)
        self._served_by.setdefault(chunk.feed_id, set()).update(peers)
        folder = self._logs.incoming_folder(chunk.feed_id)
        self._swarm.fetch(torrent, folder, peers)

    def _ask_another(self, info_hash: bytes, task: _Task, now_ms: int) -> None:
        task.moved_at_ms = now_ms
        if others := self._others(task):
            task.asked[others[0].node_id] = others[0].swarm
            self._served_by[task.chunk.feed_id].add(others[0].swarm)
            self._swarm.add_peer(info_hash, others[0].swarm)
        else:
            # Nobody else is linked: begin anew, which dials the same ones again.
            self._give_up(info_hash)

    def _others(self, task: _Task) -> list[Source]:
        """Linked holders that a chunk in flight was not asked of yet."""
        return [
            source
            for source in self._sessions.sources(task.chunk.feed_id)
            if source.node_id not in task.asked and can_serve(source, task.chunk.span)
        ]

    def _is_refused(self) -> bool:
        return self._clock.monotonic_ms() < self._refused_until_ms

    def _refuse(self, error: PassingError) -> None:
        """Begin nothing new for a while: what comes would not be taken."""
        self._refused_until_ms = self._clock.monotonic_ms() + REFUSED_PAUSE_S * 1000
        self._events.tell(Strained(error))

    def _put_off(self, info_hash: bytes, error: PassingError) -> None:
        """Leave a chunk for later, from whomever: what is here of it stays."""
        self._swarm.drop(info_hash)
        self._tasks.pop(info_hash, None)
        self._refuse(error)

    def _give_up(self, info_hash: bytes) -> None:
        task = self._tasks.pop(info_hash, None)
        self._swarm.drop(info_hash)
        if task is None:
            return
        feed = self._feeds.get(task.chunk.feed_id)
        if feed is not None:
            before = feed.tried.get(task.chunk.span, frozenset())
            feed.tried[task.chunk.span] = before | task.asked.keys()

    def _blame(self, info_hash: bytes, endpoint: Endpoint) -> None:
        """Shut out a peer whose bytes fail the hashes the author signed."""
        session = self._sessions.by_swarm(endpoint)
        hosts = [each.host for each in self._sessions.all()]
        if hosts.count(endpoint.host) <= 1:
            self._swarm.ban(endpoint.host)
        if session is not None:
            session.holds.clear()  # at once: nothing is asked of it again
            self._finishing.spawn(
                self._sessions.shut_out(session, "sent bytes that are not the chunk")
            )
        for key, task in list(self._tasks.items()):
            is_its = all(each.host == endpoint.host for each in task.asked.values())
            if not task.verifying and (key == info_hash or is_its):
                # A new start, from another holder: this torrent may hold on to the liar.
                self._give_up(key)
        self.plan()

    def _on_arrived(self, info_hash: bytes) -> None:
        task = self._tasks.get(info_hash)
        if task is None or task.verifying:
            return
        task.verifying = True
        self._arrived[info_hash] = task
        if self._nothing_to_verify.is_set():
            self._nothing_to_verify.clear()
            self._finishing.spawn(self._finish_arrived())

    async def _finish_arrived(self) -> None:
        """Verify and keep what arrived, a chunk at a time, the newest first."""
        try:
            while self._arrived:
                newest = max(self._arrived, key=lambda each: self._arrived[each].chunk.span.end)
                try:
                    await self._finish(newest, self._arrived.pop(newest))
                except PassingError as error:
                    self._put_off(newest, error)
                except FatalError as error:
                    self._events.tell(Fatal(error))
                except Exception:
                    # A bug: this chunk is asked for again, the others go on.
                    logger.error("chunk not kept", exc_info=True)
                    self._give_up(newest)
        finally:
            self._nothing_to_verify.set()

    async def _finish(self, info_hash: bytes, task: _Task) -> None:
        feed_id, span = task.chunk.feed_id, task.chunk.span
        try:
            await asyncio.to_thread(self._verify, task)
        except (DamageError, RemoteError) as error:
            # The pieces are what the author signed, and yet no chunk: the author's fault, or
            # our disk's.  Either way these bytes are not kept.
            logger.warning("chunk refused", reason=str(error))
            self._give_up(info_hash)
            self._logs.drop_incoming(feed_id, span)
            return
        self._swarm.drop(info_hash)
        self._tasks.pop(info_hash, None)
        self._logs.keep_chunk(feed_id, span)
        self._seeder.seed(feed_id, task.torrent)
        self._events.tell(ChunkKept(feed_id, span))
        self.plan()

    def _verify(self, task: _Task) -> None:
        chunk = self._logs.read_incoming(task.chunk.feed_id, task.chunk.span)
        verify_chunk(chunk, task.chunk.span.level, task.record.root)
