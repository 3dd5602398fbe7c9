"""Pictures beside names: from one neighbour to another, and gone when another one is shown."""

from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.faces import Face, faces_of
from swarmfeed.core.asks.media import HERE, Attached
from swarmfeed.core.asks.people import AboutAuthor, AuthorView
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.profile import ChangeProfile
from swarmfeed.core.asks.withdrawing import Withdraw
from swarmfeed.core.media.limits import UPLOAD_KEPT_S
from swarmfeed.errors import UserError

from tests.node.media.posting import PICTURE, SONG, files, followed, hand_over, post, states

OTHER = b"\xff\xd8\xff" + bytes(range(255, -1, -1)) * 40
NONE = Attached(upload="")


async def portray(
    by: Neighbour, avatar: bytes | None, banner: bytes | None = None
) -> AuthorView:
    shown = [
        None if each is None else Attached(upload=await hand_over(by, each))
        for each in (avatar, banner)
    ]
    return await by.running.ground.answering.answer(
        ChangeProfile(called="Anna", avatar=shown[0], banner=shown[1])
    )


async def face_of(whom: Neighbour, at: Neighbour) -> Face | None:
    found = await at.running.ground.answering.answer(faces_of(*[whom.author_id] * 2))
    return found.faces[0] if found.faces else None


def test_who_follows_sees_the_picture_of_a_profile_and_the_next_one(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await followed(street)
        first = await portray(anna, PICTURE, OTHER)
        assert first.avatar is not None and first.banner is not None
        assert (first.avatar.state, first.banner.state) == (HERE, HERE)
        await street.pass_time(15)
        seen = await face_of(anna, at=ben)
        assert seen is not None and seen.avatar is not None and seen.banner is not None
        assert (seen.avatar.state, seen.banner.state) == (HERE, HERE)
        again = await anna.running.ground.answering.answer(ChangeProfile(bio="writes"))
        assert again.avatar == first.avatar, "what is not said stays"
        second = await portray(anna, OTHER)
        await street.pass_time(100)
        about = await ben.running.ground.answering.answer(AboutAuthor(author=anna.author_id))
        assert about.avatar is not None and second.avatar is not None
        assert about.avatar == second.avatar
        for each in (anna, ben):
            assert len(files(each)) == 1, "one file is avatar and banner, the other one is gone"

    in_neighbourhood(tmp_path, scenario)


def test_who_shows_none_any_more_has_it_deleted_with_others_too(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await followed(street)
        await portray(anna, PICTURE)
        await street.pass_time(15)
        assert len(files(ben)) == 1
        await anna.running.ground.answering.answer(ChangeProfile(avatar=NONE))
        await street.pass_time(100)
        assert await face_of(anna, at=ben) is None
        assert [files(each) for each in (anna, ben)] == [[], []]

    in_neighbourhood(tmp_path, scenario)


def test_a_picture_that_a_post_names_too_stays_with_the_post(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await followed(street)
        said = await post(anna, PICTURE)
        await portray(anna, PICTURE)
        await street.pass_time(15)
        await anna.running.ground.answering.answer(ChangeProfile(avatar=NONE))
        await street.pass_time(100)
        for each in (anna, ben):
            assert await states(each, ref_text(said.ref)) == [HERE]

    in_neighbourhood(tmp_path, scenario)


def test_a_picture_that_a_post_showed_too_stays_beside_the_name(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        await portray(anna, PICTURE)
        said = await post(anna, PICTURE)
        assert len(files(anna)) == 1
        await anna.running.ground.answering.answer(Withdraw(ref=ref_text(said.ref)))
        await street.pass_time(100)
        face = await face_of(anna, at=anna)
        assert face is not None and face.avatar is not None and face.avatar.state == HERE

    in_neighbourhood(tmp_path, scenario)


def test_only_pictures_stand_beside_a_name(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        with pytest.raises(UserError, match="no picture"):
            await portray(anna, SONG)
        assert await face_of(anna, at=anna) is None

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_what_a_crash_left_without_its_names_is_kept_and_found_again(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        media = anna.running.ground.media

        async def crash(*_: object, **__: object) -> None:
            raise ConnectionAbortedError

        keeper = media._keeper  # the power goes between two lines
        attaching = keeper.attaching  # type: ignore[union-attr]
        attaching.published, was = crash, attaching.published
        for write in (portray(anna, OTHER), post(anna, PICTURE)):
            with pytest.raises(ConnectionAbortedError):
                await write
        attaching.published = was
        await anna.stop()
        await street.pass_time(UPLOAD_KEPT_S + 60)
        await anna.start()
        await street.pass_time(300)
        assert len(files(anna)) == 2
        ben = await street.move_in()
        await ben.follow(anna)
        await street.pass_time(30)
        assert len(files(ben)) == 2

    in_neighbourhood(tmp_path, scenario)
