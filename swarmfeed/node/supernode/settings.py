"""What a node does for others as a supernode, as told at its start."""

from dataclasses import dataclass
from typing import Annotated

from swarmfeed.node.ground.settings import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class SupernodeSettings:
    """Choices of one start."""

    supernode: Annotated[
        str,
        Setting(
            "--supernode",
            "Join nodes that cannot dial each other, by way of this one, which reads nothing"
            " of what they say: on or off (if you say nothing). It takes 4 MB/s at most, and"
            " 16 MB a day for each node.",
            choices=("on", "off"),
            stays=True,
            restart=True,
        ),
    ] = "off"
