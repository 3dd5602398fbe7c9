"""Where the index of the network is: at every supernode, or at the owners of each key.

    everywhere   all posts go to all supernodes; one's own parent answers
    by keys      what is under a key goes to its OWNERS, chosen by rendezvous hashing

Small networks do the first, large ones the second; each supernode goes by the posts it counts,
and understands both kinds of questions always.

Sources: rendezvous hashing with weights, Thaler and Ravishankar, 1998, and Schindelhauer and
Schomaker, 2005; policy of ADR 55.
"""

import math
from collections.abc import Iterable, Sequence
from enum import Enum
from hashlib import sha256

from msgspec import Struct

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.supernode.limits import (
    BROADCAST_BELOW,
    BROADCAST_BYTES_A_DAY,
    OWNERS,
    PARTITION_ABOVE,
    RECORD_BYTES_A_POST,
)


class Mode(Enum):
    """How posts are kept in the layer."""

    EVERYWHERE = "everywhere"
    BY_KEYS = "by keys"


class Keeper(Struct, frozen=True, kw_only=True):
    """A supernode that may own keys."""

    node_id: NodeId
    network: str
    """Of its address: owners of one key stand in different ones."""
    capacity: int
    """Children it has room for: who has room for twice as many owns twice as many keys."""


def choose_mode(mode: Mode, posts_a_day: float) -> Mode:
    """Return how posts are to be kept, as it was until now unless that is clearly wrong."""
    share = posts_a_day * RECORD_BYTES_A_POST / BROADCAST_BYTES_A_DAY
    if share > PARTITION_ABOVE:
        return Mode.BY_KEYS
    return Mode.EVERYWHERE if share < BROADCAST_BELOW else mode


def term_key(term: str, day: int) -> int:
    """Return the key of a term of the index on a day since 1970: hot tags move every day."""
    return _number(b"k" + day.to_bytes(4, "big") + term.encode())


def owners_of(key: int, keepers: Iterable[Keeper], count: int = OWNERS) -> list[Keeper]:
    """Return who keeps a key, the first owner first: the same for everybody with this list.

    No two are in one network, as long as there are enough networks.
    """
    ranked = sorted(keepers, key=lambda each: (-score_of(key, each), each.node_id))
    chosen: list[Keeper] = []
    for each in ranked:
        if len(chosen) < count and all(each.network != one.network for one in chosen):
            chosen.append(each)
    chosen += [each for each in ranked if each not in chosen][: count - len(chosen)]
    return sorted(chosen, key=ranked.index)


class Handover(Struct, frozen=True, kw_only=True):
    """What one node gives to another, because owners changed."""

    key: int
    to: NodeId


def handovers(
    me: NodeId, keys: Iterable[int], before: Sequence[Keeper], after: Sequence[Keeper]
) -> list[Handover]:
    """Return what this node has to give on after the list of supernodes changed.

    Every old owner that is still a supernode gives to each new one: were it one of them, a liar
    would lose the key for good, and postings are small.
    """
    return [
        Handover(key=key, to=new) for key in keys for new in _news_from(me, key, before, after)
    ]


def _news_from(
    me: NodeId, key: int, before: Sequence[Keeper], after: Sequence[Keeper]
) -> list[NodeId]:
    old = [each.node_id for each in owners_of(key, before)]
    if me not in old:
        return []
    return [each.node_id for each in owners_of(key, after) if each.node_id not in old]


def score_of(key: int, keeper: Keeper) -> float:
    """Return how much a keeper is called to own a key: those with the most own it."""
    draw = (_number(key.to_bytes(8, "big") + keeper.node_id) + 0.5) / 2**64
    return -keeper.capacity / math.log(draw)


def _number(named: bytes) -> int:
    return int.from_bytes(sha256(named).digest()[:8], "big")
