"""People behind home routers: by way of a third who relays they read each other."""

from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.upkeep import PeerStatus
from swarmfeed.core.base.address import format_address
from swarmfeed.core.relay.limits import CIRCUIT_DAY_BYTES, LOCATOR_LASTS_MS
from swarmfeed.core.relay.words import Locate
from swarmfeed.core.vocabulary import VOCABULARY
from swarmfeed.node.relay.role import RelayParts

pytestmark = pytest.mark.attack("A99")


async def three(street: Neighbourhood) -> tuple[Neighbour, Neighbour, Neighbour]:
    """A relay, and two who know it and cannot dial each other."""
    relay = await street.move_in(relays=True)
    anna = await street.move_in(knows=[relay])
    ben = await street.move_in(knows=[relay])
    street.split(anna, ben)
    return relay, anna, ben


@pytest.mark.slow
def test_who_cannot_dial_each_other_meets_by_way_of_a_relay(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        relay, anna, ben = await three(street)
        await ben.say(*(f"before {number}" for number in range(100)))
        await anna.follow(ben)
        await street.until(lambda: len(anna.reads(ben.author_id)) == 100, within_s=60)
        await ben.say("live")
        await street.pass_time(1)
        assert anna.reads(ben.author_id)[0] == "live"
        assert relay.root(ben.feed_id) is None
        carried = relay.running.parts(RelayParts).relaying.relay.carried_today(
            ben.identity.node_id
        )
        assert 10_000 < carried < CIRCUIT_DAY_BYTES

    in_neighbourhood(tmp_path, scenario)


def test_without_a_relay_they_do_not(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        middle = await street.move_in()
        anna, ben = [await street.move_in(knows=[middle]) for _ in range(2)]
        street.split(anna, ben)
        await ben.say("hello")
        await anna.follow(ben)
        await street.pass_time(90)
        assert anna.reads(ben.author_id) == []

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_when_the_relay_goes_so_do_its_circuits_and_another_is_found(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        relay = await street.move_in(relays=True)
        other = await street.move_in(relays=True)
        anna = await street.move_in(knows=[relay, other])
        ben = await street.move_in(knows=[relay, other])
        street.split(anna, ben)
        await anna.follow(ben)
        await ben.say("one")
        await street.until(lambda: anna.reads(ben.author_id) == ["one"], within_s=60)
        sessions = anna.running.ground.sessions
        assert sessions.find(ben.identity.node_id) is not None
        await relay.stop()
        await ben.say("two")
        await street.until(lambda: "two" in anna.reads(ben.author_id), within_s=90)

    in_neighbourhood(tmp_path, scenario)


def how_reached(one: Neighbour, other: Neighbour) -> PeerStatus:
    linked = one.running.ground.reach.linked()
    return next(each for each in linked if each.node_id == other.identity.node_id)


def test_a_straight_link_takes_the_place_of_a_circuit(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        relay, anna, ben = await three(street)
        await anna.follow(ben)
        await street.until(
            lambda: anna.running.ground.sessions.find(ben.identity.node_id) is not None,
            within_s=60,
        )
        for one, other in ((anna, ben), (ben, anna)):
            peer = how_reached(one, other)
            assert (peer.endpoint, peer.by) == ("", relay.identity.node_id)
            assert peer.how == f"by way of {format_address(relay.identity.node_id)[:8]}"
            assert how_reached(one, relay).by is None
        street.heal(anna, ben)
        anna.running.feeds.finder.hint([ben.endpoint])
        await anna.running.feeds.finder.connect()
        await street.pass_time(2)
        session = anna.running.ground.sessions.find(ben.identity.node_id)
        assert session is not None and session.peer.remote == ben.endpoint
        peer = how_reached(anna, ben)
        assert (peer.how, peer.by, peer.crossed) == ("called by us", None, False)
        assert how_reached(ben, anna).how == "called by them"
        assert relay.running.parts(RelayParts).relaying.relay.count == 0

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_who_locked_the_key_away_is_found_until_its_word_is_too_old(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        _, anna, ben = await three(street)
        ben.running.ground.identity.feed_key.lock()
        await street.pass_time(LOCATOR_LASTS_MS // 1000)
        await anna.follow(ben)
        await street.pass_time(90)
        assert anna.running.ground.sessions.find(ben.identity.node_id) is None
        ben.running.ground.identity.feed_key.unlock(ben.own_key)
        await street.until(
            lambda: anna.running.ground.sessions.find(ben.identity.node_id) is not None,
            within_s=400,
        )

    in_neighbourhood(tmp_path, scenario)


def test_all_who_are_followed_are_sought_in_turn_and_a_new_one_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.node.relay.seeking.LOCATED_AUTHORS_MAX", 2)
    asked: list[Locate] = []

    async def scenario(street: Neighbourhood) -> None:
        relay = await street.move_in(relays=True)
        anna = await street.move_in(knows=[relay])
        gone = [await street.move_in(on=False) for _ in range(6)]
        await street.pass_time(2)

        def on_carried(sender: bytes, receiver: bytes, data: bytes) -> None:
            if receiver == relay.identity.node_id:
                message = VOCABULARY.decode(data)
                if isinstance(message, Locate):
                    asked.append(message)

        street.links.watch(on_carried)
        await anna.running.feeds.carer.follow(gone[0].author_id)
        await street.pass_time(10)
        assert [each.authors for each in asked] == [(gone[0].author_id,)]
        for each in gone[1:]:
            await anna.running.feeds.carer.follow(each.author_id)
        await street.pass_time(120)
        sought = {author for each in asked for author in each.authors}
        assert sought == {each.author_id for each in gone}
        assert all(len(each.authors) <= 2 for each in asked)

    in_neighbourhood(tmp_path, scenario)
