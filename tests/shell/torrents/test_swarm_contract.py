"""What every ports.Swarm does: the fake and libtorrent."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from street.fakes.chunks import make_chunk, write_chunk
from swarmfeed.errors import RetryError
from swarmfeed.ports import ChunkArrived, DhtPeersFound, PeerSentGarbage, SwarmFailed

from tests.shell.torrents.swarm_rig import FakeRig, RealRig, Rig, running

TOPIC = bytes(range(20))
Scene = Callable[[Rig, Path], Awaitable[None]]


@pytest.fixture(params=[FakeRig, pytest.param(RealRig, marks=pytest.mark.slow)])
def play(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Scene], None]:
    def play_scene(scene: Scene) -> None:
        async def act() -> None:
            async with running(request.param()) as rig:
                await scene(rig, tmp_path)

        asyncio.run(act())

    return play_scene


def test_a_chunk_is_in_its_file_when_its_arrival_is_told(play: Callable[[Scene], None]) -> None:
    async def scene(rig: Rig, folder: Path) -> None:
        seeder, fetcher = await rig.start("127.0.80.1"), await rig.start("127.0.80.2")
        for number in range(20):
            torrent, content = make_chunk(number)
            write_chunk(folder / "a", torrent, content)
            seeder.swarm.seed(torrent, folder / "a")
            fetcher.swarm.fetch(torrent, folder / "b", [seeder.at])
            await rig.until(lambda: fetcher.events != [])
            assert (folder / "b" / torrent.name).read_bytes() == content
            assert fetcher.events == [ChunkArrived(torrent.info_hash)]
            fetcher.events.clear()
        assert seeder.events == []

    play(scene)


def test_a_large_chunk_comes_from_two_seeders(play: Callable[[Scene], None]) -> None:
    async def scene(rig: Rig, folder: Path) -> None:
        one, two = await rig.start("127.0.80.1"), await rig.start("127.0.80.2")
        fetcher = await rig.start("127.0.80.3")
        torrent, content = make_chunk(1, 5_000_000)
        write_chunk(folder / "a", torrent, content)
        one.swarm.seed(torrent, folder / "a")
        two.swarm.seed(torrent, folder / "a")
        fetcher.swarm.fetch(torrent, folder / "b", [one.at, two.at])
        await rig.until(lambda: ChunkArrived(torrent.info_hash) in fetcher.events)
        assert (folder / "b" / torrent.name).read_bytes() == content
        await rig.until(
            lambda: (
                sum(
                    player.swarm.progress()[torrent.info_hash].uploaded_bytes
                    for player in (one, two)
                )
                >= len(content)
            )
        )

    play(scene)


def test_a_fetch_goes_on_from_what_the_file_holds(play: Callable[[Scene], None]) -> None:
    async def scene(rig: Rig, folder: Path) -> None:
        seeder, fetcher = await rig.start("127.0.80.1"), await rig.start("127.0.80.2")
        torrent, content = make_chunk(1, 4 << 20)
        write_chunk(folder / "a", torrent, content)
        write_chunk(folder / "b", torrent, content[: 3 << 20])
        seeder.swarm.seed(torrent, folder / "a")
        fetcher.swarm.fetch(torrent, folder / "b", [seeder.at])
        await rig.until(lambda: ChunkArrived(torrent.info_hash) in fetcher.events)
        assert (folder / "b" / torrent.name).read_bytes() == content
        await rig.until(
            lambda: seeder.swarm.progress()[torrent.info_hash].uploaded_bytes == 1 << 20
        )
        assert seeder.swarm.uploaded() == {torrent.name: 1 << 20}
        assert fetcher.swarm.uploaded() == {}

    play(scene)


def test_bytes_too_many_are_cut_off(play: Callable[[Scene], None]) -> None:
    async def scene(rig: Rig, folder: Path) -> None:
        seeder, fetcher = await rig.start("127.0.80.1"), await rig.start("127.0.80.2")
        torrent, content = make_chunk(1)
        write_chunk(folder / "a", torrent, content)
        write_chunk(folder / "b", torrent, bytes(len(content) + 999))
        seeder.swarm.seed(torrent, folder / "a")
        fetcher.swarm.fetch(torrent, folder / "b", [seeder.at])
        await rig.until(lambda: ChunkArrived(torrent.info_hash) in fetcher.events)
        assert (folder / "b" / torrent.name).read_bytes() == content

    play(scene)


def test_a_second_peer_may_be_named_when_the_first_is_not_there(
    play: Callable[[Scene], None],
) -> None:
    async def scene(rig: Rig, folder: Path) -> None:
        seeder, fetcher = await rig.start("127.0.80.1"), await rig.start("127.0.80.2")
        gone = await rig.start("127.0.80.3")
        await gone.swarm.stop()
        torrent, content = make_chunk(1)
        write_chunk(folder / "a", torrent, content)
        seeder.swarm.seed(torrent, folder / "a")
        fetcher.swarm.fetch(torrent, folder / "b", [gone.at])
        await rig.pause()
        assert fetcher.events == []
        progress = fetcher.swarm.progress()[torrent.info_hash]
        assert (progress.bytes_done, progress.bytes_total) == (0, len(content))
        fetcher.swarm.add_peers(torrent.info_hash, [seeder.at])
        await rig.until(lambda: fetcher.events == [ChunkArrived(torrent.info_hash)])

    play(scene)


def test_a_fetched_chunk_may_be_moved_and_seeded_at_once(play: Callable[[Scene], None]) -> None:
    async def scene(rig: Rig, folder: Path) -> None:
        seeder, middle = await rig.start("127.0.80.1"), await rig.start("127.0.80.2")
        last = await rig.start("127.0.80.3")
        torrent, content = make_chunk(1)
        write_chunk(folder / "a", torrent, content)
        seeder.swarm.seed(torrent, folder / "a")
        middle.swarm.fetch(torrent, folder / "b", [seeder.at])
        await rig.until(lambda: ChunkArrived(torrent.info_hash) in middle.events)
        (folder / "kept").mkdir()
        (folder / "b" / torrent.name).rename(folder / "kept" / torrent.name)
        middle.swarm.seed(torrent, folder / "kept")
        middle.swarm.seed(torrent, folder / "kept")
        last.swarm.fetch(torrent, folder / "c", [middle.at])
        last.swarm.fetch(torrent, folder / "c", [middle.at])
        await rig.until(lambda: ChunkArrived(torrent.info_hash) in last.events)
        assert (folder / "c" / torrent.name).read_bytes() == content
        assert len(middle.events) == 1

    play(scene)


def test_a_dropped_swarm_is_left_and_its_file_stays(play: Callable[[Scene], None]) -> None:
    async def scene(rig: Rig, folder: Path) -> None:
        seeder, fetcher = await rig.start("127.0.80.1"), await rig.start("127.0.80.2")
        torrent, content = make_chunk(1)
        write_chunk(folder / "a", torrent, content)
        seeder.swarm.seed(torrent, folder / "a")
        seeder.swarm.drop(torrent.info_hash)
        seeder.swarm.drop(torrent.info_hash)
        assert seeder.swarm.progress() == {}
        fetcher.swarm.fetch(torrent, folder / "b", [seeder.at])
        await rig.pause()
        assert fetcher.events == []
        assert (folder / "a" / torrent.name).read_bytes() == content

    play(scene)


def test_a_dropped_fetch_tells_nothing_more(play: Callable[[Scene], None]) -> None:
    async def scene(rig: Rig, folder: Path) -> None:
        seeder, fetcher = await rig.start("127.0.80.1"), await rig.start("127.0.80.2")
        torrent, content = make_chunk(1)
        write_chunk(folder / "a", torrent, content)
        seeder.swarm.seed(torrent, folder / "a")
        fetcher.swarm.fetch(torrent, folder / "b", [seeder.at])
        fetcher.swarm.drop(torrent.info_hash)
        await rig.pause()
        assert fetcher.events == []

    play(scene)


@pytest.mark.attack("A10")
def test_who_sends_garbage_is_named_and_another_completes(
    play: Callable[[Scene], None],
) -> None:
    async def scene(rig: Rig, folder: Path) -> None:
        fetcher, honest = await rig.start("127.0.80.2"), await rig.start("127.0.80.3")
        torrent, content = make_chunk(1)
        write_chunk(folder / "lies", torrent, bytes(len(content)))
        write_chunk(folder / "a", torrent, content)
        liar = await rig.start_liar("127.0.80.1", torrent, folder / "lies")
        honest.swarm.seed(torrent, folder / "a")
        fetcher.swarm.fetch(torrent, folder / "b", [liar])
        await rig.until(lambda: fetcher.events != [])
        assert fetcher.events == [PeerSentGarbage(torrent.info_hash, liar)]
        fetcher.swarm.ban(liar.host)
        fetcher.swarm.add_peers(torrent.info_hash, [honest.at])
        await rig.until(lambda: ChunkArrived(torrent.info_hash) in fetcher.events)
        assert (folder / "b" / torrent.name).read_bytes() == content

    play(scene)


def test_a_seed_sends_no_damage_but_tells_it(play: Callable[[Scene], None]) -> None:
    async def scene(rig: Rig, folder: Path) -> None:
        seeder, fetcher = await rig.start("127.0.80.1"), await rig.start("127.0.80.2")
        torrent, content = make_chunk(1)
        write_chunk(folder / "a", torrent, content)
        seeder.swarm.seed(torrent, folder / "a")
        write_chunk(folder / "a", torrent, bytes(len(content)))
        fetcher.swarm.fetch(torrent, folder / "b", [seeder.at])
        await rig.until(lambda: seeder.events != [])
        await rig.pause()
        assert seeder.events == [SwarmFailed(torrent.info_hash, "the file on disk is damaged")]
        assert fetcher.events == []

    play(scene)


def test_seeding_a_file_that_is_not_there_fails_once(play: Callable[[Scene], None]) -> None:
    async def scene(rig: Rig, folder: Path) -> None:
        seeder = await rig.start("127.0.80.1")
        torrent, content = make_chunk(1)
        short, _ = make_chunk(2)
        write_chunk(folder, short, content[:1000])
        seeder.swarm.seed(torrent, folder)
        seeder.swarm.seed(short, folder)
        await rig.until(lambda: len(seeder.events) >= 2)
        await rig.pause()
        assert all(isinstance(event, SwarmFailed) for event in seeder.events)
        assert {
            event.info_hash for event in seeder.events if isinstance(event, SwarmFailed)
        } == {torrent.info_hash, short.info_hash}
        assert len(seeder.events) == 2

    play(scene)


def test_a_failed_seed_may_be_fetched_again(play: Callable[[Scene], None]) -> None:
    async def scene(rig: Rig, folder: Path) -> None:
        seeder, healed = await rig.start("127.0.80.1"), await rig.start("127.0.80.2")
        torrent, content = make_chunk(1)
        write_chunk(folder / "a", torrent, content)
        seeder.swarm.seed(torrent, folder / "a")
        healed.swarm.seed(torrent, folder / "b")
        await rig.until(lambda: len(healed.events) == 1)
        healed.swarm.fetch(torrent, folder / "b", [seeder.at])
        await rig.until(lambda: healed.events[1:] == [ChunkArrived(torrent.info_hash)])
        assert (folder / "b" / torrent.name).read_bytes() == content

    play(scene)


@pytest.mark.attack("A17")
def test_a_banned_address_gets_nothing_either_way(play: Callable[[Scene], None]) -> None:
    async def scene(rig: Rig, folder: Path) -> None:
        seeder, banned = await rig.start("127.0.80.1"), await rig.start("127.0.80.2")
        mine, mine_bytes = make_chunk(1)
        theirs, theirs_bytes = make_chunk(2)
        write_chunk(folder / "a", mine, mine_bytes)
        write_chunk(folder / "b", theirs, theirs_bytes)
        seeder.swarm.ban(banned.at.host)
        seeder.swarm.seed(mine, folder / "a")
        banned.swarm.seed(theirs, folder / "b")
        banned.swarm.fetch(mine, folder / "b", [seeder.at])
        seeder.swarm.fetch(theirs, folder / "a", [banned.at])
        seeder.swarm.add_peers(theirs.info_hash, [banned.at])
        await rig.pause()
        assert (seeder.events, banned.events) == ([], [])

    play(scene)


def test_an_announced_topic_is_found(play: Callable[[Scene], None]) -> None:
    async def scene(rig: Rig, folder: Path) -> None:
        players = [await rig.start(f"127.0.80.{n}", dht=True) for n in range(1, 5)]
        for player in players:
            for other in players:
                if other is not player:
                    player.swarm.add_dht_node(other.at)
        await rig.until(lambda: all(len(p.swarm.dht_nodes()) >= 3 for p in players))
        players[0].swarm.announce(TOPIC, 7_777)
        await rig.pause()
        looked = itertools.count()

        def is_found() -> bool:
            # Again after a second: it may have been asked for before all was announced.
            if next(looked) % 500 == 0:
                players[3].swarm.find_peers(TOPIC)
            return players[3].events != []

        await rig.until(is_found)
        found = players[3].events[0]
        assert isinstance(found, DhtPeersFound)
        assert found.topic == TOPIC
        assert [(peer.host, peer.port) for peer in found.peers] == [("127.0.80.1", 7_777)]

    play(scene)


def test_a_stopped_swarm_joins_nothing_and_the_rest_is_harmless(
    play: Callable[[Scene], None],
) -> None:
    async def scene(rig: Rig, folder: Path) -> None:
        player = await rig.start("127.0.80.1", dht=True)
        torrent, content = make_chunk(1)
        write_chunk(folder, torrent, content)
        await player.swarm.stop()
        await player.swarm.stop()
        with pytest.raises(RetryError):
            player.swarm.seed(torrent, folder)
        with pytest.raises(RetryError):
            player.swarm.fetch(torrent, folder, [])
        player.swarm.drop(torrent.info_hash)
        player.swarm.add_peers(torrent.info_hash, [player.at])
        player.swarm.ban("127.0.80.9")
        player.swarm.announce(TOPIC, 7_777)
        player.swarm.find_peers(TOPIC)
        assert player.swarm.progress() == {}
        assert player.events == []

    play(scene)


@pytest.mark.attack("A44")
def test_who_gave_how_much_is_told(play: Callable[[Scene], None]) -> None:
    async def scene(rig: Rig, folder: Path) -> None:
        seeder, fetcher = await rig.start("127.0.80.1"), await rig.start("127.0.80.2")
        silent = await rig.start("127.0.80.3")
        torrent, content = make_chunk(1, 900_000)
        write_chunk(folder / "a", torrent, content)
        seeder.swarm.seed(torrent, folder / "a")
        assert fetcher.swarm.progress_of(torrent.info_hash) is None
        fetcher.swarm.fetch(torrent, folder / "b", [silent.at])
        await rig.pause()
        before = fetcher.swarm.progress_of(torrent.info_hash)
        assert before is not None
        assert (before.bytes_done, dict(before.given)) == (0, {})
        fetcher.swarm.add_peers(torrent.info_hash, [seeder.at, silent.at])
        await rig.until(lambda: ChunkArrived(torrent.info_hash) in fetcher.events)
        after = fetcher.swarm.progress_of(torrent.info_hash)
        assert after is not None
        assert after.given == {seeder.at: len(content)}
        assert (folder / "b" / torrent.name).read_bytes() == content

    play(scene)
