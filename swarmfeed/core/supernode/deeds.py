"""What a member of the layer wants done: values, carried out by whoever has the links."""

from msgspec import Struct

from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.supernode.membership import Hint
from swarmfeed.core.supernode.records import Record


class AskRecords(Struct, frozen=True):
    """Exchange records with a node; its answer goes to ``hear_answer``."""

    endpoint: Endpoint
    node_id: NodeId | None
    """Who has to be there; None: whoever is."""
    known: tuple[Hint, ...]
    """Supernodes to name."""


class AskToAdopt(Struct, frozen=True):
    """Ask a supernode to be a parent: ``hear_adopted``, ``hear_refused`` or ``hear_lost``."""

    parent: Record


class LeaveParent(Struct, frozen=True):
    """Tell a parent that it is none any more."""

    node_id: NodeId


class AskLoad(Struct, frozen=True):
    """Ask a supernode how loaded it is; its answer goes to ``hear_load``."""

    server: Record


class SendAway(Struct, frozen=True):
    """Tell a child to find another parent."""

    child: NodeId
    at_once: bool
    """We serve no longer; else it parts when it has found another."""
    known: tuple[Hint, ...]


class HandOver(Struct, frozen=True):
    """Tell a child to serve in our place; its record goes to ``hear_load``."""

    child: NodeId


class ChangeRole(Struct, frozen=True):
    """We are a supernode now, or none any more: for people, and for other parts."""

    serving: bool
    why: str


Deed = AskRecords | AskToAdopt | LeaveParent | AskLoad | SendAway | HandOver | ChangeRole
