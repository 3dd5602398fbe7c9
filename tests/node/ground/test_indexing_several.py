"""Ranges of many feeds that are added one after the other, and may go in together."""

import asyncio
from pathlib import Path

import pytest
from swarmfeed.node.ground import indexer

from tests.node.ground.indexing_rig import Rig
from tests.node.rig import Scribe


def test_the_first_goes_in_at_once_and_what_is_added_meanwhile_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for a first page sees it; of thousands of feeds few transactions are made."""
    monkeypatch.setattr(indexer, "_GATHERED_S", 600)
    rig = Rig(tmp_path, 5)
    others = [Scribe(number) for number in range(2, 10)]
    for scribe in others:
        scribe.grow_to(5)
        rig.shelf.accept_offer(scribe.offer())
        scribe.give_all(rig.logs)
    transactions = rig.note_transactions()

    async def work() -> None:
        rig.indexer.start()
        await asyncio.sleep(0)  # it has nothing to do
        with rig.indexer.adding():
            rig.add(0, 5)
            for scribe in others:
                rig.indexer.add(scribe.feed_id, scribe.author_id, 0, 5)
                while not rig.index.given:  # while others are still to be added
                    await asyncio.sleep(0.001)
        await rig.indexer.drain()
        await rig.indexer.stop()

    asyncio.run(asyncio.wait_for(work(), 30))
    assert rig.index.given == [(0, 5)] * 9
    first, rest = transactions
    assert first + rest == 9
    assert first < 4, "those that were added until its transaction began"


def test_small_ranges_of_many_feeds_go_in_together(tmp_path: Path) -> None:
    """But for what is not so urgent, and what cannot be read."""
    rig = Rig(tmp_path, 600)
    others = [Scribe(number) for number in range(2, 12)]
    for scribe in others:
        scribe.grow_to(5)
        rig.shelf.accept_offer(scribe.offer())
        scribe.give_all(rig.logs)
    rig.shelf.drop_feed(others[3].feed_id)
    transactions = rig.note_transactions()
    rig.add(0, 512)
    for scribe in others:
        rig.indexer.add(scribe.feed_id, scribe.author_id, 0, 5)
    rig.drain()
    assert rig.index.given == [*[(0, 5)] * 9, (0, 512)]
    assert transactions == [9]
    assert sorted(rig.told) == [0, *[5] * 9, 512]
    assert rig.indexer.waiting == 0
