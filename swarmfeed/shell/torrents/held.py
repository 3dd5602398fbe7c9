"""What a swarm remembers of each torrent: where its bytes are, and what was told of it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from swarmfeed.core.asks.troubles import Trouble, trouble_of_errno
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.feed.metainfo import ChunkTorrent
from swarmfeed.ports import ChunkArrived, PeerSentGarbage, SwarmFailed, TorrentProgress

Handle = TypeVar("Handle")


@dataclass(slots=True)
class HeldTorrent(Generic[Handle]):
    """A torrent in the session.

    libtorrent repeats itself; the methods that return an event do so once.
    """

    torrent: ChunkTorrent
    folder: Path
    handle: Handle
    complete: bool
    """Whether all bytes are in the file, by our word (seed) or libtorrent's (arrived)."""
    flushing: bool = False
    """Whether it finished and libtorrent was asked to write down what is left."""
    failed: bool = False
    liars: set[Endpoint] = field(default_factory=set)
    bytes_done: int = 0
    down_bytes_per_s: int = 0
    up_bytes_per_s: int = 0
    uploaded_bytes: int = 0
    peers: tuple[Endpoint, ...] = ()

    def arrive(self) -> ChunkArrived | None:
        """All bytes are in the file."""
        if not self.flushing:
            return None
        self.flushing, self.failed, self.complete, self.peers = False, False, True, ()
        return ChunkArrived(self.torrent.info_hash)

    def fail(self, reason: str) -> SwarmFailed | None:
        """It cannot go on, or what we thought complete is not."""
        again, self.failed, self.complete = self.failed, True, False
        return None if again else SwarmFailed(self.torrent.info_hash, reason)

    def refuse(self, trouble: Trouble) -> SwarmFailed | None:
        """This machine refuses its file just now; what is in it is as good as it was."""
        again, self.failed = self.failed, True
        if again:
            return None
        refused = trouble.unsaved(self.torrent.name)
        return SwarmFailed(self.torrent.info_hash, str(refused), refused)

    def accuse(self, peer: Endpoint) -> PeerSentGarbage | None:
        """A peer sent bytes that fail the piece hash."""
        if peer in self.liars:
            return None
        self.liars.add(peer)
        return PeerSentGarbage(self.torrent.info_hash, peer)

    def progress(self) -> TorrentProgress:
        return TorrentProgress(
            name=self.torrent.name,
            bytes_done=self.torrent.size_bytes if self.complete else self.bytes_done,
            bytes_total=self.torrent.size_bytes,
            down_bytes_per_s=self.down_bytes_per_s,
            up_bytes_per_s=self.up_bytes_per_s,
            uploaded_bytes=self.uploaded_bytes,
            peers=self.peers,
        )


def trouble_behind(category: str, value: int) -> Trouble | None:
    """What an error of libtorrent says of this machine; None: it is about the torrent.

    Args:
        category: Name of its boost.system category: two of them count as errno(3) does.
    """
    return trouble_of_errno(value) if category in ("system", "generic") else None


def cut_file(file: Path, size_bytes: int) -> int:
    """Cut off what is longer than ``size_bytes``; return the length, 0 without a file."""
    if not file.exists():
        return 0
    length = file.stat().st_size
    if length > size_bytes:
        with file.open("r+b") as opened:
            opened.truncate(size_bytes)
    return min(length, size_bytes)
