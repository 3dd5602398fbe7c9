"""How machines are reached, for people."""

from typing import Final

from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.texts import Text
from swarmfeed.core.base.types import NodeId

BY_ANOTHER: Final = Text("by way of another machine")
BY_THAT: Final = Text("by way of {machine}")
CALLED_BY_US: Final = Text("called by us")
CALLED_BY_THEM: Final = Text("called by them")
THROUGH_ROUTERS: Final = Text("through both routers")


def by_way_of(node_id: NodeId | None) -> str:
    """Say by way of whom somebody is reached; None: nobody can say."""
    return BY_THAT(machine=format_address(node_id)[:8]) if node_id else BY_ANOTHER()
