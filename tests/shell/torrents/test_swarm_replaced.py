"""A file takes the place of one that is seeded: the same name, another torrent (libtorrent)."""

import asyncio
from pathlib import Path

import pytest
from street.fakes.chunks import FEED, make_chunk, write_chunk
from swarmfeed.core.base.types import ChunkSpan, Endpoint
from swarmfeed.core.feed.metainfo import ChunkTorrent, chunk_torrent, hash_pieces
from swarmfeed.ports import ChunkArrived

from tests.shell.torrents.swarm_rig import RealRig, running

SIZE = 3 << 20
AT = 1_700_000


def make_two() -> tuple[ChunkTorrent, bytes, ChunkTorrent, bytes]:
    """A chunk, and the same with 30 bytes fewer in the middle: as a withdrawal leaves it."""
    old, content = make_chunk(1, SIZE)
    shorter = content[:AT] + b"packed anew" + content[AT + 41 :]
    new = chunk_torrent(FEED, ChunkSpan(0, 1), hash_pieces(shorter))
    assert (new.name, len(shorter)) == (old.name, SIZE - 30)
    assert new.info_hash != old.info_hash
    return old, content, new, shorter


@pytest.mark.slow
def test_it_takes_its_place_while_the_old_one_is_seeded(tmp_path: Path) -> None:
    old, content, new, shorter = make_two()

    async def scene() -> None:
        write_chunk(tmp_path / "a", old, content)
        async with running(RealRig()) as rig:
            seeder, first = await rig.start("127.0.82.1"), await rig.start("127.0.82.2")
            seeder.swarm.seed(old, tmp_path / "a")
            first.swarm.fetch(old, tmp_path / "b", [seeder.at])
            await rig.until(lambda: ChunkArrived(old.info_hash) in first.events)
            staged = tmp_path / "a" / "staged"
            staged.write_bytes(shorter)
            staged.replace(tmp_path / "a" / new.name)
            seeder.swarm.drop(old.info_hash)
            seeder.swarm.seed(new, tmp_path / "a")
            second = await rig.start("127.0.82.3")
            second.swarm.fetch(new, tmp_path / "c", [seeder.at])
            await rig.until(lambda: ChunkArrived(new.info_hash) in second.events)
            assert (tmp_path / "c" / new.name).read_bytes() == shorter
            assert seeder.events == []

    asyncio.run(scene())


@pytest.mark.slow
def test_of_the_old_file_what_is_good_is_not_fetched_again(tmp_path: Path) -> None:
    old, content, new, shorter = make_two()

    async def scene() -> None:
        write_chunk(tmp_path / "a", new, shorter)
        write_chunk(tmp_path / "b", old, content)
        async with running(RealRig()) as rig:
            seeder, holder = await rig.start("127.0.82.1"), await rig.start("127.0.82.2")
            seeder.swarm.seed(new, tmp_path / "a")
            holder.swarm.fetch(new, tmp_path / "b", [seeder.at])
            await rig.until(lambda: ChunkArrived(new.info_hash) in holder.events)
            left = (tmp_path / "b" / new.name).read_bytes()
            assert left[: len(shorter)] == shorter
            assert len(left) == len(shorter), "nothing stays behind its end"
            assert seeder.swarm.progress()[new.info_hash].uploaded_bytes < SIZE - (1 << 20) // 2

    asyncio.run(scene())


@pytest.mark.slow
@pytest.mark.attack("A95")
def test_a_client_that_still_seeds_the_old_file_harms_nobody(tmp_path: Path) -> None:
    old, content, new, shorter = make_two()

    async def scene() -> None:
        write_chunk(tmp_path / "old", old, content)
        write_chunk(tmp_path / "a", new, shorter)
        async with running(RealRig()) as rig:
            plain: Endpoint = await rig.start_liar("127.0.82.1", old, tmp_path / "old")
            seeder, newcomer = await rig.start("127.0.82.2"), await rig.start("127.0.82.3")
            seeder.swarm.seed(new, tmp_path / "a")
            newcomer.swarm.fetch(new, tmp_path / "b", [plain])
            await rig.pause()
            assert newcomer.events == [], "it is asked for another torrent, and has nothing"
            newcomer.swarm.add_peers(new.info_hash, [seeder.at])
            await rig.until(lambda: newcomer.events != [])
            assert newcomer.events == [ChunkArrived(new.info_hash)]
            assert (tmp_path / "b" / new.name).read_bytes() == shorter

    asyncio.run(scene())
