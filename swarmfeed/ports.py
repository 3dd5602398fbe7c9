"""The doors between what a node decides and what touches the world.

Each door is a narrow Protocol.  ``swarmfeed.shell`` implements them for real,
``tests.fakes`` in memory; both pass the same contract suite.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from swarmfeed.core.feed import Replica
from swarmfeed.core.messages import Hello, Message
from swarmfeed.core.metainfo import ChunkTorrent
from swarmfeed.core.types import AuthorId, ChunkSpan, Endpoint, EntryRef, FeedId, Hash, NodeId
from swarmfeed.core.views import (
    AuthorView,
    Change,
    Cursor,
    FetchProgress,
    ImportReport,
    JobStatus,
    NodeStatus,
    PostView,
    VerifyReport,
    Whoami,
)

# --- time and repeating work ---------------------------------------------------------


class Clock(Protocol):
    """Tells the time; nothing else in a node does."""

    def now_ms(self) -> int:
        """Unix time in milliseconds, UTC."""
        ...

    def monotonic_ms(self) -> int:
        """Milliseconds that never run backwards; only differences mean anything."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work that repeats.  The node says what and how often; a shell says when."""

    name: str
    run: Callable[[], Awaitable[str]]
    """Returns one line: what it decided and why.  A RetryError waits for the next round."""
    every_s: float
    jitter_s: float = 0
    """Spreads nodes that started together."""
    at_start: bool = True
    """Whether the first run is at once, not after ``every_s``."""


class Jobs(Protocol):
    """Runs jobs in the node's loop."""

    def start(self, jobs: Iterable[Job], stop: Callable[[], None]) -> None:
        """Run each job from now on; an unexpected exception calls ``stop`` once."""
        ...

    def stop(self) -> None: ...

    def status(self) -> list[JobStatus]: ...


# --- logs ------------------------------------------------------------------------------


Signer = Callable[[bytes], bytes]
"""Signs bytes with a feed key: message in, 64-byte signature out."""


