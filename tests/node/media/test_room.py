"""How much of others is kept: no more than there is room for, and the oldest goes."""

import asyncio
from pathlib import Path

import pytest
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.media import AWAY, HERE, FetchMedium
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.upkeep import HowFullIsIt
from swarmfeed.core.feed.medium import decode_medium, medium_torrent

from tests.node.media.posting import PICTURE, SONG, files, followed, post, shown, states, status


@pytest.mark.attack("A234")
def test_of_others_no_more_is_kept_than_there_is_room_for(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await followed(street, disk=200_000)
        said = [await post(anna, PICTURE[:-40] + bytes([n]), text=f"{n}") for n in range(4)]
        for _ in said:
            await street.pass_time(10)
        assert 0 < (await status(ben)).others_bytes <= 200_000
        assert (await status(anna)).own == 4
        (huge,) = (await post(anna, SONG * 3, text="long")).media
        await street.pass_time(10)
        assert huge.size_bytes > 200_000
        assert (await status(ben)).others_bytes <= 200_000

    in_neighbourhood(tmp_path, scenario)


def test_what_had_to_go_does_not_come_again_with_each_further_post(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await followed(street, disk=200_000)
        said = []
        for number in range(4):
            picture = PICTURE[:-40] + bytes([number])
            said.append(ref_text((await post(anna, picture, text=f"{number}")).ref))
            await street.pass_time(10)
        here = [await states(ben, ref) for ref in said]
        assert here == [[AWAY], [AWAY], [HERE], [HERE]]
        for number in range(3):
            await post(anna, text=f"words {number}")
            await street.pass_time(10)
        assert [await states(ben, ref) for ref in said] == here

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A234")
def test_what_went_for_want_of_room_is_given_no_more_and_can_come_again(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await followed(street, fetched=0, disk=200_000)
        said = [await post(anna, PICTURE[:-40] + bytes([n]), text=f"{n}") for n in range(4)]
        await street.pass_time(10)

        async def fetched(number: int) -> str:
            ask = FetchMedium(ref=ref_text(said[number].ref))
            asked = asyncio.create_task(ben.running.ground.answering.answer(ask))
            await street.pass_time(30)
            return (await asked).state

        assert [await fetched(number) for number in range(4)] == [HERE] * 4
        assert await states(ben, ref_text(said[0].ref)) == [AWAY]
        named = [decode_medium(each.media[0].named) for each in said]
        swarms = {medium_torrent(each.pieces).info_hash for each in named}
        given = swarms & set(ben.running.ground.shells.swarm.progress())
        assert len(given) == len(files(ben))
        assert await fetched(0) == HERE

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A234")
def test_what_was_made_of_pictures_for_pages_takes_room_too(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await followed(street, disk=200_000)
        said = [await post(anna, PICTURE[:-40] + bytes([n]), text=f"{n}") for n in range(2)]
        await street.pass_time(10)
        before = (await status(ben)).others_bytes
        assert len(files(ben)) == 2
        for each in said:
            await shown(ben, each.media[0])
        assert (await status(ben)).others_bytes > before
        await street.pass_time(10)
        assert len(files(ben)) == 1
        assert (await status(ben)).others_bytes <= 200_000
        disk = await ben.running.ground.answering.answer(HowFullIsIt())
        assert disk.media_bytes == (await status(ben)).others_bytes
        await ben.stop()
        await ben.start()
        assert await ben.running.ground.answering.answer(HowFullIsIt()) == disk

    in_neighbourhood(tmp_path, scenario)
