"""Taking care of the disk: what is damaged is named, dropped and fetched again."""

import asyncio
from pathlib import Path

import pytest
from swarmfeed.core.base.limits import SUPERSEDED_S
from swarmfeed.core.base.types import ChunkSpan, FeedId
from swarmfeed.core.feed.metainfo import chunk_name

from tests.node.rig import Scribe
from tests.node.talk import Talk, talk


async def hold(to: Talk, size: int) -> Scribe:
    anna = Scribe(1)
    anna.grow_to(size)
    to.care(anna.author_id)
    to.node.ground.shelf.accept_offer(anna.offer())
    anna.give_all(to.node.ground.shells.logs)  # type: ignore[arg-type]  # the fake ones
    return anna


@pytest.mark.slow
def test_a_sound_disk_is_read_whole_and_nothing_is_changed(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = await hold(to, 600)
        report = await to.node.feeds.caretaker.verify()
        assert (report.feeds, report.entries) == (2, 602)
        assert report.bytes == sum(map(len, anna.chunks.values()))
        assert (report.damaged, report.refetching) == ((), 0)
        assert to.node.ground.shelf.is_complete(anna.feed_id)

    talk(tmp_path, script)


def test_a_damaged_chunk_is_named_dropped_and_fetched_again(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = await hold(to, 600)
        logs = to.node.ground.shells.logs
        name = chunk_name(anna.feed_id, ChunkSpan(0, 1))
        path = logs.chunk_folder(anna.feed_id) / name
        content = path.read_bytes()
        path.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
        (logs.chunk_folder(anna.feed_id) / chunk_name(anna.feed_id, ChunkSpan(0, 0))).unlink()
        report = await to.node.feeds.caretaker.verify()
        assert report.refetching == 2
        assert any(f"{name} (entries 256 to 511)" in line for line in report.damaged)
        missing = to.node.ground.shelf.missing(anna.feed_id)
        assert set(missing) == {ChunkSpan(0, 0), ChunkSpan(0, 1)}
        assert anna.feed_id in to.node.feeds.fetcher._feeds
        assert (await to.node.feeds.caretaker.verify()).damaged == ()

    talk(tmp_path, script)


def test_journals_are_packed_although_a_feed_is_dropped_meanwhile(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna, berta = await hold(to, 3), Scribe(2)
        to.care(berta.author_id)
        berta.grow_to(3)
        to.node.ground.shelf.accept_offer(berta.offer())
        logs, packed = to.node.ground.shells.logs, list[FeedId]()

        def pack(feed_id: FeedId) -> bool:
            packed.append(feed_id)
            return feed_id != berta.feed_id

        logs.pack_journal = pack  # type: ignore[method-assign]  # memory keeps no journals
        tidying = asyncio.create_task(to.node.feeds.caretaker.tidy())
        await asyncio.sleep(0)
        to.node.ground.shelf.drop_feed(anna.feed_id)
        assert await tidying == "1 journal packed"
        assert packed == [to.node.ground.identity.feed_id, berta.feed_id]

    talk(tmp_path, script)


def test_superseded_chunks_stay_for_a_while_and_leave_their_swarms(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = await hold(to, 4000)
        seeder, swarm = to.node.feeds.seeder, to.node.ground.shells.swarm
        seeder.seed_held(anna.feed_id)
        anna.grow_to(4100)
        to.node.ground.shelf.accept_offer(anna.offer(4000))
        anna.give_all(to.node.ground.shells.logs)  # type: ignore[arg-type]  # the fake ones
        seeder.seed_held(anna.feed_id)
        assert len(swarm.progress()) == 16
        clock, retire = to.street.clock, to.node.feeds.caretaker.retire
        path = to.node.ground.shells.logs.chunk_folder(anna.feed_id)
        newest_ms = max(each.stat().st_mtime_ns // 1_000_000 for each in path.iterdir())
        clock.set_wall_clock(newest_ms + SUPERSEDED_S * 1000 - 60_000)
        assert await retire() == "0 superseded chunks deleted"
        clock.set_wall_clock(newest_ms + SUPERSEDED_S * 1000 + 60_000)
        assert await retire() == "15 superseded chunks deleted"
        assert to.node.ground.shells.logs.held(anna.feed_id) == {ChunkSpan(1, 0)}
        loaded = [each.name for each in swarm.progress().values()]
        assert loaded == [chunk_name(anna.feed_id, ChunkSpan(1, 0))]

    talk(tmp_path, script)
