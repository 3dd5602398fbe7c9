"""Chunks on their way: of whom each was asked, which stand still, and who races for them.

asked of one --nothing comes in time--> 2 more, 6 more, 18 more --> here
                who was asked is demoted
"""

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.limits import FETCH_TIMEOUT_S
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.feed.chunklist import ChunkRecord
from swarmfeed.core.feed.fetching import Accounts, ChunkAsk, Source, WantedChunk, plan_race
from swarmfeed.core.feed.metainfo import ChunkTorrent, chunk_torrent
from swarmfeed.core.feed.patience import race_size
from swarmfeed.node.feeds.givers import Asked, Givers
from swarmfeed.node.ground.ground import Ground


class Flight(Struct, kw_only=True):
    """A chunk that is being fetched."""

    chunk: WantedChunk
    record: ChunkRecord
    torrent: ChunkTorrent
    asked: dict[NodeId, Asked]
    """Linked holders; empty while plain clients alone are looked for."""
    begun_ms: int
    since_ms: int
    """Since when it stands still: somebody more was asked, or bytes came."""
    bytes_done: int = 0
    verifying: bool = False

    def swarms(self) -> set[Endpoint]:
        """Whom it was asked of."""
        return {each.swarm for each in self.asked.values()}

    def grow(self, bytes_done: int) -> int:
        """Note how much is here; returns how much that is more than the last time."""
        grown, self.bytes_done = bytes_done - self.bytes_done, bytes_done
        return grown


class Flights:
    """The chunks in flight, by info-hash, oldest first."""

    def __init__(self, ground: Ground) -> None:
        self._swarm = ground.shells.swarm
        self._sessions = ground.sessions
        self._clock = ground.shells.clock
        self._flights: dict[bytes, Flight] = {}
        self._givers = Givers()

    # --- looking ---

    def asked_count(self) -> int:
        """How many were asked of somebody linked."""
        return sum(bool(flight.asked) for flight in self._flights.values())

    def all(self) -> list[tuple[bytes, Flight]]:
        return list(self._flights.items())

    def find(self, info_hash: bytes) -> Flight | None:
        return self._flights.get(info_hash)

    def accounts(self) -> Accounts:
        """What is known of holders, and what each still has to send."""
        accounts = self._givers.accounts(self._clock.monotonic_ms())
        for flight in self._flights.values():
            for node_id in flight.asked:
                accounts.burden(node_id).add(flight.chunk.size_bytes // len(flight.asked))
        return accounts

    # --- beginning and ending ---

    def begin(self, ask: ChunkAsk, record: ChunkRecord, folder: Path) -> bytes:
        """Ask for a chunk, that comes into ``folder``; returns its info-hash."""
        torrent = chunk_torrent(ask.chunk.feed_id, ask.chunk.span, record.pieces)
        now_ms = self._clock.monotonic_ms()
        flight = Flight(
            chunk=ask.chunk,
            record=record,
            torrent=torrent,
            asked={},
            begun_ms=now_ms,
            since_ms=now_ms,
        )
        self._flights[torrent.info_hash] = flight
        self._swarm.fetch(torrent, folder, self._note_asked(flight, ask.sources))
        return torrent.info_hash

    def end(self, info_hash: bytes) -> Flight | None:
        """Ask for a chunk no more."""
        self._swarm.drop(info_hash)
        flight = self._flights.pop(info_hash, None)
        if flight is not None:
            self._givers.release(flight.asked)
        return flight

    def arrived(self, info_hash: bytes) -> None:
        """A chunk is here: those who gave it are credited with it."""
        flight = self._flights[info_hash]
        flight.verifying = True
        self._count(info_hash, flight, self._clock.monotonic_ms())
        self._givers.credit(flight.asked)

    # --- racing ---

    def watch(self) -> list[bytes]:
        """Let more holders race for each chunk that stands still; returns which do."""
        now_ms = self._clock.monotonic_ms()
        gained = {each: self._count(each, flight, now_ms) for each, flight in self.all()}
        self._givers.weigh(now_ms)
        stuck = [
            info_hash
            for info_hash, flight in self.all()
            if flight.asked and self._stands_still(flight, gained[info_hash], now_ms)
        ]
        for info_hash in stuck:
            self._givers.blame(self._flights[info_hash].asked, now_ms)
        # Everybody is judged before anybody new is asked.
        for info_hash in stuck:
            self.race(info_hash)
        return stuck

    def race(self, info_hash: bytes) -> None:
        """Ask others for a chunk, beside those that were asked."""
        flight = self._flights[info_hash]
        self._join(info_hash, flight, self._others(flight))

    def recruit(self) -> None:
        """Ask linked holders that have come since for what plain clients are asked for."""
        for info_hash, flight in self.all():
            if not flight.asked and not flight.verifying:
                self.race(info_hash)

    def is_hopeless(self, info_hash: bytes) -> bool:
        """Whether a chunk stands still for long, and nobody else is there to be asked."""
        flight = self._flights[info_hash]
        return self._clock.monotonic_ms() - flight.since_ms > FETCH_TIMEOUT_S * 1000

    def help_out(self) -> None:
        """Let those who delivered all they were asked for help with what is left."""
        now_ms = self._clock.monotonic_ms()
        for info_hash, flight in self.all():
            age_ms = now_ms - flight.begun_ms
            if flight.verifying or not flight.asked:
                continue
            if age_ms <= self._givers.patience_ms(flight.asked):
                continue
            idle = [each for each in self._others(flight) if self._givers.is_idle(each.node_id)]
            self._join(info_hash, flight, idle[:1])

    # --- inside ---

    def _count(self, info_hash: bytes, flight: Flight, now_ms: int) -> int:
        """Bytes of a chunk that came since the last look, whoever gave them."""
        progress = self._swarm.progress_of(info_hash)
        if progress is None:
            return 0
        counted = self._givers.count(flight.asked, progress, now_ms)
        return max(counted, flight.grow(progress.bytes_done))

    def _stands_still(self, flight: Flight, gained_bytes: int, now_ms: int) -> bool:
        """Whether others should be asked for a chunk as well.

        A holder that gives us other chunks is given more time: this one waits its turn.
        """
        in_pace = gained_bytes > 0 and any(map(self._givers.keeps_pace, flight.asked))
        if flight.verifying or in_pace:
            flight.since_ms = now_ms
            return False
        is_served = any(self._givers.is_moving(each, now_ms) for each in flight.asked)
        limit_ms = FETCH_TIMEOUT_S * 1000
        if not is_served:
            limit_ms = self._givers.patience_ms(flight.asked)
        return now_ms - flight.since_ms > limit_ms

    def _others(self, flight: Flight) -> list[Source]:
        """Linked holders that are to join the race for a chunk."""
        return plan_race(
            replace(flight.chunk, tried=frozenset(flight.asked)),
            self._sessions.sources(flight.chunk.feed_id),
            self.accounts(),
            count=race_size(len(flight.asked)),
        )

    def _join(self, info_hash: bytes, flight: Flight, others: Sequence[Source]) -> None:
        if others:
            flight.since_ms = self._clock.monotonic_ms()
            self._swarm.add_peers(info_hash, self._note_asked(flight, others))

    def _note_asked(self, flight: Flight, sources: Sequence[Source]) -> list[Endpoint]:
        for source in sources:
            asked = self._givers.ask(source.node_id, source.swarm, flight.since_ms)
            flight.asked[source.node_id] = asked
        return [source.swarm for source in sources]
