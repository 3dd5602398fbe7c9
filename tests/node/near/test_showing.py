"""People in one network who show themselves to each other, and to nobody else."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.blocking import Block
from swarmfeed.core.asks.near import PeopleNear
from swarmfeed.core.asks.people import Follow
from swarmfeed.core.base.address import format_author, parse_link
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.near.limits import BADGES_OF_A_LINK_MAX
from swarmfeed.node.near.showing import ShowingNear

from tests.node.near.people import (
    ANNAS,
    BENS,
    badges,
    hide,
    near,
    sees,
    show,
)


def test_two_who_show_themselves_see_each_other_and_are_followed(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await street.move_in_at(ANNAS), await street.move_in_at(BENS)
        await anna.say("hello")
        first = await show(anna)
        assert first.shown and first.people == () and "15 more minutes" in first.sentence
        (person,) = (await show(ben)).people
        assert person.author_id == anna.author_id and not person.followed
        assert parse_link(person.link).at == (Endpoint("192.168.1.5", anna.settings.link_port),)
        assert await sees(anna) == [ben.author_id]
        await ben.running.ground.answering.answer(Follow(who=person.link))
        await street.until(lambda: "hello" in ben.reads(anna.author_id), within_s=3)
        await street.pass_time(3)
        (person,) = (await near(ben)).people
        assert person.followed

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A328")
def test_who_does_not_show_themselves_is_named_to_nobody_and_sees_nobody(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        said = badges(street)
        anna, ben = await street.move_in_at(ANNAS), await street.move_in_at(BENS)
        await show(anna)
        await street.pass_time(20)
        assert said == [] and street.air.present.keys() == {
            Endpoint("192.168.1.5", anna.settings.link_port)
        }
        assert await near(ben) == PeopleNear(
            shown=False,
            left_s=0,
            sentence="You are shown to nobody in this network.",
            people=(),
        )

    in_neighbourhood(tmp_path, scenario)


def test_who_begins_later_over_a_link_that_was_there_is_seen_and_sees(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await street.move_in_at(ANNAS), await street.move_in_at(BENS)
        at = Endpoint("192.168.1.5", anna.settings.link_port)
        ben.running.feeds.finder._on_neighbour(at)
        await street.pass_time(3)
        await show(anna)
        await street.pass_time(1)
        assert await sees(ben) == []
        await show(ben)
        await street.pass_time(1)
        assert await sees(ben) == [anna.author_id] and await sees(anna) == [ben.author_id]

    in_neighbourhood(tmp_path, scenario)


def test_who_hides_is_seen_no_more_and_may_come_again(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await street.move_in_at(ANNAS), await street.move_in_at(BENS)
        await show(anna)
        await show(ben)
        await street.pass_time(1)
        assert not (await hide(anna)).shown
        await street.pass_time(1)
        assert await sees(ben) == [] and await sees(anna) == []
        assert not ben.running.parts(ShowingNear).came.is_set(), (
            "a press waits for the next one"
        )
        await show(anna)
        await street.pass_time(1)
        assert await sees(ben) == [anna.author_id] and await sees(anna) == [ben.author_id]
        await anna.stop()
        await street.pass_time(1)
        assert await sees(ben) == [], "who is gone is not there"

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A326")
def test_the_link_of_who_came_to_us_names_where_they_came_from(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, liar = await street.move_in_at(ANNAS), await street.move_in_at(BENS)
        await liar.stop()
        liar.settings = replace(liar.settings, listen="192.168.1.200")
        at = Endpoint("192.168.1.7", liar.settings.link_port)
        street.links.lead(at, liar.endpoint)
        await liar.start()
        liar.running.feeds.finder._on_neighbour(
            Endpoint("192.168.1.5", anna.settings.link_port)
        )
        await street.pass_time(3)
        await show(anna)
        await show(liar)
        await street.pass_time(1)
        (person,) = (await near(anna)).people
        session = anna.running.ground.sessions.find(liar.identity.node_id)
        assert session is not None and session.door is None and session.host == "192.168.1.200"
        assert parse_link(person.link).at == (at,)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A326")
@pytest.mark.parametrize("host", ["8.8.8.8", "192.168.2.7", "192.168.1.255", "100.70.1.2"])
def test_where_the_network_shows_a_node_elsewhere_nobody_is_dialled(
    tmp_path: Path, host: str
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in_at(ANNAS)
        await show(anna)
        showing = anna.running.parts(ShowingNear)
        showing._on_found(Endpoint(host, 7001))
        await street.pass_time(12)
        assert anna.running.ground.sessions._dialler._resting == {}
        assert showing._places.all() == []

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A329")
def test_a_place_that_is_named_again_and_again_is_dialled_once_in_a_round(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in_at(ANNAS)
        await show(anna)
        showing, place = anna.running.parts(ShowingNear), Endpoint("192.168.1.66", 7001)
        showing._on_found(place)
        await settle()
        rest = anna.running.ground.sessions._dialler._resting[place]
        for _ in range(20):
            showing._on_found(place)
            await settle()
        assert anna.running.ground.sessions._dialler._resting[place] is rest

    in_neighbourhood(tmp_path, scenario)


def test_who_presses_again_and_again_sees_the_others_all_the_same(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await street.move_in_at(ANNAS), await street.move_in_at(BENS)
        await show(ben)
        for _ in range(2 * BADGES_OF_A_LINK_MAX):
            assert await sees_after_press(anna) == [ben.author_id]
        await hide(ben)
        await street.pass_time(1)
        assert await sees(anna) == []
        await show(ben)
        await street.pass_time(1)
        assert await sees(anna) == [ben.author_id]

    in_neighbourhood(tmp_path, scenario)


async def sees_after_press(who: Neighbour) -> list[bytes]:
    return [each.author_id for each in (await show(who)).people]


@pytest.mark.attack("A329")
def test_whom_one_blocked_is_not_shown(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await street.move_in_at(ANNAS), await street.move_in_at(BENS)
        await anna.running.ground.answering.answer(Block(who=format_author(ben.author_id)))
        await show(anna)
        await show(ben)
        await street.pass_time(1)
        assert await sees(anna) == [] and await sees(ben) == [anna.author_id]

    in_neighbourhood(tmp_path, scenario)
