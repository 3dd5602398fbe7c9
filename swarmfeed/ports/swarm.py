"""Torrents of chunks, the Mainline DHT, and signed heads in it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.feed.metainfo import ChunkTorrent
from swarmfeed.core.net.krpc import HEAD_SALT
from swarmfeed.errors import PassingError


class ChunkArrived(Struct, frozen=True):
    """All bytes of a fetched torrent passed their piece hashes and are in the file."""

    info_hash: bytes


class SwarmFailed(Struct, frozen=True):
    """A torrent cannot go on (disk error, bad torrent)."""

    info_hash: bytes
    reason: str
    refused: PassingError | None = None
    """Set when this machine refuses the file just now: no peer is to blame, nothing is lost."""


class PeerSentGarbage(Struct, frozen=True):
    """A swarm peer sent bytes that fail the piece hash; libtorrent dropped it."""

    info_hash: bytes
    peer: Endpoint


class DhtPeersFound(Struct, frozen=True):
    """Nodes that announced themselves on a topic."""

    topic: bytes
    peers: tuple[Endpoint, ...]


SwarmEvent = ChunkArrived | SwarmFailed | PeerSentGarbage | DhtPeersFound


class TorrentProgress(Struct, frozen=True):
    """One torrent right now."""

    name: str
    """File name of the chunk."""
    bytes_done: int
    bytes_total: int
    down_bytes_per_s: int
    up_bytes_per_s: int
    uploaded_bytes: int
    peers: tuple[Endpoint, ...]
    given: Mapping[Endpoint, int]
    """Bytes that each peer has sent of it since it was last begun; of some torrents only
    once they are complete."""


class Swarm(Protocol):
    """Torrents of chunks, and the Mainline DHT.  Called from the node's loop only."""

    async def start(self, on_event: Callable[[SwarmEvent], None]) -> int:
        """Listen, and return the port; 0: nobody is let in.  Events come in the loop's
        thread."""
        ...

    async def stop(self) -> None: ...

    def seed(self, torrent: ChunkTorrent, folder: Path) -> None:
        """Serve a chunk that is on disk and verified; nothing is hashed again."""
        ...

    def fetch(self, torrent: ChunkTorrent, folder: Path, peers: Sequence[Endpoint]) -> None:
        """Download into ``folder``; goes on from what a file there already holds."""
        ...

    def add_peers(self, info_hash: bytes, peers: Sequence[Endpoint]) -> None:
        """Ask more peers for what is still missing of a torrent."""
        ...

    def drop(self, info_hash: bytes) -> None:
        """Leave a swarm; files stay.  Unknown hashes are ignored."""
        ...

    def ban(self, host: str) -> None:
        """Never exchange data with this address again in this session.

        libtorrent filters by address, not by port: every node behind it is banned.
        """
        ...

    def allow(self, hosts: Collection[str]) -> None:
        """Have these private addresses open, and no others."""
        ...

    def limit(self, *, down_bytes_per_s: int, up_bytes_per_s: int) -> None:
        """Take in, and send, no more than that from now on; 0: no limit."""
        ...

    def progress(self) -> dict[bytes, TorrentProgress]: ...

    def uploaded(self) -> dict[str, int]:
        """Bytes sent of each torrent that sent any, by its name: far less than all of them.

        Two have one name for a moment, when an author packed a chunk anew: they count together.
        """
        ...

    def progress_of(self, info_hash: bytes) -> TorrentProgress | None:
        """The same of one torrent; None when it is not here."""
        ...

    def add_dht_node(self, node: Endpoint) -> None: ...

    def dht_nodes(self) -> list[Endpoint]:
        """Nodes of our routing table, for the signed-item client."""
        ...

    def announce(self, topic: bytes, port: int) -> None:
        """Announce ourselves under a 20-byte topic with a TCP port (BEP 5)."""
        ...

    def find_peers(self, topic: bytes) -> None:
        """Ask the DHT; answers come as DhtPeersFound."""
        ...


class HeadBoard(Protocol):
    """Signed items in the DHT (BEP 44), under the keys of feeds and authors: heads mostly."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def put(
        self, key: bytes, value: bytes, seq: int, signature: bytes, salt: bytes = HEAD_SALT
    ) -> int:
        """Store an item its owner signed; returns how many nodes took it."""
        ...

    async def get(self, key: bytes, salt: bytes = HEAD_SALT) -> tuple[bytes, int, bytes] | None:
        """Newest item found: value, seq, BEP 44 signature.  Its BEP 44 signature is verified;
        the value is not.  Under ``HEAD_SALT`` that is a signed head and its size."""
        ...
