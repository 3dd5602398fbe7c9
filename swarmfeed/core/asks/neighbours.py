"""The machines around this one, and how much each has of what is written here."""

from typing import Final

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.base.types import NodeId

NEIGHBOURS_SHOWN: Final = 50
"""Machines that are told of at most: those that have most, and of these those that are here."""


class Neighbour(Struct, frozen=True, kw_only=True):
    """One other machine.  Whose it is, nobody says: links name machines, not people."""

    node_id: NodeId
    is_history_server: bool
    since_ms: int | None
    """Since when it is linked; null: it is not, now."""
    has: int
    """Entries of the feed written here that it signed to hold."""


class Neighbourhood(Struct, frozen=True, kw_only=True):
    """The machines around this one."""

    entries: int
    """What there is of the feed written here."""
    neighbours: tuple[Neighbour, ...]
    """Those that have most first."""
    total: int
    """With those that are left out."""


class WhoIsAround(Ask[Neighbourhood], frozen=True, kw_only=True):
    """The machines around this one, and how much each has of what is written here."""

    name = "neighbours"
