"""How the node is, and making sure that it is well."""

from collections.abc import Iterable, Sequence
from typing import Annotated, TypeVar

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.feeds import FeedStatus
from swarmfeed.core.asks.shape import Key, Spare
from swarmfeed.core.base.types import AuthorId, NodeId
from swarmfeed.core.history.choice import HISTORY_ROLE

T = TypeVar("T")


class PeerStatus(Struct, frozen=True, kw_only=True):
    """A node we are linked to."""

    node_id: NodeId
    endpoint: str
    """Where it is; empty: it is reached by way of another node."""
    outgoing: bool
    """Whether we dialled it."""
    since_ms: int
    how: str
    """How it is reached, for people."""
    by: NodeId | None = None
    """The node by way of which it is reached; null: straight."""
    crossed: bool = False
    """Whether both ends connected at once, through both their routers."""


class LinkedPeers(Struct, frozen=True, kw_only=True):
    """All nodes we are linked to."""

    peers: tuple[PeerStatus, ...]


class JobStatus(Struct, frozen=True, kw_only=True):
    """A repeating job and how its last run went."""

    name: str
    every_s: int
    last_run_ms: int | None
    next_run_ms: int | None
    last_result: str


class JobList(Struct, frozen=True, kw_only=True):
    """All repeating jobs; none when the node was only opened to read."""

    jobs: tuple[JobStatus, ...]


class DiskUse(Struct, frozen=True, kw_only=True):
    """What the feeds take of the disk."""

    bytes: int
    budget_bytes: int
    """For other people's chunks."""
    free_bytes: int
    """Of the disk the feeds are on."""
    media_bytes: Annotated[int, Spare()] = 0
    """What pictures and files take beside ``bytes``; left out when there are none."""


class Safety(Struct, frozen=True, kw_only=True):
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


class OwnSafety(Struct, frozen=True, kw_only=True):
    """How safe the own posts are."""

    safety: Safety | None
    """Null while nothing was written, or nothing is known because the node is not online."""


class Wellbeing(Struct, frozen=True, kw_only=True):
    """How things are, for a person who looks up for a moment."""

    sentence: str
    running: bool
    """Whether this node is linked to the network, not only opened to read."""
    peers: int
    """Nodes we are linked to."""
    held_by: int = 0
    """Others that confirmed holding all that was written here."""
    safe: bool = False
    """Whether own posts would outlive this machine."""
    refused: bool = False
    """Whether the machine refuses something just now: a full disk, say."""
    short: str = ""
    """The sentence in two or three words, for a place with little room."""
    more: str = ""
    """What follows ``short`` where there is room; may be empty."""

    @property
    def connected(self) -> bool:
        return self.running and self.peers > 0

    @property
    def full(self) -> int:
        """How many of the three nodes of the mark are full: copies elsewhere, three when they
        are enough; none while nobody is linked, or this machine refuses something."""
        if self.refused or not self.connected:
            return 0
        return 3 if self.safe else min(self.held_by, 2)


class Refusals(Struct, frozen=True, kw_only=True):
    """What the machine refuses this node at the moment; nothing when all is well."""

    sentences: tuple[str, ...]
    """What does not work, what goes on, and what a person can do: one each."""


class NodeStatus(Struct, frozen=True, kw_only=True):
    """Everything ``swarmfeed status`` and the status page print."""

    node_id: NodeId
    author_id: AuthorId
    running: bool
    """Whether this node is linked to the network, not only opened to read."""
    sentence: str
    """How things are, in one sentence for a person."""
    feeds: tuple[FeedStatus, ...]
    peers: tuple[PeerStatus, ...]
    disk: DiskUse
    dht_nodes: int
    link_endpoint: Annotated[str, Key("link")]
    """Where others reach the link: ``host:port``."""
    swarm_port: int
    jobs: tuple[JobStatus, ...] = ()
    safety: Safety | None = None
    """Null while nothing was written, or nothing is known because the node is not online."""
    is_history_server: Annotated[bool, Key("history_server")] = False
    alarms: Annotated[tuple[str, ...], Spare()] = ()
    """What others did in the person's name, one sentence each; left out when all is well."""


def is_history_server(roles: Iterable[str]) -> bool:
    """Whether a node with these roles in its hello is one."""
    return HISTORY_ROLE in roles


class VerifyReport(Struct, frozen=True, kw_only=True):
    """What a full re-check of the disk found."""

    feeds: int
    entries: int
    bytes: int
    damaged: tuple[str, ...]
    """One line for each damaged file or entry range, naming it."""
    refetching: int
    """Damaged chunks that were dropped and are being fetched again."""
    missing: tuple[str, ...] = ()
    """One line for whatever was here once and is not: named each time until it is back."""


class Reindexed(Struct, frozen=True, kw_only=True):
    """What was read from the logs."""

    entries: int
    """Of all kinds, posts among them."""
    missing: tuple[str, ...] = ()
    """One line for what was here once and could not be read, as in ``VerifyReport``."""


class Status(Ask[NodeStatus], frozen=True, kw_only=True):
    """Everything at once: looks at every feed, which takes a while when there are thousands."""

    name = "status"

    start: int = 0
    limit: int = 0
    """Of the feeds only so many are told of, from this one on; 0: all of them."""

    def part(self, feeds: Sequence[T]) -> Sequence[T]:
        """Those of all feeds that are asked for."""
        start = max(self.start, 0)
        return feeds[start : start + self.limit] if self.limit > 0 else feeds[start:]


class HowIsIt(Ask[Wellbeing], frozen=True, kw_only=True):
    """How things are, in one sentence."""

    name = "how-is-it"


class WhatIsRefused(Ask[Refusals], frozen=True, kw_only=True):
    """What the machine refuses this node at the moment: a full disk, say."""

    name = "refused"


class WhoIsLinked(Ask[LinkedPeers], frozen=True, kw_only=True):
    """The nodes we are linked to."""

    name = "peers"


class HowFullIsIt(Ask[DiskUse], frozen=True, kw_only=True):
    """What the feeds take of the disk."""

    name = "disk"


class WhatRepeats(Ask[JobList], frozen=True, kw_only=True):
    """The repeating jobs, and how their last runs went."""

    name = "jobs"


class HowSafe(Ask[OwnSafety], frozen=True, kw_only=True):
    """How safe the own posts are without this machine."""

    name = "safety"


class Verify(Ask[VerifyReport], frozen=True, kw_only=True):
    """Check every byte on disk again; may take minutes."""

    name = "verify"
    changes = True


class Reindex(Ask[Reindexed], frozen=True, kw_only=True):
    """Rebuild the index from the logs; may take minutes."""

    name = "reindex"
    changes = True
