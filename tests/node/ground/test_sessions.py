"""Links of a node: who is let in, which of two links stays, what ends one."""

import asyncio
from itertools import pairwise

import pytest
from swarmfeed.core.base.limits import BAN_S
from swarmfeed.core.base.types import Endpoint, FeedId
from swarmfeed.core.net.limits import (
    DIALS_AT_ONCE,
)
from swarmfeed.core.talk.words import Hello
from swarmfeed.errors import FatalError, PassingError, RemoteError, RetryError
from swarmfeed.node.ground.session import Holding

from tests.node.ground.parties import HELLO, Party, play, rest


def test_a_link_carries_messages_in_both_directions() -> None:
    async def script(anna: Party, bert: Party) -> None:
        assert await anna.sessions.dial_some([bert.at]) == 1
        await rest()
        await anna.say(bert)
        await bert.say(anna)
        assert anna.heard == [(bert.node_id, HELLO)]
        assert bert.heard == [(anna.node_id, HELLO)]
        assert [each.peer.remote for each in anna.sessions.all()] == [bert.at]
        assert [each.peer.outgoing for each in bert.sessions.all()] == [False]

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
