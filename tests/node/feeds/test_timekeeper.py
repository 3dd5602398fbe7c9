"""The clock is looked at: what stands ahead of it is seen, and a full disk stops nothing."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from street.fakes.clock import FakeClock
from street.fakes.index import FakeIndex
from street.fakes.ledger import FakeLedger
from swarmfeed.core.asks.troubles import FULL
from swarmfeed.core.feed.sightings import Sighting
from swarmfeed.errors import PassingError
from swarmfeed.node.feeds.timekeeper import Timekeeper
from swarmfeed.node.ground.ground import Ground

from tests.node.rig import NOW_MS, new_ground
from tests.shell.store.index_samples import BOB, BOBS, add_timed, texts

YEAR_MS = 365 * 24 * 3600 * 1000


class Rig:
    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock(NOW_MS)
        self.ground: Ground = new_ground(folder, clock=self.clock)
        index = self.ground.shells.index
        assert isinstance(index, FakeIndex)
        self.index = index
        self.timekeeper = Timekeeper(self.ground)

    def check(self) -> str:
        async def run() -> str:
            try:
                return await self.timekeeper.check()
            finally:
                await self.ground.indexer.stop()

        return asyncio.run(run())


def test_what_stands_ahead_is_seen_and_sorted_anew(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    add_timed(rig.index, BOBS, (NOW_MS + YEAR_MS, "ahead"), (NOW_MS + 1, "now"))
    assert rig.check() == "clock looked at; 1 feed sorted anew"
    seen = rig.ground.almanac.reckoning(BOBS).sightings
    assert seen == (Sighting(start=0, stop=2, at_ms=NOW_MS),)
    assert texts(rig.index.author_posts(BOB, 9, None)) == ["now", "ahead"]


def test_nothing_is_sorted_anew_while_all_stands_well(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    add_timed(rig.index, BOBS, (NOW_MS, "now"), (1, "old"))
    assert rig.check() == "clock looked at; 0 feeds sorted anew"
    assert rig.ground.almanac.feeds_seen() == []


def test_on_a_full_disk_the_order_stays_and_it_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: FakeLedger, __: Mapping[str, object]) -> None:
        raise FULL.unsaved("the ledger")

    rig = Rig(tmp_path)
    add_timed(rig.index, BOBS, (NOW_MS + YEAR_MS, "ahead"), (NOW_MS + 1, "now"))
    with monkeypatch.context() as full:
        full.setattr(FakeLedger, "write", refuse)
        with pytest.raises(PassingError, match="full"):
            rig.check()
    assert texts(rig.index.author_posts(BOB, 9, None)) == ["ahead", "now"]
    rig = Rig(tmp_path)
    add_timed(rig.index, BOBS, (NOW_MS + YEAR_MS, "ahead"), (NOW_MS + 1, "now"))
    rig.check()
    assert texts(rig.index.author_posts(BOB, 9, None)) == ["now", "ahead"]
