"""Pictures of posts, from one neighbour to another."""

import asyncio
from pathlib import Path

import pytest
from street.loop import settle
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.feeds import FeedsOf
from swarmfeed.core.asks.media import AWAY, COMING, HERE, FetchMedium
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.upkeep import Status
from swarmfeed.core.asks.withdrawing import Withdraw
from swarmfeed.errors import UserError
from swarmfeed.ports.media import REFS_KEPT_MAX

from tests.node.media.posting import PICTURE, SONG, files, followed, post, shown, states, status


def test_a_picture_is_here_for_who_wrote_it_and_comes_to_who_follows(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await followed(street)
        said = await post(anna, PICTURE)
        (named,) = said.media
        assert (named.state, named.alt, named.type) == (HERE, "A bee.", "image/jpeg")
        assert await shown(anna, named) == PICTURE.partition(b"story")[0]
        await street.pass_time(10)
        ref = ref_text(said.ref)
        assert await states(ben, ref) == [HERE]
        assert await shown(ben, named) == await shown(anna, named)
        assert await shown(ben, named, "small") == PICTURE[:64]
        assert (await status(anna)).own == (await status(ben)).others == 1

    in_neighbourhood(tmp_path, scenario)


def test_what_is_larger_comes_when_somebody_asks(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await followed(street, fetched=1_000)
        said = await post(anna, PICTURE, SONG)
        await street.pass_time(10)
        ref = ref_text(said.ref)
        assert await states(ben, ref) == [AWAY, AWAY]
        with pytest.raises(UserError, match="not on this machine"):
            await shown(ben, said.media[0])
        asked = asyncio.create_task(
            ben.running.ground.answering.answer(FetchMedium(ref=ref, number=2))
        )
        await settle()
        assert await states(ben, ref) == [AWAY, COMING]
        await street.pass_time(3)
        assert (await asked).state == HERE
        assert await shown(ben, said.media[1], "file") == SONG
        assert (said.media[1].type, said.media[1].file_name) == ("audio/flac", "bee.flac")
        with pytest.raises(UserError, match="has 2 pictures or files"):
            await ben.running.ground.answering.answer(FetchMedium(ref=ref, number=3))

    in_neighbourhood(tmp_path, scenario)


def test_it_comes_from_a_holder_while_its_author_is_away(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await followed(street)
        said = await post(anna, PICTURE)
        await street.pass_time(10)
        await anna.stop()
        carl = await street.move_in()
        carl.running.feeds.finder.hint([ben.endpoint])
        await carl.running.feeds.carer.follow(anna.author_id)
        await street.pass_time(15)
        assert await states(carl, ref_text(said.ref)) == [HERE]

    in_neighbourhood(tmp_path, scenario)


def test_it_stays_over_a_restart_and_is_given_again(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await followed(street, fetched=0)
        said = await post(anna, PICTURE)
        await street.pass_time(5)
        await anna.stop()
        await anna.start()
        await street.pass_time(5)
        ref = ref_text(said.ref)
        assert await states(anna, ref) == [HERE]
        asked = asyncio.create_task(ben.running.ground.answering.answer(FetchMedium(ref=ref)))
        await street.pass_time(10)
        assert (await asked).state == HERE

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A233")
def test_withdrawn_it_goes_with_its_post_wherever_that_goes(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await followed(street)
        said, stays = await post(anna, PICTURE), await post(anna, SONG, text="Listen!")
        await street.pass_time(10)
        assert len(files(ben)) == 2
        await anna.running.ground.answering.answer(Withdraw(ref=ref_text(said.ref)))
        await street.pass_time(100)
        for each in (anna, ben):
            assert len(files(each)) == 1
            assert await states(each, ref_text(stays.ref)) == [HERE]
            left = [path.read_bytes() for path in (each.disk.folder / "media").rglob("*-*")]
            assert not left

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A235")
def test_a_peer_that_gives_something_else_gives_nothing(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await followed(street, fetched=0)
        said = await post(anna, PICTURE)
        await street.pass_time(5)
        (file,) = files(anna)
        file.write_bytes(bytes(file.stat().st_size))
        asked = asyncio.create_task(
            ben.running.ground.answering.answer(FetchMedium(ref=ref_text(said.ref)))
        )
        await street.pass_time(100)
        assert (await asked).state != HERE
        assert not files(ben)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A233")
def test_who_names_a_picture_of_another_and_withdraws_it_all_has_nothing_deleted(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, mallory = await followed(street)
        said = await post(anna, PICTURE)
        await street.pass_time(5)
        await anna.follow(mallory)
        copies = [await post(mallory, PICTURE, text=f"{n}") for n in range(REFS_KEPT_MAX)]
        assert copies[0].media[0].id == said.media[0].id
        await street.pass_time(30)
        for each in copies:
            await mallory.running.ground.answering.answer(Withdraw(ref=ref_text(each.ref)))
        await street.pass_time(150)
        assert await states(anna, ref_text(said.ref)) == [HERE]

    in_neighbourhood(tmp_path, scenario)


def test_who_gives_pictures_can_still_be_asked_how_the_node_is(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, _ = await followed(street)
        await post(anna, PICTURE)
        await street.pass_time(10)
        answer = anna.running.ground.answering.answer
        assert len((await answer(FeedsOf(author=anna.author_id))).feeds) == 1
        assert (await answer(Status())).feeds

    in_neighbourhood(tmp_path, scenario)
