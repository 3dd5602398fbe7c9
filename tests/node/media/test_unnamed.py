"""Own files that nothing is known to name: a post may, and only then do they stay."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.archives import FAILED
from swarmfeed.core.asks.media import Attached
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.media.limits import LOOKED_BACK_POSTS
from swarmfeed.errors import UserError
from swarmfeed.node.media import wishing
from swarmfeed.node.media.role import MediaRole

from tests.made_archives import archive_of_x
from tests.node.archives.test_bringing import bring, posts_of, written
from tests.node.media.posting import PICTURE, files, hand_over, post

ROUNDS_S = 300
"""Seconds in which what nothing names is gone."""


async def keep(by: Neighbour) -> None:
    """Make a medium, and publish nothing."""
    attached = Attached(upload=await hand_over(by, PICTURE))
    await by.running.parts(MediaRole).attaching.attach([attached], is_protected=False)


@pytest.mark.slow
def test_what_was_brought_in_is_named_however_old_it_says_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in(is_first=True)
        for number in range(LOOKED_BACK_POSTS):
            await post(anna, text=f"later {number}")
        attaching = anna.running.parts(MediaRole).attaching

        async def cut(*_: object, **__: object) -> None:
            raise UserError("the power is gone")

        attaching.published = cut  # type: ignore[method-assign]
        view = await bring(anna, written(tmp_path, archive_of_x()))
        assert view.state == FAILED
        await anna.stop()
        await anna.start()
        await street.pass_time(5)
        named = {medium.id for each in posts_of(anna) for medium in each.media}
        assert len(files(anna)) == len(named) == 3
        await keep(anna)
        monkeypatch.setattr(wishing, "UPLOAD_KEPT_S", -1)
        await street.pass_time(ROUNDS_S)
        assert len(files(anna)) == 3, "and what is named by nothing is gone"

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_nothing_goes_while_the_index_is_being_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wishing, "UPLOAD_KEPT_S", -1)

    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        await post(anna, text="one")
        await keep(anna)
        index = type(anna.index)

        def no_ranges(_: object, feed_id: FeedId) -> Sequence[tuple[int, int]]:
            return [(0, 1)]

        with monkeypatch.context() as patch:
            patch.setattr(index, "indexed_ranges", no_ranges)
            await street.pass_time(ROUNDS_S)
            assert len(files(anna)) == 1
        await street.pass_time(ROUNDS_S)
        assert files(anna) == []

    in_neighbourhood(tmp_path, scenario)
