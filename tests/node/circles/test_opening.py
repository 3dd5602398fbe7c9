"""Opening, while feeds come, are cut and go."""

import asyncio
from pathlib import Path

from street.neighbourhood import Neighbourhood
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.withdrawing import Edit, Withdraw
from swarmfeed.core.circles.limits import ENTRIES_AT_ONCE
from swarmfeed.core.feed.kinds import PostBody

from tests.node.circles.street import (
    PostOffice,
    ask,
    let_in,
    make,
    parts,
    post,
    timeline,
    with_circles,
)
from tests.node.circles.test_circles_street import three


def test_a_feed_that_is_cut_while_its_posts_are_opened_is_opened_anew(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben, _ = await three(street)
        await make(anna)
        await let_in(anna, ben)
        first = await post(anna, "first", to="Friends")
        more = [PostBody(f"post {n}", reply=first.ref) for n in range(2 * ENTRIES_AT_ONCE)]
        await anna.running.feeds.writer.publish_all(more)
        await street.pass_time(5)
        opener, opened = parts(ben).opener, ben.running.ground.audience.opened
        opener.forget(anna.feed_id)
        await opener.look(())
        assert await timeline(ben) == []
        looking = asyncio.create_task(opener.look([anna.author_id]))
        while not opened(len):
            await asyncio.sleep(0)
        opener.forget(anna.feed_id)
        await looking
        await opener.look([anna.author_id])
        assert opened(len) == 1 + len(more)

    with_circles(tmp_path, scenario)


def test_what_was_withdrawn_stays_so_when_a_feed_is_opened_anew(tmp_path: Path) -> None:
    """In a sealed chunk the words stay a while; and an edit may be what is withdrawn."""

    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben, _ = await three(street)
        await make(anna)
        await let_in(anna, ben)
        gone, kept = [await post(anna, text, to="Friends") for text in ("gone", "kept")]
        await ask(anna, Edit(ref=ref_text(kept.ref), text="edited"))
        await anna.running.feeds.writer.publish_all([PostBody("x", reply=kept.ref)] * 256)
        await ask(anna, Withdraw(ref=ref_text(gone.ref)))
        await street.pass_time(60)
        for _ in range(2):
            texts = {*(await timeline(ben))}
            assert texts <= {"x", "edited"}
            assert ben.running.ground.audience.opened(len) == 257
            parts(ben).opener.forget(anna.feed_id)
            await parts(ben).opener.look([anna.author_id])

    with_circles(tmp_path, scenario)
