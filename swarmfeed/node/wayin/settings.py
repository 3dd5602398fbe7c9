"""Where a node asks that knows no supernode, as told at its start."""

from dataclasses import dataclass
from typing import Annotated

from swarmfeed.core.supernode.waylist import WayList
from swarmfeed.node.ground.settings import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class WayInSettings:
    """Choices of one start."""

    supernode_list: Annotated[
        tuple[WayList, ...],
        Setting(
            "--supernode-list",
            "List of supernodes to ask while none is known, such as `swarmfeed supernodes"
            " --export` prints; may be given several times.",
            stays=True,
        ),
    ] = ()
