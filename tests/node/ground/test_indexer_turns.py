"""Whose turn it is at the index: tails go before a backlog, which waits only so long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from swarmfeed.node.ground import indexer

from tests.node.ground.indexing_rig import Rig

BACKLOG, TAIL = (0, 512), (512, 600)


@asynccontextmanager
async def held_up(rig: Rig) -> AsyncIterator[None]:
    """A backlog waits for others, for as long as it does."""
    rig.may_go_on.clear()
    rig.indexer.start()
    rig.add(*BACKLOG)
    async with asyncio.timeout(60):
        yield
    await rig.indexer.stop()


async def something_is_given(rig: Rig) -> None:
    while not rig.index.given:
        await asyncio.sleep(0.001)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path, TAIL[1])


def test_a_backlog_waits_for_what_goes_first_but_not_for_ever(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer, "_BACKLOG_WAIT_S", 0.1)

    async def work() -> None:
        async with held_up(rig):
            rig.add(*TAIL)
            await something_is_given(rig)
            assert rig.index.given == [TAIL], "a tail waits for nothing"
            await rig.indexer.drain()
            assert rig.index.given == [TAIL, BACKLOG]

    asyncio.run(work())


def test_a_tail_goes_before_a_batch_that_waits_for_its_turn(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer, "_BACKLOG_WAIT_S", 600)

    async def work() -> None:
        async with held_up(rig):
            await asyncio.sleep(0)
            rig.add(*TAIL)
            await something_is_given(rig)
            assert rig.index.given == [TAIL]
            rig.may_go_on.set()
            await rig.indexer.drain()
            assert rig.index.given == [TAIL, BACKLOG]

    asyncio.run(work())


def test_a_backlog_has_its_turn_however_many_tails_come(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer, "_BACKLOG_WAIT_S", 0.1)

    async def work() -> None:
        async with held_up(rig):
            while BACKLOG not in rig.index.given:
                rig.add(*TAIL)  # there is always another before it has waited so long
                await asyncio.sleep(0.02)
            assert rig.index.given[0] == TAIL

    asyncio.run(work())
