"""Which torrents are loaded, and when."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from street.fakes.clock import FakeClock
from street.fakes.swarm import FakeSwarm, FakeSwarmNetwork
from swarmfeed.core.base.limits import AWAKE_S
from swarmfeed.core.base.types import Endpoint, FeedId
from swarmfeed.core.talk.words import Have, Wake
from swarmfeed.node.feeds import seeder as seeder_module
from swarmfeed.node.feeds.seeder import Seeder
from swarmfeed.node.ground.interests import Interest, Interests

from tests.node.feeds.test_holder import hold, want
from tests.node.rig import Writer, new_shelf
from tests.node.talk import Talk, talk


class Rig:
    def __init__(self, folder: Path) -> None:
        self.shelf, self.logs = new_shelf(folder)
        self.swarm = FakeSwarm(FakeSwarmNetwork(), Endpoint("127.0.2.9", 0))
        self.interests, self.clock = Interests(), FakeClock()
        self.seeder = Seeder(self.shelf, self.logs, self.swarm, self.interests, self.clock)
        self.slept: list[FeedId] = []
        self.seeder.on_sleep = self.slept.append

    def hold(self, number: int, interest: Interest, size: int = 600) -> FeedId:
        writer = Writer(number)
        writer.grow_to(size)
        self.interests.raise_to(writer.author_id, interest)
        self.shelf.accept_offer(writer.offer())
        writer.give_all(self.logs)
        self.seeder.seed_held(writer.feed_id)
        return writer.feed_id

    def loaded(self) -> int:
        return len(self.swarm.progress())


def play(folder: Path, script: Callable[[Rig], Awaitable[None]]) -> None:
    async def run() -> None:
        rig = Rig(folder)
        await rig.swarm.start(lambda _: None)
        await script(rig)

    asyncio.run(run())


def test_what_a_person_reads_is_always_loaded(tmp_path: Path) -> None:
    async def script(rig: Rig) -> None:
        for number, interest in enumerate(Interest, start=1):
            rig.hold(number, interest)
        assert rig.loaded() == 2 * (len(Interest) - 1)

    play(tmp_path, script)


def test_what_is_held_for_history_sleeps_until_somebody_asks(tmp_path: Path) -> None:
    async def script(rig: Rig) -> None:
        feed_id = rig.hold(1, Interest.HISTORY)
        assert not rig.seeder.is_awake(feed_id) and rig.loaded() == 0
        assert rig.seeder.wake(feed_id)
        assert rig.seeder.is_awake(feed_id) and rig.loaded() == 2
        rig.clock.advance(AWAKE_S * 1000 - 1)
        await rig.seeder.rest()
        assert rig.seeder.is_awake(feed_id)
        rig.clock.advance(1)
        await rig.seeder.rest()
        assert rig.loaded() == 0 and rig.slept == [feed_id]

    play(tmp_path, script)


def test_a_feed_of_a_few_posts_costs_no_torrent(tmp_path: Path) -> None:
    async def script(rig: Rig) -> None:
        feed_id = rig.hold(1, Interest.HISTORY, size=200)
        assert rig.seeder.wake(feed_id) and rig.loaded() == 0

    play(tmp_path, script)


def test_nobody_wakes_what_is_not_here(tmp_path: Path) -> None:
    async def script(rig: Rig) -> None:
        assert not rig.seeder.wake(FeedId(b"x" * 32))

    play(tmp_path, script)


@pytest.mark.attack("A38")
def test_the_feed_asked_for_longest_ago_sleeps_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeder_module, "TORRENTS_AWAKE_MAX", 4)

    async def script(rig: Rig) -> None:
        feeds = [rig.hold(number, Interest.HISTORY) for number in (1, 2, 3)]
        for each in feeds:
            rig.seeder.wake(each)
            rig.clock.advance(1000)
        rig.seeder.wake(feeds[0])
        await rig.seeder.rest()
        assert rig.slept == [feeds[1]] and rig.loaded() == 4

    play(tmp_path, script)


def test_a_feed_that_is_let_go_leaves_the_swarm(tmp_path: Path) -> None:
    async def script(rig: Rig) -> None:
        feed_id = rig.hold(1, Interest.HISTORY)
        rig.seeder.wake(feed_id)
        rig.seeder.forget(feed_id)
        assert rig.loaded() == 0 and not rig.seeder.is_awake(feed_id)

    play(tmp_path, script)


def test_a_holder_says_that_a_feed_sleeps_and_wakes_it(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Writer(1)
        anna.grow_to(300)
        hold(to, anna, Interest.HISTORY)
        reader = to.link(1)
        await to.hear(reader, want(anna))
        (have,) = [each for each in await to.said(reader) if isinstance(each, Have)]
        assert not have.awake
        await to.hear(reader, Wake(anna.feed_id))
        (have,) = [each for each in await to.said(reader) if isinstance(each, Have)]
        assert have.awake and have.complete

    talk(tmp_path, script)


def test_a_fetcher_wakes_a_sleeper_once_and_waits_for_its_word(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Writer(1)
        anna.grow_to(300)
        to.care(anna.author_id)
        holder = to.link(1)
        asleep = Have(feed_id=anna.feed_id, size=300, complete=True, awake=False)
        await to.hear(holder, asleep, anna.offer())
        to.node.fetcher.gathered(anna.feed_id)
        to.node.fetcher.plan()
        woken = [each for each in await to.said(holder) if isinstance(each, Wake)]
        assert woken == [Wake(anna.feed_id)]
        assert to.node.fetcher.in_flight(anna.feed_id) == []
        to.node.fetcher.plan()
        assert not [each for each in await to.said(holder) if isinstance(each, Wake)]
        await to.hear(holder, Have(feed_id=anna.feed_id, size=300, complete=True))
        assert len(to.node.fetcher.in_flight(anna.feed_id)) == 1

    talk(tmp_path, script)
