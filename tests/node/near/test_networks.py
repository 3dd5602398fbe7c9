"""Showing oneself ends with the time and with the network."""

import asyncio
from ipaddress import IPv4Interface
from pathlib import Path

import pytest
from street.loop import settle
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.near.limits import SHOWN_S
from swarmfeed.errors import UserError
from swarmfeed.node.near.showing import ShowingNear

from tests.node.near.people import (
    ANNAS,
    BENS,
    ELSEWHERE,
    FAR,
    OF_CONTAINERS,
    badges,
    near,
    sees,
    show,
)


@pytest.mark.attack("A328")
def test_it_ends_by_itself_and_the_network_hears_no_more(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await street.move_in_at(ANNAS), await street.move_in_at(BENS)
        await show(anna)
        await street.pass_time(60, step_s=10)
        await show(ben)
        await street.pass_time(SHOWN_S - 70, step_s=10)
        assert await sees(ben) == [anna.author_id]
        await street.pass_time(30, step_s=10)
        assert not (await near(anna)).shown and await sees(ben) == []
        assert [each.host for each in street.air.present] == ["192.168.1.7"]
        assert (await near(ben)).shown

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A328")
def test_in_another_network_it_is_over(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in_at(ANNAS)
        await show(anna)
        heard: list[object] = []

        async def listen() -> None:
            async for change in anna.running.ground.changes.listen():
                heard.append(change.fields)

        listening = asyncio.create_task(listen())
        await settle()
        anna.cards[:] = [ELSEWHERE]
        await street.pass_time(20)
        assert not (await near(anna)).shown and not street.air.present
        assert {"near": 0} in heard, "a page that is open hears of it"
        listening.cancel()

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A328")
def test_a_machine_that_slept_shows_nobody_when_the_time_is_up(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in_at(ANNAS)
        await show(anna)
        street.clock.set_wall_clock(street.clock.now_ms() + SHOWN_S * 1000)
        assert not (await near(anna)).shown
        await street.pass_time(20)
        assert not street.air.present
        await show(anna)
        street.clock.set_wall_clock(street.clock.now_ms() - 3_600_000)
        assert (await near(anna)).left_s == SHOWN_S
        await street.pass_time(SHOWN_S, step_s=10)
        assert not (await near(anna)).shown, "a clock that was set back gives no time"

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A328")
@pytest.mark.parametrize("others", [[], [OF_CONTAINERS]], ids=["alone", "beside another"])
def test_who_left_the_network_is_not_shown_in_one_that_looks_the_same(
    tmp_path: Path, others: list[IPv4Interface]
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in_at(ANNAS)
        anna.cards[:] = [ANNAS, *others]
        await show(anna)
        await street.pass_time(20)
        assert (await near(anna)).shown
        anna.cards[:] = others
        await street.pass_time(20)
        anna.cards[:] = [ANNAS, *others]
        await street.pass_time(20)
        assert not (await near(anna)).shown and not street.air.present

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A328")
def test_in_another_network_nobody_is_shown_anything_before_the_next_look(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, cleo = await street.move_in_at(ANNAS), await street.move_in_at(FAR)
        await show(anna)
        anna.cards[:] = [ELSEWHERE]
        at = Endpoint("192.168.2.7", anna.settings.link_port)
        street.links.lead(at, anna.endpoint)
        said = badges(street)
        cleo.running.ground.nearby.open([at.host])
        assert await cleo.running.ground.visits.reach(at, None) is not None
        await settle()
        assert said == []

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A328")
def test_a_press_in_another_network_begins_there_anew(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await street.move_in_at(ANNAS), await street.move_in_at(BENS)
        await show(ben)
        await show(anna)
        assert await sees(anna) == [ben.author_id]
        anna.cards[:] = [ELSEWHERE]
        await show(anna)
        await street.pass_time(1)
        assert await sees(anna) == [] and await sees(ben) == []
        assert anna.running.parts(ShowingNear)._announced == {"192.168.2.0/24"}

    in_neighbourhood(tmp_path, scenario)


def test_without_a_network_it_is_refused_in_words(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, alone = await street.move_in_at(ANNAS), await street.move_in()
        anna.cards.clear()
        with pytest.raises(UserError, match="in no local network"):
            await show(anna)
        with pytest.raises(UserError, match="listens to itself"):
            await show(alone)

    in_neighbourhood(tmp_path, scenario)
