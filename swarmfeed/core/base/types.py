"""The words of the domain as types: ids, hashes, endpoints, references."""

from typing import Annotated, NewType

from msgspec import Struct

from swarmfeed.core.base.limits import FEED_ENTRIES_MAX
from swarmfeed.core.base.marks import At, Between, Spelled, UpTo
from swarmfeed.core.base.spelling import HOST_CHARS_MAX, read_host

AuthorId = NewType("AuthorId", bytes)
"""A person: SHA-256 over the first author key and the hash of the second, 32 bytes.  It stays
the same when author keys change (``core.feed.authorkey``)."""

FeedId = NewType("FeedId", bytes)
"""A log written by one device: Ed25519 public key of the feed key, 32 bytes."""

NodeId = NewType("NodeId", bytes)
"""A running node: Ed25519 public key of the node key, 32 bytes."""

Hash = NewType("Hash", bytes)
"""A SHA-256 digest, 32 bytes."""


class Endpoint(Struct, frozen=True, order=True):
    """Where a socket listens."""

    host: Annotated[str, At("h"), UpTo(HOST_CHARS_MAX), Spelled(read_host, "IP address")]
    """IPv4 or IPv6 address in its canonical text form; never a name."""

    port: Annotated[int, At("p"), Between(1, 65_535)]
    """TCP or UDP port."""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class ChunkSpan(Struct, frozen=True, order=True):
    """Which chunk of a feed: its level and its position within that level.

    Covers entries ``[start, end)``, both multiples of ``256 * 16**level``.
    """

    level: int
    """0 <= level <= 3."""

    position: int
    """``start // entries``, position >= 0."""

    @property
    def entry_count(self) -> int:
        """256 * 16**level."""
        return 256 << (4 * self.level)

    @property
    def start(self) -> int:
        """First entry (inclusive)."""
        return self.position * self.entry_count

    @property
    def end(self) -> int:
        """Last entry (exclusive)."""
        return self.start + self.entry_count

    def covers(self, other: "ChunkSpan") -> bool:
        """Whether all entries of another one are among those of this one."""
        return self.start <= other.start and other.end <= self.end

    def parts(self) -> list["ChunkSpan"]:
        """The 16 chunks of the level below that this one is made of.  Requires level > 0."""
        first = self.position * 16
        return [ChunkSpan(self.level - 1, first + offset) for offset in range(16)]


class EntryRef(Struct, frozen=True):
    """Names one entry for good: the feed, its position and what it says."""

    feed_id: Annotated[FeedId, At("f")]
    entry_hash: Annotated[Hash, At("h")]
    index: Annotated[int, At("n"), Between(0, FEED_ENTRIES_MAX - 1)]
