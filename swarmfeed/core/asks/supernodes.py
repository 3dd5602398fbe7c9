"""Where this machine stands among supernodes, and why, for people."""

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.base.types import NodeId


class SupernodeLink(Struct, frozen=True, kw_only=True):
    """A supernode that serves this machine."""

    node_id: NodeId
    endpoint: str
    """Where it is; empty where nobody can say."""
    since_ms: int
    """Since when it is linked."""


class RoleChange(Struct, frozen=True, kw_only=True):
    """A moment at which this machine began to serve others, or stopped."""

    at_ms: int
    serves: bool
    why: str


class SupernodeStatus(Struct, frozen=True, kw_only=True):
    """What ``swarmfeed supernodes`` prints."""

    serves: bool
    """Whether this machine is a supernode."""
    sentence: str
    """What it is, and whom it serves or is served by."""
    why: str
    """What was decided in the last round."""
    may_serve: bool
    gates: str
    """Why it may serve others, or may not."""
    parents: tuple[SupernodeLink, ...]
    """Supernodes that serve it, two at most."""
    children: int
    """Machines that it serves."""
    places: int
    """Machines that it can serve at most."""
    supernodes_known: int
    nodes_known: int
    """Machines of any kind of which it has a fresh record."""
    changes: tuple[RoleChange, ...]
    """The last times its role changed, the newest first."""


class Supernodes(Ask[SupernodeStatus], frozen=True, kw_only=True):
    """Where this machine stands among supernodes, and why."""

    name = "supernodes"
