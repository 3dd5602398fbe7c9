"""Swarms in memory: bytes go from folder to folder when a test says ``step()``.

Two swarms meet when they share a ``FakeSwarmNetwork``.  Nothing happens between steps, and
everything in a step happens in the order swarms were started and torrents added.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from hashlib import sha1
from pathlib import Path

from msgspec import Struct, field
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.feed.metainfo import ChunkTorrent, piece_length
from swarmfeed.core.net.reach import is_reachable
from swarmfeed.errors import RetryError, UserError
from swarmfeed.ports import (
    ChunkArrived,
    DhtPeersFound,
    PeerSentGarbage,
    SwarmEvent,
    SwarmFailed,
    TorrentProgress,
)


class FakeTorrent(Struct):
    """What one swarm has of one torrent."""

    torrent: ChunkTorrent
    folder: Path
    peers: list[Endpoint]
    pieces: set[int]
    arrived: bool
    failed: bool = False
    uploaded_bytes: int = 0
    given: dict[Endpoint, int] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return self.folder / self.torrent.name

    def read_piece(self, index: int) -> bytes:
        length = piece_length(self.torrent.size_bytes)
        try:
            with self.file.open("rb") as file:
                file.seek(index * length)
                return file.read(length)
        except OSError:
            return b""

    def write_piece(self, index: int, piece: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.file.touch()
        with self.file.open("r+b") as file:
            file.seek(index * piece_length(self.torrent.size_bytes))
            file.write(piece)
            file.truncate(self.torrent.size_bytes)

    def is_piece(self, index: int, piece: bytes) -> bool:
        """Whether bytes pass the v1 piece hash."""
        found = re.search(rb"6:pieces[0-9]+:", self.torrent.torrent)
        assert found is not None
        at = found.end() + 20 * index
        return sha1(piece).digest() == self.torrent.torrent[at : at + 20]

    @property
    def missing(self) -> list[int]:
        return [i for i in range(self.torrent.piece_count) if i not in self.pieces]


class FakeSwarmNetwork(Struct):
    """Where fake swarms meet."""

    pieces_per_step: int = 1_000_000
    """Most pieces each unfinished torrent gets in one step."""
    swarms: dict[Endpoint, "FakeSwarm"] = field(default_factory=dict)
    topics: dict[bytes, list[Endpoint]] = field(default_factory=dict)
    silent: set[Endpoint] = field(default_factory=set)
    """Swarms that hold their pieces but never answer."""
    _next_port: int = 20_000

    def step(self) -> None:
        """Let every unfinished torrent ask its peers once."""
        for swarm in list(self.swarms.values()):
            swarm.step(self.pieces_per_step)

    def take_port(self) -> int:
        self._next_port += 1
        return self._next_port


class FakeSwarm:
    """Implements ``ports.Swarm`` on a ``FakeSwarmNetwork``."""

    def __init__(
        self, network: FakeSwarmNetwork, listen: Endpoint, *, dht: bool = True
    ) -> None:
        self._network = network
        self._listen = listen
        self._dht = dht
        self._running = False
        self._torrents: dict[bytes, FakeTorrent] = {}
        self._nodes: list[Endpoint] = []
        self._events: list[SwarmEvent] = []
        self.lies = False
        """Whether it sends what its files hold, be it right or wrong."""
        self.banned: set[str] = set()
        self.named: set[str] = set()
        self.limits = (0, 0)
        """Bytes in a second, in and out; 0: no limit."""

    async def start(self, on_event: Callable[[SwarmEvent], None]) -> int:
        port = self._listen.port or self._network.take_port()
        self.endpoint = Endpoint(self._listen.host, port)
        if self.endpoint in self._network.swarms:
            raise UserError(f"cannot listen on {self.endpoint}: is the port in use?")
        self._network.swarms[self.endpoint] = self
        self._on_event = on_event
        self._running = True
        return port

    async def stop(self) -> None:
        if self._running:
            self._running = False
            self._torrents.clear()
            del self._network.swarms[self.endpoint]

    def seed(self, torrent: ChunkTorrent, folder: Path) -> None:
        self._require_running()
        every = set(range(torrent.piece_count))
        known = self._torrents.get(torrent.info_hash)
        if known is not None and known.arrived and known.folder == folder:
            return
        seeded = FakeTorrent(torrent, folder, [], every, arrived=True)
        self._torrents[torrent.info_hash] = seeded
        if not seeded.file.exists() or seeded.file.stat().st_size != torrent.size_bytes:
            self._fail(seeded, "mismatching file size")

    def fetch(self, torrent: ChunkTorrent, folder: Path, peers: Sequence[Endpoint]) -> None:
        self._require_running()
        known = self._torrents.get(torrent.info_hash)
        if known is not None and not known.failed:
            self.add_peers(torrent.info_hash, peers)
            return
        reachable = [peer for peer in peers if self._is_reachable(peer)]
        fetched = FakeTorrent(torrent, folder, reachable, set(), arrived=False)
        for index in range(torrent.piece_count):
            if fetched.is_piece(index, fetched.read_piece(index)):
                fetched.pieces.add(index)
        self._torrents[torrent.info_hash] = fetched

    def add_peers(self, info_hash: bytes, peers: Sequence[Endpoint]) -> None:
        known = self._torrents.get(info_hash)
        if known is not None:
            known.peers += [
                peer for peer in peers if peer not in known.peers and self._is_reachable(peer)
            ]

    def drop(self, info_hash: bytes) -> None:
        self._torrents.pop(info_hash, None)

    def ban(self, host: str) -> None:
        self.banned.add(host)

    def allow(self, hosts: Collection[str]) -> None:
        self.named = set(hosts)

    def limit(self, *, down_bytes_per_s: int, up_bytes_per_s: int) -> None:
        self.limits = down_bytes_per_s, up_bytes_per_s

    def progress(self) -> dict[bytes, TorrentProgress]:
        return {info_hash: _progress(known) for info_hash, known in self._torrents.items()}

    def uploaded(self) -> dict[str, int]:
        sent = Counter[str]()
        for each in self.progress().values():
            if each.uploaded_bytes:
                sent[each.name] += each.uploaded_bytes
        return sent

    def progress_of(self, info_hash: bytes) -> TorrentProgress | None:
        known = self._torrents.get(info_hash)
        return _progress(known) if known is not None else None

    def add_dht_node(self, node: Endpoint) -> None:
        if node not in self._nodes:
            self._nodes.append(node)

    def dht_nodes(self) -> list[Endpoint]:
        return [node for node in self._nodes if node in self._network.swarms]

    def announce(self, topic: bytes, port: int) -> None:
        there = self._network.topics.setdefault(topic, [])
        here = Endpoint(self._listen.host, port)
        if self._dht and self._running and here not in there:
            there.append(here)

    def find_peers(self, topic: bytes) -> None:
        found = [
            peer for peer in self._network.topics.get(topic, []) if self._is_reachable(peer)
        ]
        if self._dht and self._running and found:
            self._events.append(DhtPeersFound(topic, tuple(found)))

    def step(self, pieces_max: int) -> None:
        """One round of this swarm's unfinished torrents, then its events."""
        for known in list(self._torrents.values()):
            if not known.arrived:
                self._download(known, pieces_max)
        events, self._events = self._events, []
        for event in events:
            if isinstance(event, DhtPeersFound) or event.info_hash in self._torrents:
                self._on_event(event)

    def serve(self, info_hash: bytes, index: int, asker: str) -> bytes | None:
        """What this swarm sends when asked for a piece; None for nothing."""
        known = self._torrents.get(info_hash)
        if known is None or index not in known.pieces or asker in self.banned:
            return None
        piece = known.read_piece(index)
        if not self.lies and not known.is_piece(index, piece):
            self._fail(known, "the file on disk is damaged")
            return None
        known.uploaded_bytes += len(piece)
        return piece

    def _fail(self, known: FakeTorrent, reason: str) -> None:
        known.pieces.clear()
        known.arrived, known.failed = False, True
        self._events.append(SwarmFailed(known.torrent.info_hash, reason))

    def _download(self, known: FakeTorrent, pieces_max: int) -> None:
        for index in known.missing[:pieces_max]:
            for peer in list(known.peers):
                if self._ask(known, index, peer):
                    break
        if not known.missing:
            known.arrived, known.failed = True, False
            self._events.append(ChunkArrived(known.torrent.info_hash))

    def _ask(self, known: FakeTorrent, index: int, peer: Endpoint) -> bool:
        other = self._network.swarms.get(peer)
        if other is None or peer in self._network.silent or peer.host in self.banned:
            return False
        piece = other.serve(known.torrent.info_hash, index, self._listen.host)
        if piece is None:
            return False
        if not known.is_piece(index, piece):
            known.peers.remove(peer)
            self._events.append(PeerSentGarbage(known.torrent.info_hash, peer))
            return False
        known.write_piece(index, piece)
        known.given[peer] = known.given.get(peer, 0) + len(piece)
        known.pieces.add(index)
        return True

    def _is_reachable(self, peer: Endpoint) -> bool:
        allowed = is_reachable(peer, self._listen.host, self.named)
        return allowed and peer.host not in self.banned

    def _require_running(self) -> None:
        if not self._running:
            raise RetryError("the swarm is not running")


def _progress(known: FakeTorrent) -> TorrentProgress:
    return TorrentProgress(
        name=known.torrent.name,
        bytes_done=_bytes_done(known),
        bytes_total=known.torrent.size_bytes,
        down_bytes_per_s=0,
        up_bytes_per_s=0,
        uploaded_bytes=known.uploaded_bytes,
        peers=() if known.arrived else tuple(known.peers),
        given=known.given.copy(),
    )


def _bytes_done(known: FakeTorrent) -> int:
    length, size = piece_length(known.torrent.size_bytes), known.torrent.size_bytes
    return sum(min(length, size - index * length) for index in known.pieces)
