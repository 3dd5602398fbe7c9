"""The tree of a circle: which keys reach everybody but those who were removed.

Complete subtrees (Naor, Naor, Lotspiech 2001, section 3.1), of height 14:

    node   1 is the root, 2n and 2n + 1 stand under n, leaf l is 2^14 + l
    key    HMAC-SHA256(seed, "swarmfeed circle node 1" || node (2))

Who has leaf l is given the 15 keys from the root to that leaf, once.  Leaves are given out in
order and never again, and a cover has exactly those that were given out and not taken back: so
the keys of a newcomer open nothing of before, and those of who was removed nothing of later.
Node 0 stands for the author's own devices.
"""

import hmac
from bisect import bisect_left
from collections.abc import Collection
from hashlib import sha256
from typing import Final

from swarmfeed.core.circles.limits import LEAVES_MAX, TREE_HEIGHT

SEED_BYTES: Final = 32

OWN_NODE: Final = 0
"""Of the devices of the author: under no leaf, and above none."""

_DOMAIN: Final = b"swarmfeed circle node 1"


def node_key(seed: bytes, node: int) -> bytes:
    """Return the key of a node, 32 bytes."""
    return hmac.digest(seed, _DOMAIN + node.to_bytes(2, "big"), sha256)


def path(leaf: int) -> list[int]:
    """Return the nodes from the root down to a leaf."""
    if not 0 <= leaf < LEAVES_MAX:
        raise ValueError(f"leaf {leaf} of {LEAVES_MAX}")
    return [(LEAVES_MAX + leaf) >> up for up in range(TREE_HEIGHT, -1, -1)]


def path_keys(seed: bytes, leaf: int) -> tuple[bytes, ...]:
    """Return what the person with a leaf is given."""
    return tuple(node_key(seed, node) for node in path(leaf))


def cover(assigned: int, removed: Collection[int]) -> list[int]:
    """Return the fewest nodes that stand above leaves [0, assigned) but no removed one."""
    if not 0 <= assigned <= LEAVES_MAX:
        raise ValueError(f"{assigned} leaves of {LEAVES_MAX}")
    gone = sorted(removed)
    found: list[int] = []
    waiting = [(1, 0, LEAVES_MAX)]
    while waiting:
        node, start, end = waiting.pop()
        if start >= assigned:
            continue
        if end <= assigned and bisect_left(gone, start) == bisect_left(gone, end):
            found.append(node)
        elif end - start > 1:
            middle = (start + end) // 2
            waiting += [(2 * node, start, middle), (2 * node + 1, middle, end)]
    return found
