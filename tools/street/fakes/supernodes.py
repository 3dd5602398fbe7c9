"""A machine that two supernodes serve, as people see it."""

from swarmfeed.core.asks.supernodes import RoleChange, SupernodeLink, SupernodeStatus
from swarmfeed.core.base.types import NodeId


def supernode_status(now_ms: int) -> SupernodeStatus:
    """Return what it says of itself."""
    return SupernodeStatus(
        serves=False,
        sentence="2 supernodes serve this machine",
        why="both supernodes that this machine needs are there",
        may_serve=True,
        gates="this machine may serve others: every condition is met",
        parents=tuple(
            SupernodeLink(
                node_id=NodeId(bytes([number]) * 32),
                endpoint=f"192.0.2.{number}:4711",
                since_ms=now_ms - number * 60_000,
            )
            for number in (1, 2)
        ),
        children=0,
        places=150,
        supernodes_known=7,
        nodes_known=24,
        changes=(
            RoleChange(
                at_ms=now_ms - 1_800_000,
                serves=False,
                why="it stepped down: 20 in a hundred of the places of others are taken, which"
                " is enough",
            ),
        ),
    )
