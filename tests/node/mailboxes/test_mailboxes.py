"""Letters wait for who is away: whole nodes on a street, parcels of any bytes."""

from pathlib import Path

import pytest
from street.neighbourhood import Neighbourhood

from tests.node.mailboxes.town import (
    Reader,
    befriend,
    holders,
    in_town,
    node_of,
    put,
    settled,
    status,
    token_of,
)


@pytest.mark.slow
def test_two_who_are_never_there_together_write_to_each_other(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben, *keepers = [await street.move_in() for _ in range(5)]
        await befriend(anna, ben, *keepers)
        readers = {each: Reader(each) for each in (anna, ben)}
        for each in readers.values():
            each.begin()
        await street.pass_time(30)
        assert holders(anna) | holders(ben) <= {node_of(each) for each in (anna, ben, *keepers)}
        assert len(holders(anna)) == len(holders(ben)) == 3
        tokens = {each: each.running.ground.mail.own_token() for each in (anna, ben)}
        await ben.stop()
        letter = b"to ben" * 50
        kept = await put(anna, ben, letter, tokens[ben])
        assert kept
        await anna.stop()
        await ben.start()
        readers[ben].begin()
        await street.pass_time(30)
        assert readers[ben].parcels == [letter]

    in_town(tmp_path, scenario)


@pytest.mark.slow
def test_who_could_only_refuse_is_asked_again_once_it_holds_our_feed(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        ben, keeper = [await street.move_in() for _ in range(2)]
        await ben.follow(keeper)
        Reader(ben).begin()
        await street.pass_time(10)
        assert holders(ben) == set(), "the keeper knows nothing of ben"
        await keeper.follow(ben)
        await street.pass_time(10)
        assert holders(ben) == {node_of(keeper)}
        said = await status(keeper)
        assert said.kept_boxes == 1
        assert (await status(ben)).sentence == (
            "1 machine keeps your letters while you are away."
        )

    in_town(tmp_path, scenario)


@pytest.mark.slow
def test_a_holder_that_left_for_good_is_replaced_and_looked_into_if_it_returns(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben, *keepers = [await street.move_in() for _ in range(5)]
        await befriend(ben, *keepers)
        await anna.follow(ben, *keepers)
        reader = Reader(ben)
        reader.begin()
        await settled(street, ben)
        token = token_of(ben)
        await ben.stop()
        gone = keepers[0]
        for other in keepers[1:]:
            await other.stop()
        assert await put(anna, ben, b"at who leaves", token) == {node_of(gone)}
        await gone.stop()
        for other in keepers[1:]:
            await other.start()
        await ben.start()
        reader.begin()
        newcomer = await street.move_in(knows=keepers[1:])
        await befriend(ben, newcomer)
        await street.until(lambda: node_of(newcomer) in holders(ben), within_s=400)
        assert node_of(gone) not in holders(ben)
        assert reader.parcels == []
        await gone.start()
        await street.pass_time(60)
        assert reader.parcels == [b"at who leaves"]

    in_town(tmp_path, scenario, history_speed=1_000)


@pytest.mark.slow
def test_another_token_makes_contacts_strangers_until_they_hear_of_it(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben, keeper = [await street.move_in() for _ in range(3)]
        await befriend(ben, keeper)
        await anna.follow(ben, keeper)
        reader = Reader(ben)
        reader.begin()
        await settled(street, ben, boxes=1)
        old = token_of(ben)
        await ben.running.ground.mail.renew_token()
        assert token_of(ben) != old
        await street.pass_time(30)
        long = bytes(9_000)
        assert await put(anna, ben, long, old) == frozenset(), "too long for a stranger"
        assert await put(anna, ben, long, token_of(ben)) == {node_of(keeper)}
        await street.pass_time(1)
        assert reader.parcels == [long]

    in_town(tmp_path, scenario)


@pytest.mark.slow
def test_what_is_not_taken_yet_stays_where_it_is(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben, keeper = [await street.move_in() for _ in range(3)]
        await befriend(ben, keeper)
        await anna.follow(ben, keeper)
        reader = Reader(ben)
        reader.takes = False
        reader.begin()
        await settled(street, ben, boxes=1)
        await put(anna, ben, b"a letter", token_of(ben))
        await street.pass_time(5)
        assert reader.parcels == [b"a letter"]
        await ben.stop()
        await ben.start()
        reader.takes = True
        reader.begin()
        await street.pass_time(30)
        assert reader.parcels == [b"a letter"] * 2, "it may have been lost here"
        kept = await status(keeper)
        assert kept.kept_parcels <= 1, "our own probe at most"
        await ben.stop()
        await ben.start()
        reader.begin()
        await street.pass_time(30)
        assert reader.parcels == [b"a letter"] * 2

    in_town(tmp_path, scenario)
