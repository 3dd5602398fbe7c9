"""Holding other people's history: what a volunteer's node does, and why."""

from typing import Annotated

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.shape import Flat, Whole
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.core.history.limits import FEED_BYTES_MAX

DiskBytes = Annotated[int, Whole(first=0, last=FEED_BYTES_MAX, described="a number of bytes")]
"""A part of a disk."""


class HistoryFeed(Struct, frozen=True, kw_only=True):
    """One feed as a history server sees it."""

    author_id: AuthorId
    author_name: str
    feed_id: FeedId
    state: str
    """``leased``, ``claimed`` (being fetched), ``leaving``, ``followed`` (kept because the
    operator follows the author), ``own``, or ``watched`` (not held)."""
    size: int
    bytes_held: int
    since_ms: int
    """When it was taken; 0 when it is not held."""
    until_ms: int
    """When our notice expires; 0 without one."""
    copies: float
    """Lasting copies, ours included."""
    unavailable: float
    """Chance that no copy is reachable, smoothed, 0 to 1."""
    target: float
    requests_per_day: float
    reason: str
    """What was decided at the last look, and why."""


class HistoryStatus(Struct, frozen=True, kw_only=True):
    """What ``swarmfeed history status`` prints."""

    choice: HistoryChoice | None
    """Null when this node is no history server."""
    leaving: bool
    """Whether it is handing everything over, to stop being one."""
    sentence: str
    used_bytes: int
    feeds_leased: int
    feeds_claimed: int
    feeds_leaving: int
    feeds_watched: int
    """In scope, whether held or not."""
    servers: int
    """Other history servers it is linked to."""
    in_bytes: int
    """Fetched for others since the node started."""
    out_bytes: int
    """Sent by BitTorrent since the node started."""
    taken: int
    """Feeds taken since the node started."""
    released: int
    evicted: int
    refused: int
    audits_passed: int
    """Audits of others, since the node started."""
    audits_failed: int
    feeds: tuple[HistoryFeed, ...]
    """Held or claimed ones first; at most HISTORY_FEEDS_SHOWN."""


class HolderOutlook(Struct, frozen=True, kw_only=True):
    """One holder of a feed, as ``swarmfeed history explain`` shows it."""

    node_id: NodeId
    word: str
    """``have``, ``lease``, ``claim``, ``leaving`` or ``refusal``."""
    is_self: bool
    online: bool
    up: float
    """Mean chance to be reachable with the copy in the coming day, 0 to 1."""
    lasting: float
    """Chance that it still has the copy, 0 to 1."""
    domain: str
    """Those that fail together; empty when unknown."""
    until_ms: int
    reason: str
    """Of a refusal."""


class Explanation(Struct, frozen=True, kw_only=True):
    """Why a feed is held here, or not."""

    feed: Annotated[HistoryFeed, Flat()]
    quota_bytes: int
    """Most bytes of the author here; 0 outside the scope."""
    holders: tuple[HolderOutlook, ...]


class Explanations(Struct, frozen=True, kw_only=True):
    """Why each feed of an author is held here, or not; empty when it is not watched."""

    feeds: tuple[Explanation, ...]


class Told(Struct, frozen=True, kw_only=True):
    """How many heard it."""

    told: int


class HowHistoryIs(Ask[HistoryStatus], frozen=True, kw_only=True):
    """What this node does as a history server."""

    name = "history"


class Explain(Ask[Explanations], frozen=True, kw_only=True):
    """Why each feed of an author is held here, or not."""

    name = "explain"

    who: str
    """A link or an address."""


class ChooseHistory(Ask[HistoryStatus], frozen=True, kw_only=True):
    """Become a history server, or change what is given; remembered over restarts."""

    name = "choose-history"
    changes = True

    scope: str
    """``friends``, ``community`` (within two follows) or ``open``."""
    disk_bytes: DiskBytes
    """What is given."""
    free_bytes_min: DiskBytes
    """Free space of the disk that is left alone."""


class LeaveHistory(Ask[HistoryStatus], frozen=True, kw_only=True):
    """Stop being a history server in good order: feeds go once others have taken them."""

    name = "leave-history"
    changes = True


class SayGoodbye(Ask[Told], frozen=True, kw_only=True):
    """Tell everybody linked that this node leaves for good."""

    name = "goodbye"
    changes = True
