"""What is missing of somebody in a timeline is marked, and asked for: whole nodes."""

from pathlib import Path

import pytest
from street.fakes.swarm import FakeSwarm
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.blocking import Block
from swarmfeed.core.asks.gaps import AskAround, Gap, WhatIsMissing
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.limits import CHUNK_ENTRIES
from swarmfeed.errors import UserError

from tests.node.feeds.test_notifying import ask


async def gaps(me: Neighbour, of: Neighbour, count: int = 50) -> tuple[Gap, ...]:
    posts = me.index.author_posts(of.author_id, count, None)
    names = ",".join(ref_text(each.ref) for each in posts)
    return (await ask(me, WhatIsMissing(refs=names))).gaps


def banned_by(me: Neighbour) -> set[str]:
    """Hosts from which no chunk is taken."""
    swarm = me.running.ground.shells.swarm
    assert isinstance(swarm, FakeSwarm)
    return swarm.banned


async def with_a_gap(street: Neighbourhood) -> tuple[Neighbour, Neighbour]:
    """Me, and Bert whose newest posts are here: the chunk below them does not come."""
    me, bert = await street.move_in(), await street.move_in()
    await bert.say_many(CHUNK_ENTRIES + 20)
    banned_by(me).add(bert.settings.listen)
    await me.follow(bert)
    await street.until(lambda: len(me.reads(bert.author_id)) >= 20, within_s=200)
    assert not me.is_complete(bert.feed_id)
    return me, bert


def test_below_the_last_post_that_is_here_the_rest_is_missing_until_it_comes(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, bert = await with_a_gap(street)
        (gap,) = await gaps(me, bert)
        assert (gap.author_id, gap.count) == (bert.author_id, CHUNK_ENTRIES)
        assert gap.ref.index == CHUNK_ENTRIES
        assert await gaps(me, bert, count=10) == (), "there is more of theirs on the next page"
        banned_by(me).clear()
        asked = await ask(me, AskAround(who=format_author(bert.author_id)))
        assert asked.machines == 1 and asked.sentence.startswith("1 machine that is here")
        await street.until(lambda: me.is_complete(bert.feed_id), within_s=400)
        assert await gaps(me, bert) == ()

    in_neighbourhood(tmp_path, scenario)


def test_whoever_is_not_followed_is_fetched_when_they_are_asked_for(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, bert, carl = [await street.move_in() for _ in range(3)]
        await carl.say("about time")
        await bert.follow(carl)
        await me.follow(bert)
        await street.until(lambda: bert.is_complete(carl.feed_id), within_s=200)
        await ask(me, AskAround(who=format_author(carl.author_id)))
        await street.until(lambda: me.reads(carl.author_id) == ["about time"], within_s=200)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A254")
def test_who_is_blocked_is_not_asked_for_and_nonsense_is_refused(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, bert = await street.move_in(), await street.move_in()
        await ask(me, Block(who=format_author(bert.author_id)))
        with pytest.raises(UserError, match="block"):
            await ask(me, AskAround(who=format_author(bert.author_id)))
        with pytest.raises(UserError, match="1,000 posts"):
            await ask(me, WhatIsMissing(refs=",".join(["1"] * 1_001)))
        assert (await ask(me, WhatIsMissing(refs="nothing, 5"))).gaps == ()

    in_neighbourhood(tmp_path, scenario)
