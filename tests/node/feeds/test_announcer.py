"""Which torrents the DHT is told of, how often, and how many at most."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from street.fakes.clock import FakeClock
from street.fakes.logs import FakeDisk, FakeLogs
from street.fakes.swarm import FakeSwarm, FakeSwarmNetwork
from swarmfeed.core.base.types import Endpoint, FeedId
from swarmfeed.core.feed.limits import ANNOUNCE_CHUNK_MS, OPENED_S
from swarmfeed.core.feed.metainfo import chunk_torrent
from swarmfeed.core.talk.deposit import torrent_of_list
from swarmfeed.errors import DamageError
from swarmfeed.node.feeds import announcer as announcer_module
from swarmfeed.node.feeds.announcer import Announcer
from swarmfeed.node.feeds.seeder import Seeder
from swarmfeed.node.ground import tasks
from swarmfeed.node.ground.interests import FOLLOWED, Interest

from tests.node.feeds.test_seeder import ASLEEP
from tests.node.rig import Scribe, new_ground

PORT = 8_000


class Rig:
    """Feeds on a node that knows a DHT; notes what is announced."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.logs = FakeClock(), FakeLogs(FakeDisk(folder))
        self.network = FakeSwarmNetwork()
        self.swarm = FakeSwarm(self.network, Endpoint("127.0.2.9", PORT))
        self.ground = new_ground(folder, logs=self.logs, swarm=self.swarm, clock=self.clock)
        self.ground.introduction.opened_swarm(PORT)
        self.seeder = Seeder(self.ground)
        self.announcer = Announcer(self.ground, self.seeder)
        self.told: list[bytes] = []

    async def open_dht(self) -> None:
        node = FakeSwarm(self.network, Endpoint("127.0.9.1", 9000))
        await node.start(lambda _: None)
        self.swarm.add_dht_node(node.endpoint)

        def note(topic: bytes, port: int) -> None:
            assert port == PORT
            self.told.append(topic)

        self.swarm.announce = note  # type: ignore[method-assign]  # notes

    def hold(self, number: int, interest: Interest = FOLLOWED, size: int = 600) -> FeedId:
        writer = Scribe(number)
        writer.grow_to(size)
        self.ground.interests.raise_to(writer.author_id, interest)
        self.ground.shelf.accept_offer(writer.offer())
        writer.give_all(self.logs)
        return writer.feed_id

    def torrents(self, feed_id: FeedId) -> set[bytes]:
        replica = self.ground.shelf.replica(feed_id)
        assert replica is not None
        chunks = replica.chunks().items()
        made = [chunk_torrent(feed_id, span, each.pieces) for span, each in chunks]
        chunk_list = torrent_of_list(replica)
        assert chunk_list is not None
        return {each.info_hash for each in (*made, chunk_list)}

    async def rounds(self, count: int) -> list[bytes]:
        """So many rounds, a second each; returns what was announced in them."""
        before = len(self.told)
        for _ in range(count):
            await self.announcer.announce()
            self.clock.advance(1_000)
        return self.told[before:]


def play(folder: Path, script: Callable[[Rig], Awaitable[None]], *, dht: bool = True) -> None:
    async def run() -> None:
        rig = Rig(folder)
        await rig.swarm.start(lambda _: None)
        if dht:
            await rig.open_dht()
        await script(rig)

    asyncio.run(run())


def test_a_feed_whose_torrents_nobody_listed_is_not_announced(tmp_path: Path) -> None:
    async def script(rig: Rig) -> None:
        opened, closed = rig.hold(1), rig.hold(2)
        assert await rig.rounds(5) == []
        rig.announcer.open(opened)
        told = await rig.rounds(5)
        assert set(told) == rig.torrents(opened) and len(told) == 3, "two chunks and their list"
        assert not rig.torrents(closed) & set(told)

    play(tmp_path, script)


