"""The list of supernodes that anybody may copy to anybody."""

from dataclasses import dataclass

from swarmfeed.core.asks.ask import Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class SupernodeList:
    """Supernodes known here, as a file that others come in by."""

    text: str
    """One line each; what follows a # is a remark."""
    supernodes: int
    """How many it names; at least one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSupernodes(Ask[SupernodeList]):
    """Supernodes known here, to be copied to somebody who knows none."""

    name = "supernode-list"
