"""Where a node asks that knows no supernode, as told at its start."""

from typing import Annotated

from msgspec import Struct

from swarmfeed.core.supernode.waylist import WayList
from swarmfeed.node.ground.settings import Setting


class WayInSettings(Struct, frozen=True, kw_only=True):
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
