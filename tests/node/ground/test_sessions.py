"""Links of a node: who is let in, who is dialled when, and which of two links stays."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

import pytest
from street import loop
from street.fakes.clock import FakeClock
from street.fakes.link import FakeNetwork, FakePeer
from street.loop import VirtualLoop, settle
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.limits import BAN_S, PEERS_DIALLED_MAX
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, NodeId
from swarmfeed.core.net.limits import (
    DIAL_PATIENCE_S,
    DIALS_AT_ONCE,
    TOLD_BURST,
    TOLD_PER_S,
    USELESS_LINK_MS,
)
from swarmfeed.core.talk.limits import PEER_WORK_S_PER_S
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import Have, Hello, NotHeld
from swarmfeed.errors import FatalError, PassingError, RemoteError, RetryError
from swarmfeed.node.ground.events import (
    Events,
    Fatal,
    LinkClosed,
    LinkOpened,
    Strained,
    listens,
)
from swarmfeed.node.ground.fairness import Fairness
from swarmfeed.node.ground.session import Holding, Session
from swarmfeed.node.ground.sessions import Sessions
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.ports import Links, Peer

from tests.node.rig import new_session

HELLO = NotHeld(AuthorId(bytes(32)))


@dataclass
class Party:
    """A node that is nothing but its links."""

    network: FakeNetwork
    number: int
    peers: tuple[Endpoint, ...] = ()
    hosts: tuple[str, ...] | None = None
    clock: FakeClock = field(default_factory=FakeClock)
    heard: list[tuple[NodeId, Message]] = field(default_factory=list)
    opened: list[Session] = field(default_factory=list)
    closed: list[Session] = field(default_factory=list)
    remembered: list[Endpoint] = field(default_factory=list)
    fatal: list[FatalError] = field(default_factory=list)
    strained: list[str] = field(default_factory=list)
    breaks: Exception | None = None
    """What its handler raises."""
    breaks_at_end: Exception | None = None
    """What is raised where the end of a link is heard."""
    costs_s: dict[NodeId, float] = field(default_factory=dict)
    """Processor seconds that hearing a message of a node costs."""

    def __post_init__(self) -> None:
        key = SigningKey(bytes([21, self.number]) + bytes(30))
        self.node_id = NodeId(key.public)
        self.at = Endpoint(f"127.0.3.{self.number}", 7000)
        settings = NodeSettings(listen=self.at.host, peers=self.peers)
        link = self.network.link(self.node_id)
        events = Events()
        events.connect(
            [
                listens(LinkOpened, lambda event: self.opened.append(event.session)),
                listens(LinkClosed, self.on_closed),
                listens(Strained, lambda event: self.strained.append(event.error.trouble)),
                listens(Fatal, lambda event: self.fatal.append(event.error)),
            ]
        )
        self.sessions = Sessions(
            link,
            settings,
            Fairness(self.clock),
            self.hello,
            events,
            self.on_message,
            self.remember,
        )

    def on_closed(self, event: LinkClosed) -> None:
        self.closed.append(event.session)
        if self.breaks_at_end is not None:
            raise self.breaks_at_end

    def hello(self) -> Hello:
        hosts = (self.at.host,) if self.hosts is None else self.hosts
        return Hello(node_id=self.node_id, hosts=hosts, link_port=7000, swarm_port=8000)

    async def remember(self, link: Endpoint) -> None:
        self.remembered.append(link)

    async def on_message(self, session: Session, message: Message) -> None:
        if self.breaks is not None:
            raise self.breaks
        self.clock.work(self.costs_s.get(session.node_id, 0))
        self.heard.append((session.node_id, message))

    async def listen(self) -> None:
        self.sessions.own_endpoints([await self.sessions.listen(self.at)])

    def linked(self) -> list[NodeId]:
        return [each.node_id for each in self.sessions.all()]

    async def say(self, to: "Party", message: Message = HELLO) -> None:
        session = self.sessions.find(to.node_id)
        assert session is not None
        session.outbox.put("say", lambda: session.send(message))
        await rest()


class Knocks:
    """A street where doors open late, or, but for one, never."""

    def __init__(self, real: Links | None = None, answers: Endpoint | None = None) -> None:
        self.dialled: list[Endpoint] = []
        self.dials_max = DIALS_AT_ONCE
        self.most_at_once = 0
        self._at_once = 0
        self._real = real
        self._answers = answers

    async def dial(
        self, endpoint: Endpoint, own: Hello, is_linked: Callable[[NodeId], bool]
    ) -> Peer:
        self.dialled.append(endpoint)
        if self._real is not None and endpoint == self._answers:
            return await self._real.dial(endpoint, own, is_linked)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await asyncio.sleep(10 if self._real else 0.01)
        finally:
            self._at_once -= 1
        raise RetryError("nobody there")


def endpoints(count: int) -> list[Endpoint]:
    return [Endpoint(f"127.1.{n // 200}.{n % 200 + 1}", 7000) for n in range(count)]


async def rest() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


def play(script: Callable[..., Awaitable[None]], count: int = 2) -> None:
    """Play with ``count`` listening parties, and stop them in the end."""

    async def run() -> None:
        network = FakeNetwork()
        parties = [Party(network, number + 1) for number in range(count)]
        for party in parties:
            await party.listen()
        await script(*parties)
        for party in parties:
            await party.sessions.stop()
            assert party.sessions.all() == []
        assert asyncio.all_tasks() == {asyncio.current_task()}, "nothing outlives a stop"

    asyncio.run(run())


def test_a_link_carries_messages_in_both_directions() -> None:
    async def script(anna: Party, bert: Party) -> None:
        assert await anna.sessions.dial_some([bert.at]) == 1
        await rest()
        await anna.say(bert)
        await bert.say(anna)
        assert anna.heard == [(bert.node_id, HELLO)]
        assert bert.heard == [(anna.node_id, HELLO)]
        assert [each.endpoint for each in anna.sessions.status()] == [str(bert.at)]
        assert [each.outgoing for each in bert.sessions.status()] == [False]

    play(script)


def test_two_nodes_that_dial_each_other_at_once_keep_one_link() -> None:
    async def script(anna: Party, bert: Party) -> None:
        await asyncio.gather(
            anna.sessions.dial_some([bert.at]), bert.sessions.dial_some([anna.at])
        )
        await rest()
        (near,), (far,) = anna.sessions.all(), bert.sessions.all()
        assert near.peer.outgoing is (anna.node_id < bert.node_id)
        assert far.peer.outgoing is not near.peer.outgoing
        await anna.say(bert)
        await bert.say(anna)
        assert (len(anna.heard), len(bert.heard)) == (1, 1), "both kept the same one"

    play(script)


def test_who_dials_again_takes_the_place_of_its_old_link() -> None:
    """It was restarted; the socket of its earlier life is not dead for us yet."""

    async def script(anna: Party, bert: Party) -> None:
        await bert.sessions.dial_some([anna.at])
        await rest()
        (old,) = anna.sessions.all()
        again = Party(bert.network, 2)
        await again.sessions.dial_some([anna.at])
        await rest()
        (new,) = anna.sessions.all()
        assert new is not old
        assert anna.closed == [old]
        await again.sessions.stop()

    play(script)


def test_of_three_links_of_one_node_the_one_that_is_listed_is_served() -> None:
    async def script(anna: Party, bert: Party) -> None:
        lives = [Party(bert.network, 2) for _ in range(3)]
        await asyncio.gather(*(each.sessions.dial_some([anna.at]) for each in lives))
        await rest()
        (left,) = anna.sessions.all()
        assert set(anna.opened) - set(anna.closed) == {left}
        for each in lives:
            await each.sessions.stop()

    play(script)


def test_a_node_with_two_addresses_is_linked_once_and_not_dialled_over_and_over() -> None:
    async def script(anna: Party, bert: Party) -> None:
        other_door = Endpoint("127.0.3.99", 7000)
        bert.network._listeners[other_door] = bert.network._listeners[bert.at]
        for _ in range(20):
            await anna.sessions.dial_some([bert.at, other_door])
            await rest()
            anna.clock.advance(2_000)
        assert len(bert.opened) == 2, "each round opened a link and ended another"
        assert anna.linked() == [bert.node_id]
        assert bert.linked() == [anna.node_id]
        await anna.say(bert)
        assert len(bert.heard) == 1

    play(script)


def test_a_node_that_names_an_address_of_its_own_is_not_dialled_again() -> None:
    """Behind a router it knows only its private address; we dialled the public one."""

    async def script(anna: Party, bert: Party) -> None:
        bert.hosts = ("192.168.1.5",)
        for _ in range(10):
            await anna.sessions.dial_some([bert.at])
            await rest()
            anna.clock.advance(2_000)
        assert len(bert.opened) == 1

    play(script)


def test_nobody_who_is_linked_or_ourselves_is_dialled() -> None:
    async def script(anna: Party, bert: Party) -> None:
        await anna.sessions.dial_some([anna.at, bert.at, bert.at])
        await rest()
        assert await anna.sessions.dial_some([anna.at, bert.at]) == 0
        assert await bert.sessions.dial_some([anna.at]) == 0, "whoever is there is linked"
        assert anna.linked() == [bert.node_id]
        assert len(bert.opened) == 1

    play(script)


def test_who_does_not_answer_is_left_alone_longer_each_time() -> None:
    async def script(anna: Party, bert: Party) -> None:
        gone = Endpoint("127.0.3.77", 7000)
        tried: list[int] = []

        class Noted:
            dials_max = DIALS_AT_ONCE

            async def dial(self, endpoint: Endpoint, own: Hello, _: object) -> None:
                tried.append(anna.clock.monotonic_ms())
                raise RetryError("nobody there")

        real, anna.sessions._dialler._link = anna.sessions._link, Noted()  # type: ignore[assignment]
        for _ in range(1_300):
            await anna.sessions.dial_some([gone])
            anna.clock.advance(1_000)
        pauses = [(b - a) // 1000 for a, b in pairwise(tried)]
        assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
        anna.sessions.forget_failures(gone)
        await anna.sessions.dial_some([gone])
        assert tried[-1] == anna.clock.monotonic_ms(), "a hint is followed at once"
        anna.sessions._dialler._link = real

    play(script)


def test_a_link_that_is_lost_is_opened_again_at_once() -> None:
    async def script(anna: Party, bert: Party) -> None:
        await anna.sessions.dial_some([bert.at])
        await rest()
        await bert.say(anna)
        bert.network.split(anna.node_id, bert.node_id)
        await rest()
        assert anna.linked() == [] and bert.linked() == []
        bert.network.heal(anna.node_id, bert.node_id)
        assert await anna.sessions.dial_some([bert.at]) == 1

    play(script)


@pytest.mark.attack("A33")
def test_who_broke_the_rules_stays_out_for_an_hour_and_is_not_dialled_all_the_time() -> None:
    async def script(anna: Party, liar: Party) -> None:
        await anna.sessions.dial_some([liar.at])
        await rest()
        (session,) = anna.sessions.all()
        session.holds[FeedId(bytes(32))] = Holding(5, True)
        anna.breaks = RemoteError("a lie")
        await liar.say(anna)
        assert anna.linked() == []
        assert session.holds == {}, "nothing is fetched from it any more"
        await liar.sessions.dial_some([anna.at])
        await rest()
        assert anna.linked() == []
        for _ in range(BAN_S // 2 - 10):
            await anna.sessions.dial_some([liar.at])
            anna.clock.advance(2_000)
        await rest()
        assert anna.linked() == []
        assert len(liar.opened) < 30, "an honest node is not dialled 1,800 times either"
        anna.clock.advance(20_000)
        liar.clock.advance(10**9)
        await liar.sessions.dial_some([anna.at])
        await rest()
        assert anna.linked() == [liar.node_id]

    play(script)


@pytest.mark.parametrize("error", [KeyError("bug"), OSError("disk full"), RetryError("later")])
@pytest.mark.filterwarnings("default")
def test_an_error_ends_one_link_and_nothing_else(error: Exception) -> None:
    async def script(anna: Party, bert: Party, carl: Party) -> None:
        await anna.sessions.dial_some([bert.at, carl.at])
        await rest()
        anna.breaks = error
        await bert.say(anna)
        anna.breaks = None
        await carl.say(anna)
        assert anna.linked() == [carl.node_id]
        assert anna.heard == [(carl.node_id, HELLO)]
        assert anna.fatal == []
        assert anna.sessions._shut_out == {}, "it was not the peer's fault"

    play(script, 3)


def test_an_error_while_speaking_ends_that_link_and_nothing_else() -> None:
    async def script(anna: Party, bert: Party, carl: Party) -> None:
        await anna.sessions.dial_some([bert.at, carl.at])
        await rest()
        session = anna.sessions.find(bert.node_id)
        assert session is not None

        async def fail() -> None:
            raise KeyError("bug")

        session.outbox.put("bug", fail)
        await rest()
        assert anna.linked() == [carl.node_id]

    play(script, 3)


@pytest.mark.attack("A26")
def test_what_this_machine_refuses_ends_no_link() -> None:
    async def script(anna: Party, bert: Party) -> None:
        await anna.sessions.dial_some([bert.at])
        await rest()
        anna.breaks = PassingError("the disk is full", "full")
        await bert.say(anna)
        assert anna.linked() == [bert.node_id]
        assert anna.strained == ["full"] and anna.fatal == []

    play(script)


def test_a_bug_where_the_end_of_a_link_is_heard_leaves_no_link_open() -> None:
    async def script(anna: Party, bert: Party) -> None:
        await anna.sessions.dial_some([bert.at])
        await rest()
        session = anna.sessions.find(bert.node_id)
        assert session is not None
        anna.breaks_at_end = KeyError("bug")
        anna.breaks = KeyError("so that the link ends at this end")
        await bert.say(anna)
        assert bert.linked() == [], "the other end heard that it is over"
        assert len(anna.fatal) == 1 and "bug" in str(anna.fatal[0])

    play(script)


def test_an_unknown_state_of_our_own_stops_the_node() -> None:
    async def script(anna: Party, bert: Party) -> None:
        await anna.sessions.dial_some([bert.at])
        await rest()
        anna.breaks = FatalError("the disk lost something")
        await bert.say(anna)
        assert [str(each) for each in anna.fatal] == ["the disk lost something"]

    play(script)


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
        async with asyncio.timeout(5):
            assert await target.sessions.dial_told([each.at for each in late]) == len(late)
        await rest()
        assert {each.node_id for each in late} <= set(target.linked())
        goodbye.set()
        for party in (target, *crowd, *late):
            await party.sessions.stop()

    asyncio.run(run())


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
    assert asyncio.run(session.send(have))
    peer.is_gone = True
    assert not asyncio.run(session.send(have))
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
            said = NotHeld(AuthorId(bytes([number]) * 32))
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
