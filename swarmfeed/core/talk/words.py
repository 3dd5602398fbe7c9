"""Messages between any two nodes: what they say, field by field."""

from typing import Annotated, ClassVar, Final

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base import limits
from swarmfeed.core.base.marks import At, Between, UpTo
from swarmfeed.core.base.types import Endpoint, Hash, NodeId
from swarmfeed.core.feed.first_offer import FirstOffer
from swarmfeed.core.feed.limits import PATCH_FRAMES_MAX
from swarmfeed.core.feed.patching import DIGEST_BYTES
from swarmfeed.core.talk.limits import SEVERAL_MAX
from swarmfeed.core.talk.message import (
    Author,
    ChunkList,
    Complete,
    Feed,
    Message,
    NodeKey,
    SignedCertificates,
    SignedHead,
    Size,
    Stored,
)

PROTOCOL_VERSION: Final = 2
"""What a hello says; version 1 knew author ids that were public keys."""

VISIT: Final = "visit"
"""What who dials only to ask something says in the place of a role: of feeds nothing is said
until one of both wants some."""


class Hello(Struct, frozen=True, kw_only=True):
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

    @property
    def is_visit(self) -> bool:
        return VISIT in self.roles

    def as_visit(self) -> "Hello":
        """What it says to those it dials only to ask something."""
        return replace(self, roles=(*self.roles, VISIT))

    def without_place(self) -> "Hello":
        """What it says to those who reach it by way of another: nothing of where it is."""
        return replace(self, hosts=(), link_port=0, swarm_port=0)


class WantedFeed(Struct, frozen=True):
    """One feed of a wanted author, and how much of it the asker has a head for."""

    feed_id: Feed
    size: Size
    """Size of the newest head the asker has."""


class WantedAuthor(Struct, frozen=True):
    """An author the asker wants heads of."""

    author_id: Author
    feeds: Annotated[tuple[WantedFeed, ...], At("v"), UpTo(limits.FEEDS_PER_AUTHOR_MAX)]
    """Feeds of the author that the asker has a head of."""


class Want(Struct, frozen=True):
    """Send me newer heads of these authors now, and new entries as they come."""

    name: ClassVar[str] = "want"
    authors: Annotated[tuple[WantedAuthor, ...], At("w"), UpTo(limits.AUTHORS_PER_WANT_MAX)]
    """Wanted authors; more of them in further messages."""


class NotHeld(Struct, frozen=True):
    """Answer to a want: I hold nothing of this author."""

    name: ClassVar[str] = "not-held"
    author_id: Author
    """An author of whom nothing is held."""


class HeadOffer(Struct, frozen=True, kw_only=True):
    """A feed's newest head with all that is needed to check it and to fetch the rest."""

    name: ClassVar[str] = "head"
    author_id: Author
    feed_id: Feed
    signed_head: SignedHead
    certificates: SignedCertificates
    """All signed certificates known of the author, and of nobody else."""
    chunk_list: ChunkList
    """Encoded chunk list; its SHA-256 stands in the head."""
    tail: Annotated[tuple[Stored, ...], At("e"), UpTo(limits.CHUNK_ENTRIES - 1)]
    """Stored entries after the last sealed chunk."""
    consistency: Annotated[tuple[Hash, ...], At("p"), UpTo(limits.CONSISTENCY_HASHES_MAX)]
    """Full consistency proof (FORMAT 6) from the size the asker named; empty when that was 0.

    See ``merkle.full_consistency_proof``; also empty when that size is not smaller than this
    head's."""

    @property
    def as_first(self) -> FirstOffer:
        """What of it counts where nothing is held of the feed."""
        return FirstOffer(
            author_id=self.author_id,
            feed_id=self.feed_id,
            signed_head=self.signed_head,
            chunk_list=self.chunk_list,
            certificates=self.certificates,
            tail=self.tail,
        )


class Certificates(Struct, frozen=True):
    """What an author's key said of their feeds: also when no newer head carries it."""

    name: ClassVar[str] = "certificates"
    author_id: Author
    signed: SignedCertificates
    """All signed certificates known of the author, and of nobody else."""


class NewEntries(Struct, frozen=True, kw_only=True):
    """Live push: entries that were just added, and the head that covers them."""

    name: ClassVar[str] = "entries"
    feed_id: Feed
    start: Annotated[int, At("s"), Between(0, limits.FEED_ENTRIES_MAX - 1)]
    """Index of the first entry here."""
    stored: Annotated[tuple[Stored, ...], At("e"), UpTo(limits.CHUNK_ENTRIES)]
    """Stored entries from ``s`` on."""
    signed_head: SignedHead
    """Head that covers exactly the entries before ``s`` and these."""
    chunk_list: ChunkList
    """Chunk list; empty while it is the same as before."""


class Have(Struct, frozen=True, kw_only=True):
    """I hold this feed up to a size; ``complete`` says that no chunk is missing."""

    name: ClassVar[str] = "have"
    feed_id: Feed
    size: Size
    complete: Complete
    awake: Annotated[bool, At("w")] = True
    """1 if its torrents are loaded; 0 if they sleep, and ``wake`` has to come first."""


