"""The list of supernodes that anybody may copy to anybody."""

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask


class SupernodeList(Struct, frozen=True, kw_only=True):
    """Supernodes known here, as a file that others come in by."""

    text: str
    """One line each; what follows a # is a remark."""
    supernodes: int
    """How many it names; at least one."""


class ListSupernodes(Ask[SupernodeList], frozen=True, kw_only=True):
    """Supernodes known here, to be copied to somebody who knows none."""

    name = "supernode-list"
