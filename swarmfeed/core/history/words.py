"""Messages about who holds what for others, and how surely: notices, reports, audits."""

from dataclasses import dataclass
from typing import Final

from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, Hash, NodeId

HISTORY_ROLE: Final = "history"
"""Role of a node that gives disk for the history of others."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Tell me the notices about feeds of these authors, now and as they come."""

    authors: tuple[AuthorId, ...]


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """A signed notice, and where its node was reached: a hint, not signed."""

    signed: bytes
    """From ``notice.sign_notice``."""
    link: Endpoint | None = None
    swarm: Endpoint | None = None


@dataclass(frozen=True, slots=True)
class Notices:
    """Notices for a peer that watches their authors, or, of our own, for a history server."""

    records: tuple[NoticeRecord, ...]


@dataclass(frozen=True, slots=True)
class Farewell:
    """Somebody's signed goodbye: it leaves for good."""

    signed: bytes


@dataclass(frozen=True, slots=True)
class RequestRate:
    """How often a feed's backlog was asked for at one history server."""

    feed_id: FeedId
    per_month: int
    """Requests of different people in 30 days, at the present rate."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a history server tells others every quarter of an hour; nothing of it is proven."""

    seen: tuple[NodeId, ...]
    """Nodes, not servers, that it was linked to since the last report."""
    rates: tuple[RequestRate, ...]
    room: int
    """Free eighths of the disk it gives for history, 0 to 8."""


@dataclass(frozen=True, slots=True)
class Audit:
    """Prove that you hold this entry."""

    feed_id: FeedId
    index: int


@dataclass(frozen=True, slots=True)
class AuditProof:
    """Answer to an audit: the entry, and its way to a root the author signed."""

    feed_id: FeedId
    index: int
    signed_head: bytes
    """Head of the holder's replica; empty when it cannot show the entry."""
    stored: bytes
    path: tuple[Hash, ...]
    """Inclusion proof (``merkle.verify_inclusion``) of the entry under that head."""
