"""A picture for some people only: who can open it, and what lies on the disks of others."""

from pathlib import Path

import pytest
from street.neighbourhood import Neighbourhood
from swarmfeed.core.asks.media import HERE
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.withdrawing import Withdraw
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.shown import Shown
from swarmfeed.node.media.role import media_role

from tests.node.circles.street import (
    PostOffice,
    ask,
    let_in,
    make,
    remove,
    timeline,
    with_circles,
)
from tests.node.circles.test_circles_street import three
from tests.node.media.posting import PICTURE, files, post, seen, shown, states

PIXELS = PICTURE.partition(b"story")[0]


@pytest.mark.attack("A238")
def test_a_picture_for_a_circle_is_opened_by_its_people_alone(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben, cleo = await three(street)
        await make(anna)
        await let_in(anna, ben)
        written = await post(anna, PICTURE, text="for friends", to="Friends")
        ref = ref_text(written.ref)
        await street.pass_time(30)
        assert await timeline(ben) == ["for friends"]
        assert await states(ben, ref) == [HERE]
        (medium,) = (await seen(ben, ref)).media
        assert (await shown(ben, medium), medium.alt) == (PIXELS, "A bee.")
        with pytest.raises(UserError):
            await seen(cleo, ref)
        # Neither in the file itself, nor in one that was made of it.
        for each in (anna, ben, cleo):
            lying = [
                path.read_bytes() for path in each.disk.folder.rglob("*") if path.is_file()
            ]
            assert not any(PIXELS[3:60] in content for content in lying)
        await ask(anna, Withdraw(ref=ref))
        await street.pass_time(180)
        assert [files(each) for each in (anna, ben, cleo)] == [[], [], []]

    with_circles(tmp_path, scenario, media_role)


def test_equal_pictures_differ_and_who_was_removed_opens_no_more(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben, _ = await three(street)
        await make(anna)
        await let_in(anna, ben)
        first = await post(anna, PICTURE, text="one", to="Friends")
        await remove(anna, ben)
        second = await post(anna, PICTURE, text="two", to="Friends")
        assert first.media[0].id != second.media[0].id
        await street.pass_time(30)
        assert await states(ben, ref_text(first.ref)) == [HERE]
        with pytest.raises(UserError):
            await seen(ben, ref_text(second.ref))

    with_circles(tmp_path, scenario, media_role)


def test_of_who_shows_no_pictures_no_protected_post_is_read_for_them(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben, _ = await three(street)
        everybody, of_ben = [anna.author_id, ben.author_id], Shown(ben.running.ground)
        await make(anna)
        await let_in(anna, ben)
        await post(anna, text="words alone", to="Friends")
        await street.pass_time(30)
        assert await timeline(ben) == ["words alone"]
        assert of_ben.illustrated(everybody) == set()
        await post(anna, PICTURE, text="a picture", to="Friends")
        await post(anna, text="words again", to="Friends")
        await street.pass_time(30)
        assert of_ben.illustrated(everybody) == {anna.author_id}

    with_circles(tmp_path, scenario, media_role)
