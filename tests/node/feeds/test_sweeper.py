"""What texts left in the index is swept away in short steps, and not while the disk refuses."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from seeker.needle import Needle
from seeker.seeking import seek
from swarmfeed.core.asks.troubles import BUSY
from swarmfeed.errors import PassingError
from swarmfeed.node.feeds.sweeper import Sweeper
from swarmfeed.node.ground.ground import Ground, lay_ground
from swarmfeed.shell.store.index import SqliteIndex
from swarmfeed.shell.store.words import CUT_OUT_MAX

from tests.node.rig import NOW_MS, OWN, new_ground
from tests.shell.store.index_samples import BOBS, CYDS, add, stored

CANARY = "Xyqvkwzjhpmbtrlgnd"
NEEDLE = Needle(CANARY)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SqliteIndex]:
    opened = SqliteIndex(tmp_path / "index.db")
    said = [stored(f"{CANARY} {at}", NOW_MS + at * 2_000) for at in range(2 * CUT_OUT_MAX)]
    add(opened, CYDS, 0, said)
    add(opened, BOBS, 0, [stored("stays", 5)])
    yield opened
    opened.close()


def sweep(ground: Ground) -> str:
    async def run() -> str:
        try:
            return await Sweeper(ground).sweep()
        finally:
            await ground.indexer.stop()

    return asyncio.run(run())


def ground_over(index: SqliteIndex, folder: Path) -> Ground:
    made = new_ground(folder)
    return lay_ground(made.settings, OWN, replace(made.shells, index=index))


def test_nothing_is_done_until_something_is_gone(tmp_path: Path, index: SqliteIndex) -> None:
    assert sweep(ground_over(index, tmp_path)) == "nothing was withdrawn"
    assert seek(tmp_path, NEEDLE)


@pytest.mark.attack("A75")
def test_it_goes_on_until_nothing_is_left(tmp_path: Path, index: SqliteIndex) -> None:
    index.drop_feed(CYDS)
    assert sweep(ground_over(index, tmp_path)).startswith("what was withdrawn is swept away")
    assert seek(tmp_path, NEEDLE) == []
    assert sweep(ground_over(index, tmp_path)) == "nothing was withdrawn"


def test_refused_by_the_disk_it_is_done_the_next_time(
    tmp_path: Path, index: SqliteIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: SqliteIndex) -> bool:
        raise BUSY.unsaved("the index")

    index.drop_feed(CYDS)
    with monkeypatch.context() as busy, pytest.raises(PassingError):
        busy.setattr(SqliteIndex, "sweep", refuse)
        sweep(ground_over(index, tmp_path))
    assert "swept away" in sweep(ground_over(index, tmp_path))
    assert seek(tmp_path, NEEDLE) == []
