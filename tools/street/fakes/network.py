"""What a fake desk answers of supernodes and witnesses: what is elsewhere."""

from typing import Final

from msgspec.structs import replace
from swarmfeed.core.asks.network import NetworkPosts, SearchNetwork
from swarmfeed.core.asks.newest import HowNew, HowNewAll, HowNewAreAll, HowNewIs
from swarmfeed.core.asks.supernodes import Supernodes, SupernodeStatus
from swarmfeed.core.witness.sentences import NOBODY_SAW_ANY
from swarmfeed.core.words.query import parse_query

from street.fakes.samples import NOON_MS
from street.fakes.supernodes import supernode_status
from street.fakes.table import Rows
from street.fakes.world import FakeWorld


def supernodes(desk: FakeWorld, _: Supernodes) -> SupernodeStatus:
    return supernode_status(NOON_MS)


def how_new(desk: FakeWorld, _: HowNewIs) -> HowNew:
    return desk.newest


def how_new_are_all(desk: FakeWorld, _: HowNewAreAll) -> HowNewAll:
    return HowNewAll(
        people=2,
        seen=0,
        as_of_ms=None,
        seen_by=0,
        kept_back=0,
        witnesses=2,
        sentence=NOBODY_SAW_ANY(),
    )


def search_network(desk: FakeWorld, ask: SearchNetwork) -> NetworkPosts:
    parse_query(ask.words)
    return replace(desk.network, posts=desk.network.posts[: ask.limit])


NETWORK: Final[Rows] = {
    SearchNetwork: search_network,
    HowNewIs: how_new,
    HowNewAreAll: how_new_are_all,
    Supernodes: supernodes,
}
