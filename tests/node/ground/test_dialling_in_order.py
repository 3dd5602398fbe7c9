"""Whom a node dials when, how many at once, and who makes room."""

import asyncio

import pytest
from street import loop
from street.fakes.link import FakeNetwork, FakePeer
from street.loop import VirtualLoop, settle
from swarmfeed.core.base.limits import PEERS_DIALLED_MAX
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.net.limits import (
    DIAL_PATIENCE_S,
    TOLD_BURST,
    TOLD_PER_S,
    USELESS_LINK_MS,
)
from swarmfeed.node.ground.session import Holding

from tests.node.ground.parties import Knocks, Party, endpoints, play, rest


@pytest.mark.attack("A16")
def test_those_who_dial_us_never_keep_us_from_dialling_and_the_named_have_room() -> None:
    async def run() -> None:
        network = FakeNetwork()
        friend, named = Party(network, 1), Party(network, 2)
        target = Party(network, 3, peers=(named.at,))
        crowd = [Party(network, number) for number in range(10, 10 + PEERS_DIALLED_MAX)]
        for party in (friend, named, target, *crowd):
            await party.listen()
        for party in crowd:
            await party.sessions.dial_some([target.at])
        await rest()
        assert len(target.linked()) == PEERS_DIALLED_MAX
        assert await target.sessions.dial_some([friend.at]) == 1
        await rest()
        assert friend.node_id in target.linked()
        others = [Party(network, number) for number in range(100, 100 + PEERS_DIALLED_MAX)]
        for party in others:
            await party.listen()
        opened = await target.sessions.dial_some([each.at for each in others])
        assert opened == PEERS_DIALLED_MAX - 1, "with the friend that is as many as we dial"
        await rest()
        assert await target.sessions.dial_some([others[-1].at]) == 0
        assert await target.sessions.dial_some([named.at]) == 1
        for party in (friend, named, target, *crowd, *others):
            await party.sessions.stop()

    asyncio.run(run())


@pytest.mark.attack("A17")
def test_two_rounds_at_once_do_not_dial_more_at_a_time_than_one_alone() -> None:
    async def script(anna: Party, bert: Party) -> None:
        street = Knocks()
        anna.sessions._dialler._link = street  # type: ignore[assignment]  # slow doors
        ends = endpoints(300)
        await asyncio.gather(
            *(anna.sessions.dial_some(ends[at : at + 100]) for at in (0, 100, 200))
        )
        assert street.most_at_once == PEERS_DIALLED_MAX
        assert len(set(street.dialled)) == len(street.dialled)

    play(script)


@pytest.mark.attack("A45")
def test_whom_strangers_tell_us_of_we_knock_at_so_often_and_no_more() -> None:
    """No list makes a node hammer at machines that never heard of it."""

    async def script(anna: Party, bert: Party) -> None:
        street = Knocks()
        anna.sessions._dialler._link = street  # type: ignore[assignment]  # slow doors
        await anna.sessions.dial_told(endpoints(1_000))
        await rest()
        assert len(street.dialled) == TOLD_BURST
        anna.clock.advance(10_000)
        await anna.sessions.dial_told(endpoints(1_000))
        assert len(street.dialled) == TOLD_BURST + 10 * TOLD_PER_S
        assert len(set(street.dialled)) == len(street.dialled), "who failed rests for longer"

    play(script)


@pytest.mark.attack("A45")
def test_who_does_not_answer_soon_keeps_nobody_waiting() -> None:
    """Two hundred that accept and say nothing: the true one among them has its turn."""

    async def run() -> None:
        network = FakeNetwork()
        anna, bert = Party(network, 1), Party(network, 2)
        await bert.listen()
        street = Knocks(real=anna.sessions._link, answers=bert.at)
        anna.sessions._dialler._link = street  # type: ignore[assignment]  # silent doors
        told = [*endpoints(200), bert.at]
        dialling = asyncio.create_task(anna.sessions.dial_told(told))
        clock = asyncio.get_running_loop()
        assert isinstance(clock, VirtualLoop)
        for _ in range(5):
            await settle()
            anna.clock.advance(500)
            clock.skipped_s += 0.5
        await settle()
        assert anna.linked() == [bert.node_id], "within 2.5 s"
        clock.skipped_s += 10
        await dialling
        await anna.sessions.stop()
        await bert.sessions.stop()

    loop.play(run)


@pytest.mark.attack("A45")
def test_where_few_files_may_be_open_nobody_is_given_up_before_it_was_dialled() -> None:
    async def run() -> None:
        network = FakeNetwork()
        anna, bert = Party(network, 1), Party(network, 2)
        await bert.listen()
        street = Knocks(real=anna.sessions._link, answers=bert.at)
        street.dials_max = 15
        anna.sessions._dialler._link = street  # type: ignore[assignment]  # silent doors
        dialling = asyncio.create_task(anna.sessions.dial_told([*endpoints(100), bert.at]))
        clock = asyncio.get_running_loop()
        assert isinstance(clock, VirtualLoop)
        for _ in range(2 * DIAL_PATIENCE_S * 100 // street.dials_max):
            await settle()
            anna.clock.advance(500)
            clock.skipped_s += 0.5
        await settle()
        assert street.most_at_once <= street.dials_max, "more would wait while their time runs"
        assert anna.linked() == [bert.node_id]
        clock.skipped_s += 10
        await dialling
        await anna.sessions.stop()
        await bert.sessions.stop()

    loop.play(run)


@pytest.mark.attack("A45")
def test_links_to_those_who_hold_nothing_make_room_for_others() -> None:
    async def run() -> None:
        network = FakeNetwork()
        target = Party(network, 3)
        crowd = [Party(network, number) for number in range(10, 11 + PEERS_DIALLED_MAX)]
        for party in (target, *crowd):
            await party.listen()
        await target.sessions.dial_some([each.at for each in crowd])
        await rest()
        kept = target.sessions.all()[0]
        kept.holds[FeedId(bytes(32))] = Holding(5, True)
        assert crowd[-1].node_id not in target.linked()
        assert await target.sessions.dial_told([crowd[-1].at]) == 0, "give them some time"
        target.clock.advance(USELESS_LINK_MS)
        assert await target.sessions.dial_told([crowd[-1].at]) == 1
        await rest()
        assert crowd[-1].node_id in target.linked()
        assert kept.node_id in target.linked()
        assert len(target.linked()) == PEERS_DIALLED_MAX
        for party in (target, *crowd):
            await party.sessions.stop()

    asyncio.run(run())


@pytest.mark.attack("A45")
def test_who_has_to_make_room_and_does_not_say_goodbye_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def run() -> None:
        network = FakeNetwork()
        target = Party(network, 3)
        crowd = [Party(network, number) for number in range(10, 10 + PEERS_DIALLED_MAX)]
        late = [Party(network, number) for number in range(150, 155)]
        for party in (target, *crowd, *late):
            await party.listen()
        await target.sessions.dial_some([each.at for each in crowd])
        await rest()
        goodbye = asyncio.Event()
        close = FakePeer.close

        async def take_time(peer: FakePeer, reason: str) -> None:
            await goodbye.wait()
            await close(peer, reason)

        monkeypatch.setattr(FakePeer, "close", take_time)
        target.clock.advance(USELESS_LINK_MS)
        async with asyncio.timeout(60):
            assert await target.sessions.dial_told([each.at for each in late]) == len(late)
        await rest()
        assert {each.node_id for each in late} <= set(target.linked())
        goodbye.set()
        for party in (target, *crowd, *late):
            await party.sessions.stop()

    asyncio.run(run())
