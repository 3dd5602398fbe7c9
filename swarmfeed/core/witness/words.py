"""Messages between a node and those it asks to witness a head."""

from typing import Annotated, ClassVar, Final

from msgspec import Struct

from swarmfeed.core.base import limits
from swarmfeed.core.base.marks import At, Between, UpTo
from swarmfeed.core.base.types import Hash
from swarmfeed.core.talk.message import Author, Feed, Message, SignedHead
from swarmfeed.core.witness.limits import COSIGNATURES_MAX


class Cosign(Struct, frozen=True, kw_only=True):
    """Which head of this feed is the newest you know?  I know this one."""

    name: ClassVar[str] = "cosign"
    author_id: Author
    feed_id: Feed
    signed_head: SignedHead
    old_size: Annotated[int, At("o"), Between(0, limits.FEED_ENTRIES_MAX)] = 0
    """Size of the newest head that the receiver said it has; 0 if it said nothing."""
    consistency: Annotated[tuple[Hash, ...], At("p"), UpTo(limits.CONSISTENCY_HASHES_MAX)] = ()
    """Full consistency proof (FORMAT 6) from that size."""


class Witnessed(Struct, frozen=True, kw_only=True):
    """The newest head that these nodes knew, when they signed it."""

    name: ClassVar[str] = "witnessed"
    author_id: Author
    feed_id: Feed
    signed_head: SignedHead
    cosignatures: Annotated[
        tuple[Annotated[bytes, UpTo(limits.COSIGNATURE_BYTES_MAX)], ...],
        At("c"),
        UpTo(COSIGNATURES_MAX),
    ]
    """Signature lines of witnesses, without the line feeds."""


WORDS: Final[tuple[type[Message], ...]] = (Cosign, Witnessed)
"""In the order of docs/PROTOCOL.md."""
