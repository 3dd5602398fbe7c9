"""How much a supernode remembers of the network, as told at its start."""

from typing import Annotated

from msgspec import Struct

from swarmfeed.core.lookup.limits import RECENT_BYTES
from swarmfeed.node.ground.settings import Setting, Size


class LookupSettings(Struct, frozen=True, kw_only=True):
    """Choices of one start."""

    recent_bytes: Annotated[
        Size,
        Setting(
            "--supernode-disk",
            "Disk for recent posts of the network, which others search while this node is a"
            " supernode; 1 GB if left out. The last 30 days at most.",
            stays=True,
            restart=True,
        ),
    ] = RECENT_BYTES
