"""Feeds on disk."""

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from swarmfeed.core.base.keys import Verify, verify_signature
from swarmfeed.core.base.types import ChunkSpan, FeedId, Hash
from swarmfeed.core.feed.grown import Grown
from swarmfeed.core.feed.highwater import Ending, Mark
from swarmfeed.core.feed.reading import Packed
from swarmfeed.core.feed.replica import Replica
from swarmfeed.errors import PassingError

Signer = Callable[[bytes], bytes]
"""Signs bytes with a feed key: message in, 64-byte signature out."""


class StillFeed(Protocol):
    """A feed as it was at one moment; whatever is deleted or replaced since is read all the
    same.  From any thread, by one at a time."""

    def ranges(self) -> list[tuple[int, int]]:
        """Half-open ranges of entries that are held, oldest first."""
        ...

    def read_entries(self, start: int, end: int) -> list[bytes]:
        """Return stored entries [start, end); DamageError when they are not held."""
        ...

    def names(self) -> Sequence[str]:
        """The files of its folder that count, with ``/`` between folders."""
        ...

    def parts(self, name: str) -> Iterator[bytes]:
        """Read such a file piece by piece.  PassingError, DamageError: it cannot be."""
        ...

    def close(self) -> None: ...


class Logs(Protocol):
    """Feeds on disk.  They are the truth: what a method returned from survives a power cut.

    Only the node's own thread calls the methods that change a feed.  Any method may raise
    PassingError: nothing changed, and nothing is damaged.
    """

    def read_all(self, verify: Verify = verify_signature) -> list[Replica]:
        """Return every feed's newest replica, recovered where a crash cut something short.

        Args:
            verify: Asked for the signature of each head.
        """
        ...

    def damaged(self) -> dict[FeedId, str]:
        """Feeds whose journal is not what was written, with a line that says where."""
        ...

    def unread(self) -> dict[FeedId, PassingError]:
        """Feeds that could not be read at start, though nothing says that they are damaged.

        Nothing is written to them before ``read_again`` has read them.
        """
        ...

    def unsure(self) -> PassingError | None:
        """Why it is not known which feeds are here, beside those that are; None: all are known.

        Until ``read_again`` any other feed may be one of them.
        """
        ...

    def read_again(self) -> list[Replica]:
        """Return the replicas of those that can be read by now.

        Raises:
            PassingError: One of them still cannot.
        """
        ...

    def check_writable(self) -> None:
        """Write something small, and take it away again.

        Raises:
            PassingError: The disk takes nothing now, or is almost full.
        """
        ...

    def append(
        self,
        feed_id: FeedId,
        stored: Sequence[bytes],
        *,
        now_ms: int,
        sign: Signer,
        going: Collection[int] = (),
    ) -> Replica:
        """Add entries to an own feed and sign the new head; create the feed if it is new.

        The bodies of ``going``, withdrawn entries in sealed chunks, go with this head; those
        that the tail withdraws go anyway.  When it returns, no chunk and no journal has them.

        When it returns, the high-water mark says so too.  One sync of each, at the same time,
        while no chunk is sealed, and a few more for every 120th or so.

        Raises:
            PassingError: Not now: the disk is full, say.  Nothing was added.
            UserError: What it stands on is damaged, or the mark does not say what is here.
                Nothing was added.
            FatalError: The disk failed in a way that leaves its state unknown.
        """
        ...

    def mark(self, feed_id: FeedId) -> Mark | None:
        """How far an own feed was signed; None where that is not known (any more)."""
        ...

    def marked(self) -> set[FeedId]:
        """Own feeds of which anything says how far they were signed, readable or not."""
        ...

    def end_mark(self, feed_id: FeedId, ending: Ending) -> None:
        """Have an own feed never signed again; the first ending stays."""
        ...

    def chunks_end(self, feed_id: FeedId) -> int:
        """Where the last chunk ends that lies there, known to a head or not; 0 for none."""
        ...

    def write_new(self, arrived: Sequence[tuple[Replica, Sequence[bytes]]]) -> None:
        """Write feeds that nothing is held of, each with its signed certificates, together.

        When it returns they survive a power cut; they are known when ``take_in`` was told.
        May be called from any thread, for feeds that nobody else writes meanwhile, and not for
        an own one that has a mark.

        Raises:
            PassingError: Not now.  Some of them may be there at the next start.
            FatalError: The disk failed in a way that leaves its state unknown.
        """
        ...

    def take_in(self, replicas: Sequence[Replica]) -> None:
        """Know feeds that ``write_new`` has written."""
        ...

    def replace(self, replica: Replica) -> None:
        """Keep a newer verified replica of someone's feed: head, chunk list, tail.

        Chunks that its list has another record of are held no more: they are among those on
        their way, as after ``distrust_chunk``.

        One of an own feed that is larger than its mark ends that mark, before it is kept.
        """
        ...

    def extend(self, replica: Replica, start: int) -> None:
        """Keep a newer replica that differs only by tail entries from ``start`` on.

        Cheaper than ``replace``: one short write and an fsync, but for every 120th or so.
        """
        ...

    def grow_together(self, grown: Sequence[Grown]) -> dict[FeedId, PassingError]:
        """Keep newer replicas of several feeds, each once, as ``extend`` or ``replace`` would,
        and the chunks that come with them.

        When it returns they survive a power cut, but for those that it returns: why not now.

        Raises:
            FatalError: The disk failed in a way that leaves its state unknown.
        """
        ...

    def pack_journal(self, feed_id: FeedId) -> bool:
        """Store what was appended since the last ``replace`` in fewer bytes, if it is much.

        Returns whether anything was written; a feed that is not there needs nothing.

        Raises:
            PassingError: Not now: the disk is full, say.  Nothing changed.
            FatalError: The disk failed in a way that leaves its state unknown.
        """
        ...

    def read_certificates(self, feed_id: FeedId) -> tuple[bytes, ...]: ...

    def replace_certificates(self, feed_id: FeedId, signed: Sequence[bytes]) -> None: ...

    def read_fork(self, feed_id: FeedId) -> tuple[bytes, bytes, tuple[Hash, ...]] | None:
        """Two signed heads that contradict each other, and their proof."""
        ...

    def save_fork(
        self, feed_id: FeedId, first: bytes, second: bytes, proof: Sequence[Hash]
    ) -> None:
        """Keep the proof of a fork, for good."""
        ...

    def held(self, feed_id: FeedId) -> frozenset[ChunkSpan]:
        """Chunks on disk, verified when they were kept."""
        ...

    def chunk_folder(self, feed_id: FeedId) -> Path:
        """Where kept chunks lie, under the names their torrents give them."""
        ...

    def incoming_folder(self, feed_id: FeedId) -> Path:
        """Where chunks are fetched to before they are verified."""
        ...

    def keep_chunk(self, feed_id: FeedId, span: ChunkSpan) -> None:
        """Move a fetched and verified chunk from the incoming folder to the kept ones."""
        ...

    def write_chunk(self, feed_id: FeedId, span: ChunkSpan, chunk: bytes) -> None:
        """Keep a chunk made here, from a tail or by concatenation."""
        ...

    def read_chunk(self, feed_id: FeedId, span: ChunkSpan) -> bytes:
        """Raises DamageError when the file is missing or short."""
        ...

    def read_chunk_part(
        self, feed_id: FeedId, span: ChunkSpan, offset: int, count: int
    ) -> bytes:
        """Return ``count`` bytes of a kept chunk, fewer at its end.  From any thread.

        Raises DamageError when the file is missing.
        """
        ...

    def read_entries(self, feed_id: FeedId, start: int, end: int) -> list[bytes]:
        """Return stored entries [start, end); DamageError when they are not held."""
        ...

    def read_packed(self, feed_id: FeedId, start: int, end: int) -> Packed:
        """The same, as they lie there."""
        ...

    def still(self, replica: Replica) -> StillFeed:
        """Open all files of a feed that is here, as they are now; who asks closes them.

        Only in the node's own thread: nobody changes the feed meanwhile.

        Args:
            replica: The newest one.

        Raises:
            PassingError, DamageError: One of them cannot be opened.
        """
        ...

    def read_incoming(self, feed_id: FeedId, span: ChunkSpan) -> bytes:
        """Bytes that a swarm brought, not verified yet.  Raises DamageError if missing."""
        ...

    def write_incoming(self, feed_id: FeedId, span: ChunkSpan, chunk: bytes) -> None:
        """Put a chunk among those on their way, in place of what is there of it; synced.

        May be called from any thread: what is kept does not change.
        """
        ...

    def write_incoming_part(
        self, feed_id: FeedId, span: ChunkSpan, offset: int, data: bytes
    ) -> None:
        """Put bytes where they belong in a chunk on its way; what is there beside them stays.

        Not synced: what is on its way is looked at before anything is made of it.  From any
        thread.
        """
        ...

    def drop_incoming(self, feed_id: FeedId, span: ChunkSpan) -> None: ...

    def drop_chunk(self, feed_id: FeedId, span: ChunkSpan) -> None: ...

    def distrust_chunk(self, feed_id: FeedId, span: ChunkSpan) -> None:
        """Move a damaged chunk back to the incoming folder.

        What is good of it need not be fetched again, and stays if nobody else has it.
        """
        ...

    def is_journal_sound(self, replica: Replica) -> bool:
        """Whether the journal on disk says what the replica says."""
        ...

    def drop_superseded(self, feed_id: FeedId, *, before_ms: int) -> list[ChunkSpan]:
        """Delete chunks that a larger one took the place of, if that was before that time.

        They stay for a while, for those who are in the middle of fetching them, and as long
        as the larger one is not held.  One that no other covers goes by its own age.

        Returns:
            What is gone, sorted.
        """
        ...

    def erase(self, feed_id: FeedId) -> None:
        """Delete what lies beside the newest replica of a feed and may hold bodies that are
        withdrawn by now: the appends that its mark keeps, chunks that others took the place
        of, copies of damage."""
        ...

    def drop_feed(self, feed_id: FeedId) -> None: ...

    def disk_bytes(self, feed_id: FeedId) -> int: ...

    def free_bytes(self) -> int:
        """Free space of the disk the logs are on."""
        ...
