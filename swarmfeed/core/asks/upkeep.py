"""How the node is, and making sure that it is well."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.feeds import FeedStatus
from swarmfeed.core.asks.shape import Key, Spare
from swarmfeed.core.base.types import AuthorId, NodeId
from swarmfeed.core.history.choice import HISTORY_ROLE


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerStatus:
    """A node we are linked to."""

    node_id: NodeId
    endpoint: str
    """Where it is; empty: it is reached by way of another node."""
    outgoing: bool
    """Whether we dialled it."""
    since_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedPeers:
    """All nodes we are linked to."""

    peers: tuple[PeerStatus, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """A repeating job and how its last run went."""

    name: str
    every_s: int
    last_run_ms: int | None
    next_run_ms: int | None
    last_result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobList:
    """All repeating jobs; none when the node was only opened to read."""

    jobs: tuple[JobStatus, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskUse:
    """What the feeds take of the disk."""

    bytes: int
    budget_bytes: int
    """For other people's chunks."""
    free_bytes: int
    """Of the disk the feeds are on."""


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
class OwnSafety:
    """How safe the own posts are."""

    safety: Safety | None
    """Null while nothing was written, or nothing is known because the node is not online."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wellbeing:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """What the machine refuses this node at the moment; nothing when all is well."""

    sentences: tuple[str, ...]
    """What does not work, what goes on, and what a person can do: one each."""


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
    missing: tuple[str, ...] = ()
    """One line for whatever was here once and is not: named each time until it is back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reindexed:
    """What was read from the logs."""

    entries: int
    """Of all kinds, posts among them."""
    missing: tuple[str, ...] = ()
    """One line for what was here once and could not be read, as in ``VerifyReport``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status(Ask[NodeStatus]):
    """Everything at once: looks at every feed, which takes a while when there are thousands."""

    name = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class HowIsIt(Ask[Wellbeing]):
    """How things are, in one sentence."""

    name = "how-is-it"


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIsRefused(Ask[Refusals]):
    """What the machine refuses this node at the moment: a full disk, say."""

    name = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoIsLinked(Ask[LinkedPeers]):
    """The nodes we are linked to."""

    name = "peers"


@dataclass(frozen=True, slots=True, kw_only=True)
class HowFullIsIt(Ask[DiskUse]):
    """What the feeds take of the disk."""

    name = "disk"


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatRepeats(Ask[JobList]):
    """The repeating jobs, and how their last runs went."""

    name = "jobs"


@dataclass(frozen=True, slots=True, kw_only=True)
class HowSafe(Ask[OwnSafety]):
    """How safe the own posts are without this machine."""

    name = "safety"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify(Ask[VerifyReport]):
    """Check every byte on disk again; may take minutes."""

    name = "verify"
    changes = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reindex(Ask[Reindexed]):
    """Rebuild the index from the logs; may take minutes."""

    name = "reindex"
    changes = True