class Logs(Protocol):
    """Feeds on disk.  They are the truth: what a method returned from survives a power cut.

    Only the node's own thread calls the methods that change a feed.
    """

    def read_all(self) -> list[Replica]:
        """Return every feed's newest replica, recovered where a crash cut something short."""
        ...

    def damaged(self) -> dict[FeedId, str]:
        """Feeds whose journal is not what was written, with a line that says where."""
        ...

    def append(
        self, feed_id: FeedId, stored: Sequence[bytes], *, now_ms: int, sign: Signer
    ) -> Replica:
        """Add entries to an own feed and sign the new head; create the feed if it is new.

        One fsync per call while no chunk is sealed, and a few more for every 120th or so.

        Raises:
            UserError: The disk is full.  Nothing was added.
            FatalError: The disk failed in a way that leaves its state unknown.
        """
        ...

    def replace(self, replica: Replica) -> None:
        """Keep a newer verified replica of someone's feed: head, chunk list, tail."""
        ...

    def extend(self, replica: Replica, start: int) -> None:
        """Keep a newer replica that differs only by tail entries from ``start`` on.

        Cheaper than ``replace``: one short write and an fsync, but for every 120th or so.
        """
        ...

    def pack_journal(self, feed_id: FeedId) -> bool:
        """Store what was appended since the last ``replace`` in fewer bytes, if it is much.

        Returns whether anything was written; a feed that is not there needs nothing.

        Raises:
            UserError: The disk is full.  Nothing changed.
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

    def read_entries(self, feed_id: FeedId, start: int, end: int) -> list[bytes]:
        """Return stored entries [start, end); DamageError when they are not held."""
        ...

    def read_incoming(self, feed_id: FeedId, span: ChunkSpan) -> bytes:
        """Bytes that a swarm brought, not verified yet.  Raises DamageError if missing."""
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
        """Delete chunks that a larger one took the place of, if written before that time.

        They stay for a while, for those who are in the middle of fetching them.
        """
        ...

    def drop_feed(self, feed_id: FeedId) -> None: ...

    def disk_bytes(self, feed_id: FeedId) -> int: ...

    def free_bytes(self) -> int:
        """Free space of the disk the logs are on."""
        ...


# --- index -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KnownHolder:
    """A node that says it holds a feed, or a part of it."""

    node_id: NodeId
    link: Endpoint
    swarm: Endpoint
    size: int
    """Entries it holds a head for."""
    complete: bool
    """Whether it says it holds every chunk."""
    seen_at_ms: int


class Index(Protocol):
    """What is derived from the logs, and what was learnt of other nodes.  A cache.

    Writing methods are called from one thread at a time; reading ones from any.
    """

    # writing
    def together(self) -> AbstractContextManager[None]:
        """Keep all that this thread writes inside the block at its end, in one go, or, when
        the block raises, nothing.  Makes many small feeds as cheap as a large one."""
        ...

    def reserve(self, feed_id: FeedId, author_id: AuthorId, size: int) -> None:
        """Set row numbers aside for entries [0, size), so that a backlog indexed newest
        first still stands in its own order."""
        ...

    def add_entries(
        self,
        feed_id: FeedId,
        author_id: AuthorId,
        start: int,
        stored: Sequence[bytes],
        hashes: Sequence[Hash],
        *,
        now_ms: int,
    ) -> int:
        """Index stored entries of all kinds; idempotent.  Returns how many posts were new."""
        ...

    def indexed_ranges(self, feed_id: FeedId) -> list[tuple[int, int]]:
        """Half-open ranges already indexed, ascending and merged."""
        ...

    def drop_feed(self, feed_id: FeedId) -> None: ...

    def clear(self) -> None:
        """Empty everything that can be rebuilt from the logs (holders and peers stay)."""
        ...

    def save_own_author(self, author_id: AuthorId) -> None: ...

    def save_receipt(
        self, feed_id: FeedId, node_id: NodeId, size: int, time_s: int
    ) -> None: ...

    def save_holder(self, feed_id: FeedId, holder: KnownHolder) -> None: ...

    def save_peer(self, endpoint: Endpoint, *, seen_at_ms: int) -> None: ...

    def forget_peer(self, endpoint: Endpoint) -> None: ...

    # reading
    def home(self, limit: int, before: Cursor | None) -> list[PostView]: ...

    def newer_than(self, after: Cursor) -> int:
        """How many posts of the home timeline are newer than a cursor."""
        ...

    def author_posts(
        self, author_id: AuthorId, limit: int, before: Cursor | None
    ) -> list[PostView]: ...

    def search(self, words: str, limit: int, before: Cursor | None) -> list[PostView]:
        """Posts that hold every word; ``"a phrase"``, ``-without`` and ``from:name`` work."""
        ...

    def post(self, feed_id: FeedId, index: int) -> PostView | None: ...

    def post_by_hash(self, entry_hash: Hash) -> PostView | None: ...

    def replies(self, entry_hash: Hash, limit: int) -> list[PostView]: ...

    def author(self, author_id: AuthorId) -> AuthorView | None:
        """What the index knows: name, bio, post count; the rest zero or False."""
        ...

    def follows_of(self, author_id: AuthorId) -> list[AuthorId]:
        """Whom an author follows, by the newest follow entry on each; ascending ids."""
        ...

    def followers_of(self, author_id: AuthorId) -> list[AuthorId]: ...

    def receipts(self, feed_id: FeedId) -> dict[NodeId, int]:
        """Newest confirmed size for each node that sent a receipt."""
        ...

    def holders(self, feed_id: FeedId) -> list[KnownHolder]:
        """Most recently seen first."""
        ...

    def peers(self, limit: int) -> list[Endpoint]:
        """Endpoints that answered before, most recent first."""
        ...

    def close(self) -> None: ...


# --- swarm -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChunkArrived:
    """All bytes of a fetched torrent passed their piece hashes and are in the file."""

    info_hash: bytes


@dataclass(frozen=True, slots=True)
class SwarmFailed:
    """A torrent cannot go on (disk error, bad torrent)."""

    info_hash: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class PeerSentGarbage:
    """A swarm peer sent bytes that fail the piece hash; libtorrent dropped it."""

    info_hash: bytes
    peer: Endpoint


@dataclass(frozen=True, slots=True)
class DhtPeersFound:
    """Nodes that announced themselves on a topic."""

    topic: bytes
    peers: tuple[Endpoint, ...]


SwarmEvent = ChunkArrived | SwarmFailed | PeerSentGarbage | DhtPeersFound


@dataclass(frozen=True, slots=True)
class TorrentProgress:
    """One torrent right now."""

    name: str
    """File name of the chunk."""
    bytes_done: int
    bytes_total: int
    down_bytes_per_s: int
    up_bytes_per_s: int
    uploaded_bytes: int
    peers: tuple[Endpoint, ...]


class Swarm(Protocol):
    """Torrents of chunks, and the Mainline DHT.  Called from the node's loop only."""

    async def start(self, on_event: Callable[[SwarmEvent], None]) -> int:
        """Listen, and return the port.  Events come in the loop's thread."""
        ...

    async def stop(self) -> None: ...

    def seed(self, torrent: ChunkTorrent, folder: Path) -> None:
        """Serve a chunk that is on disk and verified; nothing is hashed again."""
        ...

    def fetch(self, torrent: ChunkTorrent, folder: Path, peers: Sequence[Endpoint]) -> None:
        """Download into ``folder``; goes on from what a file there already holds."""
        ...

    def add_peer(self, info_hash: bytes, peer: Endpoint) -> None: ...

    def drop(self, info_hash: bytes) -> None:
        """Leave a swarm; files stay.  Unknown hashes are ignored."""
        ...

    def ban(self, host: str) -> None:
        """Never exchange data with this address again in this session.

        libtorrent filters by address, not by port: every node behind it is banned.
        """
        ...

    def allow(self, host: str) -> None:
        """Open one private address, because the person named it or the LAN showed it."""
        ...

    def progress(self) -> dict[bytes, TorrentProgress]: ...

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
    """Signed heads in the DHT (BEP 44), under each feed's own key."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def put(
        self, feed_id: FeedId, signed_head: bytes, size: int, signature: bytes
    ) -> int:
        """Store an item its owner signed; returns how many nodes took it."""
        ...

    async def get(self, feed_id: FeedId) -> tuple[bytes, int, bytes] | None:
        """Newest item found: signed head, seq (the size), BEP 44 signature.  Its BEP 44
        signature is verified; the head inside is not."""
        ...


# --- link ------------------------------------------------------------------------------


class Peer(Protocol):
    """One link to another node, whose key is proven."""

    @property
    def hello(self) -> Hello: ...

    @property
    def remote(self) -> Endpoint:
        """Where the other end's socket is, as we see it."""
        ...

    @property
    def outgoing(self) -> bool: ...

    async def send(self, message: Message) -> None:
        """Raises RetryError when the link is gone."""
        ...

    def messages(self) -> AsyncIterator[Message]:
        """Messages as they come; ends when the link closes.

        Raises:
            RemoteError: The peer broke a rule; the link is already closing.
        """
        ...

    async def close(self, reason: str) -> None: ...


