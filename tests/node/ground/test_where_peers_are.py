"""Where a peer is, whatever it says; what is remembered of it, and what it costs."""

import asyncio
from functools import partial

import pytest
from street import loop
from street.fakes.link import FakeNetwork
from street.loop import VirtualLoop, settle
from swarmfeed.core.base.limits import BAN_S
from swarmfeed.core.base.types import Endpoint, FeedId
from swarmfeed.core.talk.limits import PEER_WORK_S_PER_S
from swarmfeed.core.talk.words import Have, Wake
from swarmfeed.node.ground.session import Holding

from tests.node.ground.parties import HELLO, Party, play, rest
from tests.node.rig import new_session


@pytest.mark.attack("A46")
def test_whoever_claims_a_friends_endpoint_does_not_keep_us_from_dialling_it() -> None:
    async def script(anna: Party, friend: Party, liar: Party) -> None:
        liar.hosts = (friend.at.host,)
        await liar.sessions.dial_some([anna.at])
        await rest()
        (session,) = anna.sessions.all()
        assert session.link == friend.at, "it says so"
        assert await anna.sessions.dial_some([friend.at]) == 1
        await rest()
        assert set(anna.linked()) == {friend.node_id, liar.node_id}

    play(script, 3)


def test_who_came_to_us_is_found_at_home_without_a_second_link() -> None:
    async def script(anna: Party, bert: Party) -> None:
        await bert.sessions.dial_some([anna.at])
        await rest()
        (session,) = anna.sessions.all()
        for _ in range(5):
            assert await anna.sessions.dial_some([bert.at]) == 0
            anna.clock.advance(10_000)
        await rest()
        assert anna.sessions.all() == [session]
        assert session.doors == {bert.at}
        assert len(bert.opened) == 1, "bert never saw a second one"

    play(script)


@pytest.mark.attack("A46")
def test_a_peer_is_where_we_reached_it_whatever_it_says() -> None:
    async def script(anna: Party, bert: Party) -> None:
        bert.hosts = ("127.0.3.77",)
        await anna.sessions.dial_some([bert.at])
        await rest()
        (session,) = anna.sessions.all()
        assert session.host == bert.at.host
        assert session.swarm == Endpoint(bert.at.host, 8000)
        assert anna.remembered == [bert.at]

    play(script)


@pytest.mark.attack("A10")
def test_what_is_remembered_of_endpoints_and_bans_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("swarmfeed.node.ground.dialler.RESTING_ENDPOINTS_MAX", 10)

    async def script(anna: Party, bert: Party) -> None:
        for number in range(50):
            await anna.sessions.dial_some([Endpoint("127.0.9.9", 5000 + number)])
        assert len(anna.sessions._dialler._resting) == 10
        for number in range(50):
            session, _ = new_session(number)
            await anna.sessions.shut_out(session, "a lie")
            anna.clock.advance(BAN_S * 1000)
        assert len(anna.sessions._shut_out) == 1

    play(script)


@pytest.mark.attack("A46")
def test_peers_answer_for_the_swarm_they_named_and_for_no_other() -> None:
    async def script(anna: Party, bert: Party) -> None:
        await anna.sessions.dial_some([bert.at])
        await rest()
        (session,) = anna.sessions.all()
        assert anna.sessions.vouching(Endpoint(bert.at.host, 8000)) == [session]
        assert anna.sessions.vouching(Endpoint(bert.at.host, 50_000)) == []
        assert anna.sessions.at_host(bert.at.host) == [session]
        assert anna.sessions.at_host("127.0.3.3") == []

    play(script)


def test_a_source_is_a_peer_that_holds_the_feed_and_has_a_swarm() -> None:
    feed_id = FeedId(bytes(32))
    session, peer = new_session(1)
    assert session.source(feed_id) is None
    session.holds[feed_id] = Holding(7, False)
    source = session.source(feed_id)
    assert source is not None
    assert (source.node_id, source.size, source.complete) == (session.node_id, 7, False)
    assert source.swarm == Endpoint(peer.hello.hosts[0], 8000)


def test_what_cannot_be_sent_any_more_is_no_error() -> None:
    session, peer = new_session(1)
    have = Have(feed_id=FeedId(bytes(32)), size=1, complete=True)

    async def send() -> None:
        await session.send(have)
        await session.flush()

    asyncio.run(send())
    peer.is_gone = True
    asyncio.run(send())
    assert peer.sent == [have]


@pytest.mark.attack("A40")
def test_a_peer_that_costs_much_is_read_more_slowly_and_another_is_heard_at_once() -> None:
    async def scene() -> None:
        network, running = FakeNetwork(), asyncio.get_running_loop()
        assert isinstance(running, VirtualLoop)
        anna, noisy, quiet = (Party(network, number) for number in (1, 2, 3))
        for party in (anna, noisy, quiet):
            await party.listen()
        for party in (noisy, quiet):
            await party.sessions.dial_some([anna.at])
        await settle()
        anna.costs_s[noisy.node_id] = 0.1
        session = noisy.sessions.find(anna.node_id)
        assert session is not None
        for number in range(200):
            said = Wake(FeedId(bytes([number]) * 32))
            session.outbox.put(number, partial(session.send, said))

        async def pass_s(seconds: int) -> int:
            before = sum(sender == noisy.node_id for sender, _ in anna.heard)
            for _ in range(seconds * 20):
                anna.clock.advance(50)
                running.skipped_s += 0.05
                await settle()
            return sum(sender == noisy.node_id for sender, _ in anna.heard) - before

        await pass_s(5)
        assert await pass_s(10) == pytest.approx(10 * PEER_WORK_S_PER_S / 0.1, abs=2)
        before = len(anna.heard)
        await quiet.say(anna)
        await settle()
        assert anna.heard[before:] == [(quiet.node_id, HELLO)], "as if it were alone"
        assert anna.linked() == [noisy.node_id, quiet.node_id]
        for party in (anna, noisy, quiet):
            await party.sessions.stop()

    loop.play(scene)
