"""Messages about who holds what for others, and how surely: notices, reports, audits."""

from typing import Annotated, ClassVar, Final

from msgspec import Struct

from swarmfeed.core.base import limits
from swarmfeed.core.base.marks import At, Between, UpTo
from swarmfeed.core.base.types import AuthorId, Endpoint, Hash, NodeId
from swarmfeed.core.history.limits import (
    INCLUSION_HASHES_MAX,
    NOTICE_BYTES_MAX,
    NOTICES_PER_MESSAGE_MAX,
    REQUESTS_PER_MONTH_MAX,
    SEEN_MAX,
)
from swarmfeed.core.history.placement import ROOM_STEPS
from swarmfeed.core.talk.message import Feed, Index, Message, SignedHead, Stored


class Watch(Struct, frozen=True):
    """Tell me the notices about feeds of these authors, now and as they come."""

    name: ClassVar[str] = "watch"
    authors: Annotated[tuple[AuthorId, ...], At("w"), UpTo(limits.AUTHORS_PER_WANT_MAX)]
    """Author ids; more of them in further messages."""


class NoticeRecord(Struct, frozen=True):
    """A signed notice, and where its node was reached: a hint, not signed."""

    signed: Annotated[bytes, At("n"), UpTo(NOTICE_BYTES_MAX)]
    """Signed notice (FORMAT 12)."""
    link: Annotated[Endpoint | None, At("l")] = None
    """Where the sender reached the notice's node: a hint, not signed."""
    swarm: Annotated[Endpoint | None, At("s")] = None
    """Where that node's swarm listens: likewise."""


class Notices(Struct, frozen=True):
    """Notices for a peer that watches their authors, or, of our own, for a history server."""

    name: ClassVar[str] = "notices"
    records: Annotated[tuple[NoticeRecord, ...], At("o"), UpTo(NOTICES_PER_MESSAGE_MAX)]
    """Notices, each with where its node was reached."""


class Farewell(Struct, frozen=True):
    """Somebody's signed goodbye: it leaves for good."""

    name: ClassVar[str] = "farewell"
    signed: Annotated[bytes, At("n"), UpTo(NOTICE_BYTES_MAX)]
    """Signed goodbye (FORMAT 12)."""


class RequestRate(Struct, frozen=True):
    """How often a feed's backlog was asked for at one history server."""

    feed_id: Feed
    per_month: Annotated[int, At("n"), Between(0, REQUESTS_PER_MONTH_MAX)]
    """Requests of different people in 30 days, at the present rate."""


class Report(Struct, frozen=True):
    """What a history server tells others every quarter of an hour; nothing of it is proven."""

    name: ClassVar[str] = "report"
    seen: Annotated[tuple[NodeId, ...], At("o"), UpTo(SEEN_MAX)]
    """Nodes, not servers, that it was linked to since the last report."""
    rates: Annotated[tuple[RequestRate, ...], At("r"), UpTo(SEEN_MAX)]
    """How often the backlogs of feeds were asked for."""
    room: Annotated[int, At("s"), Between(0, ROOM_STEPS)]
    """Free eighths of the disk it gives for history."""


class Audit(Struct, frozen=True):
    """Prove that you hold this entry."""

    name: ClassVar[str] = "audit"
    feed_id: Feed
    index: Annotated[Index, At("i")]
    """Index of the entry."""


class AuditProof(Struct, frozen=True):
    """Answer to an audit: the entry, and its way to a root the author signed."""

    name: ClassVar[str] = "audit-proof"
    feed_id: Feed
    """As asked."""
    index: Annotated[Index, At("i")]
    """As asked."""
    signed_head: SignedHead
    """Head of the holder's replica; empty when it cannot show the entry."""
    stored: Stored
    """The stored entry."""
    path: Annotated[tuple[Hash, ...], At("p"), UpTo(INCLUSION_HASHES_MAX)]
    """Inclusion proof of the entry under that head (RFC 9162, 2.1.3)."""


WORDS: Final[tuple[type[Message], ...]] = (
    Watch,
    Notices,
    Farewell,
    Report,
    Audit,
    AuditProof,
)
"""In the order of docs/PROTOCOL.md."""
