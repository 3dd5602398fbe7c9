"""Letters that nobody took wait for minutes, and are tried at once when there is a new way."""

from functools import partial
from pathlib import Path

import pytest
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.letters.rows import LetterTarget
from swarmfeed.core.letters.schedule import refused, taken, untaken

from tests.node.letters.scene import answer, friends, has, states, until, write
from tests.node.mailboxes.town import holders, node_of
from tests.node.mailboxes.town import parts as boxes_of

ALONE_S = 1_200


@pytest.mark.slow
def test_who_was_alone_has_them_taken_by_the_first_who_comes(tmp_path: Path) -> None:
    """The next try by itself would be after a quarter of an hour."""

    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street, follow=False)
        keeper = await street.move_in(knows=[anna, ben])
        await keeper.follow(ben)
        await ben.follow(keeper, anna)
        await write(ben, anna, "one")
        await until(street, partial(has, anna, ben, ["one"]))
        await answer(anna, ben, "accept")
        await street.until(lambda: node_of(keeper) in holders(ben), within_s=120)
        await street.pass_time(30)
        boxes_of(anna).keeping._boxes.clear()  # she keeps none of his herself
        await ben.stop()
        await keeper.stop()
        await write(anna, ben, "two")
        await street.pass_time(ALONE_S)
        assert (await states(anna, ben))[-1] == "waits"
        await keeper.start()
        keeper.running.feeds.finder.hint([anna.endpoint])

        async def is_kept() -> bool:
            return (await states(anna, ben))[-1] == "kept"

        await until(street, is_kept, within_s=20)

    in_neighbourhood(tmp_path, scenario)


def test_what_somebody_took_is_not_tried_again_by_that() -> None:
    target = LetterTarget(feed_id=FeedId(b"f" * 32), author_id=AuthorId(b"a" * 32))
    waiting = refused(refused(target, 1_000), 2_000)
    assert waiting.next_ms > 10_000
    assert (untaken(waiting, 3_000).next_ms, untaken(waiting, 3_000).tried) == (3_000, 0)
    for kept in (target, taken(waiting, 3_000), taken(waiting, 3_000, [NodeId(b"n" * 32)])):
        assert untaken(kept, 5_000) == kept