class Link(Protocol):
    """Links to other nodes: TLS 1.3, WebSocket, one bencoded message in a frame."""

    async def listen(
        self, at: Endpoint, own: Callable[[], Hello], on_peer: Callable[[Peer], Awaitable[None]]
    ) -> Endpoint:
        """Accept links; port 0 chooses one.  ``on_peer`` runs for as long as the link lives."""
        ...

    async def dial(self, endpoint: Endpoint, own: Hello) -> Peer:
        """Open a link.  Raises RetryError (nobody there) or RemoteError (broke the rules)."""
        ...

    async def stop(self) -> None: ...


class Lan(Protocol):
    """Nodes nearby: mDNS `_swarmfeed._tcp`, opt-in."""

    async def start(self, link_port: int, on_found: Callable[[Endpoint], None]) -> None: ...

    async def stop(self) -> None: ...


# --- what the faces may ask ------------------------------------------------------------


class Facade(Protocol):
    """All that a page or a command may ask of a node.

    Every method may be called from any thread but the node's own, blocks until it is
    answered, and raises UserError with a sentence for the person.  ``changes`` alone is
    asynchronous and belongs to the node's loop.
    """

    def whoami(self) -> Whoami: ...

    def publish_post(self, text: str, reply_to: EntryRef | None = None) -> PostView:
        """Sign and store a post.  When it returns, the post survives a power cut."""
        ...

    def follow(self, link_or_address: str) -> AuthorView: ...

    def unfollow(self, link_or_address: str) -> AuthorView: ...

    def fetch(self, link_or_address: str) -> AuthorId:
        """Start to fetch an author's whole backlog; watch it with ``fetch_progress``."""
        ...

    def fetch_progress(self, author_id: AuthorId) -> FetchProgress: ...

    def home(self, limit: int, before: Cursor | None = None) -> list[PostView]: ...

    def newer_than(self, after: Cursor) -> int: ...

    def author_posts(
        self, author_id: AuthorId, limit: int, before: Cursor | None = None
    ) -> list[PostView]: ...

    def search(
        self, words: str, limit: int, before: Cursor | None = None
    ) -> list[PostView]: ...

    def post(self, ref_text: str) -> PostView:
        """By ``<feed address>/<index>`` or the hex of its hash.  UserError when not here."""
        ...

    def thread(self, post: PostView) -> tuple[list[PostView], list[PostView]]:
        """Ancestors, oldest first, and direct replies, oldest first."""
        ...

    def author(self, author_id: AuthorId) -> AuthorView: ...

    def follows(self) -> list[AuthorView]: ...

    def status(self) -> NodeStatus: ...

    def torrent_file(self, feed_id: FeedId, span: ChunkSpan) -> tuple[str, bytes]:
        """File name and bytes of the ``.torrent`` of a sealed chunk."""
        ...

    def torrents(self, feed_id: FeedId) -> list[tuple[ChunkSpan, str, str, int]]:
        """Sealed chunks of a feed: span, torrent name, magnet link, bytes."""
        ...

    def import_posts(self, posts: Sequence[tuple[int, str]]) -> ImportReport:
        """Append posts with their original times (ms); those already there are left out."""
        ...

    def verify(self) -> VerifyReport: ...

    def reindex(self) -> int:
        """Rebuild the index from the logs; returns the number of posts."""
        ...

    def changes(self) -> AsyncIterator[Change]: ...
