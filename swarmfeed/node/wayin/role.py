"""The role of ways in: a node that knows no supernode finds one, and nobody can prevent it."""

from collections.abc import Sequence

from swarmfeed.core.asks.supernode_list import ListSupernodes
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.desk import in_loop
from swarmfeed.node.ground.events import DhtAnswered, listens
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.role import Role
from swarmfeed.node.wayin.leading import Leading
from swarmfeed.ports import Job

LOOK_EVERY_S = 5
"""How often is looked what is known of supernodes: twice a round of the election."""


def wayin_role(ground: Ground, _feeds: Feeds) -> Role:
    """Make the role of one node."""
    leading = Leading(ground)

    def jobs() -> Sequence[Job]:
        return (Job(name="ways-in", run=leading.look, every_s=LOOK_EVERY_S),)

    return Role(
        name="wayin",
        parts=leading,
        answers=(in_loop(ListSupernodes, leading.list_supernodes),),
        listens=(listens(DhtAnswered, leading.on_dht),),
        jobs=jobs,
        rows=(leading.rows(),),
        start=leading.start,
    )
