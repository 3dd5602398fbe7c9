"""Two people meet by a link, without anybody's help, where their machines share a network."""

from ipaddress import IPv4Interface
from pathlib import Path

import pytest
from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.people import Follow, FollowAll, Unfollow, Whoami, WhoAreYou
from swarmfeed.core.base.address import parse_link
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.limits import GIVEN_KEPT_MS, GIVEN_MAX
from swarmfeed.node.feeds.given import PAGE

ANNAS = IPv4Interface("192.168.1.5/24")
BENS = IPv4Interface("192.168.1.7/24")
ELSEWHERE = IPv4Interface("192.168.2.7/24")


async def link_of(who: Neighbour) -> str:
    me = await who.running.ground.answering.answer(WhoAreYou())
    assert isinstance(me, Whoami)
    return me.link


async def follow(who: Neighbour, link: str) -> None:
    await who.running.ground.answering.answer(Follow(who=link))
    await settle()


def reads(who: Neighbour, other: Neighbour, text: str) -> bool:
    return text in who.reads(other.author_id)


def test_the_link_of_a_fresh_start_leads_to_who_is_in_the_same_network(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in_at(ANNAS)
        ben = await street.move_in_at(BENS)
        await anna.say("hello")
        link = await link_of(anna)
        assert parse_link(link).at == (Endpoint("192.168.1.5", anna.settings.link_port),)
        await follow(ben, link)
        await street.until(lambda: reads(ben, anna, "hello"), within_s=3)

    in_neighbourhood(tmp_path, scenario)


def test_who_was_met_at_home_is_found_there_again_after_a_restart(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in_at(ANNAS)
        ben = await street.move_in_at(BENS)
        await follow(ben, await link_of(anna))
        await street.pass_time(2)
        await ben.stop()
        await anna.say("while you were away")
        await ben.start()
        await street.until(lambda: reads(ben, anna, "while you were away"), within_s=3)

    in_neighbourhood(tmp_path, scenario)


def test_where_a_link_leads_is_tried_after_a_restart_until_somebody_answered(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in_at(ANNAS)
        ben = await street.move_in_at(BENS)
        await anna.say("hello")
        link = await link_of(anna)
        await anna.stop()
        await follow(ben, link)
        await street.pass_time(3)
        await ben.stop()
        await anna.start()
        assert list(ben.ledger.read(PAGE)) == [str(parse_link(link).at[0]).encode()]
        await ben.start()
        await street.until(lambda: reads(ben, anna, "hello"), within_s=3)
        assert ben.running.feeds.finder.followed.all() == []
        await ben.stop()
        assert list(ben.ledger.read(PAGE)) == []

    in_neighbourhood(tmp_path, scenario)


def test_whom_one_follows_no_longer_or_gave_up_is_not_looked_for_there(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await street.move_in_at(ANNAS), await street.move_in_at(BENS)
        link = await link_of(anna)
        await anna.stop()
        await follow(ben, link)
        followed = ben.running.feeds.finder.followed
        assert followed.all() == list(parse_link(link).at)
        await ben.running.ground.answering.answer(Unfollow(who=link))
        assert followed.all() == []
        await follow(ben, link)
        street.clock.advance(GIVEN_KEPT_MS)
        assert followed.all() == []

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A327")
def test_of_very_many_places_the_newest_are_kept(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        ben = await street.move_in()
        followed = ben.running.feeds.finder.followed
        places = [Endpoint("8.8.8.8", 2_000 + number) for number in range(2 * GIVEN_MAX)]
        followed.keep(ben.author_id, places)
        assert list(followed._places) == places[-GIVEN_MAX:]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A326")
def test_a_private_address_in_a_link_is_dialled_in_that_network_alone(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in_at(ANNAS)
        ben = await street.move_in_at(ELSEWHERE)
        await anna.say("hello")
        await follow(ben, await link_of(anna))
        await street.pass_time(5)
        assert ben.running.ground.sessions.all() == [] and not reads(ben, anna, "hello")
        assert ben.running.ground.sessions._dialler._resting == {}, "it knocked somewhere"

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A326")
def test_a_list_of_links_has_nobody_knock_at_the_doors_of_our_house(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in_at(ANNAS)
        ben = await street.move_in_at(BENS)
        await anna.say("hello")
        link = await link_of(anna)
        await ben.running.ground.answering.answer(FollowAll(who=(link,)))
        await street.pass_time(5)
        assert ben.running.ground.sessions._dialler._resting == {}
        await follow(ben, link)
        await street.until(lambda: reads(ben, anna, "hello"), within_s=3)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A326")
def test_what_strangers_say_is_in_our_network_is_not_dialled(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        ben = await street.move_in_at(BENS)
        ben.running.feeds.finder.heard([Endpoint("192.168.1.5", 7001)])
        await street.pass_time(5)
        assert ben.running.ground.sessions._dialler._resting == {}

    in_neighbourhood(tmp_path, scenario)


def test_who_the_network_shows_is_dialled_there(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in_at(ANNAS)
        ben = await street.move_in_at(BENS)
        at = Endpoint("192.168.1.5", anna.settings.link_port)
        ben.running.feeds.finder._on_neighbour(at)
        await street.pass_time(2)
        assert [each.door for each in ben.running.ground.sessions.all()] == [at]
        ben.running.feeds.finder._on_neighbour(Endpoint("192.168.2.9", 7001))
        await street.pass_time(5)
        assert not ben.running.ground.sessions.has_failed(Endpoint("192.168.2.9", 7001))

    in_neighbourhood(tmp_path, scenario)
