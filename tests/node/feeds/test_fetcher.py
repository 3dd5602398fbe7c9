"""Fetches: who is asked, what happens when they stall, lie or fail, what a restart keeps."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from street.fakes.clock import FakeClock
from street.fakes.swarm import FakeSwarm, FakeSwarmNetwork
from swarmfeed.core.base.limits import FETCH_TIMEOUT_S
from swarmfeed.core.base.types import ChunkSpan, Endpoint, FeedId, NodeId
from swarmfeed.core.feed.limits import RACE_MS_FIRST
from swarmfeed.core.feed.metainfo import chunk_name, chunk_torrent
from swarmfeed.core.feed.patience import Repute
from swarmfeed.node.feeds.fetcher import Fetcher
from swarmfeed.node.feeds.flights import Flight
from swarmfeed.node.feeds.seeder import Seeder
from swarmfeed.node.ground.events import ChunkKept, Strained, listens
from swarmfeed.node.ground.session import Holding, Session
from swarmfeed.node.ground.shelf import Shelf

from tests.node.rig import Scribe, new_ground, new_session, new_shelf


class Rig:
    """A fetcher, and holders of one feed that serve from folders of their own."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self.anna = Scribe(1)
        self.anna.grow_to(size)
        self.network = FakeSwarmNetwork()
        self.clock = FakeClock()
        self.shelf, self.logs = new_shelf(folder / "own")
        self.shelf.accept_offer(self.anna.offer())
        self.swarm = FakeSwarm(self.network, Endpoint("127.0.2.200", 0))
        self.sessions = new_ground(folder, clock=self.clock).sessions
        self.fetched: list[ChunkSpan] = []
        self.strained: set[str] = set()
        self.fetcher = self.new_fetcher(self.shelf)
        self.holders: dict[int, FakeSwarm] = {}

    @property
    def feed_id(self) -> FeedId:
        return self.anna.feed_id

    def new_fetcher(self, shelf: Shelf) -> Fetcher:
        ground = replace(
            new_ground(self.folder, logs=self.logs, swarm=self.swarm, clock=self.clock),
            shelf=shelf,
            sessions=self.sessions,
        )
        ground.introduction.opened_swarm(8000)
        note = listens(ChunkKept, lambda event: self.fetched.append(event.span))
        strained = listens(Strained, lambda event: self.strained.add(event.error.trouble))
        ground.events.connect([note, strained])
        return Fetcher(ground, Seeder(ground))

    async def start(self) -> None:
        await self.swarm.start(self.fetcher_event)

    def fetcher_event(self, event: object) -> None:
        self.fetcher.on_event(event)  # type: ignore[arg-type]  # what the fake swarm sends

    async def holder(
        self,
        number: int,
        *,
        spoil: Callable[[bytes], bytes] = lambda chunk: chunk,
        silent: bool = False,
        size: int | None = None,
    ) -> Session:
        """Link a holder of all chunks that seeds them."""
        session, peer = new_session(number)
        at = Endpoint(peer.hello.hosts[0], 8000)
        swarm = FakeSwarm(self.network, at)
        await swarm.start(lambda _: None)
        swarm.lies = True
        folder = self.folder / f"holder {number}"
        for span, record in self.anna.newest.chunks().items():
            folder.mkdir(exist_ok=True)
            content = spoil(self.anna.chunks[span])
            (folder / chunk_name(self.feed_id, span)).write_bytes(content)
            swarm.seed(chunk_torrent(self.feed_id, span, record.pieces), folder)
        if silent:
            self.network.silent.add(at)
        self.holders[number] = swarm
        held = self.anna.newest.size if size is None else size
        session.holds[self.feed_id] = Holding(held, True)
        self.sessions._sessions[session.node_id] = session
        return session

    def want(self) -> None:
        self.fetcher.want(self.feed_id)
        self.fetcher.gathered(self.feed_id)

    async def step(self, seconds: int = 0) -> None:
        """Let the swarms work once, and what arrived be verified."""
        for _ in range(max(seconds, 1)):
            self.clock.advance(1000 if seconds else 0)
            self.network.step()
            await self.verified()
            if seconds:
                self.fetcher.watch()

    async def watch_after(self, ms: int) -> None:
        """Let so much time pass, and then the swarms work once."""
        self.clock.advance(ms)
        self.fetcher.watch()
        self.network.step()
        await self.verified()

    def flights(self) -> list[Flight]:
        return [flight for _, flight in self.fetcher._flights.all()]

    def asked(self) -> set[NodeId]:
        """Whom something is asked of now."""
        return {each for task in self.flights() for each in task.asked}

    def repute(self, session: Session) -> Repute:
        return self.fetcher._flights._givers.accounts(0).repute(session.node_id)

    async def verified(self) -> None:
        await asyncio.sleep(0)
        while self.fetcher._finishing:
            await asyncio.sleep(0.001)

    def missing(self) -> list[int]:
        return [span.position for span in self.shelf.missing(self.feed_id)]

    def uploaded(self, number: int) -> int:
        return sum(each.uploaded_bytes for each in self.holders[number].progress().values())


