"""What a node has in place of the network when it is opened for one command.

It is there so that the command need not load libtorrent, TLS and a scheduler: that takes longer
than most commands do.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import NoReturn

from swarmfeed.core.asks.upkeep import JobStatus
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.feed.metainfo import ChunkTorrent
from swarmfeed.core.net.limits import DIALS_AT_ONCE
from swarmfeed.core.net.web import WebPlace
from swarmfeed.core.talk.words import Hello
from swarmfeed.errors import FatalError, RetryError
from swarmfeed.ports import Job, Links, Peer, Stream, SwarmEvent, TorrentProgress, WebReply
from swarmfeed.ports.web import WebAnswer


def _refuse() -> NoReturn:
    raise RetryError("this command works without the network; run the node first")


class OfflinePoster:
    """Implements ``ports.Poster``: nothing is posted."""

    async def post(self, place: WebPlace, body: bytes) -> WebReply:
        _refuse()


class OfflineWeb:
    """Implements ``ports.web.WebReader``: nothing is read."""

    async def read(self, url: str, *, etag: str = "", modified: str = "") -> WebAnswer:
        _refuse()

    def close(self) -> None:
        """Nothing is open."""


class OfflineSwarm:
    """Implements ``ports.Swarm``: nothing is served, fetched or looked up."""

    async def start(self, on_event: Callable[[SwarmEvent], None]) -> int:
        _refuse()

    async def stop(self) -> None:
        """There is nothing to leave."""

    def seed(self, torrent: ChunkTorrent, folder: Path) -> None:
        _refuse()

    def fetch(self, torrent: ChunkTorrent, folder: Path, peers: Sequence[Endpoint]) -> None:
        _refuse()

    def add_peers(self, info_hash: bytes, peers: Sequence[Endpoint]) -> None:
        """No torrent is here to add them to."""

    def drop(self, info_hash: bytes) -> None:
        """No torrent is here."""

    def ban(self, host: str) -> None:
        """Nobody is connected."""

    def allow(self, hosts: Collection[str]) -> None:
        """Nobody is connected."""

    def limit(self, *, down_bytes_per_s: int, up_bytes_per_s: int) -> None:
        """Nothing comes or goes."""

    def progress(self) -> dict[bytes, TorrentProgress]:
        return {}

    def uploaded(self) -> dict[str, int]:
        return {}

    def progress_of(self, info_hash: bytes) -> TorrentProgress | None:
        return None

    def add_dht_node(self, node: Endpoint) -> None:
        """There is no DHT."""

    def dht_nodes(self) -> list[Endpoint]:
        return []

    def announce(self, topic: bytes, port: int) -> None:
        """Nobody is told."""

    def find_peers(self, topic: bytes) -> None:
        """Nobody is asked, so nobody answers."""


class LinksOnDemand:
    """Implements ``ports.Links``: nobody may dial us, and what dials is opened when it has to.

    That is only before something is signed: who holds the own feed is asked how far it is.
    """

    dials_max = DIALS_AT_ONCE
    peers_max = 0

    def __init__(self, open_links: Callable[[], Links]) -> None:
        self._open_links = open_links
        self._links: Links | None = None

    async def listen(
        self, at: Endpoint, own: Callable[[], Hello], on_peer: Callable[[Peer], Awaitable[None]]
    ) -> Endpoint:
        _refuse()

    async def dial(
        self,
        endpoint: Endpoint,
        own: Hello,
        is_linked: Callable[[NodeId], bool] = lambda _: False,
    ) -> Peer:
        if self._links is None:
            self._links = self._open_links()
        return await self._links.dial(endpoint, own, is_linked)

    async def dial_by(
        self,
        stream: Stream,
        own: Hello,
        is_linked: Callable[[NodeId], bool] = lambda _: False,
    ) -> Peer:
        _refuse()

    async def accept_by(self, stream: Stream) -> None:
        _refuse()

    async def cross(
        self,
        near: Endpoint,
        far: Endpoint,
        own: Hello,
        is_linked: Callable[[NodeId], bool] = lambda _: False,
        *,
        dials: bool,
    ) -> Peer:
        _refuse()

    async def stop(self) -> None:
        if self._links is not None:
            await self._links.stop()


class OfflineJobs:
    """Implements ``ports.Jobs``: a command is over before anything repeats."""

    def start(self, jobs: Iterable[Job], stop: Callable[[FatalError], None]) -> None:
        _refuse()

    def stop(self) -> None:
        """None runs."""

    def status(self) -> list[JobStatus]:
        return []