class Wake(Struct, frozen=True):
    """I am about to fetch chunks of this feed from you: load its torrents.

    The answer is a ``have`` with ``awake``.
    """

    name: ClassVar[str] = "wake"
    feed_id: Feed


class HolderRecord(Struct, frozen=True):
    """A holder as one peer tells another: a hint, not a proof."""

    node_id: NodeKey
    link: Annotated[Endpoint, At("l")]
    """Where it accepts links."""
    swarm: Annotated[Endpoint, At("s")]
    """Where its swarm listens."""
    size: Size
    complete: Complete


class Holders(Struct, frozen=True):
    """Holders of one feed; goes with the answer to a want, and to whoever wants the author."""

    name: ClassVar[str] = "holders"
    author_id: Author
    feed_id: Feed
    holders: Annotated[tuple[HolderRecord, ...], At("o"), UpTo(limits.HOLDERS_MAX)]
    """Who holds the feed."""


class Receipt(Struct, frozen=True):
    """I hold all entries of this head: a C2SP cosignature by my node key."""

    name: ClassVar[str] = "receipt"
    feed_id: Feed
    signed_head: SignedHead
    """The head it confirms, as the author signed it."""
    cosignature: Annotated[bytes, At("c"), UpTo(limits.COSIGNATURE_BYTES_MAX)]
    """One signature line by the sender's node key (FORMAT 6), without the line feed."""


class ForkProof(Struct, frozen=True):
    """Two signed heads of one feed that cannot both be true."""

    name: ClassVar[str] = "fork"
    author_id: Author
    feed_id: Feed
    first: Annotated[SignedHead, At("g")]
    """Signed head of the smaller or equal size."""
    second: SignedHead
    """Signed head of the larger or equal size."""
    consistency: Annotated[tuple[Hash, ...], At("p"), UpTo(limits.CONSISTENCY_HASHES_MAX)]
    """Full consistency proof (FORMAT 6); empty when the sizes are equal.

    It leads to the root of ``second`` but not to that of ``first``: what the second head
    commits to is not an extension of the first.
    """


class Several(Struct, frozen=True, kw_only=True):
    """Answers about several feeds at once; each as if it came alone, in this order."""

    name: ClassVar[str] = "several"
    haves: Annotated[tuple[Have, ...], At("y"), UpTo(SEVERAL_MAX)] = ()
    """Each as in `have`."""
    heads: Annotated[tuple[HeadOffer, ...], At("h"), UpTo(SEVERAL_MAX)] = ()
    """Each as in `head`."""
    holders: Annotated[tuple[Holders, ...], At("o"), UpTo(SEVERAL_MAX)] = ()
    """Each as in `holders`."""
    receipts: Annotated[tuple[Receipt, ...], At("r"), UpTo(SEVERAL_MAX)] = ()
    """Each as in `receipt`."""
    not_held: Annotated[tuple[NotHeld, ...], At("n"), UpTo(SEVERAL_MAX)] = ()
    """Each as in `not-held`."""


Level = Annotated[int, At("l", "Level of the chunk"), Between(0, limits.CHUNK_LEVEL_MAX)]
Position = Annotated[
    int,
    At("p", "Position of the chunk"),
    Between(0, limits.FEED_ENTRIES_MAX // limits.CHUNK_ENTRIES - 1),
]


class Frames(Struct, frozen=True, kw_only=True):
    """I have another file of this chunk than the newest list says: which frames differ?"""

    name: ClassVar[str] = "frames"
    feed_id: Feed
    level: Level
    position: Position
    digests: Annotated[
        bytes, At("d"), UpTo(DIGEST_BYTES * limits.CHUNK_FANOUT**limits.CHUNK_LEVEL_MAX)
    ]
    """First 8 bytes of the SHA-256 of each frame of the file the asker has, in order."""


class PatchFrame(Struct, frozen=True):
    """A frame in the place of another one."""

    number: Annotated[
        int,
        At("n", "Number of the frame in the chunk, from 0 on"),
        Between(0, limits.CHUNK_FANOUT**limits.CHUNK_LEVEL_MAX - 1),
    ]
    frame: Annotated[
        bytes,
        At("z", "The frame as it is compressed"),
        UpTo(limits.CHUNK_BYTES_MAX // limits.CHUNK_FANOUT**limits.CHUNK_LEVEL_MAX),
    ]


class Patch(Struct, frozen=True, kw_only=True):
    """Answer to ``frames``: those that are not among the asker's."""

    name: ClassVar[str] = "patch"
    feed_id: Feed
    level: Level
    position: Position
    frames: Annotated[tuple[PatchFrame, ...], At("o"), UpTo(PATCH_FRAMES_MAX)]
    """The frames that differ; none where they are too many, or the chunk is not here."""


WORDS: Final[tuple[type[Message], ...]] = (
    Want,
    NotHeld,
    Have,
    HeadOffer,
    Certificates,
    NewEntries,
    Holders,
    Receipt,
    Several,
    ForkProof,
    Wake,
    Frames,
    Patch,
)
"""In the order of docs/PROTOCOL.md."""