def play(rig: Rig, script: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        await rig.start()
        await script()
        await rig.fetcher.stop()
        await rig.swarm.stop()

    asyncio.run(run())


def test_a_fetch_takes_from_several_holders_at_once_and_keeps_what_is_true(
    tmp_path: Path,
) -> None:
    rig = Rig(tmp_path, 1100)

    async def script() -> None:
        for number in (1, 2):
            await rig.holder(number)
        rig.want()
        assert len(rig.fetcher.in_flight(rig.feed_id)) == 4
        await rig.step()
        assert rig.missing() == []
        assert rig.fetched == [ChunkSpan(0, n) for n in (3, 2, 1, 0)], "the newest first"
        assert rig.fetcher.in_flight(rig.feed_id) == []
        assert rig.uploaded(1) > 0 and rig.uploaded(2) > 0
        assert len(rig.fetcher.served_by(rig.feed_id)) == 2
        for span in rig.anna.newest.chunks():
            assert rig.logs.read_chunk(rig.feed_id, span) == rig.anna.chunks[span]
        seeded = rig.swarm.progress().values()
        assert [each.bytes_done == each.bytes_total for each in seeded] == [True] * 4

    play(rig, script)


def test_a_fetch_waits_a_moment_for_holders_that_are_being_dialled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.node.feeds.fetcher.GATHER_S", 0.02)
    rig = Rig(tmp_path, 300)

    async def script() -> None:
        await rig.holder(1)
        rig.fetcher.want(rig.feed_id)
        assert rig.fetcher.in_flight(rig.feed_id) == []
        async with asyncio.timeout(60):
            while not rig.fetcher.in_flight(rig.feed_id):
                await asyncio.sleep(0.001)
        assert len(rig.fetcher.in_flight(rig.feed_id)) == 1

    play(rig, script)


def test_a_holder_that_stands_still_is_helped_by_another_within_a_second(
    tmp_path: Path,
) -> None:
    rig = Rig(tmp_path, 300)

    async def script() -> None:
        silent = await rig.holder(1, silent=True)
        rig.want()
        await rig.holder(2)
        await rig.watch_after(RACE_MS_FIRST)
        assert rig.missing() == [0], "it is not blamed before its time"
        await rig.watch_after(1)
        assert rig.missing() == []
        assert rig.repute(silent).strikes == 1

    play(rig, script)


@pytest.mark.attack("A44")
def test_twelve_silent_holders_cost_the_first_chunk_three_waits_and_not_twelve(
    tmp_path: Path,
) -> None:
    """One is asked, then 3, then 9, then all 13."""
    rig = Rig(tmp_path, 300)

    async def script() -> None:
        for number in range(1, 13):
            await rig.holder(number, silent=True)
        await rig.holder(13)
        rig.want()
        racing = []
        for _ in range(3):
            racing.append(len(rig.asked()))
            await rig.watch_after(RACE_MS_FIRST + 1)
        assert rig.missing() == []
        assert racing == [1, 3, 9][: len(racing)] or 0 in racing

    play(rig, script)


@pytest.mark.attack("A44")
def test_who_kept_us_waiting_for_one_feed_is_not_asked_for_another(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 4000)

    async def script() -> None:
        liars = [await rig.holder(number, silent=True) for number in range(1, 4)]
        honest = await rig.holder(4)
        rig.fetcher.want(rig.feed_id, {ChunkSpan(0, number) for number in range(11, 15)})
        rig.fetcher.gathered(rig.feed_id)
        for _ in range(2):
            await rig.watch_after(RACE_MS_FIRST + 1)
        assert rig.missing() == list(range(10, -1, -1))
        assert [rig.repute(each).strikes for each in liars] == [1, 1, 1]
        rig.fetcher.want(rig.feed_id)
        assert rig.asked() == {honest.node_id}

    play(rig, script)


@pytest.mark.attack("A44")
def test_one_block_and_a_trickle_afterwards_is_no_delivery(tmp_path: Path) -> None:
    """A piece a second of a chunk of nine is more than nothing, and still too little."""
    rig = Rig(tmp_path, 300)

    async def script() -> None:
        trickler = await rig.holder(1, silent=True)
        rig.want()
        await rig.holder(2)
        (flight,) = rig.flights()
        torrent = rig.swarm._torrents[flight.torrent.info_hash]
        for half_second in range(6):
            torrent.given[flight.asked[trickler.node_id].swarm] = 100 * (half_second + 1)
            await rig.watch_after(RACE_MS_FIRST)
        assert rig.missing() == []
        assert rig.repute(trickler).strikes == 1

    play(rig, script)


def test_a_chunk_that_waits_its_turn_at_a_busy_holder_is_not_raced(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 600)

    async def script() -> None:
        busy = await rig.holder(1, silent=True)
        rig.want()
        await rig.holder(2)
        newest = max(rig.flights(), key=lambda each: each.chunk.span.end)
        given = rig.swarm._torrents[newest.torrent.info_hash].given
        for second in range(1, 5):
            given[newest.asked[busy.node_id].swarm] = 100_000 * second
            await rig.watch_after(RACE_MS_FIRST)
        assert rig.asked() == {busy.node_id}
        assert rig.repute(busy).strikes == 0

    play(rig, script)


def test_at_the_end_who_is_done_helps_with_what_is_left(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 600)

    async def script() -> None:
        slow = await rig.holder(1, silent=True)
        await rig.holder(2)
        rig.want()
        await rig.step()
        (left,) = rig.flights()
        assert list(left.asked) == [slow.node_id]
        given = rig.swarm._torrents[left.torrent.info_hash].given
        for half_second in range(4):
            given[left.asked[slow.node_id].swarm] = 20_000 * (half_second + 1)
            await rig.watch_after(RACE_MS_FIRST)
        assert rig.missing() == []
        assert rig.repute(slow).strikes == 0, "it is slow, and no liar"

    play(rig, script)


def test_chunks_of_a_holder_whose_link_ended_are_asked_of_others_at_once(
    tmp_path: Path,
) -> None:
    rig = Rig(tmp_path, 300)

    async def script() -> None:
        gone = await rig.holder(1, silent=True)
        rig.want()
        await rig.holder(2)
        del rig.sessions._sessions[gone.node_id]
        rig.fetcher.on_lost(gone.node_id)
        await rig.step()
        assert rig.missing() == []
        assert rig.uploaded(2) > 0

    play(rig, script)


def test_a_link_that_ends_leaves_a_fetch_alone_when_nobody_else_is_there(
    tmp_path: Path,
) -> None:
    """The swarm may go on without the link."""
    rig = Rig(tmp_path, 300)

    async def script() -> None:
        gone = await rig.holder(1)
        rig.want()
        flying = rig.fetcher.in_flight(rig.feed_id)
        del rig.sessions._sessions[gone.node_id]
        rig.fetcher.on_lost(gone.node_id)
        assert rig.fetcher.in_flight(rig.feed_id) == flying != []
        await rig.step()
        assert rig.missing() == []

    play(rig, script)


def test_with_nobody_else_the_same_holder_is_asked_anew(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 300)

    async def script() -> None:
        await rig.holder(1, silent=True)
        rig.want()
        await rig.step(FETCH_TIMEOUT_S + 1)
        assert rig.missing() == [0]
        assert len(rig.fetcher.in_flight(rig.feed_id)) == 1
        rig.network.silent.clear()
        await rig.step()
        assert rig.missing() == []

    play(rig, script)
