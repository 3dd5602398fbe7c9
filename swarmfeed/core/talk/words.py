"""Messages of the peer link: what they say.  Encoding is one bencoded dict each."""

from dataclasses import dataclass

from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, Hash, NodeId

PROTOCOL_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """Who a node is and where it listens; the link proves the node key beside it."""

    node_id: NodeId
    roles: tuple[str, ...] = ()
    """Short lower-case words, such as ``history``."""
    hosts: tuple[str, ...] = ()
    """Addresses the node believes to be reachable at; empty: use the address it comes from."""
    link_port: int = 0
    """Where it accepts links; 0 when it does not."""
    swarm_port: int = 0
    """Where its swarm listens; 0 when it does not."""


@dataclass(frozen=True, slots=True)
class WantedFeed:
    """One feed of a wanted author, and how much of it the asker has a head for."""

    feed_id: FeedId
    size: int


@dataclass(frozen=True, slots=True)
class WantedAuthor:
    """An author the asker wants heads of."""

    author_id: AuthorId
    feeds: tuple[WantedFeed, ...]


@dataclass(frozen=True, slots=True)
class Want:
    """Send me newer heads of these authors now, and new entries as they come."""

    authors: tuple[WantedAuthor, ...]


@dataclass(frozen=True, slots=True)
class NotHeld:
    """Answer to a want: I hold nothing of this author."""

    author_id: AuthorId


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadOffer:
    """A feed's newest head with all that is needed to check it and to fetch the rest."""

    author_id: AuthorId
    feed_id: FeedId
    signed_head: bytes
    certificates: tuple[bytes, ...]
    """All signed certificates known of the author."""
    chunk_list: bytes
    """Encoded chunk list; its hash stands in the head."""
    tail: tuple[bytes, ...]
    """Stored entries after the last sealed chunk."""
    consistency: tuple[Hash, ...]
    """Full consistency proof (``merkle.full_consistency_proof``) from the size the asker named,
    when that is > 0 and smaller than this head's; at most 64 hashes."""


@dataclass(frozen=True, slots=True)
class Certificates:
    """What an author's key said of their feeds: also when no newer head carries it."""

    author_id: AuthorId
    signed: tuple[bytes, ...]
    """All signed certificates known of the author."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntries:
    """Live push: entries that were just added, and the head that covers them."""

    feed_id: FeedId
    start: int
    """Index of the first entry here."""
    stored: tuple[bytes, ...]
    signed_head: bytes
    chunk_list: bytes
    """Empty while it is the same as before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Have:
    """I hold this feed up to a size; ``complete`` says that no chunk is missing."""

    feed_id: FeedId
    size: int
    complete: bool
    awake: bool = True
    """Whether its torrents are loaded; otherwise ask for them with ``wake`` first."""


@dataclass(frozen=True, slots=True)
class Wake:
    """I am about to fetch chunks of this feed from you: load its torrents.

    The answer is a ``have`` with ``awake``.
    """

    feed_id: FeedId


@dataclass(frozen=True, slots=True)
class HolderRecord:
    """A holder as one peer tells another: a hint, not a proof."""

    node_id: NodeId
    link: Endpoint
    swarm: Endpoint
    size: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Holders:
    """Holders of one feed; goes with the answer to a want, and to whoever wants the author."""

    author_id: AuthorId
    feed_id: FeedId
    holders: tuple[HolderRecord, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """I hold all entries of this head: a C2SP cosignature by my node key."""

    feed_id: FeedId
    signed_head: bytes
    cosignature: bytes
    """One signature line, without the line feed."""


@dataclass(frozen=True, slots=True)
class ForkProof:
    """Two signed heads of one feed that cannot both be true."""

    author_id: AuthorId
    feed_id: FeedId
    first: bytes
    """Signed head of the smaller or equal size."""
    second: bytes
    """Signed head of the larger or equal size."""
    consistency: tuple[Hash, ...]
    """Empty when the sizes are equal.  Else a full consistency proof that leads to the root
    of ``second`` but not to that of ``first``: what the second head commits to is not an
    extension of the first."""
