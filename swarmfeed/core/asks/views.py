"""What the faces show: plain values read from a node, ready for a template or for JSON."""

from dataclasses import dataclass, field

from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash, NodeId
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.errors import UserError


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A place in a list that is ordered newest first.

    Its text form ``<time_ms>-<number>`` is what ``--before`` and page links carry.
    """

    time_ms: int
    number: int
    """Tie-breaker: the row number of the post in the index."""

    def __str__(self) -> str:
        return f"{self.time_ms}-{self.number}"


def parse_cursor(text: str) -> Cursor:
    """Read ``<time_ms>-<number>``.

    Raises:
        UserError: It is no cursor.
    """
    time_ms, _, number = text.partition("-")
    # 18 digits fit the 64-bit integers of the index.
    if not all(
        part.isascii() and part.isdigit() and len(part) <= 18 for part in (time_ms, number)
    ):
        raise UserError("That is no place in a list; start again at the top.")
    return Cursor(int(time_ms), int(number))


@dataclass(frozen=True, slots=True, kw_only=True)
class PostView:
    """One post as a reader sees it."""

    ref: EntryRef
    author_id: AuthorId
    author_name: str
    """From the author's newest profile entry; empty when unknown."""
    time_ms: int
    """The author's clock, claimed."""
    text: str
    cw: str = ""
    """Content warning; empty when there is none."""
    reply_to: EntryRef | None = None
    reply_count: int = 0
    held_by: int = 0
    """Other nodes that confirmed holding it by a receipt; counted for own posts only."""
    cursor: Cursor

    @property
    def is_ahead(self) -> bool:
        """Whether its time was in the future when it came here; it sorts by when it came."""
        return self.time_ms > self.cursor.time_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorView:
    """A person as the page shows them."""

    author_id: AuthorId
    name: str
    bio: str
    is_self: bool
    followed: bool
    entry_count: int
    """Entries in all feeds of the author, as their newest heads say."""
    entries_held: int
    post_count: int
    """Posts in the local index."""
    bytes_held: int
    forked: bool
    """A fork proof is kept: the author signed two histories."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStatus:
    """One line of ``swarmfeed status``."""

    author_id: AuthorId
    author_name: str
    feed_id: FeedId
    relation: str
    """``own``, ``followed``, ``fetched`` or ``friend of a friend``."""
    size: int
    root: Hash
    entries_held: int
    bytes_held: int
    bytes_total: int
    """Of all sealed chunks and the tail, held or not."""
    holders: int
    """Other nodes known to hold all of it or a part."""
    held_by: int
    """Other nodes whose receipt covers the newest head."""
    fetching: int
    """Chunks in flight now."""
    rate_bytes_per_s: int
    uploaded_bytes: int
    """Sent to others by BitTorrent since the node started, of the chunks it has now."""
    forked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerStatus:
    """A node we are linked to."""

    node_id: NodeId
    endpoint: str
    outgoing: bool
    since_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """A repeating job and how its last run went."""

    name: str
    every_s: int
    last_run_ms: int | None
    next_run_ms: int | None
    last_result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """How safe the own posts are without this machine, as far as the node can tell."""

    friends: int
    """Other nodes of people that hold all of them."""
    servers: int
    """History servers that hold all of them."""
    reachable: float
    """Chance that one of them can be reached, mean over the coming day, 0 to 1."""
    copies: float
    """Copies that count as lasting (`slack.copies_of`)."""
    copies_needed: float
    safe: bool
    """Whether this machine may be turned off for good and the policy's targets still hold."""
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFeed:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryStatus:
    """What ``swarmfeed history status`` prints."""

    choice: HistoryChoice | None
    """None when this node is no history server."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderOutlook:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a feed is held here, or not."""

    feed: HistoryFeed
    quota_bytes: int
    """Most bytes of the author here; 0 outside the scope."""
    holders: tuple[HolderOutlook, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStatus:
    """Everything ``swarmfeed status`` and the status page print."""

    node_id: NodeId
    author_id: AuthorId
    running: bool
    """Whether this node is linked to the network, not only opened to read."""
    sentence: str
    """How things are, in one sentence for a person."""
    feeds: tuple[FeedStatus, ...]
    peers: tuple[PeerStatus, ...]
    disk_bytes: int
    disk_budget_bytes: int
    disk_free_bytes: int
    dht_nodes: int
    link_endpoint: str
    swarm_port: int
    jobs: tuple[JobStatus, ...] = ()
    safety: Safety | None = None
    """None while nothing was written, or nothing is known because the node is not online."""
    is_history_server: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Whoami:
    """Who this node writes as, and how others find it."""

    author_id: AuthorId
    name: str
    link: str
    node_id: NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchProgress:
    """How far the fetch of one author's backlog is."""

    author_id: AuthorId
    name: str
    entries_held: int
    entries_total: int
    bytes_held: int
    bytes_total: int
    holders: tuple[str, ...] = ()
    """Nodes that served chunks or are being asked, as ``host:port`` of their swarm."""
    done: bool = False
    """The whole backlog is held and verified."""
    searchable: bool = False
    """All that is held is in the index too, so that timeline and search show it."""
    error: str = ""
    """Why it cannot go on; empty while it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """What a full re-check of the disk found."""

    feeds: int
    entries: int
    bytes: int
    damaged: tuple[str, ...]
    """One line for each damaged file or entry range, naming it."""
    refetching: int
    """Damaged chunks that were dropped and are being fetched again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did."""

    read: int
    imported: int
    already_there: int
    skipped: tuple[str, ...] = field(default=())
    """One line for each skipped record, with its line number and the reason."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something a live page wants to know."""

    name: str
    """``new`` (posts arrived: ``n``, ``author``), ``progress`` (a chunk was kept: ``feed``,
    entries ``held``), ``receipt`` (own posts were confirmed), ``status`` (ask again)."""

    number: int
    """Grows by one with each change; the event id of server-sent events."""

    fields: dict[str, str | int]
