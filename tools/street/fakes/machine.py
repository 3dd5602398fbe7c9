"""The machine of a fake desk: whom it is linked with, what repeats there, and its disk."""

from hashlib import sha256
from typing import Final

from swarmfeed.core.asks.link_sentences import CALLED_BY_US, by_way_of
from swarmfeed.core.asks.neighbours import Neighbour, Neighbourhood
from swarmfeed.core.asks.upkeep import DiskUse, JobStatus, PeerStatus
from swarmfeed.core.base.types import NodeId

from street.fakes.samples import NOON_MS

_ONE: Final = NodeId(sha256(b"fake peer one").digest())

PEERS: Final = (
    PeerStatus(
        node_id=_ONE,
        endpoint="192.0.2.7:4711",
        outgoing=True,
        since_ms=NOON_MS - 7_200_000,
        how=CALLED_BY_US(),
    ),
    PeerStatus(
        node_id=NodeId(sha256(b"fake peer two").digest()),
        endpoint="",
        outgoing=False,
        since_ms=NOON_MS - 300_000,
        how=by_way_of(_ONE),
        by=_ONE,
    ),
)

NEIGHBOURHOOD: Final = Neighbourhood(
    entries=12,
    neighbours=tuple(
        Neighbour(
            node_id=peer.node_id,
            is_history_server=not peer.outgoing,
            since_ms=peer.since_ms,
            has=has,
        )
        for peer, has in zip(PEERS, (12, 5), strict=True)
    ),
    total=2,
)

JOBS: Final = (
    JobStatus(
        name="find holders",
        every_s=300,
        last_run_ms=NOON_MS - 100_000,
        next_run_ms=NOON_MS + 200_000,
        last_result="asked 2 peers about 3 authors",
    ),
    JobStatus(
        name="put heads in the DHT",
        every_s=3_600,
        last_run_ms=None,
        next_run_ms=NOON_MS + 60_000,
        last_result="",
    ),
)

DISK: Final = DiskUse(bytes=312_000_000, budget_bytes=10_737_418_240, free_bytes=84_000_000_000)
