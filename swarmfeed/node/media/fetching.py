"""Fetching files: whoever holds the author's feed is asked, and the torrent does the rest.

wanted --medium-want--> every linked holder of the feed
       <--medium-have-- its swarm is named to the torrent
here   --all hashed--> kept, given to others, told
"""

import asyncio
from collections.abc import Iterable

import structlog
from msgspec import Struct, field

from swarmfeed.core.base.types import Hash, NodeId
from swarmfeed.core.feed.medium import medium_name, medium_torrent
from swarmfeed.core.feed.metainfo import ChunkTorrent, pieces_root
from swarmfeed.core.media import sentences
from swarmfeed.core.media.limits import FETCH_PATIENCE_S, FETCHES_AT_ONCE, FETCHES_WAITING_MAX
from swarmfeed.core.media.words import MediumHave, MediumWant
from swarmfeed.errors import DamageError, PassingError, RetryError, UserError
from swarmfeed.node.ground.events import HoldingTold, LinkClosed, MediumCame, TorrentTold
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.media.giving import Giving
from swarmfeed.node.media.stock import Named, Stock, noted_by
from swarmfeed.ports import ChunkArrived, SwarmFailed
from swarmfeed.ports.media import KeptMedium

logger = structlog.get_logger()


class _Flight(Struct, eq=False):
    """A file that is being fetched."""

    named: Named
    torrent: ChunkTorrent
    moved_ms: int
    """When somebody more was found to give it, or bytes came."""
    asked: set[NodeId] = field(default_factory=set)
    bytes_done: int = 0
    is_arrived: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def id(self) -> Hash:
        return self.named.id


