"""What a message is, and the fields that several of them have in common."""

from typing import Annotated, ClassVar, Protocol

from swarmfeed.core.base import limits
from swarmfeed.core.base.marks import At, Between, UpTo
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId


class Message(Protocol):
    """What a peer may say after hello: a frozen record whose annotations are its bytes.

    See ``core.base.codec`` for the annotations, ``core.vocabulary`` for the bytes.
    """

    name: ClassVar[str]
    """Short lower-case word that names the type on the wire."""


Author = Annotated[AuthorId, At("a", "Author id")]
Feed = Annotated[FeedId, At("f", "Feed id")]
NodeKey = Annotated[NodeId, At("i", "Node id")]

Size = Annotated[int, At("n", "Number of entries"), Between(0, limits.FEED_ENTRIES_MAX)]
Index = Annotated[int, Between(0, limits.FEED_ENTRIES_MAX - 1)]
Complete = Annotated[bool, At("y", "1 if no chunk is missing")]

SignedHead = Annotated[bytes, At("h", "Signed head"), UpTo(limits.HEAD_BYTES_MAX)]
Stored = Annotated[bytes, At("e", "Stored entry"), UpTo(limits.STORED_BYTES_MAX)]
ChunkList = Annotated[bytes, At("l"), UpTo(limits.CHUNK_LIST_BYTES_MAX)]

Certificate = Annotated[bytes, UpTo(limits.CERTIFICATE_BYTES_MAX)]
SignedCertificates = Annotated[tuple[Certificate, ...], At("c"), UpTo(limits.CERTIFICATES_MAX)]
