"""How a node gets to those who cannot be dialled, as told at its start."""

from typing import Annotated

from msgspec import Struct

from swarmfeed.node.ground.settings import Setting


class RelaySettings(Struct, frozen=True, kw_only=True):
    """Choices of one start."""

    punches: Annotated[
        bool,
        Setting(
            "--hole-punching/--no-hole-punching",
            "Link straight with people whom you follow and who follow you, through both of your"
            " routers; on if left out, and off with --proxy. Without, what you two say goes by"
            " way of others, and neither learns the address of the other.",
            stays=True,
            restart=False,
        ),
    ] = True
