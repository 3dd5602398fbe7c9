"""What a fetch takes up again: after a restart, on a full disk, after a failure."""

import asyncio
from pathlib import Path

import pytest
from swarmfeed.core.asks import troubles
from swarmfeed.core.base.limits import DISK_FLOOR_BYTES
from swarmfeed.core.base.types import ChunkSpan, FeedId
from swarmfeed.node.ground.events import Events, Relieved
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.ports import SwarmFailed

from tests.node.feeds.test_fetcher import Rig, play


def test_only_named_chunks_are_fetched_until_all_are_wanted(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 1100)

    async def script() -> None:
        await rig.holder(1)
        rig.fetcher.want(rig.feed_id, {ChunkSpan(0, 2)})
        rig.fetcher.gathered(rig.feed_id)
        await rig.step()
        assert rig.fetched == [ChunkSpan(0, 2)]
        rig.fetcher.want(rig.feed_id)
        await rig.step()
        assert rig.missing() == []

    play(rig, script)


def test_what_is_forgotten_is_not_fetched_on(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 300)

    async def script() -> None:
        await rig.holder(1)
        rig.want()
        rig.fetcher.forget(rig.feed_id)
        assert rig.swarm.progress() == {}
        await rig.step(3)
        assert rig.missing() == [0]

    play(rig, script)


def test_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 1100)

    async def script() -> None:
        await rig.holder(1)
        rig.fetcher.want(rig.feed_id, {ChunkSpan(0, 3), ChunkSpan(0, 1)})
        rig.fetcher.gathered(rig.feed_id)
        await rig.step()
        await rig.fetcher.stop()
        rig.shelf = Shelf(rig.logs, Events())
        rig.shelf.load()
        rig.fetcher = rig.new_fetcher(rig.shelf)
        assert rig.missing() == [2, 0]
        rig.want()
        await rig.step()
        assert rig.fetched[2:] == [ChunkSpan(0, 2), ChunkSpan(0, 0)]
        assert rig.shelf.is_complete(rig.feed_id)

    play(rig, script)


def test_a_full_disk_takes_nothing_of_others(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 300)

    async def script() -> None:
        await rig.holder(1)
        rig.logs.disk.free_bytes = DISK_FLOOR_BYTES - 1
        rig.want()
        assert rig.fetcher.in_flight(rig.feed_id) == []
        rig.logs.disk.free_bytes = DISK_FLOOR_BYTES
        assert rig.strained == {"full"}, "a person hears why nothing comes"
        rig.fetcher.watch()
        assert len(rig.fetcher.in_flight(rig.feed_id)) == 1

    play(rig, script)


@pytest.mark.slow
def test_a_disk_that_fails_at_the_last_moment_does_not_lose_the_chunk_for_ever(
    tmp_path: Path,
) -> None:
    rig = Rig(tmp_path, 600)

    async def script() -> None:
        await rig.holder(1)
        real = rig.logs.keep_chunk
        failures = [OSError("disk full"), OSError("disk full")]

        def keep(feed_id: FeedId, span: ChunkSpan) -> None:
            if failures:
                raise failures.pop()
            real(feed_id, span)

        rig.logs.keep_chunk = keep  # type: ignore[method-assign]  # a fault
        rig.want()
        await rig.step(3)
        assert rig.missing() == []

    play(rig, script)


@pytest.mark.attack("A26")
def test_a_machine_that_takes_no_chunk_just_now_blames_nobody_and_waits(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 600)

    async def script() -> None:
        await rig.holder(1)
        rig.want()
        (info_hash, *_) = rig.fetcher.in_flight(rig.feed_id)
        refused = troubles.FULL.unsaved("a chunk")
        for each in rig.fetcher.in_flight(rig.feed_id):
            rig.fetcher.on_event(SwarmFailed(each, str(refused), refused))
        assert info_hash not in rig.swarm.progress()
        rig.clock.advance(5_000)
        rig.fetcher.watch()
        assert rig.fetcher.in_flight(rig.feed_id) == [], "it would not be taken either"
        rig.fetcher.on_relieved(Relieved())
        await rig.step(3)
        assert rig.missing() == [], "the only holder was not struck off"
        assert rig.strained == {"full"}

    play(rig, script)


@pytest.mark.attack("A26")
def test_a_chunk_that_cannot_be_kept_just_now_is_kept_later(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 600)

    async def script() -> None:
        await rig.holder(1)
        real = rig.logs.keep_chunk
        failures = [troubles.FILES.unsaved("a chunk"), troubles.FULL.unsaved("a chunk")]

        def keep(feed_id: FeedId, span: ChunkSpan) -> None:
            if failures:
                raise failures.pop()
            real(feed_id, span)

        rig.logs.keep_chunk = keep  # type: ignore[method-assign]  # a fault
        rig.want()
        await rig.step(40)
        assert rig.missing() == []
        assert rig.strained == {"full", "files"}

    play(rig, script)


def test_nothing_begins_after_the_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swarmfeed.node.feeds.fetcher.GATHER_S", 0.01)
    rig = Rig(tmp_path, 300)

    async def run() -> None:
        failures: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, each: failures.append(each))
        await rig.start()
        await rig.holder(1)
        rig.fetcher.want(rig.feed_id)
        await rig.fetcher.stop()
        await rig.swarm.stop()
        await asyncio.sleep(0.03)
        assert failures == []

    asyncio.run(run())
