"""What a node does for others as a supernode, as told at its start."""

from typing import Annotated

from msgspec import Struct

from swarmfeed.core.supernode.gates import Willing
from swarmfeed.node.ground.settings import Setting


class SupernodeSettings(Struct, frozen=True, kw_only=True):
    """Choices of one start."""

    supernode: Annotated[
        str,
        Setting(
            "--supernode",
            "Serve others: pass on what they listen for, join those who cannot dial each other."
            " auto (if you say nothing): when too few do, and others reach this machine; on:"
            " always; off: never. It takes 600 kB/s of upload and 50 MB of memory at most, and"
            " reads nothing that is not public.",
            choices=tuple(each.value for each in Willing),
            stays=True,
            restart=False,
        ),
    ] = Willing.AUTO.value

    metered: Annotated[
        bool,
        Setting(
            "--metered/--not-metered",
            "This connection is paid by what goes over it: serve nobody.",
            stays=True,
            restart=False,
        ),
    ] = False

    speed: Annotated[
        float,
        Setting(
            "--supernode-speed",
            "How many times as fast the rounds of supernodes go; 0: there are none.",
            within=(0, 100),
            hidden=True,
            stays=True,
        ),
    ] = 1.0
    """For tests, as that of history servers (ADR 13).  Without rounds nobody is a leaf."""

    @property
    def willing(self) -> Willing:
        return Willing(self.supernode)