class Fetching:
    """Files on their way; belongs to the node's loop."""

    def __init__(self, ground: Ground, stock: Stock, giving: Giving) -> None:
        self._files = ground.shells.media
        self._swarm = ground.shells.swarm
        self._sessions = ground.sessions
        self._clock = ground.shells.clock
        self._events = ground.events
        self._beside = ground.beside
        self._stock = stock
        self._giving = giving
        self._flights: dict[Hash, _Flight] = {}
        self._waiting: dict[Hash, Named] = {}
        """Wanted too, the first one first, when one of the flights ends."""

    # --- looking, from any thread ---

    def is_coming(self, medium_id: Hash) -> bool:
        return medium_id in self._flights or medium_id in self._waiting

    # --- wanting ---

    def want(self, named: Named) -> None:
        """Fetch a file, unless it is here, or on its way; faces, which are short, first."""
        if self._stock.find(named.id) is not None:
            self._beside.spawn(self._stock.note(named))
        elif not self.is_coming(named.id) and len(self._waiting) < FETCHES_WAITING_MAX:
            if named.is_face:
                self._waiting = {named.id: named, **self._waiting}
            else:
                self._waiting[named.id] = named
            self._beside.spawn(self._begin_some())

    async def want_now(self, named: Named, wait_s: float) -> None:
        """The same, before all others; returns when it is here, or cannot come now."""
        self._waiting.pop(named.id, None)
        if self._stock.find(named.id) is None and named.id not in self._flights:
            await self._begin(named)
        flight = self._flights.get(named.id)
        if flight is not None:
            try:
                async with asyncio.timeout(wait_s):
                    await flight.ended.wait()
            except TimeoutError:
                return

    async def watch(self) -> str:
        """End what nobody gives, make room, and begin what waits; a round of the scheduler."""
        now_ms = self._clock.monotonic_ms()
        for flight in list(self._flights.values()):
            progress = self._swarm.progress_of(flight.torrent.info_hash)
            if progress is not None and progress.bytes_done > flight.bytes_done:
                flight.bytes_done, flight.moved_ms = progress.bytes_done, now_ms
            if not flight.is_arrived and now_ms - flight.moved_ms > FETCH_PATIENCE_S * 1000:
                self._end(flight)
        await self._giving.let_go(await self._stock.goes_for(0) or ())
        await self._begin_some()
        return sentences.COMING(files=len(self._flights))

    # --- what peers and the swarm say ---

    def on_have(self, session: Session, have: MediumHave) -> None:
        """A peer says whether it gives a file."""
        flight = self._flights.get(have.medium)
        if flight is None or not have.given or session.node_id not in flight.asked:
            return
        if session.swarm is not None and not flight.is_arrived:
            flight.moved_ms = self._clock.monotonic_ms()
            try:
                self._swarm.fetch(flight.torrent, self._files.incoming, [session.swarm])
            except RetryError:
                self._end(flight)

    def on_holding(self, event: HoldingTold) -> None:
        """Somebody more holds a feed: they may hold its media."""
        for flight in self._flights.values():
            if flight.named.ref.feed_id == event.feed_id:
                self._ask(flight, [event.session])

    def on_closed(self, event: LinkClosed) -> None:
        """Who comes back is asked again."""
        for flight in self._flights.values():
            flight.asked.discard(event.session.node_id)

    def on_torrent(self, event: TorrentTold) -> None:
        """The swarm says something of a torrent; most are none of ours."""
        for flight in self._flights.values():
            if flight.torrent.info_hash == event.event.info_hash:
                if isinstance(event.event, ChunkArrived):
                    flight.is_arrived = True
                    self._beside.spawn(self._take_in(flight))
                elif isinstance(event.event, SwarmFailed):
                    logger.info("a file did not come", reason=event.event.reason)
                    self._end(flight)
                return

    # --- inside ---

    async def _begin_some(self) -> None:
        while self._waiting and len(self._flights) < FETCHES_AT_ONCE:
            await self._begin(self._waiting.pop(next(iter(self._waiting))))

    async def _begin(self, named: Named) -> None:
        now_ms = self._clock.monotonic_ms()
        flight = _Flight(named, medium_torrent(named.medium.pieces), now_ms)
        self._flights[named.id] = flight
        coming = sum(each.named.medium.size_bytes for each in self._flights.values())
        going = await self._stock.goes_for(coming)
        if going is None:
            return self._end(flight)
        await self._giving.let_go(going)
        self._ask(flight, self._sessions.all())

    def _ask(self, flight: _Flight, sessions: Iterable[Session]) -> None:
        """Ask those who hold the feed; anybody may hold its media."""
        want = MediumWant(flight.id)
        for session in sessions:
            holds = flight.named.ref.feed_id in session.holds and session.swarm is not None
            if holds and session.node_id not in flight.asked:
                flight.asked.add(session.node_id)
                session.outbox.put(
                    ("medium-want", want.medium),
                    lambda each=session: each.send(want),  # type: ignore[misc]
                )

    async def _take_in(self, flight: _Flight) -> None:
        """Verify a file that arrived, whatever the swarm checked, and keep it."""
        self._swarm.drop(flight.torrent.info_hash)
        try:
            kept = await off_loop(lambda: self._verified(flight))
            await self._stock.add(kept)
            self._giving.load(kept.id)
            self._events.tell(MediumCame(kept.id))
        except (DamageError, PassingError, UserError) as error:
            logger.warning("a file was not kept", reason=str(error))
        self._end(flight)
        await self._begin_some()

    def _verified(self, flight: _Flight) -> KeptMedium:
        path = self._files.incoming / medium_name(flight.id)
        pieces = self._files.hash(path)
        if pieces_root(pieces) != flight.id:
            self._files.drop_incoming(flight.id)
            raise DamageError("what came is not what the post names")
        came = KeptMedium(
            id=flight.id,
            size_bytes=pieces.size_bytes,
            v1=pieces.v1,
            v2=pieces.v2,
            since_ms=self._clock.now_ms(),
        )
        kept = noted_by(came, flight.named, own=False)
        self._files.keep(path, kept)
        return kept

    def _end(self, flight: _Flight) -> None:
        if self._flights.get(flight.id) is flight:
            del self._flights[flight.id]
            if not flight.is_arrived:
                self._swarm.drop(flight.torrent.info_hash)
        flight.ended.set()
