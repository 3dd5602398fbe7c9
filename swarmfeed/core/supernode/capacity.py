"""How many children a machine can bear: by its sockets and its upload."""

from swarmfeed.core.base.limits import PEERS_MAX
from swarmfeed.core.supernode.limits import (
    CAPACITIES,
    CHILD_UP_BYTES_PER_S,
    CHILDREN_OF_NETWORK_MIN,
    CHILDREN_SHARE_OF_NETWORK,
    HOME_UP_BYTES_PER_S,
    SPARE_LINKS,
)


def size_class_of(links_max: int, up_bytes_per_s: int) -> int:
    """Return which of CAPACITIES a machine has; the smallest, where it bears none.

    Args:
        links_max: Links that others may open to it.
        up_bytes_per_s: What its operator lets it send; 0: nothing was said, so it is taken
            for a machine at home.
    """
    sent = (up_bytes_per_s or HOME_UP_BYTES_PER_S) // CHILD_UP_BYTES_PER_S
    most = min(links_max - SPARE_LINKS, sent)
    fit = [number for number, each in enumerate(CAPACITIES) if each <= most]
    return max(fit, default=0)


def links_most(up_bytes_per_s: int) -> int:
    """Return how many links others may open to a machine, if it has the sockets.

    Who sends as much as many children take has room for them, beside those of any node.
    """
    many = CAPACITIES[-1]
    has_upload = up_bytes_per_s // CHILD_UP_BYTES_PER_S >= many
    return SPARE_LINKS + many if has_upload else PEERS_MAX


def children_of_network_max(capacity: int) -> int:
    """Return how many children of one network a supernode takes."""
    return max(CHILDREN_OF_NETWORK_MIN, int(CHILDREN_SHARE_OF_NETWORK * capacity))
