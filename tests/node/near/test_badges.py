"""Badges that are shown where they may not be, or are false."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from street.loop import settle
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.near.badge import open_badge, sign_badge
from swarmfeed.core.near.limits import BADGES_OF_A_LINK_MAX
from swarmfeed.core.near.words import BadgeShown
from swarmfeed.node.near.showing import NearSide, ShowingNear

from tests.node.near.people import (
    ANNAS,
    BENS,
    CLEOS,
    ELSEWHERE,
    badge_of,
    badges,
    near,
    sees,
    show,
)


@pytest.mark.attack("A328")
def test_a_badge_goes_to_nobody_who_is_not_in_this_network(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, other = await street.move_in_at(ANNAS), await street.move_in_at(ELSEWHERE)
        await anna.stop()
        there = Endpoint("192.168.2.7", other.settings.link_port)
        anna.settings = replace(anna.settings, peers=(there,))
        await anna.start()
        await street.pass_time(3)
        assert anna.running.ground.sessions.find(other.identity.node_id) is not None
        said = badges(street)
        await show(anna)
        await street.pass_time(3)
        assert said == []
        session = other.running.ground.sessions.find(anna.identity.node_id)
        assert session is not None
        await session.send(badge_of(other))
        await session.flush()
        await street.pass_time(2)
        assert await sees(anna) == []

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A328")
def test_who_shows_the_badge_of_another_node_is_shut_out(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await street.move_in_at(ANNAS), await street.move_in_at(BENS)
        cleo = await street.move_in_at(CLEOS)
        await show(anna)
        liar = cleo.running.parts(ShowingNear)
        stolen = badge_of(ben)
        liar._signed = lambda: stolen  # type: ignore[method-assign]  # a liar's
        await show(cleo)
        await street.pass_time(2)
        assert await sees(anna) == []
        assert anna.running.ground.sessions.find(cleo.identity.node_id) is None

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A328")
def test_who_claims_to_be_somebody_else_without_their_word_is_not_shown(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await street.move_in_at(ANNAS), await street.move_in_at(BENS)
        cleo = await street.move_in_at(CLEOS)
        liar = cleo.running.parts(ShowingNear)
        true = open_badge(badge_of(cleo).signed)
        false = replace(true, author_id=ben.author_id)
        signed = sign_badge(false, cleo.own_key.sign)
        liar._signed = lambda: BadgeShown(signed, badge_of_ben)  # type: ignore[method-assign]
        badge_of_ben = badge_of(ben).certificates
        await show(anna)
        await show(cleo)
        await street.pass_time(2)
        assert await sees(anna) == []

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A329")
def test_of_one_link_few_badges_are_verified(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await street.move_in_at(ANNAS), await street.move_in_at(BENS)
        await show(anna)
        await show(ben)
        session = ben.running.ground.sessions.find(anna.identity.node_id)
        assert session is not None
        true = badge_of(ben)
        for number in range(30):
            named = replace(open_badge(true.signed), name=f"Ben {number}")
            signed = sign_badge(named, ben.own_key.sign)
            await session.send(BadgeShown(signed, true.certificates))
            await session.flush()
            await settle()
        there = anna.running.ground.sessions.find(ben.identity.node_id)
        assert there is not None
        assert there.part(NearSide).verified == BADGES_OF_A_LINK_MAX
        (person,) = (await near(anna)).people
        assert person.name == f"Ben {BADGES_OF_A_LINK_MAX - 2}"

    in_neighbourhood(tmp_path, scenario)
