"""Consistency proofs from what lies on disk, against the definition."""

import asyncio
from functools import partial
from pathlib import Path

import pytest
from street.fakes.clock import FakeClock
from street.fakes.logs import FakeLogs
from swarmfeed.core.base.limits import BUDGET_WINDOW_S
from swarmfeed.core.base.types import ChunkSpan, FeedId, NodeId
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.merkle import consistency_roots
from swarmfeed.core.talk.limits import PEER_WORK_S_PER_S
from swarmfeed.errors import DamageError
from swarmfeed.node.ground.fairness import Fairness
from swarmfeed.node.ground.proofs import Prover

from tests.core import reference
from tests.node.rig import Scribe, new_shelf


def held(tmp_path: Path, size: int) -> tuple[Scribe, FakeLogs]:
    """Somebody's feed of that size, all of it on disk."""
    shelf, logs = new_shelf(tmp_path)
    anna = Scribe(1)
    anna.grow_to(size)
    shelf.accept_offer(anna.offer())
    anna.give_all(logs)
    return anna, logs


OLD_SIZES = [1, 2, 3, 100, 127, 128, 255, 256, 257, 300, 511, 512, 1000, 2048, 4095, 4096]


@pytest.mark.parametrize("size", [5, 256, 300, 1025, 4096 + 9])
def test_a_proof_from_any_size_is_that_of_the_definition(tmp_path: Path, size: int) -> None:
    anna, logs = held(tmp_path, size)
    hashes = [hash_stored(each) for each in anna.stored]
    prover = Prover(logs)
    for old_size in [each for each in [*OLD_SIZES, size - 1] if each < size]:
        proof = asyncio.run(prover.consistency(anna.newest, old_size))
        expected = reference.proof(old_size, hashes)
        if old_size & (old_size - 1) == 0:
            expected.insert(0, reference.mth(hashes[:old_size]))
        assert list(proof) == expected, f"from {old_size} to {size}"
        old_root, new_root = consistency_roots(old_size, size, proof)
        assert (old_root, new_root) == (reference.mth(hashes[:old_size]), anna.newest.head.root)


@pytest.mark.parametrize("old_size", [0, 300, 301, 2**32])
def test_no_proof_is_needed_from_nothing_or_from_the_newest(
    tmp_path: Path, old_size: int
) -> None:
    anna, logs = held(tmp_path, 300)
    assert asyncio.run(Prover(logs).consistency(anna.newest, old_size)) == ()


def test_a_chunk_that_is_not_here_cannot_be_proved_into(tmp_path: Path) -> None:
    anna, logs = held(tmp_path, 600)
    logs.drop_chunk(anna.feed_id, ChunkSpan(0, 1))
    prover = Prover(logs)
    assert asyncio.run(prover.consistency(anna.newest, 256)), "the records are enough"
    with pytest.raises(DamageError):
        asyncio.run(prover.consistency(anna.newest, 300))


def test_a_large_chunk_is_hashed_once_for_many_proofs(tmp_path: Path) -> None:
    anna, logs = held(tmp_path, 4100)
    prover = Prover(logs)
    asyncio.run(prover.consistency(anna.newest, 512))
    logs.drop_chunk(anna.feed_id, ChunkSpan(1, 0))
    proof = asyncio.run(prover.consistency(anna.newest, 768))
    assert consistency_roots(768, 4100, proof)[1] == anna.newest.head.root


def test_only_so_many_chunks_are_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.node.ground.proofs._CACHED_CHUNKS", 1)
    anna, logs = held(tmp_path, 2 * 4096 + 5)
    prover = Prover(logs)
    for old_size in (512, 4096 + 512, 512):
        proof = asyncio.run(prover.consistency(anna.newest, old_size))
        assert consistency_roots(old_size, 2 * 4096 + 5, proof)[1] == anna.newest.head.root
    assert len(prover._frame_roots) == 1


@pytest.mark.parametrize("indexes", [[0], [3, 4, 255, 256, 4095], [599, 4100, 2, 600], []])
def test_entries_proven_together_are_proven_as_each_alone(
    tmp_path: Path, indexes: list[int]
) -> None:
    anna, logs = held(tmp_path, 4096 + 9)
    prover = Prover(logs)
    together = asyncio.run(prover.inclusions(anna.newest, indexes))
    assert together == [asyncio.run(prover.inclusion(anna.newest, index)) for index in indexes]


def test_entries_that_lie_together_are_read_in_one_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a chunk all is looked at for each reading: 4,096 entries took 4,096 times that."""
    anna, logs = held(tmp_path, 600)
    read: list[tuple[int, int]] = []
    really = logs.read_entries

    def noted(feed_id: FeedId, start: int, end: int) -> list[bytes]:
        read.append((start, end))
        return really(feed_id, start, end)

    monkeypatch.setattr(logs, "read_entries", noted)
    asyncio.run(Prover(logs).inclusions(anna.newest, [*range(100, 300), 599]))
    assert read == [(100, 256), (256, 300), (599, 600)]


@pytest.mark.attack("A40")
def test_a_peer_in_debt_keeps_nobody_else_from_a_proof(tmp_path: Path) -> None:
    anna, logs = held(tmp_path, 600)
    prover, clock = Prover(logs), FakeClock()

    async def scene() -> None:
        debtor = Fairness(clock).account(NodeId(bytes(32)))
        work = partial(prover.consistency, anna.newest, 300)
        hers = asyncio.create_task(debtor.pay(work))
        await asyncio.sleep(0)
        # Something else of hers is billed while the thread works.
        debtor.seconds.owe(PEER_WORK_S_PER_S * BUDGET_WINDOW_S + 1, 0)
        async with asyncio.timeout(60):
            ours = await prover.consistency(anna.newest, 300)
        assert not hers.done(), "no time has passed: she owes it yet"
        clock.advance(10_000)
        assert await hers == ours

    asyncio.run(scene())
