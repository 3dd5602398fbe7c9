"""Who sends a fetcher garbage, and chunks that are not kept."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from swarmfeed.core.base.types import ChunkSpan, Endpoint
from swarmfeed.core.feed.metainfo import chunk_name, chunk_torrent
from swarmfeed.ports import ChunkArrived, PeerSentGarbage, SwarmFailed

from tests.node.feeds.test_fetcher import Rig, play
from tests.node.rig import new_session


@pytest.mark.attack("A10")
def test_who_sends_garbage_is_shut_out_and_the_fetch_completes_from_others(
    tmp_path: Path,
) -> None:
    rig = Rig(tmp_path, 600)

    async def script() -> None:
        liar = await rig.holder(1, spoil=lambda chunk: bytes(len(chunk)))
        await rig.holder(2)
        rig.want()
        for _ in range(4):
            await rig.step()
        assert rig.missing() == []
        assert liar.peer.closed_because == "sent bytes that are not the chunk"  # type: ignore[attr-defined]
        assert liar.holds == {}
        assert rig.swarm.banned == {"127.0.2.1"}

    play(rig, script)


def test_an_address_that_several_peers_share_is_not_banned(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 300)

    async def script() -> None:
        session = await rig.holder(1)
        neighbour, peer = new_session(2)
        peer._host = session.host
        rig.sessions._sessions[neighbour.node_id] = neighbour
        rig.want()
        (info_hash,) = rig.fetcher.in_flight(rig.feed_id)
        rig.fetcher.on_event(PeerSentGarbage(info_hash, Endpoint(session.host, 55_555)))
        assert rig.swarm.banned == set()

    play(rig, script)


@pytest.mark.attack("A46")
def test_a_peer_that_claims_a_liars_address_neither_protects_it_nor_is_blamed(
    tmp_path: Path,
) -> None:
    rig = Rig(tmp_path, 300)

    async def script() -> None:
        liar = await rig.holder(1)
        claimant, peer = new_session(2)
        peer._claimed = liar.host
        rig.sessions._sessions[claimant.node_id] = claimant
        rig.want()
        (info_hash,) = rig.fetcher.in_flight(rig.feed_id)
        at = liar.swarm
        assert at is not None and claimant.host == liar.host
        peer.swarm_port = 9_000
        rig.fetcher.on_event(PeerSentGarbage(info_hash, at))
        await rig.verified()
        assert rig.swarm.banned == {at.host}
        assert liar.peer.closed_because is not None  # type: ignore[attr-defined]
        assert peer.closed_because is None

    play(rig, script)


def test_bytes_that_pass_the_pieces_but_are_no_chunk_are_not_kept(tmp_path: Path) -> None:
    """Piece hashes are what the author signed; the entries' root has to fit as well."""
    rig = Rig(tmp_path, 300)

    async def script() -> None:
        await rig.holder(1)
        rig.want()
        rig.network.step()
        path = rig.logs.incoming_folder(rig.feed_id) / chunk_name(rig.feed_id, ChunkSpan(0, 0))
        path.write_bytes(b"damaged between arrival and check")
        await rig.verified()
        assert rig.missing() == [0]
        assert not path.exists()
        rig.fetcher.plan()
        await rig.step()
        assert rig.missing() == []

    play(rig, script)


def test_a_feed_that_is_let_go_while_its_chunk_is_verified_leaves_nothing(
    tmp_path: Path,
) -> None:
    rig = Rig(tmp_path, 300)

    async def script() -> None:
        await rig.holder(1)
        rig.want()
        rig.network.step()
        assert len(rig.fetcher.in_flight(rig.feed_id)) == 1
        with capture_logs() as logs:
            await asyncio.sleep(0)
            rig.fetcher.forget(rig.feed_id)
            rig.shelf.drop_feed(rig.feed_id)
            await rig.verified()
        assert logs == []
        assert rig.fetched == []
        assert rig.fetcher.in_flight(rig.feed_id) == []
        folder = rig.logs.incoming_folder(rig.feed_id)
        assert not folder.exists() or list(folder.iterdir()) == []

    play(rig, script)


def test_a_chunk_that_failed_is_tried_again(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 300)

    async def script() -> None:
        await rig.holder(1)
        rig.want()
        (info_hash,) = rig.fetcher.in_flight(rig.feed_id)
        rig.fetcher.on_event(SwarmFailed(info_hash, "disk error"))
        assert rig.fetcher.in_flight(rig.feed_id) == []
        rig.fetcher.on_event(SwarmFailed(info_hash, "told twice"))
        rig.fetcher.watch()
        await rig.step()
        assert rig.missing() == []

    play(rig, script)


def test_an_arrival_nobody_waits_for_is_passed_over(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 300)

    async def script() -> None:
        rig.fetcher.on_event(ChunkArrived(bytes(20)))
        await rig.verified()
        assert rig.fetched == []

    play(rig, script)


def test_chunks_that_a_larger_one_took_the_place_of_are_left(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 4000)

    async def script() -> None:
        await rig.holder(1, silent=True)
        rig.want()
        assert len(rig.fetcher.in_flight(rig.feed_id)) == 15
        rig.anna.grow_to(4100)
        rig.shelf.accept_offer(rig.anna.offer(4000))
        rig.network.silent.clear()
        await rig.holder(2)
        rig.fetcher.plan()
        (info_hash,) = rig.fetcher.in_flight(rig.feed_id)
        record = rig.anna.newest.chunks()[ChunkSpan(1, 0)]
        assert info_hash == chunk_torrent(rig.feed_id, ChunkSpan(1, 0), record.pieces).info_hash
        assert set(rig.swarm.progress()) == {info_hash}
        await rig.step()
        assert rig.shelf.is_complete(rig.feed_id)

    play(rig, script)