def test_each_torrent_is_announced_once_in_a_quarter_of_an_hour(tmp_path: Path) -> None:
    async def script(rig: Rig) -> None:
        feed_id = rig.hold(1)
        rig.announcer.open(feed_id)
        hour = await rig.rounds(3_600)
        assert {hour.count(each) for each in rig.torrents(feed_id)} == {4}

    play(tmp_path, script)


def test_never_two_in_a_second_however_many_feeds_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcer_module, "ANNOUNCED_CHUNKS_MAX", 9)

    async def script(rig: Rig) -> None:
        feeds = [rig.hold(number) for number in range(1, 9)]
        for feed_id in feeds:
            rig.announcer.open(feed_id)
        for _ in range(20):
            assert len(await rig.rounds(1)) <= 1
        # The feeds that were listed last come first, and no more than nine torrents.
        newest = set().union(*(rig.torrents(each) for each in feeds[-3:]))
        assert len(rig.told) == len(set(rig.told)) == 9
        assert newest <= set(rig.told)

    play(tmp_path, script)


def test_others_run_while_it_is_looked_what_is_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "FEEDS_AT_ONCE", 2)

    async def script(rig: Rig) -> None:
        feeds = [rig.hold(number) for number in range(1, 7)]
        for feed_id in feeds:
            rig.announcer.open(feed_id)
        looking = asyncio.create_task(rig.announcer.announce())
        turns = 0
        while not looking.done():
            turns += 1
            await asyncio.sleep(0)
            if turns == 4:
                rig.ground.shelf.drop_feed(feeds[0])  # the last to be looked at
        assert turns > 6, "two torrents of one feed, or two feeds, in one turn"
        told = set(rig.told) | set(await rig.rounds(30))
        assert told == set().union(*(rig.torrents(each) for each in feeds[1:]))

    play(tmp_path, script)


def test_what_was_listed_long_ago_is_announced_no_more(tmp_path: Path) -> None:
    async def script(rig: Rig) -> None:
        feed_id = rig.hold(1)
        replica = rig.ground.shelf.replica(feed_id)
        assert replica is not None
        chunk_list = torrent_of_list(replica)
        assert chunk_list is not None
        rig.announcer.open(feed_id)
        assert await rig.rounds(5)
        assert rig.swarm.progress_of(chunk_list.info_hash) is not None
        assert rig.ground.shells.lists.read(chunk_list.name) == replica.chunk_list
        rig.clock.advance(OPENED_S * 1000)
        assert await rig.rounds(5) == []
        # Nor does its list stay behind, which only those need who were told of it.
        assert rig.swarm.progress_of(chunk_list.info_hash) is None
        with pytest.raises(DamageError):
            rig.ground.shells.lists.read(chunk_list.name)

    play(tmp_path, script)


def test_what_is_announced_is_loaded_also_what_is_held_for_others(tmp_path: Path) -> None:
    async def script(rig: Rig) -> None:
        feed_id = rig.hold(1, ASLEEP)
        assert not rig.seeder.is_awake(feed_id)
        rig.announcer.open(feed_id)
        for _ in range(4):
            await rig.rounds(2)
            assert rig.seeder.is_awake(feed_id)
            assert rig.swarm.progress().keys() == rig.torrents(feed_id)
            rig.clock.advance(ANNOUNCE_CHUNK_MS)
            await rig.announcer.announce()
            await rig.seeder.rest()

    play(tmp_path, script)


def test_a_chunk_that_is_not_here_is_not_announced(tmp_path: Path) -> None:
    async def script(rig: Rig) -> None:
        feed_id = rig.hold(1)
        gone = min(rig.logs.held(feed_id))
        rig.logs.drop_chunk(feed_id, gone)
        rig.announcer.open(feed_id)
        assert len(await rig.rounds(5)) == 2, "the other one, and the list"

    play(tmp_path, script)


def test_without_a_dht_nothing_is_announced(tmp_path: Path) -> None:
    async def script(rig: Rig) -> None:
        rig.announcer.open(rig.hold(1))
        assert await rig.announcer.announce() == "nothing to announce on"

    play(tmp_path, script, dht=False)
