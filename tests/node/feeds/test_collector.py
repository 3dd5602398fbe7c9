"""Lists of chunks that nobody linked holds: every author has a turn of being looked for."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace
from street.fakes.clock import FakeClock
from street.fakes.headboard import FakeDht, FakeHeadBoard
from street.fakes.swarm import FakeSwarm, FakeSwarmNetwork
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.feed.certificate import open_certificate
from swarmfeed.core.feed.limits import SEARCH_MS_MAX
from swarmfeed.core.net.krpc import GATE_SALT, SEALED_SALT, signed_buffer
from swarmfeed.core.talk.deposit import encode_deposit, make_deposit
from swarmfeed.core.talk.gate import make_gate
from swarmfeed.node.feeds import searching
from swarmfeed.node.feeds.feeds import make_feeds
from swarmfeed.node.ground.ground import lay_ground
from swarmfeed.node.ground.interests import FOLLOWED
from swarmfeed.node.ground.settings import NodeSettings

from tests.node.rig import OWN, Scribe, new_ground

OUR_HOST = "127.0.2.200"
ROUND_MS = 60_000


async def leave_in_dht(board: FakeHeadBoard, scribe: Scribe) -> bytes:
    """Put an author's door and deposit; returns the info-hash of a list that nobody has."""
    deposit = make_deposit(scribe.newest, scribe.certificate, (), scribe.feed_key.sign)
    assert deposit is not None
    value, size = encode_deposit(deposit), deposit.head.size
    signature = scribe.feed_key.sign(signed_buffer(value, size, SEALED_SALT))
    assert await board.put(scribe.feed_id, value, size, signature, SEALED_SALT)
    known = {scribe.certificate: open_certificate(scribe.certificate)}
    gate = make_gate(scribe.author_id, known)
    assert gate is not None
    assert await board.put(gate.public, gate.value, gate.seq, gate.signature, GATE_SALT)
    return deposit.torrent.info_hash


def test_a_list_that_nobody_has_leaves_its_place_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "SEARCHES_MAX", 1)
    asyncio.run(_look_for_two(tmp_path))


async def _look_for_two(folder: Path) -> None:
    clock, network = FakeClock(), FakeSwarmNetwork()
    board, swarm = FakeHeadBoard(FakeDht()), FakeSwarm(network, Endpoint(OUR_HOST, 0))
    await board.start()
    node = FakeSwarm(network, Endpoint("127.0.9.1", 9000))
    for each in (swarm, node):
        await each.start(lambda _: None)
    swarm.add_dht_node(node.endpoint)
    shells = replace(new_ground(folder, swarm=swarm, clock=clock).shells, board=board)
    ground = lay_ground(NodeSettings(listen=OUR_HOST), OWN, shells)
    lists = set[bytes]()
    for number in (1, 2):
        scribe = Scribe(number)
        scribe.grow_to(600)
        lists.add(await leave_in_dht(board, scribe))
        ground.interests.raise_to(scribe.author_id, FOLLOWED)
    collector = make_feeds(ground).collector
    asked, find = set[bytes](), swarm.find_peers

    def note(topic: bytes) -> None:
        asked.add(topic)
        find(topic)

    swarm.find_peers = note  # type: ignore[method-assign]  # notes
    for _ in range(3 * SEARCH_MS_MAX // ROUND_MS):
        await collector.collect()
        clock.advance(ROUND_MS)
    assert asked == lists
