"""The role of supernodes: who serves others."""

from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.role import Role
from swarmfeed.node.supernode.settings import SupernodeSettings

NAME = "supernode"
"""What a node that serves says of itself in its hello."""


def supernode_role(ground: Ground, _feeds: Feeds) -> Role:
    """Make the role of one node."""

    async def start() -> None:
        ground.layer.serve(ground.settings.of(SupernodeSettings).supernode == "on")

    return Role(name=NAME, says=lambda: ground.layer.serves, start=start)
