"""What a swarm remembers of each torrent: where its bytes are, and what was told of it."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, Generic, TypeVar

from msgspec import Struct, field

from swarmfeed.core.asks.troubles import Trouble, trouble_of_errno
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.feed.metainfo import ChunkTorrent
from swarmfeed.ports import ChunkArrived, PeerSentGarbage, SwarmFailed, TorrentProgress

Handle = TypeVar("Handle")

BLOCK_BYTES: Final = 16 * 1024
"""What one request asks for (BEP 3)."""

BYTES_LOST_MAX: Final = 4 * BLOCK_BYTES
"""What may be asked for once more, so that peers that were named later are dialled at once
and not in a second: what a silent peer was asked for before it fell silent."""


class HeldTorrent(Struct, Generic[Handle]):
    """A torrent in the session.

    libtorrent repeats itself; the methods that return an event do so once.
    """

    torrent: ChunkTorrent
    folder: Path
    handle: Handle
    complete: bool
    """Whether all bytes are in the file, by our word (seed) or libtorrent's (arrived)."""
    asked: list[Endpoint] = field(default_factory=list)
    """Peers that it was given."""
    given: dict[Endpoint, int] = field(default_factory=dict)
    """Bytes each peer sent of it: sampled while it is under way, by blocks once it is here."""
    senders: dict[tuple[int, int], tuple[Endpoint, ...]] = field(default_factory=dict)
    """Piece and block -> who may have sent it: all that were asked for it, the last one last,
    and once that is told, who did."""
    flushing: bool = False
    """Whether it finished and libtorrent was asked to write down what is left."""
    is_flushed_once: bool = False
    failed: bool = False
    liars: set[Endpoint] = field(default_factory=set)
    bytes_done: int = 0
    down_bytes_per_s: int = 0
    up_bytes_per_s: int = 0
    uploaded_bytes: int = 0
    peers: tuple[Endpoint, ...] = ()

    @property
    def is_under_way(self) -> bool:
        """Whether more of it came, or lay in the file before, than is lost without a pang."""
        return max(self.bytes_done, sum(self.given.values())) > BYTES_LOST_MAX

    def honest(self) -> list[Endpoint]:
        """Peers that it was given, but those that sent what it is not."""
        return [peer for peer in self.asked if peer not in self.liars]

    def ask(self, block: tuple[int, int], peer: Endpoint) -> None:
        """A peer was asked for a block, be it beside others."""
        if not self.complete:
            self.senders[block] = (*self.senders.get(block, ()), peer)

    def take(self, block: tuple[int, int], peer: Endpoint) -> None:
        """A block came.  Of the last ones this is told too late, or not at all."""
        if not self.complete:
            self.senders[block] = (peer,)

    def flushed(self, again: Callable[[], None]) -> ChunkArrived | None:
        """It was written down; ``again`` has that done once more.

        The first time libtorrent does so of itself, in the moment in which the torrent
        finishes and another of its threads may be writing a piece: it does not wait for
        that one (``disk_cache::flush_storage`` of 2.1.1).
        """
        if self.flushing and not self.is_flushed_once:
            self.is_flushed_once = True
            again()
            return None
        return self.arrive()

    def arrive(self) -> ChunkArrived | None:
        """All bytes are in the file."""
        if not self.flushing:
            return None
        self.flushing = self.is_flushed_once = self.failed = False
        self.complete, self.peers = True, ()
        # Who was asked last, where nobody told: a second one is asked only when the first does
        # not send, or sends the rest meanwhile.
        blocks, self.senders = Counter(each[-1] for each in self.senders.values()), {}
        self.given = {
            peer: min(count * BLOCK_BYTES, self.torrent.size_bytes)
            for peer, count in blocks.items()
        }
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

    def spoil(self, piece: int) -> SwarmFailed | None:
        """A piece failed its hash: our disk did it, or one of those who sent a part of it.

        Which of several, libtorrent would find out in half a minute: it blames who sent all
        of it, and of others it asks one at a time, for whatever that one takes.
        """
        if self.complete:
            return self.fail("the file on disk is damaged")
        blocks = [block for block in self.senders if block[0] == piece]
        senders = {peer for block in blocks for peer in self.senders.pop(block)}
        several = len(senders) > 1
        return self.fail("one of several peers sent false bytes") if several else None

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
            given=self.given.copy(),
        )


def trouble_behind(category: str, value: int) -> Trouble | None:
    """What an error of libtorrent says of this machine; None: it is about the torrent.

    Args:
        category: Name of its boost.system category: two of them count as errno(3) does.
    """
    return trouble_of_errno(value) if category in ("system", "generic") else None


def raced_first(held: Iterable[HeldTorrent[Handle]]) -> list[HeldTorrent[Handle]]:
    """What is not complete: first what several peers were asked for, then the oldest.

    Of one with a single peer it is clear who gives.
    """
    unfinished = [each for each in held if not each.complete]
    return sorted(unfinished, key=lambda each: len(each.asked) < 2)


def cut_file(file: Path, size_bytes: int) -> int:
    """Cut off what is longer than ``size_bytes``; return the length, 0 without a file."""
    if not file.exists():
        return 0
    length = file.stat().st_size
    if length > size_bytes:
        with file.open("r+b") as opened:
            opened.truncate(size_bytes)
    return min(length, size_bytes)
